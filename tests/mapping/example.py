"""One full course, as a therapist would have it at session 4: used where a test wants a readable example."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from ipt_fhir.instruments.catalogue import instrument
from ipt_fhir.model.activities import COURSE, Activity, ActivityKind, ActivityStatus
from ipt_fhir.model.episode import Contract, Episode, EpisodeStatus, Frequency
from ipt_fhir.model.goals import Achievement, Comparator, Goal, GoalKind, ScaleLevel, ScoreTarget
from ipt_fhir.model.measures import Answer, Response, SafetyAct, SafetyItem
from ipt_fhir.model.people import DiagnosisLink, Person
from ipt_fhir.model.problem_areas import ProblemArea, ProblemAreaCode, ProposedBy, Rank
from ipt_fhir.model.sessions import Attendance, Mode, Phase, Session

THERAPIST = Person(display="ZZTEST Therapist", reference="Practitioner/therapist-1")
START = date(2026, 1, 5)
_POINTS = ("LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9")
_LEVELS = (
    "No conversation",
    "Started, broke off",
    "One a week",
    "One a week, one point agreed",
    "Settled as they come",
)


def answers(digits: str) -> tuple[Answer, ...]:
    """Answers to the nine PHQ-9 items, one digit of points each."""
    items = instrument("phq-9").counted
    return tuple(
        Answer(link_id=link_id, code=_POINTS[int(digit)]) for link_id, digit in zip(items, digits, strict=True)
    )


def id_of(number: int) -> str:
    """The id of the part with that number."""
    return f"3f2a9c1e-5b7d-4e8f-9a0b-{number:012d}"


GOAL_BY_SCORE = Goal(
    id=id_of(10),
    kind=GoalKind.PROM,
    text="Reach remission of my depression and stay there.",
    template="G-02",
    start=START,
    due=date(2026, 4, 27),
    target=ScoreTarget(measure="44261-6", comparator=Comparator.LESS, value=Decimal(5)),
    achievement=Achievement.IMPROVING,
)
GOAL_BY_SCALE = Goal(
    id=id_of(11),
    kind=GoalKind.GAS,
    text="Have one planned conversation a week with my husband.",
    template="G-11",
    area=ProblemAreaCode.ROLE_DISPUTE,
    start=START,
    due=date(2026, 3, 2),
    levels=tuple(ScaleLevel(level=level, text=text) for level, text in zip(range(-2, 3), _LEVELS, strict=True)),
)
BASELINE = Response(
    id=id_of(30),
    instrument="phq-9",
    authored=datetime(2026, 1, 5, 9, 30, tzinfo=UTC),
    author=THERAPIST,
    answers=answers("222222211"),
)
FOLLOW_UP = Response(
    id=id_of(31),
    instrument="phq-9",
    authored=datetime(2026, 1, 26, 9, 30, tzinfo=UTC),
    author=THERAPIST,
    answers=answers("222212210"),
    focus_goal=GOAL_BY_SCORE.id,
)
EXAMPLE = Episode(
    id=id_of(1),
    variant="ipt-adult-16",
    status=EpisodeStatus.ACTIVE,
    phase=Phase.MIDDLE,
    started=START,
    therapist=THERAPIST,
    diagnoses=(DiagnosisLink(reference="Condition/alma-depression", display="Moderate depressive episode (F32.1)"),),
    problem_areas=(
        ProblemArea(
            code=ProblemAreaCode.ROLE_DISPUTE,
            proposed_by=ProposedBy.TOGETHER,
            agreed_by_patient=True,
            agreed_on=date(2026, 1, 19),
            rationale="Began weeks before onset.",
        ),
        ProblemArea(code=ProblemAreaCode.ROLE_TRANSITION, rank=Rank.SECONDARY),
    ),
    contract=Contract(
        sessions=16, frequency=Frequency.WEEKLY, minutes=50, agreed_on=date(2026, 1, 19), ends_on=date(2026, 5, 4)
    ),
    goals=(GOAL_BY_SCORE, GOAL_BY_SCALE),
    activities=(
        Activity(id=id_of(20), kind=ActivityKind.SERVICE, code=COURSE, text="Course of Interpersonal Psychotherapy"),
        Activity(
            id=id_of(21),
            kind=ActivityKind.SERVICE,
            code="psychoeducation",
            text="Explain the illness and the patient's role in recovery",
            status=ActivityStatus.COMPLETED,
        ),
        Activity(
            id=id_of(22), kind=ActivityKind.TASK, code="mid-point-review", text="Mid-point review of contract and goals"
        ),
    ),
    sessions=(
        Session(number=1, date=date(2026, 1, 5), phase=Phase.INITIAL),
        Session(number=2, date=date(2026, 1, 12), phase=Phase.INITIAL, mode=Mode.VIDEO),
        Session(number=3, date=date(2026, 1, 19), phase=Phase.INITIAL, attendance=Attendance.MISSED),
    ),
    responses=(BASELINE, FOLLOW_UP),
    safety_items=(
        SafetyItem(
            id=id_of(40),
            response=BASELINE.id,
            link_id="/44260-8",
            answer="LA6569-3",
            opened=BASELINE.authored,
            act=SafetyAct.HANDED_OVER,
            settled=datetime(2026, 1, 5, 10, 20, tzinfo=UTC),
            settled_by=THERAPIST,
            handed_to="ZZTEST Nurse, day clinic",
            reason="Seen together after the session.",
        ),
    ),
)
