"""Any course of therapy this app can hold, for property tests. Values are realistic; texts are not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from ipt_fhir.instruments.catalogue import Item, instrument
from ipt_fhir.model.activities import COURSE, Activity, ActivityKind, ActivityStatus, Outcome, Owner
from ipt_fhir.model.consents import ConsentDecision, ConsentKind
from ipt_fhir.model.ending import Disposition, RelapsePlan, TerminationReason, TerminationReview
from ipt_fhir.model.episode import Contract, Episode, EpisodeStatus, Frequency, Setting
from ipt_fhir.model.goals import (
    Achievement,
    Comparator,
    ExpressedBy,
    Goal,
    GoalKind,
    GoalStatus,
    RatedBy,
    Rating,
    ScaleLevel,
    ScoreTarget,
)
from ipt_fhir.model.inventory import InventoryEntry, Role
from ipt_fhir.model.measures import Answer, Response, ResponseStatus, SafetyAct, SafetyItem
from ipt_fhir.model.people import DiagnosisLink, Person
from ipt_fhir.model.problem_areas import DisputeStage, ProblemArea, ProblemAreaCode, ProposedBy, Rank, StageOn
from ipt_fhir.model.records import Document, DocumentKind, Message, MessageKind, RecordLink, Relation
from ipt_fhir.model.sessions import Attendance, Mode, MoodLink, Phase, Session, SessionKind, Technique
from ipt_fhir.model.totals import EnteredTotal
from ipt_fhir.protocol.catalogue import activity_templates, goal_templates, variants
from ipt_fhir.questionnaires.scoring import score
from ipt_fhir.terminology.scores import SCORES
from ipt_fhir.terminology.z_codes import Z_CODES

_PRINTABLE = st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"], exclude_characters="\ufffe\uffff")
ids = st.uuids(version=4).map(str)
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
times = st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda time: time.replace(microsecond=0)
)


def texts(limit: int) -> st.SearchStrategy[str]:
    """Text a person may type into a field of that length."""
    return st.text(_PRINTABLE, min_size=1, max_size=limit).map(str.strip).filter(bool)


people = st.builds(
    Person, display=texts(40), reference=st.sampled_from([None, "Practitioner/7", "PractitionerRole/x-1"])
)


@st.composite
def ratings(draw: st.DrawFn) -> tuple[Rating, ...]:
    """How far a goal was reached, at several times and by several people."""
    found = draw(
        st.lists(
            st.builds(Rating, id=ids, rated=times, level=st.integers(-2, 2), by=st.sampled_from(RatedBy)),
            max_size=3,
            unique_by=lambda item: item.id,
        )
    )
    return tuple(sorted(found, key=lambda item: (item.rated, item.id)))


@st.composite
def goals(draw: st.DrawFn) -> Goal:
    """A goal with a score target, or one with a scale."""
    kind = draw(st.sampled_from(GoalKind))
    scaled = kind is GoalKind.GAS
    start = draw(days)
    target = st.builds(
        ScoreTarget,
        measure=st.sampled_from(list(SCORES)),
        comparator=st.sampled_from(Comparator),
        value=st.decimals(0, 27, places=1).map(Decimal),
    )
    levels = st.lists(st.integers(-2, 2), unique=True).flatmap(
        lambda found: st.tuples(*(st.builds(ScaleLevel, level=st.just(level), text=texts(200)) for level in found))
    )
    return Goal(
        id=draw(ids),
        kind=kind,
        text=draw(texts(300)),
        template=draw(st.sampled_from([None, *goal_templates()])),
        area=draw(st.none() | st.sampled_from(ProblemAreaCode)),
        status=draw(st.sampled_from(GoalStatus)),
        achievement=draw(st.none() | st.sampled_from(Achievement)),
        start=start,
        due=start + timedelta(days=draw(st.integers(0, 300))),
        target=draw(target) if kind is GoalKind.PROM else None,
        levels=draw(levels) if scaled else (),
        ratings=draw(ratings()) if scaled else (),
        stage=draw(st.none() | st.sampled_from(DisputeStage)) if kind is GoalKind.PLAIN else None,
        status_date=draw(st.none() | days),
        expressed_by=draw(st.sampled_from(ExpressedBy)),
    )


@st.composite
def activities(draw: st.DrawFn) -> Activity:
    """A planned activity of the catalogue or of one's own."""
    code = draw(st.sampled_from([name for name in activity_templates() if name != COURSE] + ["other"]))
    kind = draw(st.sampled_from(ActivityKind))
    timed = kind is ActivityKind.APPOINTMENT
    return Activity(
        id=draw(ids),
        kind=kind,
        code=code,
        text=draw(texts(100)),
        status=draw(st.sampled_from(ActivityStatus)),
        due=None if timed else draw(st.none() | days),
        owner=draw(st.none() | st.sampled_from(Owner)) if kind is ActivityKind.TASK else None,
        starts=draw(times) if timed else None,
        minutes=draw(st.integers(5, 240)) if timed else None,
        outcome=draw(st.none() | st.sampled_from(Outcome)),
        inline=draw(st.booleans()),
    )


ANSWERED = ("phq-9", "phq-9", "gad-7", "pcl-5", "weekly-count", "rating-0-10")
"""Forms with choices, with an accepted answer, with parts, with numbers alone; the first one has a safety item."""


@st.composite
def responses(draw: st.DrawFn, goal_ids: list[str]) -> Response:
    """A completed form that is scored, all or some items answered."""
    measure = instrument(draw(st.sampled_from(ANSWERED)))
    answered = draw(st.lists(st.sampled_from(measure.items), unique_by=lambda item: item.link_id, min_size=1))
    alone = draw(st.booleans())
    chosen = tuple(draw(answers_to(item)) for item in measure.items if item in answered)
    goal = st.none() | st.sampled_from(goal_ids) if goal_ids else st.none()
    result = score(measure, {answer.link_id: answer.given for answer in chosen})
    scored = result.total is not None or any(part.value is not None and part.part.code for part in result.parts)
    return Response(
        id=draw(ids),
        instrument=measure.id,
        authored=draw(times),
        author=None if alone else draw(st.none() | people),
        answers=chosen,
        focus_goal=draw(goal) if scored else None,
        status=draw(st.sampled_from([ResponseStatus.COMPLETED, ResponseStatus.ENTERED_IN_ERROR])),
        self_entered=alone,
    )


@st.composite
def answers_to(draw: st.DrawFn, item: Item) -> Answer:
    """An answer to an item: one of the choices its form offers, or a number in its range."""
    if item.number is None:
        return Answer(link_id=item.link_id, code=draw(st.sampled_from(item.options)).code)
    return Answer(link_id=item.link_id, number=Decimal(draw(st.integers(0, int(item.number.highest or 99)))))


@st.composite
def safety_items(draw: st.DrawFn, response: Response) -> SafetyItem:
    """A safety item of a response, open or settled in some way."""
    answer = draw(st.sampled_from([item for item in response.answers if item.link_id == "/44260-8"]))
    act = draw(st.none() | st.sampled_from(SafetyAct))
    return SafetyItem(
        id=draw(ids),
        response=response.id,
        link_id=answer.link_id,
        answer=str(answer.given),
        opened=response.authored,
        act=act,
        settled=draw(times) if act else None,
        settled_by=draw(st.none() | people) if act else None,
        handed_to=draw(texts(80)) if act is SafetyAct.HANDED_OVER else None,
        reason=draw(st.none() | texts(500)) if act else None,
        owner=None if act is SafetyAct.HANDED_OVER else draw(st.none() | people),
    )


@st.composite
def totals(draw: st.DrawFn, goal_ids: list[str]) -> EnteredTotal:
    """A total read off a sheet, on the scale of its instrument."""
    measure = instrument(draw(st.sampled_from(["epds", "wsas", "who-5", "ede-q", "mspss", "loneliness-3"])))
    scale = measure.scale
    assert scale is not None
    assert scale.highest is not None
    steps = draw(st.integers(0, int((scale.highest - scale.lowest) / scale.step)))
    return EnteredTotal(
        id=draw(ids),
        instrument=measure.id,
        total=scale.lowest + steps * scale.step,
        authored=draw(times),
        author=draw(st.none() | people),
        worrying=draw(st.none() | st.booleans()),
        focus_goal=draw(st.none() | st.sampled_from(goal_ids)) if goal_ids else None,
        status=draw(st.sampled_from([ResponseStatus.COMPLETED, ResponseStatus.ENTERED_IN_ERROR])),
    )


def stages() -> st.SearchStrategy[tuple[StageOn, ...]]:
    """The stages a dispute went through."""
    return st.lists(st.builds(StageOn, day=days, stage=st.sampled_from(DisputeStage)), max_size=2).map(tuple)


@st.composite
def problem_areas(draw: st.DrawFn) -> tuple[ProblemArea, ...]:
    """None, one, or a primary and a secondary area."""
    codes = draw(st.lists(st.sampled_from(ProblemAreaCode), unique=True, max_size=2))
    areas = []
    for code, rank in zip(codes, (Rank.PRIMARY, Rank.SECONDARY), strict=False):
        agreed = draw(st.booleans())
        areas.append(
            ProblemArea(
                code=code,
                rank=rank,
                proposed_by=draw(st.sampled_from(ProposedBy)),
                agreed_by_patient=agreed,
                agreed_on=draw(days) if agreed else None,
                closed_on=draw(st.none() | days),
                z_code=draw(st.none() | st.sampled_from(list(Z_CODES[code]))),
                stages=draw(stages()) if code is ProblemAreaCode.ROLE_DISPUTE else (),
                rationale=draw(st.none() | texts(300)),
            )
        )
    return tuple(areas)


@st.composite
def contracts(draw: st.DrawFn, started: date) -> Contract:
    """A contract of 12 to 16 sessions, agreed some time into the course."""
    agreed = started + timedelta(days=draw(st.integers(0, 60)))
    return Contract(
        sessions=draw(st.integers(12, 16)),
        frequency=draw(st.sampled_from(Frequency)),
        minutes=draw(st.integers(15, 120)),
        agreed_on=agreed,
        ends_on=agreed + timedelta(days=draw(st.integers(0, 400))),
    )


@st.composite
def sessions(draw: st.DrawFn) -> tuple[Session, ...]:
    """Sessions with rising numbers and perhaps meetings beside them; the last one may still be open."""
    kinds = [SessionKind.INDIVIDUAL, SessionKind.GROUP, SessionKind.CONJOINT]
    counted = [(number, draw(st.sampled_from(kinds))) for number in draw(st.sets(st.integers(1, 16), max_size=4))]
    extra = [(number, SessionKind.CAREGIVER) for number in draw(st.sets(st.integers(1, 3), max_size=2))]
    latest = max((number for number, _ in counted), default=0)
    found = [
        draw(one_session(number, kind, closed=number != latest or draw(st.booleans())))
        for number, kind in (*counted, *extra)
    ]
    return tuple(sorted(found, key=lambda session: session.place))


@st.composite
def one_session(draw: st.DrawFn, number: int, kind: SessionKind, *, closed: bool) -> Session:
    """A session with what is filed of it and what is not."""
    starts = draw(st.none() | times)
    return Session(
        number=number,
        date=starts.date() if starts else draw(days),
        phase=draw(st.sampled_from(Phase)),
        kind=kind,
        attendance=draw(st.sampled_from(Attendance)),
        mode=draw(st.sampled_from(Mode)),
        starts=starts,
        minutes=draw(st.none() | st.integers(5, 180)),
        closed=closed,
        focus=draw(st.none() | st.sampled_from(ProblemAreaCode)),
        mood_link=draw(st.none() | st.sampled_from(MoodLink)),
        techniques=tuple(draw(st.lists(st.sampled_from(Technique), max_size=3, unique=True))),
        step=draw(st.none() | texts(200)),
        step_outcome=draw(st.none() | st.sampled_from(Outcome)),
    )


def consents() -> st.SearchStrategy[tuple[ConsentDecision, ...]]:
    """Decisions in the order of their days."""
    refused = st.builds(
        ConsentDecision, id=ids, kind=st.sampled_from(ConsentKind), permitted=st.just(False), decided_on=days
    )
    given = st.builds(
        lambda decision, later: replace(
            decision, permitted=True, withdrawn_on=later and decision.decided_on + timedelta(days=later)
        ),
        refused,
        st.none() | st.integers(1, 300),
    )
    found = st.lists(refused | given, max_size=3, unique_by=lambda item: item.id)
    return found.map(lambda items: tuple(sorted(items, key=lambda item: (item.decided_on, item.id))))


def messages() -> st.SearchStrategy[tuple[Message, ...]]:
    """That somebody was told something, in the order of time."""
    one = st.builds(Message, id=ids, kind=st.sampled_from(MessageKind), sent=times, sender=st.none() | people)
    found = st.lists(one, max_size=2, unique_by=lambda item: item.id)
    return found.map(lambda items: tuple(sorted(items, key=lambda item: (item.sent, item.id))))


def documents() -> st.SearchStrategy[tuple[Document, ...]]:
    """Documents that were filed, in the order of time."""
    one = st.builds(Document, id=ids, kind=st.sampled_from(DocumentKind), written=times, author=st.none() | people)
    found = st.lists(one, max_size=2, unique_by=lambda item: item.id)
    return found.map(lambda items: tuple(sorted(items, key=lambda item: (item.written, item.id))))


def reviews(started: date) -> st.SearchStrategy[TerminationReview]:
    """How a course that started then ended."""
    return st.builds(
        TerminationReview,
        reason=st.sampled_from(TerminationReason),
        ended_on=st.dates(started, date(2031, 12, 31)),
        dispositions=st.sets(st.sampled_from(Disposition), max_size=2).map(sorted).map(tuple),
        reviewed_on=st.none() | days,
        gains=st.none() | texts(500),
    )


def links() -> st.SearchStrategy[tuple[RecordLink, ...]]:
    """Entries of the chart that the plan points to, in the order of the elements that name them."""
    order = list(Relation)
    targets = {
        Relation.BASED_ON: "CarePlan/wider",
        Relation.PART_OF: "CarePlan/whole",
        Relation.SUPPORTED_BY: "MedicationRequest/m1",
    }
    return st.sets(st.sampled_from(order)).map(
        lambda found: tuple(RecordLink(relation=item, reference=targets[item]) for item in order if item in found)
    )


@st.composite
def episodes(draw: st.DrawFn) -> Episode:
    """Any course."""
    started = draw(days)
    course = Activity(
        id=draw(ids), kind=ActivityKind.SERVICE, code=COURSE, text="Course of Interpersonal Psychotherapy"
    )
    found_goals = tuple(draw(st.lists(goals(), max_size=4, unique_by=lambda goal: goal.id)))
    answered = draw(st.lists(responses([goal.id for goal in found_goals]), max_size=3, unique_by=lambda item: item.id))
    entered = draw(st.lists(totals([goal.id for goal in found_goals]), max_size=2, unique_by=lambda item: item.id))
    asking = [item for item in answered if any(answer.link_id == "/44260-8" for answer in item.answers)]
    items = [draw(safety_items(response)) for response in asking]
    diagnoses = st.sampled_from(["Condition/a", "Condition/b", "Condition/c-9"])
    return Episode(
        id=draw(ids),
        variant=draw(st.sampled_from(list(variants()))),
        status=draw(st.sampled_from(EpisodeStatus)),
        phase=draw(st.sampled_from(Phase)),
        started=started,
        therapist=draw(st.none() | people),
        diagnoses=tuple(
            DiagnosisLink(reference=target, display=draw(st.none() | texts(60)))
            for target in draw(st.lists(diagnoses, unique=True))
        ),
        problem_areas=draw(problem_areas()),
        contract=draw(st.none() | contracts(started)),
        goals=found_goals,
        activities=(course, *draw(st.lists(activities(), max_size=3, unique_by=lambda item: item.id))),
        sessions=draw(sessions()),
        responses=tuple(sorted(answered, key=lambda item: (item.authored, item.id))),
        totals=tuple(sorted(entered, key=lambda item: (item.authored, item.id))),
        safety_items=tuple(sorted(items, key=lambda item: (item.opened, item.id))),
        supervisor=draw(st.none() | people),
        consents=draw(consents()),
        messages=draw(messages()),
        documents=draw(documents()),
        setting=draw(st.none() | st.sampled_from(Setting)),
        links=draw(links()),
        review=draw(st.none() | reviews(started)),
        inventory=(InventoryEntry(id=draw(ids), role=Role.SIBLING, initial="M"),),
        relapse_plan=draw(st.none() | st.just(RelapsePlan(signs=("sleepless",)))),
    )
