"""What is typed about a group's session is never lost, and stays with the member it was typed for (decision-D106)."""

from __future__ import annotations

from smart_app.store import drafts
from smart_app.store.lanes import Lane
from tests.journeys.clinician import Fields
from tests.web.acts import course_of
from tests.web.browser import Browser
from tests.web.clinic import ALMA, DORU, OKORO, Clinic
from tests.web.page_checks import Page
from tests.web.test_group_pages import both, keys


def filled(browser: Browser) -> Fields:
    """The form with something typed for each member, and once for all."""
    first, second = keys(browser)
    steps: Fields = {f"step-{first}": "For Doru.", f"step-{second}": "For Alma.", f"attendance-{first}": "missed"}
    return {**browser.fields("group"), "minutes": "75", "technique": ["role-play"], **steps}


def keep(browser: Browser, fields: Fields) -> int:
    """What the script of the page sends while somebody types."""
    return browser.send("group/keep", fields, Sec_Fetch_Site="same-origin", HX_Request="true").status_code


def typed(browser: Browser) -> dict[str, str]:
    """The fields of the page that hold a text, by label of their member."""
    page = Page(browser.get("group").text)
    form = page.fields_of(page.all("form")[0])
    return {name: str(value) for name, value in form.items() if name.startswith("step-") and value}


def test_what_is_typed_comes_back_after_a_sign_out_on_the_chart_of_any_member(clinic: Clinic) -> None:
    """fault-F71."""
    doru, alma = both(clinic)
    first, second = keys(alma)
    assert keep(alma, filled(alma)) == 204
    for patient in (ALMA, DORU):
        again = clinic.opened(patient)
        assert typed(again) == {f"step-{first}": "For Doru.", f"step-{second}": "For Alma."}
        form = again.fields("group")
        assert (form["minutes"], form[f"attendance-{first}"]) == ("75", "missed")
        assert "What you entered before is here again." in again.get("group").text
    assert course_of(clinic, DORU).sessions == course_of(clinic, ALMA).sessions == ()
    assert "For Alma" not in doru.get("session").text


def test_the_text_of_one_member_lies_with_that_member_alone(clinic: Clinic) -> None:
    _doru, alma = both(clinic)
    keep(alma, filled(alma))
    with clinic.practice.store.read() as tx:
        owner = str(tx.connection.exec_driver_sql("select owner from group_members").scalar())
        texts = {
            patient: drafts.load(tx, drafts.DraftKey.of(Lane(clinic.iss, patient), owner, "group-session"))
            for patient in (DORU, ALMA)
        }
    for patient, own, other in ((DORU, "For Doru.", "For Alma."), (ALMA, "For Alma.", "For Doru.")):
        found = texts[patient]
        assert found is not None
        assert own in found.text
        assert other not in found.text
    alma.post("group", {**alma.fields("group"), "act": "close"})
    for patient, own in ((DORU, "For Doru."), (ALMA, "For Alma.")):
        (session,) = course_of(clinic, patient).sessions
        assert session.step == own
        assert typed(clinic.opened(patient)) == {}


def test_a_colleague_finds_nothing_of_it(clinic: Clinic) -> None:
    _doru, alma = both(clinic)
    keep(alma, filled(alma))
    other = clinic.opened(DORU, OKORO)
    assert keep(other, {**filled(alma), **other.fields("group")}) == 204
    assert "For Doru" not in other.get("group").text
    assert len(typed(clinic.opened(ALMA))) == 2


def test_a_launch_that_ended_and_a_page_that_is_out_of_date_lose_nothing(clinic: Clinic) -> None:
    """fault-F71, fault-F72."""
    _doru, alma = both(clinic)
    form = {**filled(alma), "act": "close"}
    clinic.clock.move(minutes=40)
    assert alma.post("group", form).status_code == 404
    again = clinic.opened(ALMA)
    assert len(typed(again)) == 2
    late = {**filled(again), "minutes": "60"}
    again.submit("session", ("act", "keep"))
    assert again.post("group", {**late, "act": "close"}).status_code == 409
    assert again.fields("group")["minutes"] == "60"
    assert [item.closed for item in course_of(clinic, ALMA).sessions] == [False]


def test_a_second_click_closes_nothing_more_and_what_was_under_way_brings_the_draft_not_back(clinic: Clinic) -> None:
    """attack-A77."""
    _doru, alma = both(clinic)
    form = {**filled(alma), "act": "close"}
    assert "Session 1 of 16 is closed" in alma.post("group", form).text
    assert "Session 1 of 16 is closed" in alma.post("group", form).text
    keep(alma, form)
    assert typed(alma) == {}
    assert [item.number for item in course_of(clinic, DORU).sessions] == [1]


def test_a_step_for_a_session_that_was_closed_on_its_own_stands_aside(clinic: Clinic) -> None:
    doru, alma = both(clinic)
    _first, second = keys(alma)
    keep(alma, filled(alma))
    doru = clinic.opened(DORU)
    doru.submit("session", ("act", "close"))
    page = clinic.opened(ALMA)
    assert typed(page) == {f"step-{second}": "For Alma."}
    text = page.get("group").text
    assert "closed in another window" in text
    assert "For Doru." in text
    assert course_of(clinic, DORU).sessions[0].step is None


def test_who_leaves_the_group_or_begins_anew_leaves_no_draft(clinic: Clinic) -> None:
    doru, alma = both(clinic)
    keep(alma, filled(alma))
    doru = clinic.opened(DORU)
    page = Page(doru.get("group").text)
    leaving = next(page.fields_of(form) for form in page.all("form") if form.get("id") == "leave")
    doru.post("group/member", {**leaving, "act": "leave"})
    assert list(typed(clinic.opened(ALMA)).values()) == ["For Alma."]
    alma = clinic.opened(ALMA)
    alma.post("group", {**alma.fields("group"), "act": "again"})
    assert typed(alma) == {}
