"""The whole way once: launch, PHQ-9, plan, file, and a fresh copy of the app re-opens exactly what was filed."""

from __future__ import annotations

from dataclasses import replace

from ipt_fhir.model import snapshot
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.filed_parts import filed_part
from smart_app.services.practice import Practice
from smart_app.store import episodes, server_copies
from smart_app.store.lanes import Lane
from smart_app.store.server_copies import StoredCopy
from tests.journeys.clinician import Clinician
from tests.journeys.hospitals import Site

# The nine questions stand behind the sentence that introduces them.
PHQ9 = {f"a-{place}": answer for place, answer in enumerate(
    ("LA6571-9", "LA6570-1", "LA6570-1", "LA6570-1", "LA6569-3", "LA6570-1", "LA6569-3", "LA6568-5", "LA6569-3"),
    start=1,
)}  # fmt: skip


def course_of(practice: Practice, site: Site) -> Episode:
    with practice.store.read() as tx:
        stored = episodes.load(tx, Lane(site.iss, site.patient))
    assert stored is not None
    return snapshot.load(stored.content)


def receipts_of(practice: Practice, site: Site) -> list[StoredCopy]:
    with practice.store.read() as tx:
        stored = episodes.load(tx, Lane(site.iss, site.patient))
        assert stored is not None
        return server_copies.of_episode(tx, stored.id)


def agree_a_plan(clinician: Clinician) -> None:
    """Area, contract, a goal by score, a goal by scale, all agreed today; the reason stays here."""
    clinician.submit(
        "focus",
        ("act", "keep"),
        area="role-transition",
        agreed="yes",
        rationale="Few ties, broken off when exposed to being judged.",
    )
    page = clinician.submit("plan", ("act", "preview"), contract_agreed="yes", goal=["G-02", "G-17"])
    assert "What the chart will say" in page.text, page.text


def work_through_a_session(clinician: Clinician) -> None:
    """PHQ-9 with a worrying answer, the safety step, the plan, and the session closed."""
    page = clinician.submit("forms/phq-9", ("act", "done"), **PHQ9)
    assert "Safety step" in page.text, page.text
    refused = clinician.submit("session", ("act", "close"))
    assert "A safety answer waits" in refused.text
    safety = page.request.path
    clinician.submit(
        safety,
        ("act", "handed-over"),
        handed_to="ZZTEST nurse of the day clinic",
        accepted="yes",
        reason="Seen together after the session.",
    )
    agree_a_plan(clinician)
    closed = clinician.submit("session", ("act", "close"))
    assert "Session 2 of 16 comes next" in closed.text, closed.text


def test_what_was_filed_is_what_a_fresh_copy_of_the_app_opens(site: Site) -> None:
    with site.fresh_app() as (app, practice):
        clinician = Clinician(app, site.app_url)
        assert "Nothing" not in clinician.launch(site.click()).text.split("Filing")[0]
        work_through_a_session(clinician)
        filed = clinician.submit("filing", ("act", "file"))
        assert "✓ in the record" in filed.text, filed.text
        ours = course_of(practice, site)
        receipts = receipts_of(practice, site)
        assert all(copy.verified and copy.differences == () for copy in receipts)
        assert len(receipts) == 1 + 2 + 7 + 1 + 2 + 1  # plan, goals, planned work, answers, scores, safety step

    with site.fresh_app() as (app, practice):
        page = Clinician(app, site.app_url).launch(site.click())
        assert "Session 2 of 16 comes next" in page.text
        assert course_of(practice, site) == filed_part(ours)
        assert "nothing is due" not in page.text or "✓ in the record" in page.text
        assert "judged" not in page.text  # the reason never left the first copy


def test_an_edit_is_filed_as_a_new_version_of_what_changed_only(site: Site) -> None:
    with site.fresh_app() as (app, practice):
        clinician = Clinician(app, site.app_url)
        clinician.launch(site.click())
        agree_a_plan(clinician)
        clinician.submit("filing", ("act", "file"))
        before = {copy.key: copy.version for copy in receipts_of(practice, site)}
        goal = course_of(practice, site).goals[0]
        clinician.submit("plan", ("act", "keep"), **{f"text-{goal.id}": "Feel like myself again."})
        page = clinician.submit("filing", ("act", "file"))
        assert "✓ in the record" in page.text, page.text
        after = {copy.key: copy.version for copy in receipts_of(practice, site)}
        changed = {key for key in after if after[key] != before[key]}
        assert changed == {goal.id, course_of(practice, site).id}


def test_a_change_in_the_chart_is_shown_beside_ours_and_nothing_is_overwritten(site: Site) -> None:
    """fault-F22 on HAPI (409), fault-F23 elsewhere (412)."""
    with site.fresh_app() as (app, practice):
        clinician = Clinician(app, site.app_url)
        clinician.launch(site.click())
        agree_a_plan(clinician)
        clinician.submit("filing", ("act", "file"))
        goal = course_of(practice, site).goals[0]
        copy = next(copy for copy in receipts_of(practice, site) if copy.key == goal.id)
        site.edit(f"Goal/{copy.server_id}", lambda found: found["description"].update(text="Worded by the ward."))
        clinician.submit("plan", ("act", "keep"), **{f"text-{goal.id}": "Worded by me."})
        page = clinician.submit("filing", ("act", "file"))
        assert "needs your choice" in page.text, page.text
        assert "Worded by the ward." in page.text
        assert "Worded by me." in page.text
        page = clinician.submit("filing", ("choice", "draft"), to="filing/choice")
        assert "Your draft, not filed" in page.text
        theirs = course_of(practice, site).goals[0]
        assert theirs == replace(goal, text="Worded by the ward.")
