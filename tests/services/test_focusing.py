"""Choosing the problem area: a course and a form in, a course and problems out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir.model.episode import Episode, EpisodeStatus
from ipt_fhir.model.inventory import InventoryEntry, Role
from ipt_fhir.model.problem_areas import DisputeStage, FocusChange, ProblemArea, ProblemAreaCode, Rank, StageOn
from ipt_fhir.model.sessions import Phase, Session, Technique
from smart_app.services.focusing import AreaForm, changed_midway, choose, read_form, typed_of
from smart_app.services.overview import ended
from smart_app.services.typed import Typed
from tests.services.given import STARTED, new_course

TODAY = STARTED + timedelta(weeks=3)
HUSBAND = InventoryEntry(id="h", role=Role.HUSBAND, initial="H")
DISPUTE = AreaForm(area="role-dispute", agreed=True, agreed_on="2026-01-19", about="h", z_code="Z63.0")
typed = st.text(max_size=30) | st.sampled_from(["h", "Z63.0", "Z63.4", "2026-01-19", "9999-12-31"])


def test_an_area_knows_whom_it_is_about_and_its_code() -> None:
    course, problems = choose(new_course(inventory=(HUSBAND,)), DISPUTE, TODAY)
    assert not problems
    (area,) = course.problem_areas
    assert (area.about, area.z_code, area.agreed_on) == ("h", "Z63.0", date(2026, 1, 19))


def test_choosing_again_keeps_the_stages_of_the_dispute() -> None:
    stages = (StageOn(day=STARTED, stage=DisputeStage.IMPASSE),)
    before = new_course(
        inventory=(HUSBAND,), problem_areas=(ProblemArea(code=ProblemAreaCode.ROLE_DISPUTE, stages=stages),)
    )
    course, _ = choose(before, DISPUTE, TODAY)
    assert course.problem_areas[0].stages == stages
    both = replace(DISPUTE, area="grief", second_area="role-dispute", z_code="", about="", agreed=False)
    second, _ = choose(course, both, TODAY)
    assert [(area.rank, area.stages) for area in second.problem_areas] == [(Rank.PRIMARY, ()), (Rank.SECONDARY, stages)]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"about": "somebody-else"}, "about"),
        ({"z_code": "Z63.4"}, "z_code"),
        ({"z_code": "F32.1"}, "z_code"),
        ({"second_area": "grief", "second_about": "gone"}, "second_about"),
        ({"second_area": "grief", "second_z_code": "Z63.0"}, "second_z_code"),
    ],
)
def test_a_person_or_code_that_does_not_belong_is_a_problem_at_its_field(change: dict[str, str], field: str) -> None:
    before = new_course(inventory=(HUSBAND,))
    course, problems = choose(before, replace(DISPUTE, **change), TODAY)  # type: ignore[arg-type]
    assert (course, [item.field for item in problems]) == (before, [field])


def test_the_agreement_about_one_area_is_none_about_another() -> None:
    course, _ = choose(new_course(inventory=(HUSBAND,)), DISPUTE, TODAY)
    other = replace(DISPUTE, area="grief", z_code="", about="")
    assert [item.field for item in choose(course, other, TODAY)[1]] == ["agreed_on"]
    assert not choose(course, replace(other, agreed_on=TODAY.isoformat()), TODAY)[1]
    assert not choose(course, replace(other, agreed=False), TODAY)[1]


def session(number: int, phase: Phase, *techniques: Technique) -> Session:
    return Session(number=number, date=STARTED + timedelta(weeks=number), phase=phase, techniques=techniques)


def test_a_focus_that_changed_midway_asks_for_a_look_at_the_contract_until_a_session_had_one() -> None:
    sessions = (session(3, Phase.INITIAL), session(4, Phase.MIDDLE))
    area = ProblemArea(code=ProblemAreaCode.GRIEF, agreed_by_patient=True, agreed_on=STARTED + timedelta(weeks=6))
    course = new_course(sessions=sessions, problem_areas=(area,))
    assert changed_midway(course)
    assert not changed_midway(replace(course, problem_areas=(replace(area, agreed_on=STARTED),)))
    reviewed = session(7, Phase.MIDDLE, Technique.CONTRACT_REVIEW)
    assert not changed_midway(replace(course, sessions=(*sessions, reviewed)))


def agreed_course(*sessions: Session) -> Episode:
    area = ProblemArea(code=ProblemAreaCode.GRIEF, agreed_by_patient=True, agreed_on=STARTED, rationale="After it.")
    return new_course(sessions=sessions, problem_areas=(area,))


DISPUTE_NOW = AreaForm(area="role-dispute", agreed=True, agreed_on=TODAY.isoformat())


def test_a_focus_that_was_given_up_stays_with_its_days_and_its_words() -> None:
    after, problems = choose(agreed_course(session(1, Phase.INITIAL)), DISPUTE_NOW, TODAY)
    assert not problems
    (former,) = after.former_areas
    assert (former.area.code, former.area.agreed_on, former.left_on) == (ProblemAreaCode.GRIEF, STARTED, TODAY)
    assert (former.reason, former.area.rationale) == (None, "After it.")
    again, _ = choose(after, replace(DISPUTE_NOW, rationale="Other words."), TODAY)
    assert again.former_areas == after.former_areas


def test_a_slip_of_today_and_a_second_area_leave_no_trace() -> None:
    slipped, _ = choose(new_course(), DISPUTE_NOW, TODAY)
    assert choose(slipped, replace(DISPUTE_NOW, area="grief"), TODAY)[0].former_areas == ()
    kept = AreaForm(area="grief", second_area="role-dispute", agreed=True, agreed_on=STARTED.isoformat())
    assert choose(agreed_course(), kept, TODAY)[0].former_areas == ()


def test_after_the_first_phase_a_change_needs_a_reason_and_is_never_forbidden() -> None:
    late = agreed_course(session(3, Phase.INITIAL), session(4, Phase.MIDDLE))
    after, problems = choose(late, DISPUTE_NOW, TODAY)
    assert (after, [item.field for item in problems]) == (late, ["change_reason"])
    after, problems = choose(late, replace(DISPUTE_NOW, change_reason="new-information"), TODAY)
    assert not problems
    assert [item.reason for item in after.former_areas] == [FocusChange.NEW_INFORMATION]
    same = AreaForm(area="grief", agreed=True, agreed_on=STARTED.isoformat())
    assert not choose(late, same, TODAY)[1]


@pytest.mark.parametrize("status", [EpisodeStatus.COMPLETED, EpisodeStatus.REVOKED])
def test_a_course_that_ended_is_known_as_ended(status: EpisodeStatus) -> None:
    assert ended(new_course(status=status, phase=Phase.CLOSED))
    assert not ended(new_course())


def test_the_form_of_what_is_saved_reads_back_as_the_same() -> None:
    course, _ = choose(new_course(inventory=(HUSBAND,)), DISPUTE, TODAY)
    again, problems = choose(course, read_form(typed_of(course, TODAY)), TODAY)
    assert not problems
    assert again == course


@given(st.dictionaries(st.sampled_from([*AreaForm.__annotations__, "agreed"]), st.tuples(typed)))
def test_whatever_is_typed_is_a_focus_or_a_problem(values: dict[str, tuple[str, ...]]) -> None:
    before = new_course(inventory=(HUSBAND,))
    after, problems = choose(before, read_form(Typed({"area": ("grief",), **values})), TODAY)
    if problems:
        assert after == before
