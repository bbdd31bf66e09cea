"""The inventory on its pages: people, circle, events. Nothing typed is lost, nothing of it leaves the app."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from uuid import UUID
from xml.etree import ElementTree

import pytest

from ipt_fhir import rawjson
from ipt_fhir.model import snapshot
from ipt_fhir.model.inventory import Confiding, Contact, Expectation, InventoryEntry, Ring, Role, Support
from ipt_fhir.model.timeline import EventKind, TimelineEvent
from smart_app.roles import Role as StaffRole
from smart_app.store import episodes
from smart_app.store.lanes import Lane
from tests.journeys.clinician import Fields
from tests.web.acts import agree, course_of, file, fill_in
from tests.web.browser import Browser
from tests.web.clinic import DORU, OKORO, Clinic, open_clinic
from tests.web.page_checks import Page
from tests.web.test_access import roles_with

HOSTILE = "\"'><script>alert(1)</script>&amp;"
WORDS = "Calls every <evening> & listens."
MOTHER: Fields = {
    "role": "MTH",
    "initial": "M",
    "before": "inner",
    "now": "middle",
    "wanted": "inner",
    "contact": "weekly",
    "confiding": "partly",
    "received": ["emotional"],
    "conflict": "1",
    "mine-0": "Listen",
    "mine-agreed-0": "no",
    "theirs-0": "Good news only",
    "strengths": WORDS,
    "norms": "A daughter does not argue.",
}


def opened(browser: Browser, address: str) -> tuple[str, Fields]:
    """The address a form sends itself to, and its fields."""
    page = Page(browser.get(address).text)
    form = next(item for item in page.all("form") if item.get("id") == "answers")
    return form.get("action"), page.fields_of(form)


def add_person(browser: Browser, act: str = "save", **changes: str) -> tuple[str, Fields]:
    """Add the mother; returns what was sent, to send it again."""
    action, fields = opened(browser, "people/person")
    sent: Fields = {**fields, **MOTHER, **changes, "act": act}
    browser.post(action, sent)
    return action, sent


def add_event(browser: Browser, **fields: str) -> None:
    action, empty = opened(browser, "people/event")
    typed = {"when": "2026-02", "kind": "dispute", "text": "A row at a birthday", "mood": "-2", **fields}
    answer = browser.post(action, {**empty, **typed, "act": "save"})
    assert answer.status_code == 200


def test_a_person_is_added_shown_in_words_changed_and_taken_out(clinic: Clinic, browser: Browser) -> None:
    assert "Nobody is listed yet" in browser.get("people").text
    add_person(browser)
    (entry,) = course_of(clinic).inventory
    assert (entry.role, entry.initial, entry.now, entry.contact) == (Role.MOTHER, "M", Ring.MIDDLE, Contact.WEEKLY)
    assert (entry.confiding, entry.support_received, entry.conflict) == (Confiding.PARTLY, (Support.EMOTIONAL,), 1)
    assert [(item.mine, item.text, item.agreed) for item in entry.expectations] == [
        (True, "Listen", False),
        (False, "Good news only", None),
    ]
    page = browser.get("people").text
    for words in (
        "M, mother",
        "middle ring → inner ring",
        "weekly",
        "confides partly",
        "gets comfort",
        "some conflict",
    ):
        assert words in page
    action, fields = opened(browser, f"people/person/{entry.id}")
    browser.post(action, {**fields, "initial": "", "act": "save"})
    assert course_of(clinic).inventory[0].initial is None
    assert "Mother" in browser.get("people").text
    action, fields = opened(browser, f"people/person/{entry.id}")
    assert "Nobody is listed yet" in browser.post(action, {**fields, "act": "remove"}).text
    assert course_of(clinic).inventory == ()


def test_one_is_added_after_the_other_with_the_role_that_was_asked_for(clinic: Clinic, browser: Browser) -> None:
    add_person(browser, "next")
    _action, fields = opened(browser, "people/person?role=FRND")
    assert (fields["role"], fields["initial"]) == ("FRND", "")
    add_person(browser, role="FRND", initial="L")
    assert [entry.initial for entry in course_of(clinic).inventory] == ["M", "L"]


def test_what_cannot_be_used_is_named_and_everything_typed_comes_back(clinic: Clinic, browser: Browser) -> None:
    action, fields = opened(browser, "people/person")
    page = browser.post(action, {**fields, **MOTHER, "role": "", "initial": "Mia", "act": "save"})
    assert "2 things are missing or cannot be used" in page.text
    parsed = Page(page.text)
    kept = parsed.fields_of(next(item for item in parsed.all("form") if item.get("id") == "answers"))
    assert {name: kept.get(name) for name in ("initial", "strengths", "mine-0", "now")} == {
        "initial": "Mia",
        "strengths": WORDS,
        "mine-0": "Listen",
        "now": "middle",
    }
    assert course_of(clinic).inventory == ()


def test_what_is_being_typed_is_kept_for_this_person_and_comes_back_after_a_new_launch(clinic: Clinic) -> None:
    """fault-F71: the page is left, the sign-in ends, the launch goes idle; the words are there."""
    browser = clinic.opened()
    action, fields = opened(browser, "people/person")
    typed: Fields = {**fields, "role": "MTH", "strengths": WORDS}
    assert browser.send(f"{action}/keep", typed, Sec_Fetch_Site="same-origin", HX_Request="true").status_code == 204
    clinic.clock.move(minutes=40)
    late = browser.post(action, {**typed, "difficulties": "She worries.", "act": "save"})
    assert late.status_code == 404
    again, action = clinic.opened(), f"people/person/{fields['key']}"
    assert "Begun and not saved yet" in again.get("people").text
    page = again.get(action)
    assert "is back. It is not saved yet." in page.text
    assert "Begun and not saved" not in clinic.opened(DORU, OKORO).get("people").text
    _action, fields = opened(again, action)
    assert (fields["strengths"], fields["difficulties"]) == (WORDS, "She worries.")
    again.post(action, {**fields, "act": "discard"})
    assert again.get(action).status_code == 404
    assert "Begun and not saved" not in again.get("people").text
    assert course_of(clinic).inventory == ()


def test_two_people_typed_in_two_tabs_are_two_drafts(clinic: Clinic, browser: Browser) -> None:
    """fault-F72: saving one does not lose the other."""
    one, first = opened(browser, "people/person")
    other, second = opened(browser, "people/person")
    for action, fields in ((one, first), (other, second)):
        kept: Fields = {**fields, "role": "FRND", "strengths": WORDS}
        browser.send(f"{action}/keep", kept, Sec_Fetch_Site="same-origin", HX_Request="true")
    browser.post(one, {**first, **MOTHER, "act": "save"})
    assert len(course_of(clinic).inventory) == 1
    assert Page(browser.get("people").text).source.count(f'href="{other}"') == 1
    assert opened(browser, other)[1]["strengths"] == WORDS


def test_what_is_saved_leaves_no_draft_and_late_keeping_brings_none_back(browser: Browser) -> None:
    """attack-A77: what the script had on its way when the button was pressed."""
    action, sent = add_person(browser)
    kept = browser.send(f"{action}/keep", sent, Sec_Fetch_Site="same-origin", HX_Request="true")
    assert kept.status_code == 409
    assert "not saved yet" not in browser.get("people").text.replace("not saved yet</span>", "")


def test_a_form_sent_twice_adds_one_person(clinic: Clinic, browser: Browser) -> None:
    """fault-F72: a double click; the second answer looks like the first."""
    action, sent = add_person(browser)
    again = browser.post(action, sent)
    assert again.status_code == 200
    assert "Who matters" in again.text
    assert len(course_of(clinic).inventory) == 1


def test_two_tabs_the_slower_one_gets_its_words_back_beside_what_is_saved(clinic: Clinic, browser: Browser) -> None:
    """fault-F72."""
    add_person(browser)
    (entry,) = course_of(clinic).inventory
    action, slower = opened(browser, f"people/person/{entry.id}")
    browser.post(action, {**slower, "difficulties": "Saved first.", "act": "save"})
    page = browser.post(action, {**slower, "difficulties": "Typed in the other tab.", "act": "save"})
    assert "changed in another window" in page.text
    assert "Typed in the other tab." in page.text
    assert "Saved first." in page.text
    assert course_of(clinic).inventory[0].problems == "Saved first."
    parsed = Page(page.text)
    fields = parsed.fields_of(next(item for item in parsed.all("form") if item.get("id") == "answers"))
    browser.post(action, {**fields, "act": "save"})
    assert course_of(clinic).inventory[0].problems == "Typed in the other tab."


def test_somebody_taken_out_in_another_tab_can_be_put_back_with_the_words_that_were_typed(
    clinic: Clinic, browser: Browser
) -> None:
    add_person(browser)
    (entry,) = course_of(clinic).inventory
    action, slower = opened(browser, f"people/person/{entry.id}")
    browser.post(action, {**slower, "act": "remove"})
    page = browser.post(action, {**slower, "difficulties": "Typed in the other tab.", "act": "save"})
    assert "taken out of the list in another window" in page.text
    assert "Typed in the other tab." in page.text
    assert course_of(clinic).inventory == ()
    parsed = Page(page.text)
    fields = parsed.fields_of(next(item for item in parsed.all("form") if item.get("id") == "answers"))
    browser.post(action, {**fields, "act": "save"})
    assert course_of(clinic).inventory[0].problems == "Typed in the other tab."


def test_people_are_moved_in_one_circle_at_a_time_by_lists_alone(clinic: Clinic, browser: Browser) -> None:
    add_person(browser)
    (entry,) = course_of(clinic).inventory
    action, fields = opened(browser, "people?view=wanted")
    assert fields[f"ring-{entry.id}"] == "inner"
    page = browser.post(action, {**fields, f"ring-{entry.id}": "outer", "act": "save"})
    assert "M, mother: outer ring" in page.text
    moved = course_of(clinic).inventory[0]
    assert (moved.before, moved.now, moved.wanted) == (Ring.INNER, Ring.MIDDLE, Ring.OUTER)
    assert "M, mother: middle ring → outer ring" in browser.get("people?view=change").text


def test_moves_that_were_not_saved_come_back_and_can_be_discarded(clinic: Clinic, browser: Browser) -> None:
    add_person(browser)
    (entry,) = course_of(clinic).inventory
    _action, fields = opened(browser, "people")
    moved: Fields = {**fields, f"ring-{entry.id}": "lost"}
    assert browser.send("people/keep", moved, Sec_Fetch_Site="same-origin", HX_Request="true").status_code == 204
    page = browser.get("people").text
    assert "is back. It is not saved yet." in page
    assert "M, mother: contact lost" in page
    assert "is back" not in browser.get("people?view=wanted").text
    action, fields = opened(browser, "people")
    assert "M, mother: middle ring" in browser.post(action, {**fields, "act": "discard"}).text
    assert course_of(clinic).inventory[0].now is Ring.MIDDLE


def test_moves_of_a_page_that_is_out_of_date_are_shown_and_not_saved(clinic: Clinic, browser: Browser) -> None:
    add_person(browser)
    (entry,) = course_of(clinic).inventory
    action, fields = opened(browser, "people")
    browser.submit("session", ("act", "keep"))
    page = browser.post(action, {**fields, f"ring-{entry.id}": "lost", "act": "save"})
    assert "changed in another window" in page.text
    assert "M, mother: contact lost" in page.text
    assert course_of(clinic).inventory[0].now is Ring.MIDDLE


def test_an_event_is_added_drawn_above_the_scores_changed_and_taken_out(clinic: Clinic, browser: Browser) -> None:
    assert "No events yet" in browser.get("people/timeline").text
    add_person(browser)
    (entry,) = course_of(clinic).inventory
    fill_in(browser, "222222210")
    add_event(browser, person=entry.id)
    (event,) = course_of(clinic).timeline
    assert (event.when, event.kind, event.mood, event.person) == ("2026-02", EventKind.DISPUTE, -2, entry.id)
    page = browser.get("people/timeline").text
    for words in (
        "Feb 2026",
        "A row at a birthday",
        "-2 · worse",
        "M, mother",
        "Events of life against mood, and PHQ-9",
    ):
        assert words in page
    assert Page(page).all("svg")
    action, fields = opened(browser, f"people/event/{event.id}")
    browser.post(action, {**fields, "when": "14.2.2026", "mood": "", "act": "save"})
    assert (course_of(clinic).timeline[0].when, course_of(clinic).timeline[0].mood) == ("2026-02-14", None)
    action, fields = opened(browser, f"people/event/{event.id}")
    browser.post(action, {**fields, "act": "remove"})
    assert course_of(clinic).timeline == ()


def test_an_event_of_a_page_that_is_out_of_date_comes_back(clinic: Clinic, browser: Browser) -> None:
    action, fields = opened(browser, "people/event")
    add_person(browser)
    typed = {"when": "2026", "kind": "loss", "text": "Leaves the choir"}
    page = browser.post(action, {**fields, **typed, "act": "save"})
    assert "changed in another window" in page.text
    assert "Leaves the choir" in page.text
    assert course_of(clinic).timeline == ()
    assert "Leaves the choir" in browser.get("people/timeline").text
    assert opened(browser, action)[1]["text"] == "Leaves the choir"


@pytest.mark.parametrize(
    "address",
    ["people/person/1c9a6f0e-2f63-4b7a-9d5c-0d7a7b1e9a01", "people/person/x", "people/event/x"],
)
def test_somebody_nobody_knows_is_not_found(standing_browser: Browser, address: str) -> None:
    assert standing_browser.get(address).status_code == 404
    assert standing_browser.post(address, {"act": "save"}).status_code in {403, 404}


def test_a_worry_about_safety_is_a_quiet_mark_in_the_list_and_not_in_the_circle(browser: Browser) -> None:
    """The circle is drawn together with the patient."""
    add_person(browser, safety_concern="yes")
    page = browser.get("people").text
    assert "See the entry before the session ends" in page
    (picture,) = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert "◇" not in picture
    assert "violence" not in page.casefold()


def test_nothing_of_inventory_and_timeline_is_sent_to_the_hospital(clinic: Clinic, browser: Browser) -> None:
    """decision-D20: what the chart holds after filing has no word of it, and filing it is not even due."""
    agree(browser)
    file(browser)
    add_person(browser, safety_concern="yes", in_plan="yes", changes_wanted="More calls.")
    (entry,) = course_of(clinic).inventory
    add_event(browser, person=entry.id)
    assert "some entries are not in the record yet" not in browser.get("").text
    file(browser)
    agree(browser, minutes="45", goal=[goal.id for goal in course_of(clinic).goals])
    file(browser)
    sent = b"".join(rawjson.write(item.resource) for item in clinic.hospital.store.existing()).decode()
    assert '"minutes"' in sent or "45" in sent
    for word in ("evening", "does not argue", "Good news only", "More calls", "birthday", entry.id, "closeness"):
        assert word not in sent


def test_the_page_says_what_a_clinic_files_of_an_inventory(browser: Browser) -> None:
    add_person(browser)
    assert "this page stays in this app" in browser.get("people").text
    assert "This clinic files the form" not in browser.get("people").text


def hostile_course(clinic: Clinic, people: int) -> None:
    """A course whose every typed word looks like markup, and as many people."""
    rings = [*Ring, None]
    entries = tuple(
        InventoryEntry(
            id=str(UUID(int=number + 1)),
            role=list(Role)[number % len(Role)],
            initial=["M", None, "Ö"][number % 3],
            now=rings[number % 6],
            wanted=rings[number % 5],
            conflict=number % 4,
            changes_wanted=HOSTILE,
            norms=HOSTILE,
            expectations=(Expectation(mine=True, text=HOSTILE), Expectation(mine=False, text=HOSTILE)),
        )
        for number in range(people)
    )
    events = tuple(
        TimelineEvent(
            id=str(UUID(int=1000 + number)),
            when=["1999", "2025-02-30", "2026-03"][number % 3],
            kind=EventKind.OTHER,
            text=HOSTILE,
            mood=[None, -3, 3][number % 3],
            person=entries[0].id if entries else None,
        )
        for number in range(people)
    )
    lane = Lane(clinic.iss, DORU)
    with clinic.practice.store.write() as tx:
        stored = episodes.load(tx, lane)
        assert stored is not None
        course = replace(snapshot.load(stored.content), inventory=entries, timeline=events)
        episodes.save(tx, lane, course.id, snapshot.dump(course), expected_revision=stored.revision)


@pytest.mark.parametrize("people", [1, 40])
def test_any_inventory_is_a_whole_picture_and_a_whole_table(clinic: Clinic, browser: Browser, people: int) -> None:
    """One person or forty, words that look like markup; the browser of these tests checks each page besides."""
    hostile_course(clinic, people)
    for address in ("people?view=before", "people", "people?view=wanted", "people?view=change", "people/timeline"):
        text = browser.get(address).text
        (picture,) = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
        assert ElementTree.fromstring(picture).get("role") == "img"  # noqa: S314 - what we made a moment ago
        rows = [item for item in Page(text).all("tr") if item.within("tbody")]
        assert len(rows) == people
        assert HOSTILE not in text
    entry = course_of(clinic).inventory[0]
    action, fields = opened(browser, f"people/person/{entry.id}")
    browser.post(action, {**fields, "act": "save"})
    assert course_of(clinic).inventory[0] == entry


def test_the_pages_are_there_while_the_hospital_is_down(clinic: Clinic, browser: Browser) -> None:
    add_person(browser)
    clinic.close_hospital()
    assert "M, mother" in browser.get("people").text
    add_event(browser)
    assert len(course_of(clinic).timeline) == 1


def test_a_supervisor_reads_and_is_offered_nothing_to_change(tmp_path: Path) -> None:
    with open_clinic(tmp_path, roles=roles_with(StaffRole.SUPERVISOR)) as clinic:
        add_person(clinic.opened())
        supervisor = clinic.opened(DORU, OKORO)
        page = supervisor.get("people").text
        assert "M, mother" in page
        assert "Add a person" not in page
        assert "circle.js" not in page
        (entry,) = course_of(clinic).inventory
        assert "Calls every" in supervisor.get(f"people/person/{entry.id}").text
        assert supervisor.get("people/person").status_code == 403


def test_a_clinic_that_files_the_form_is_told_that_the_page_stays(clinic: Clinic, browser: Browser) -> None:
    form = clinic.practice.catalogue.instrument("interpersonal-inventory")
    site = replace(clinic.practice.site, forms=frozenset({form.canonical}))
    clinic.app.extensions["practice"] = replace(clinic.practice, site=site)
    assert "This clinic files the form “Interpersonal inventory” when one is filled in" in browser.get("people").text
