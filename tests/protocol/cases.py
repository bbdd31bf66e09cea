"""Four invented people in therapy, A to D, at any week: what a clinic would see.

Week 0 is the intake, week n the session n, ``"last"`` the course after its last session. Patients' names carry ZZTEST-.
A case aims only at goals that can be measured in this version.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Literal

from ipt_fhir.model.ending import RelapsePlan, TerminationReason, TerminationReview
from ipt_fhir.model.episode import Episode, Frequency
from ipt_fhir.model.formulation import Formulation
from ipt_fhir.model.people import DiagnosisLink
from ipt_fhir.model.problem_areas import ProblemArea, ProblemAreaCode, Rank, StageOn
from ipt_fhir.model.records import Message, MessageKind, RecordLink, Relation
from ipt_fhir.model.sessions import Phase, Session, SessionKind, Technique
from ipt_fhir.model.timeline import TimelineEvent
from ipt_fhir.protocol.course import Step, maintenance_contract, take
from tests.protocol import acting
from tests.protocol.acting import id_of
from tests.protocol.case_facts import CASES, Case
from tests.protocol.case_people import people

Week = int | Literal["last"]
_MINUTES = 50


def case(name: str, week: Week) -> Episode:
    """The course of case A, B, C or D after that week's session; every guard on the way is met."""
    facts = CASES[name]
    last = facts.sessions
    number = last if week == "last" else week
    if not 0 <= number <= last:
        raise ValueError(f"case {name} has weeks 0 to {last}")
    course = _taken_in(name, facts)
    for session in range(1, number + 1):
        course = _session(course, facts, session)
    return _ended(course, facts) if number == last else course


def _taken_in(name: str, facts: Case) -> Episode:
    course = Episode(
        id=id_of("case", name),
        variant=facts.variant,
        phase=Phase.SUITABILITY,
        started=facts.day0,
        therapist=acting.THERAPIST,
        supervisor=acting.SUPERVISOR,
        setting=facts.setting,
        diagnoses=tuple(
            DiagnosisLink(reference=f"Condition/zztest-{name.lower()}-{number}", display=code)
            for number, code in enumerate(facts.diagnoses)
        ),
        links=(RecordLink(relation=Relation.SUPPORTED_BY, reference="MedicationRequest/zztest-b"),)
        if facts.medication
        else (),
    )
    course = replace(course, activities=(*acting.usual_work(course), acting.work(course, "crisis-plan")))
    course = take(course, Step.SUITABILITY, facts.day0)
    course = acting.measured(course, facts.day0, facts.phq9.split()[0])
    return take(course, Step.PLANNED, facts.day0)


def _session(course: Episode, facts: Case, number: int) -> Episode:
    day = _day(facts, number)
    course = acting.measured(course, day, facts.phq9.split()[number])
    kind = SessionKind.CONJOINT if number == facts.conjoint else SessionKind.INDIVIDUAL
    session = Session(
        number=number, date=day, phase=course.phase, kind=kind, starts=acting.at(day), minutes=_MINUTES, closed=False
    )
    course = _stepped(acting.with_session(course, session), facts, number, day)
    held = replace(session, phase=course.phase, closed=True, focus=_focus(course), techniques=_techniques(course.phase))
    course = acting.with_session(course, held)
    if number == 2:
        course = replace(course, inventory=people(course.id, facts), sick_role_on=_day(facts, 1))
    if number == facts.initial:
        course = _agreed(course, facts, day)
    if number == facts.letter:
        letter = Message(
            id=id_of(course.id, "letter"),
            kind=MessageKind.FAMILY_DOCTOR,
            sent=acting.at(day, 14),
            sender=acting.THERAPIST,
        )
        course = replace(course, messages=(letter,))
    course = _staged(_timeline(course, facts, number), facts, number, day)
    if number in facts.ratings:
        course = acting.rated(course, "G-11", day, facts.ratings[number])
    return acting.confirmed(course, day)


def _stepped(course: Episode, facts: Case, number: int, day: date) -> Episode:
    steps = {1: Step.INITIAL, facts.initial + 1: Step.MIDDLE, facts.sessions - facts.ending + 1: Step.TERMINATION}
    return take(course, steps[number], day) if number in steps else course


def _agreed(course: Episode, facts: Case, day: date) -> Episode:
    about = id_of(course.id, "person", facts.about)
    first = ProblemArea(
        code=facts.area,
        agreed_by_patient=True,
        agreed_on=day,
        z_code=facts.z_code,
        rationale="It began before the mood fell, and both want to work on it.",
        about=about,
    )
    second = (
        (ProblemArea(code=facts.second, rank=Rank.SECONDARY, agreed_by_patient=True, agreed_on=day),)
        if facts.second
        else ()
    )
    course = replace(
        course,
        problem_areas=(first, *second),
        contract=acting.contracted(day, facts.sessions, Frequency.WEEKLY, _MINUTES, _day(facts, 1)),
        formulations=(Formulation(version=1, text=facts.formulation, author=acting.THERAPIST, agreed_on=day),),
        role_sheet=facts.roles,
    )
    known = {item.initial: item for item in course.inventory}
    goals = (acting.agreed_goal(course, name, day, person=known.get(who)) for name, who in facts.goals.items())
    course = replace(course, goals=tuple(goals))
    return acting.done(course, "psychoeducation", "interpersonal-inventory", "agree-contract", "crisis-plan")


def _timeline(course: Episode, facts: Case, number: int) -> Episode:
    """What has happened by now; before the second session nobody has drawn a timeline."""
    if number < 2:
        return course
    events = (
        TimelineEvent(
            id=id_of(course.id, "event", index),
            when=(facts.day0 + timedelta(weeks=item.week)).isoformat(),
            kind=item.kind,
            text=item.text,
            mood=item.mood,
            person=id_of(course.id, "person", item.person) if item.person else None,
        )
        for index, item in enumerate(facts.timeline)
        if item.week <= number
    )
    return replace(course, timeline=tuple(events))


def _staged(course: Episode, facts: Case, number: int, day: date) -> Episode:
    if number not in facts.stages:
        return course
    first, *others = course.problem_areas
    seen = (*first.stages, StageOn(day=day, stage=facts.stages[number]))
    return replace(course, problem_areas=(replace(first, stages=seen), *others))


def _ended(course: Episode, facts: Case) -> Episode:
    day = _day(facts, facts.sessions)
    plan = RelapsePlan(
        signs=("Sleep gets short", "Calls are not returned", "Mornings are heavy"),
        actions=("Use what was rehearsed", "Walk every day", "Call the clinic"),
        contacts=("sister or brother", "family doctor"),
        review_on=day + timedelta(weeks=12),
    )
    course = acting.done(replace(course, relapse_plan=plan), "mid-point-review", "relapse-plan")
    if facts.maintained and course.contract:
        contract = maintenance_contract(course.contract, facts.maintained, Frequency.MONTHLY, day)
        more = (acting.work(course, "maintenance-sessions"), acting.work(course, "refer-to-psychotherapist"))
        course = take(course, Step.MAINTENANCE, day)
        return replace(course, contract=contract, activities=(*course.activities, *more))
    review = TerminationReview(
        reason=TerminationReason.COMPLETED,
        ended_on=day,
        reviewed_on=day,
        dispositions=facts.dispositions,
        gains="Speaks about what matters sooner",
        confidence=7,
    )
    return take(replace(course, review=review), Step.CLOSED, day)


def _focus(course: Episode) -> ProblemAreaCode | None:
    return course.primary_area.code if course.primary_area else None


def _techniques(phase: Phase) -> tuple[Technique, ...]:
    return {
        Phase.INITIAL: (Technique.PSYCHOEDUCATION,),
        Phase.MIDDLE: (Technique.MOOD_EVENT_LINKING, Technique.COMMUNICATION_ANALYSIS),
        Phase.TERMINATION: (Technique.TERMINATION_WORK,),
    }[phase]


def _day(facts: Case, number: int) -> date:
    return facts.day0 + timedelta(weeks=number)
