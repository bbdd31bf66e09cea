"""What the values of the model refuse, and what of them is filed (decisions D2 and D20)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from ipt_fhir.model import snapshot
from ipt_fhir.model.activities import COURSE, Activity, ActivityKind, Owner
from ipt_fhir.model.consents import ConsentDecision, ConsentKind
from ipt_fhir.model.ending import Disposition, RelapsePlan, TerminationReason, TerminationReview
from ipt_fhir.model.fidelity import FidelityItem, FidelityMark
from ipt_fhir.model.filed_parts import CARRIER_OF_PART, filed_part, with_local
from ipt_fhir.model.formulation import Formulation
from ipt_fhir.model.goals import Goal, GoalKind, Rating
from ipt_fhir.model.inventory import InventoryEntry, Ring, Role
from ipt_fhir.model.limits import TextTooLong
from ipt_fhir.model.measures import Answer, Response, ResponseStatus
from ipt_fhir.model.problem_areas import DisputeStage, ProblemArea, ProblemAreaCode, StageOn
from ipt_fhir.model.records import Document, DocumentKind, Message, MessageKind
from ipt_fhir.model.sessions import Phase, Session, SessionKind, Technique
from ipt_fhir.model.timeline import EventKind, TimelineEvent
from tests.mapping.full import EVERYTHING, FULL, NOON

DAY = date(2026, 1, 5)
NAIVE = datetime(2026, 1, 5, 12)  # noqa: DTZ001 - what must be refused
RESPONSE = Response(id="r", instrument="phq-9", authored=NOON, answers=(Answer(link_id="/44250-9", code="LA6568-5"),))

REFUSED: dict[str, Callable[[], object]] = {
    "never a name": lambda: InventoryEntry(id="i", role=Role.SIBLING, initial="Maria"),
    "from 0 to 3": lambda: InventoryEntry(id="i", role=Role.SIBLING, conflict=4),
    "a year, a month or a day": lambda: TimelineEvent(id="t", when="spring", kind=EventKind.LOSS, text="moved"),
    "from -3 to \\+3": lambda: TimelineEvent(id="t", when="2026", kind=EventKind.LOSS, text="moved", mood=5),
    "marked from 0 to 3": lambda: FidelityMark(item=FidelityItem.WORKED_ON_FOCUS, mark=4),
    "versions start": lambda: Formulation(version=0, text="First."),
    "confidence": lambda: TerminationReview(reason=TerminationReason.COMPLETED, ended_on=DAY, confidence=11),
    "dispositions": lambda: TerminationReview(
        reason=TerminationReason.COMPLETED,
        ended_on=DAY,
        dispositions=(Disposition.REFERRAL, Disposition.MAINTENANCE),
    ),
    "withdrawn after": lambda: ConsentDecision(
        id="c", kind=ConsentKind.CONTACT, permitted=False, decided_on=DAY, withdrawn_on=DAY
    ),
    "message has its zone": lambda: Message(id="m", kind=MessageKind.SCHOOL, sent=NAIVE),
    "document has its zone": lambda: Document(id="d", kind=DocumentKind.PROGRESS, written=NAIVE),
    "rating has its zone": lambda: Rating(id="r", rated=NAIVE, level=0),
    "levels -2 to \\+2": lambda: Rating(id="r", rated=NOON, level=3),
    "only a plain goal": lambda: Goal(
        id="g", kind=GoalKind.GAS, text="Talk", start=DAY, due=DAY, stage=DisputeStage.IMPASSE
    ),
    "only a GAS goal": lambda: Goal(
        id="g", kind=GoalKind.PLAIN, text="Talk", start=DAY, due=DAY, ratings=(Rating(id="r", rated=NOON, level=0),)
    ),
    "only a role dispute": lambda: ProblemArea(
        code=ProblemAreaCode.GRIEF, stages=(StageOn(day=DAY, stage=DisputeStage.IMPASSE),)
    ),
    "a Z code": lambda: ProblemArea(code=ProblemAreaCode.GRIEF, z_code="F32.1"),
    "an appointment of ours": lambda: Activity(id="a", kind=ActivityKind.APPOINTMENT, text="Meet"),
    "start of an appointment": lambda: Activity(
        id="a", kind=ActivityKind.APPOINTMENT, text="Meet", starts=NAIVE, minutes=50
    ),
    "only a task": lambda: Activity(id="a", kind=ActivityKind.SERVICE, text="Teach", owner=Owner.PATIENT),
    "the contract says": lambda: Activity(id="a", kind=ActivityKind.SERVICE, code=COURSE, text="Course", due=DAY),
    "lies on its day": lambda: Session(number=1, date=DAY, phase=Phase.INITIAL, starts=NOON),
    "at least a minute": lambda: Session(number=1, date=DAY, phase=Phase.INITIAL, minutes=0),
    "only an amended response": lambda: replace(RESPONSE, replaces="other"),
    "no other author": lambda: replace(RESPONSE, self_entered=True, author=FULL.therapist),
    "ends after it has started": lambda: replace(
        FULL, review=TerminationReview(reason=TerminationReason.DIED, ended_on=date(2025, 1, 1))
    ),
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_cannot_be_is_refused_with_its_sentence(words: str) -> None:
    with pytest.raises(ValueError, match=words):
        REFUSED[words]()


def test_a_line_of_the_relapse_plan_keeps_to_its_field() -> None:
    with pytest.raises(TextTooLong):
        RelapsePlan(signs=("x" * 201,))


def test_meetings_beside_the_contract_are_numbered_on_their_own() -> None:
    first = Session(number=1, date=DAY, phase=Phase.INITIAL)
    beside = replace(first, kind=SessionKind.CAREGIVER)
    assert first.place < beside.place
    assert [item for item in SessionKind if not item.counts] == [
        SessionKind.CAREGIVER,
        SessionKind.PRE_GROUP,
        SessionKind.ENGAGEMENT,
    ]


def test_somebody_who_died_is_known_by_the_circle_or_by_the_role() -> None:
    entry = InventoryEntry(id="i", role=Role.DOMESTIC_PARTNER, now=Ring.DECEASED)
    assert entry.is_deceased
    assert InventoryEntry(id="i", role=Role.DECEASED_PARTNER).is_deceased
    assert not replace(entry, now=Ring.INNER).is_deceased


def test_a_withdrawn_response_does_not_count_and_its_correction_does() -> None:
    assert [item.stands for item in FULL.responses] == [True, False, True, True, True]


def test_what_is_in_progress_is_not_filed_and_comes_back_beside_the_chart() -> None:
    draft = replace(RESPONSE, id="draft", status=ResponseStatus.IN_PROGRESS, answers=())
    here = replace(FULL, responses=(*FULL.responses, draft))
    filed = filed_part(here, EVERYTHING.carried)
    assert draft not in filed.responses
    assert with_local(filed, here, EVERYTHING.carried) == here


def test_local_parts_come_back_beside_the_chart() -> None:
    filed = filed_part(FULL, EVERYTHING.carried)
    assert (filed.inventory, filed.timeline, filed.formulations, filed.relapse_plan) == ((), (), (), None)
    assert [session.techniques for session in filed.sessions if session.techniques] == []
    assert with_local(filed, FULL, EVERYTHING.carried) == FULL


@pytest.mark.parametrize("part", CARRIER_OF_PART)
def test_a_part_of_which_the_site_decides_is_filed_where_its_carrier_is_allowed(part: str) -> None:
    carrier = CARRIER_OF_PART[part]
    kept = filed_part(FULL, frozenset({carrier}))
    without = filed_part(FULL, frozenset())
    assert kept != without
    assert with_local(without, FULL, frozenset()) == FULL


def test_a_snapshot_keeps_every_field() -> None:
    assert snapshot.load(snapshot.dump(FULL)) == FULL


def test_a_session_of_a_timezone_away_keeps_its_day() -> None:
    late = datetime(2026, 1, 5, 23, 30, tzinfo=UTC)
    assert (
        Session(number=1, date=DAY, phase=Phase.INITIAL, starts=late, techniques=(Technique.ROLE_PLAY,)).starts == late
    )
