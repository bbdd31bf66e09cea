"""What people do in a course, one function an act: pure, with ids that are the same in every run."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal

from ipt_fhir.instruments.catalogue import Instrument, instrument
from ipt_fhir.model.activities import Activity, ActivityStatus, Outcome
from ipt_fhir.model.episode import Contract, Episode, Frequency
from ipt_fhir.model.goals import Goal, GoalStatus, RatedBy, Rating
from ipt_fhir.model.inventory import InventoryEntry
from ipt_fhir.model.measures import Response, ResponseStatus, SafetyAct
from ipt_fhir.model.people import Person
from ipt_fhir.model.sessions import Session
from ipt_fhir.protocol.catalogue import activity_templates, goal_templates, measures_of, work_words
from ipt_fhir.protocol.course_guards import variant_of
from ipt_fhir.protocol.goal_states import GoalReading, move, suggest
from ipt_fhir.protocol.goals import propose_goal
from ipt_fhir.protocol.pace import day_of_session
from ipt_fhir.protocol.response_states import complete
from ipt_fhir.questionnaires.answers import answers_of
from ipt_fhir.questionnaires.readings import readings_of
from ipt_fhir.questionnaires.scoring import score
from tests.mapping.example import answers

THERAPIST = Person(display="ZZTEST Therapist", reference="Practitioner/zztest-therapist")
SUPERVISOR = Person(display="ZZTEST Supervisor", reference="Practitioner/zztest-supervisor")
_NAMESPACE = uuid.UUID("2f6f7a70-9d0c-5b1e-8f43-1c9b5d7e4a10")


def id_of(*names: object) -> str:
    """A UUID that follows from the names."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(map(str, names))))


def at(day: date, hour: int = 9) -> datetime:
    """A time of that day, in UTC."""
    return datetime.combine(day, time(hour), tzinfo=UTC)


def work(episode: Episode, code: str) -> Activity:
    """One piece of planned work of the catalogue."""
    found = activity_templates()[code]
    words = work_words(found, variant_of(episode))
    return Activity(id=id_of(episode.id, code), kind=found.kind, code=code, text=words, owner=found.owner)


def usual_work(episode: Episode) -> tuple[Activity, ...]:
    """The planned work every new plan of the variant begins with."""
    variant = variant_of(episode)
    return tuple(work(episode, item.id) for item in activity_templates().values() if item.is_default_for(variant))


def form_of(episode: Episode) -> Instrument:
    """The form of nine items the course is measured with: the PHQ-9, for adolescents the one made for them."""
    leading = measures_of(variant_of(episode))[0]
    return instrument(leading if leading == "phq-9m" else "phq-9")


def measured(episode: Episode, day: date, digits: str) -> Episode:
    """The course with its form filled in that morning, digit by item; a worrying answer is talked about."""
    form = form_of(episode)
    total = form.total.code if form.total else ""
    aimed = (goal.id for goal in episode.goals if goal.target and goal.target.measure == total)
    given = zip(form.counted, answers(digits), strict=True)
    response = Response(
        id=id_of(episode.id, form.id, day),
        instrument=form.id,
        authored=at(day),
        author=THERAPIST,
        answers=tuple(replace(answer, link_id=link_id) for link_id, answer in given),
        status=ResponseStatus.IN_PROGRESS,
        focus_goal=next(aimed, None),
    )
    asked = complete(replace(episode, responses=(*episode.responses, response)), response.id, at(day))
    return settled(asked, day)


def settled(episode: Episode, day: date) -> Episode:
    """The course with every waiting safety answer talked about in that day's session."""
    items = (
        item if not item.open else replace(item, act=SafetyAct.DISCUSSED, settled=at(day, 10), settled_by=THERAPIST)
        for item in episode.safety_items
    )
    return replace(episode, safety_items=tuple(items))


def totals(episode: Episode) -> list[Decimal | None]:
    """The totals of the course, oldest first."""
    form = form_of(episode)
    found = (item for item in episode.responses if item.instrument == form.id and item.stands)
    return [score(form, answers_of(item)).total for item in found]


def with_session(episode: Episode, session: Session) -> Episode:
    """The course with a session in its place, open or closed."""
    others = (item for item in episode.sessions if item.place != session.place)
    return replace(episode, sessions=tuple(sorted((*others, session), key=lambda item: item.place)))


def contracted(day: date, sessions: int, frequency: Frequency, minutes: int, first: date) -> Contract:
    """The contract agreed on a day; the first session was on ``first``."""
    ends_on = day_of_session(first, sessions, frequency)
    return Contract(sessions=sessions, frequency=frequency, minutes=minutes, agreed_on=day, ends_on=ends_on)


def agreed_goal(
    episode: Episode, name: str, day: date, *, person: InventoryEntry | None = None, before: date | None = None
) -> Goal:
    """A template proposed, accepted and begun on one day."""
    goal = propose_goal(
        goal_templates()[name],
        id_of(episode.id, name),
        episode.started,
        baseline=totals(episode)[0],
        contract=episode.contract,
        person=person,
        numbers={"n": 1, "m": 3},
        before=before,
    )
    return move(move(goal, GoalStatus.ACCEPTED, day), GoalStatus.ACTIVE, day)


def rated(episode: Episode, name: str, day: date, level: int) -> Episode:
    """The course with a goal rated by the patient."""

    def add(goal: Goal) -> Goal:
        if goal.template != name:
            return goal
        found = Rating(id=id_of(goal.id, day), rated=at(day, 10), level=level, by=RatedBy.PATIENT)
        return replace(goal, ratings=(*goal.ratings, found))

    return replace(episode, goals=tuple(map(add, episode.goals)))


def confirmed(episode: Episode, day: date) -> Episode:
    """The course in which the therapist took over what the readings suggest about each goal."""
    area = episode.primary_area
    goals = (
        replace(goal, achievement=suggest(goal, day, totals_for(episode, goal), area.stage if area else None))
        for goal in episode.goals
    )
    return replace(episode, goals=tuple(goals))


def totals_for(episode: Episode, goal: Goal) -> list[GoalReading]:
    """What the measure of a goal showed so far."""
    series = readings_of(episode, goal.target.measure) if goal.target else ()
    return [GoalReading(on=item.at.date(), value=item.total) for item in series if item.total is not None]


def done(episode: Episode, *codes: str) -> Episode:
    """The course with planned work done."""
    return replace(
        episode,
        activities=tuple(
            replace(item, status=ActivityStatus.COMPLETED, outcome=Outcome.DONE) if item.code in codes else item
            for item in episode.activities
        ),
    )


def last_day(episode: Episode) -> date:
    """The day of the latest thing that happened in the course."""
    days = [episode.started, *(item.date for item in episode.sessions)]
    days += [item.authored.date() for item in episode.responses]
    days += [episode.review.ended_on] if episode.review else []
    return max(days)
