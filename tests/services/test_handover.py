"""What is handed over, and what never is."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask

from ipt_fhir.instruments.catalogue import SHIPPED
from ipt_fhir.model.ending import TerminationReason, TerminationReview
from ipt_fhir.model.episode import Episode, EpisodeStatus
from ipt_fhir.model.measures import SafetyAct, SafetyItem
from ipt_fhir.model.people import DiagnosisLink
from ipt_fhir.model.sessions import Phase, SkippedPhase, SkipReason
from smart_app import language
from smart_app.demo import demo_devices
from smart_app.documents.pdf import LONGEST
from smart_app.documents.sheet import Sheet, texts_of
from smart_app.services.desk import Diagnosis
from smart_app.services.handover import Handover, OpenPoint, handover_of
from smart_app.services.handover_sheets import Paper, sheet_of
from tests.protocol import acting
from tests.protocol.case_facts import CASES
from tests.protocol.cases import case
from tests.services.desks import ALMA, desk_with
from tests.services.given import new_course

TODAY = CASES["A"].day0 + timedelta(weeks=17)
LOCAL = "LOCALWORDS"


def handed(episode: Episode, **parts: object) -> Handover:
    found = handover_of(desk_with(episode, TODAY, **parts), SHIPPED)  # type: ignore[arg-type]
    assert found is not None
    return found


def text(sheet: Sheet | None) -> str:
    assert sheet is not None
    return "\n".join(texts_of(sheet))


def texts(paper: Paper, found: Handover) -> list[str]:
    sheet = sheet_of(paper, found)
    assert sheet is not None
    return [*texts_of(sheet)]


def marked(episode: Episode) -> Episode:
    """The course with a mark in every local text a person typed, but for the plan against relapse."""
    area = replace(episode.problem_areas[0], rationale=LOCAL)
    people = (replace(item, strengths=LOCAL, problems=LOCAL, norms=LOCAL) for item in episode.inventory)
    assert episode.review
    return replace(
        episode,
        problem_areas=(area, *episode.problem_areas[1:]),
        inventory=tuple(people),
        timeline=tuple(replace(item, text=LOCAL) for item in episode.timeline),
        formulations=tuple(replace(item, text=LOCAL) for item in episode.formulations),
        sessions=tuple(replace(item, step=LOCAL) for item in episode.sessions),
        review=replace(episode.review, gains=LOCAL, unmet=LOCAL),
        safety_items=tuple(replace(item, reason=LOCAL) for item in episode.safety_items),
    )


def test_there_is_nothing_to_hand_over_of_a_course_nobody_began() -> None:
    assert handover_of(desk_with(new_course(), TODAY), SHIPPED) is None


def test_the_summary_says_where_the_therapy_stands() -> None:
    said = text(sheet_of(Paper.SUMMARY, handed(case("A", "last"))))
    for words in (
        "Alma ZZTEST-ALMA",
        "14 May 1987 (38 years)",
        "Role dispute",
        "16 sessions held",
        "Completed as agreed, 27 Apr 2026",
        "16 (moderately severe) on 5 Jan 2026",
        "4 (none) on 27 Apr 2026",
        "reliable improvement",
        "Communication analysis: 10 sessions",
        "3 answers asked somebody to act, the last one on 19 Jan 2026.",
        "Last step: Discussed with the patient in the session, 19 Jan 2026.",
    ):
        assert words in said


@pytest.mark.parametrize("paper", list(Paper))
def test_no_document_holds_local_words_or_people_by_more_than_role(paper: Paper) -> None:
    said = text(sheet_of(paper, handed(marked(case("A", "last"))), with_plan=True))
    assert LOCAL not in said


def test_a_phase_that_was_left_out_is_told_with_its_reason() -> None:
    left = SkippedPhase(phase=Phase.MIDDLE, reason=SkipReason.HELD_ELSEWHERE, day=date(2026, 3, 2))
    said = text(sheet_of(Paper.SUMMARY, handed(replace(case("A", 8), skipped_phases=(left,)))))
    assert "Middle phase: held elsewhere, 2 Mar 2026" in said


def test_the_plan_against_relapse_is_the_patients_unless_the_patient_agreed() -> None:
    found = handed(case("A", "last"))
    sign = "Sleep gets short"
    assert sign in text(sheet_of(Paper.PATIENT, found))
    for paper in (Paper.SUMMARY, Paper.LETTER):
        assert sign not in text(sheet_of(paper, found))
        assert sign in text(sheet_of(paper, found, with_plan=True))


def test_the_patients_sheet_has_plain_words_and_no_codes() -> None:
    diagnosed = replace(
        case("A", "last"), diagnoses=(DiagnosisLink(reference="Condition/1", display="F32.1 Depressive episode"),)
    )
    found = handed(diagnosed, devices=demo_devices("http://localhost:1"))
    said = text(sheet_of(Paper.PATIENT, found))
    assert "You came to 16 sessions" in said
    assert "a conflict with somebody who matters to you" in said
    assert "Questionnaire PHQ-9: 16 points at first, 4 points at last. Fewer points mean fewer complaints." in said
    assert "A clinic writes here whom to call at any hour." in said
    for word in ("F32.1", "Depressive", "Role dispute", "ZZ-1001", "asked somebody to act"):
        assert word not in said
    assert "F32.1" in text(sheet_of(Paper.LETTER, found))
    without = handed(diagnosed)
    assert "danger" not in text(sheet_of(Paper.PATIENT, without))


def test_before_the_first_session_the_patients_sheet_counts_none() -> None:
    episode = replace(case("A", 8), sessions=())
    said = text(sheet_of(Paper.PATIENT, handed(episode)))
    assert "You came to" not in said
    assert "Together we worked on this" in said


def test_the_diagnosis_reads_as_the_chart_reads_now() -> None:
    linked = replace(case("A", 8), diagnoses=(DiagnosisLink(reference="Condition/1", display="old words"),))
    chart = (
        Diagnosis(reference="Condition/1", display="new words"),
        Diagnosis(reference="Condition/2", display="foot"),
    )
    assert handed(linked, diagnoses=chart).diagnoses == ("new words",)


def test_nothing_is_written_to_a_patient_who_died() -> None:
    died = TerminationReview(reason=TerminationReason.DIED, ended_on=TODAY)
    found = handed(replace(case("A", 8), review=died, phase=Phase.CLOSED, status=EpisodeStatus.REVOKED))
    assert sheet_of(Paper.PATIENT, found) is None
    assert "because the patient died" in text(sheet_of(Paper.LETTER, found))


def test_in_the_middle_of_a_course_what_is_ahead_and_open_is_told() -> None:
    waits = SafetyItem(id="w", response="r", link_id="x", answer="y", opened=acting.at(TODAY))
    middle = case("A", 8)
    found = handed(replace(middle, safety_items=(*middle.safety_items, waits)))
    assert found.open_points == (OpenPoint.SAFETY,)
    said = text(sheet_of(Paper.SUMMARY, found))
    assert "8 sessions held, 8 to come" in said
    assert "Middle phase" in said
    assert "Nobody has recorded what was done." in said
    assert "The treatment goes on." in text(sheet_of(Paper.LETTER, found))


def test_a_review_written_before_the_end_is_not_handed_over() -> None:
    early = TerminationReview(reason=TerminationReason.COMPLETED, ended_on=TODAY)
    assert handed(replace(case("A", 14), review=early)).ended is None


def test_a_course_with_everything_the_app_allows_stays_below_the_limit_of_a_document() -> None:
    full = case("A", "last")
    goals = tuple(replace(full.goals[0], id=str(number), text="x" * 300) for number in range(40))
    patient = replace(ALMA, name="王" * 200, birth_date="1987")
    found = handed(replace(full, goals=goals), patient=patient)
    assert found.patient.age(TODAY) is None
    assert sum(len(part.encode()) for part in texts(Paper.SUMMARY, found)) < LONGEST / 4
    assert SafetyAct.DISCUSSED in {item.act for item in found.safety}


def test_a_german_page_makes_german_documents() -> None:
    app = Flask("smart_app.app")
    language.install(app)
    with app.test_request_context(headers={"Accept-Language": "de"}):
        found = handed(case("A", "last"))
        german = {paper: texts(paper, found) for paper in Paper}
    assert "Ihre Therapie auf einen Blick" in german[Paper.PATIENT]
    english = handed(case("A", "last"))
    own = {item.goal.text for item in found.goals}
    for paper in (Paper.SUMMARY, Paper.LETTER):
        both = {*german[paper]} & {*texts(paper, english)} - own
        assert {words for words in both if re.search(r"[a-z]{3} [a-z]{3}", words)} == set()
