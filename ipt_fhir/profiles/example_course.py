"""One small invented course in which every extension of ours says something: the examples of the package."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from ipt_fhir.instruments.catalogue import instrument
from ipt_fhir.model.activities import COURSE, Activity, ActivityStatus, Outcome, Owner
from ipt_fhir.model.ending import Disposition, RelapsePlan, TerminationReason, TerminationReview
from ipt_fhir.model.episode import Contract, Episode, EpisodeStatus, Setting
from ipt_fhir.model.goals import Achievement, Comparator, Goal, GoalStatus, RatedBy, Rating, ScoreTarget
from ipt_fhir.model.measures import Answer, Response, ResponseStatus, SafetyAct, SafetyItem
from ipt_fhir.model.people import DiagnosisLink, Person
from ipt_fhir.model.problem_areas import ProblemArea, ProblemAreaCode, ProposedBy, Rank
from ipt_fhir.model.sessions import Attendance, Mode, Phase, Session, SessionKind
from ipt_fhir.model.totals import EnteredTotal
from ipt_fhir.protocol.catalogue import activity_templates, goal_templates, variants
from ipt_fhir.protocol.goals import scale_of
from ipt_fhir.protocol.pace import day_of_session
from ipt_fhir.protocol.response_states import asks_for_an_act
from ipt_fhir.protocol.variants import Variant

STARTED = date(2026, 1, 5)
THERAPIST = Person(display="ZZTEST Therapist", reference="Practitioner/ipt-example-therapist")
VARIANT = "ipt-brief-8"
_AGREED = STARTED + timedelta(weeks=1)
_LAST = STARTED + timedelta(weeks=7)


def ended_course() -> Episode:
    """A course after its end. The people in it do not exist."""
    variant = variants()[VARIANT]
    first, mistaken, corrected = _responses()
    return Episode(
        id=_id(1),
        variant=variant.id,
        status=EpisodeStatus.COMPLETED,
        phase=Phase.CLOSED,
        started=STARTED,
        therapist=THERAPIST,
        setting=Setting.OUTPATIENT,
        diagnoses=(DiagnosisLink(reference="Condition/ipt-example-diagnosis", display="Moderate depressive episode"),),
        problem_areas=_problem_areas(),
        contract=Contract(
            sessions=variant.sessions,
            frequency=variant.frequency,
            minutes=variant.minutes,
            agreed_on=_AGREED,
            ends_on=_LAST,
        ),
        goals=_goals(),
        activities=(
            _activity(20, COURSE),
            _activity(21, "psychoeducation"),
            replace(_activity(22, "between-session-step", Owner.PATIENT), outcome=Outcome.DONE),
        ),
        sessions=tuple(_sessions(variant)),
        responses=(first, mistaken, corrected),
        totals=(
            EnteredTotal(id=_id(33), instrument="wsas", total=Decimal(24), authored=_noon(STARTED), author=THERAPIST),
        ),
        safety_items=(_safety_item(first),),
        review=TerminationReview(
            reason=TerminationReason.COMPLETED,
            ended_on=_LAST,
            dispositions=(Disposition.NO_FURTHER_TREATMENT,),
            reviewed_on=_LAST,
        ),
        relapse_plan=RelapsePlan(signs=("Sleeping badly for a week",), actions=("Speak with my husband",)),
    )


def _problem_areas() -> tuple[ProblemArea, ...]:
    dispute = ProblemArea(
        code=ProblemAreaCode.ROLE_DISPUTE,
        proposed_by=ProposedBy.TOGETHER,
        agreed_by_patient=True,
        agreed_on=_AGREED,
        closed_on=_LAST,
        z_code="Z63.0",
    )
    transition = ProblemArea(code=ProblemAreaCode.ROLE_TRANSITION, rank=Rank.SECONDARY, proposed_by=ProposedBy.PATIENT)
    return dispute, transition


def _goals() -> tuple[Goal, ...]:
    """One of each kind."""
    scored = replace(_goal(10, "G-02"), achievement=Achievement.IMPROVING)
    wording = "Have one planned conversation a week with my husband about the household."
    rating = Rating(id=_id(15), rated=_noon(_LAST), level=0, by=RatedBy.PATIENT)
    scaled = replace(_goal(11, "G-11"), text=wording, ratings=(rating,))
    return scored, scaled, _goal(12, "G-14")


def _goal(number: int, template_id: str) -> Goal:
    template = goal_templates()[template_id]
    score = template.target_value(None)
    return Goal(
        id=_id(number),
        kind=template.kind,
        text=template.text,
        template=template.id,
        area=template.area,
        status=GoalStatus.ACTIVE,
        start=STARTED,
        due=min(STARTED + timedelta(weeks=template.week), _LAST),
        target=ScoreTarget(measure=template.measure, comparator=Comparator.LESS, value=score) if score else None,
        stage=template.stage,
        levels=scale_of(template),
    )


def _activity(number: int, template_id: str, owner: Owner | None = None) -> Activity:
    template = activity_templates()[template_id]
    return Activity(
        id=_id(number),
        kind=template.kind,
        code=template.id,
        text=template.text,
        status=ActivityStatus.COMPLETED,
        due=None if template_id == COURSE else _LAST,
        owner=owner,
    )


def _sessions(variant: Variant) -> Iterator[Session]:
    """All sessions of the contract: one by video, one missed, one with the husband."""
    for number in range(1, variant.sessions + 1):
        day = day_of_session(STARTED, number, variant.frequency)
        held = number != 3
        yield Session(
            number=number,
            date=day,
            phase=variant.phase_of(number, variant.sessions),
            kind=SessionKind.CONJOINT if number == 4 else SessionKind.INDIVIDUAL,
            attendance=Attendance.ATTENDED if held else Attendance.MISSED,
            mode=Mode.VIDEO if number == 2 else Mode.IN_PERSON,
            starts=_noon(day) if held else None,
            minutes=variant.minutes if held else None,
        )


def _responses() -> tuple[Response, Response, Response]:
    """The first, one with a slip, and its correction."""
    first = _response(30, _noon(STARTED), "222221211")
    mistaken = replace(_response(31, _noon(_LAST), "111110110"), status=ResponseStatus.ENTERED_IN_ERROR)
    right = _response(32, _noon(_LAST, 5), "011010100")
    corrected = replace(right, status=ResponseStatus.AMENDED, replaces=mistaken.id, focus_goal=_id(10))
    return first, mistaken, corrected


def _response(number: int, authored: datetime, points: str) -> Response:
    """A PHQ-9 with one digit of points for each scored item."""
    measure = instrument("phq-9")
    codes = {link_id: {value: code for code, value in measure.points(link_id).items()} for link_id in measure.counted}
    answers = (
        Answer(link_id=link_id, code=codes[link_id][int(digit)])
        for link_id, digit in zip(measure.counted, points, strict=True)
    )
    return Response(id=_id(number), instrument="phq-9", authored=authored, author=THERAPIST, answers=tuple(answers))


def _safety_item(response: Response) -> SafetyItem:
    answer = asks_for_an_act(response)
    if answer is None:
        raise ValueError("the first response of the example asks for an act")
    return SafetyItem(
        id=_id(40),
        response=response.id,
        link_id=answer.link_id,
        answer=str(answer.given),
        opened=response.authored,
        act=SafetyAct.DISCUSSED,
        settled=_noon(STARTED, 20),
        settled_by=THERAPIST,
    )


def _noon(day: date, minutes: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, 12, minutes, tzinfo=UTC)


def _id(number: int) -> str:
    return f"7d0c2b5a-41e6-4c39-8f2d-{number:012d}"
