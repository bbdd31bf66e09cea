"""One small invented course in which every extension of ours says something: the examples of the package."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from ipt_fhir.instruments.catalogue import instrument
from ipt_fhir.model.activities import COURSE, Activity, ActivityStatus, Outcome, Owner
from ipt_fhir.model.ending import Disposition, TerminationReason, TerminationReview
from ipt_fhir.model.episode import Contract, Episode, EpisodeStatus, Frequency, Setting
from ipt_fhir.model.goals import Achievement, Comparator, Goal, GoalStatus, RatedBy, Rating, ScoreTarget
from ipt_fhir.model.measures import Answer, Response, ResponseStatus, SafetyAct, SafetyItem
from ipt_fhir.model.people import DiagnosisLink, Person
from ipt_fhir.model.problem_areas import DisputeStage, ProblemArea, ProblemAreaCode, ProposedBy, Rank
from ipt_fhir.model.sessions import Attendance, Mode, Session, SessionKind
from ipt_fhir.protocol.catalogue import activity_templates, goal_templates, variants
from ipt_fhir.protocol.goals import scale_of
from ipt_fhir.protocol.pace import day_of_session

STARTED = date(2026, 1, 5)
THERAPIST = Person(display="ZZTEST Therapist", reference="Practitioner/ipt-example-therapist")
_VARIANT = variants()["ipt-brief-8"]
_AGREED = STARTED + timedelta(weeks=1)
_LAST = day_of_session(STARTED, _VARIANT.sessions, _VARIANT.frequency)


def _id(number: int) -> str:
    return f"7d0c2b5a-41e6-4c39-8f2d-{number:012d}"


def _goal(number: int, template_id: str, text: str | None = None) -> Goal:
    template = goal_templates()[template_id]
    score = Decimal(template.value) if isinstance(template.value, int) else None
    return Goal(
        id=_id(number),
        kind=template.kind,
        text=text or template.text,
        template=template.id,
        area=template.area,
        status=GoalStatus.ACTIVE,
        start=STARTED,
        due=min(STARTED + timedelta(weeks=template.week), _LAST),
        target=ScoreTarget(measure=template.measure, comparator=Comparator.LESS, value=score) if score else None,
        stage=DisputeStage.RENEGOTIATION if template.stage else None,
        levels=scale_of(template),
    )


def _activity(number: int, template_id: str, owner: Owner | None = None) -> Activity:
    template = activity_templates()[template_id]
    return Activity(
        id=_id(number),
        kind=template.kind,
        code=template.id,
        text=template.text,
        status=ActivityStatus.PLANNED,
        due=None if template_id == COURSE else _LAST,
        owner=owner,
    )


def _answers(points: str) -> tuple[Answer, ...]:
    """One digit of points for each scored item of the PHQ-9."""
    rule = instrument("phq-9").scoring
    codes = {link_id: {value: code for code, value in options.items()} for link_id, options in rule.points.items()}
    return tuple(
        Answer(link_id=link_id, code=codes[link_id][int(digit)])
        for link_id, digit in zip(rule.items, points, strict=True)
    )


def _session(number: int, attendance: Attendance = Attendance.ATTENDED, mode: Mode = Mode.IN_PERSON) -> Session:
    return Session(
        number=number,
        date=day_of_session(STARTED, number, _VARIANT.frequency),
        phase=_VARIANT.phase_of(number, _VARIANT.sessions),
        attendance=attendance,
        mode=mode,
        minutes=_VARIANT.minutes if attendance is Attendance.ATTENDED else None,
    )


def _noon(day: date, minutes: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, 12, minutes, tzinfo=UTC)


_JOINT = replace(_session(4), kind=SessionKind.CONJOINT, starts=_noon(day_of_session(STARTED, 4, _VARIANT.frequency)))
_SCORE_GOAL = replace(_goal(10, "G-02"), achievement=Achievement.IMPROVING)
_SCALE_GOAL = replace(
    _goal(11, "G-11", "Have one planned conversation a week with my husband about the household."),
    ratings=(Rating(id=_id(15), rated=_noon(_LAST), level=0, by=RatedBy.PATIENT),),
)
_FIRST = Response(
    id=_id(30), instrument="phq-9", authored=_noon(STARTED), author=THERAPIST, answers=_answers("222221211")
)
_MISTAKEN = Response(
    id=_id(31),
    instrument="phq-9",
    authored=_noon(_LAST),
    author=THERAPIST,
    answers=_answers("111110110"),
    status=ResponseStatus.ENTERED_IN_ERROR,
)
_CORRECTED = Response(
    id=_id(32),
    instrument="phq-9",
    authored=_noon(_LAST, 5),
    author=THERAPIST,
    answers=_answers("011010100"),
    status=ResponseStatus.AMENDED,
    replaces=_MISTAKEN.id,
    focus_goal=_SCORE_GOAL.id,
)

ENDED_COURSE = Episode(
    id=_id(1),
    variant=_VARIANT.id,
    status=EpisodeStatus.COMPLETED,
    phase=_VARIANT.phase_of(_VARIANT.sessions, _VARIANT.sessions),
    started=STARTED,
    therapist=THERAPIST,
    setting=Setting.OUTPATIENT,
    diagnoses=(DiagnosisLink(reference="Condition/ipt-example-diagnosis", display="Moderate depressive episode"),),
    problem_areas=(
        ProblemArea(
            code=ProblemAreaCode.ROLE_DISPUTE,
            proposed_by=ProposedBy.TOGETHER,
            agreed_by_patient=True,
            agreed_on=_AGREED,
            closed_on=_LAST,
            z_code="Z63.0",
        ),
        ProblemArea(code=ProblemAreaCode.ROLE_TRANSITION, rank=Rank.SECONDARY, proposed_by=ProposedBy.PATIENT),
    ),
    contract=Contract(
        sessions=_VARIANT.sessions,
        frequency=Frequency.WEEKLY,
        minutes=_VARIANT.minutes,
        agreed_on=_AGREED,
        ends_on=_LAST,
    ),
    goals=(_SCORE_GOAL, _SCALE_GOAL, _goal(12, "G-14")),
    activities=(
        _activity(20, COURSE),
        _activity(21, "psychoeducation"),
        replace(_activity(22, "between-session-step", Owner.PATIENT), outcome=Outcome.DONE),
    ),
    sessions=(_session(1), _session(2, mode=Mode.VIDEO), _session(3, Attendance.MISSED), _JOINT),
    responses=(_FIRST, _MISTAKEN, _CORRECTED),
    safety_items=(
        SafetyItem(
            id=_id(40),
            response=_FIRST.id,
            link_id="/44260-8",
            answer=_FIRST.answers[-1].code,
            opened=_noon(STARTED),
            act=SafetyAct.DISCUSSED,
            settled=_noon(STARTED, 20),
            settled_by=THERAPIST,
        ),
    ),
    review=TerminationReview(
        reason=TerminationReason.EARLY_MUTUAL,
        ended_on=_LAST,
        dispositions=(Disposition.MAINTENANCE,),
        reviewed_on=_LAST,
    ),
)
"""A course after its end. The people in it do not exist."""
