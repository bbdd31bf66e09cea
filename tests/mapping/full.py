"""A course in which every part of the model says something, and a site that files all of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from ipt_fhir.mapping.beside import BESIDE_TYPES
from ipt_fhir.mapping.site import Site
from ipt_fhir.model.activities import Activity, ActivityKind, Outcome, Owner
from ipt_fhir.model.consents import ConsentDecision, ConsentKind
from ipt_fhir.model.ending import Disposition, RelapsePlan, TerminationReason, TerminationReview
from ipt_fhir.model.episode import Episode, EpisodeStatus, Setting
from ipt_fhir.model.fidelity import Fidelity, FidelityItem, FidelityMark
from ipt_fhir.model.forms import FilledForm
from ipt_fhir.model.formulation import Formulation, GriefSheet, LadderStep, RoleSheet
from ipt_fhir.model.goals import Goal, GoalKind, GoalStatus, RatedBy, Rating
from ipt_fhir.model.inventory import Contact, Expectation, InventoryEntry, Ring, Role, Support
from ipt_fhir.model.measures import Answer, Response, ResponseStatus, SafetyAct, SafetyItem, Withdrawal
from ipt_fhir.model.people import Person
from ipt_fhir.model.problem_areas import DisputeStage, FocusChange, FormerArea, ProblemArea, ProblemAreaCode, StageOn
from ipt_fhir.model.records import Document, DocumentKind, Message, MessageKind, RecordLink, Relation
from ipt_fhir.model.sessions import (
    MoodLink,
    Phase,
    Session,
    SessionCorrection,
    SessionKind,
    SkippedPhase,
    SkipReason,
    Technique,
)
from ipt_fhir.model.timeline import EventKind, TimelineEvent
from ipt_fhir.model.totals import EnteredTotal
from ipt_fhir.terminology import systems
from tests.mapping.example import EXAMPLE, FOLLOW_UP, GOAL_BY_SCALE, START, THERAPIST, answers, id_of

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
OUR_FORM = f"{systems.CANONICAL_BASE}/Questionnaire/interpersonal-inventory"
"""A form of ours that stays in the app unless a site turns it on."""
EVERYTHING = Site(files=BESIDE_TYPES, forms=frozenset({OUR_FORM}))


HUSBAND = InventoryEntry(
    id=id_of(60),
    role=Role.HUSBAND,
    initial="H",
    before=Ring.INNER,
    now=Ring.MIDDLE,
    wanted=Ring.INNER,
    contact=Contact.DAILY,
    lives_with=True,
    support_received=(Support.PRACTICAL,),
    conflict=3,
    expectations=(Expectation(mine=True, text="Decide together", agreed=False),),
    reciprocal=False,
    norms="Asking for help reads as failure",
    in_plan=True,
)
_AREA, _SECOND = EXAMPLE.problem_areas
_AMENDED = replace(
    FOLLOW_UP,
    id=id_of(32),
    authored=datetime(2026, 1, 27, 9, 30, tzinfo=UTC),
    answers=answers("222212110"),
    status=ResponseStatus.AMENDED,
    replaces=FOLLOW_UP.id,
)
_ALONE = replace(
    FOLLOW_UP,
    id=id_of(33),
    authored=datetime(2026, 2, 2, 8, 0, tzinfo=UTC),
    author=None,
    self_entered=True,
    focus_goal=None,
    answers=answers("222212211"),
)
_COUNTED = Response(
    id=id_of(39),
    instrument="weekly-count",
    authored=datetime(2026, 2, 9, 9, 0, tzinfo=UTC),
    author=THERAPIST,
    answers=(Answer(link_id="contact-week", number=Decimal(3)),),
)
INTAKE = FilledForm(
    id=id_of(34),
    form="http://hospital.example/Questionnaire/intake|2.1",
    title="ZZTEST intake",
    authored=datetime(2026, 1, 5, 9, 0, tzinfo=UTC),
    author=THERAPIST,
    items='[{"linkId":"1","text":"Home","item":[{"linkId":"1.1","text":"Lives alone","answer":[{"valueBoolean":false,'
    '"item":[{"linkId":"1.1.1","text":"With whom","answer":[{"valueString":"husband"}]}]}]}]},'
    '{"linkId":"2","text":"Weight","answer":[{"valueQuantity":{"value":61.50,"unit":"kg"}}]}]',
    status=ResponseStatus.ENTERED_IN_ERROR,
    withdrawn=Withdrawal(at=datetime(2026, 1, 6, 9, 0, tzinfo=UTC), by=THERAPIST, reason="Weight of another day"),
)
_CORRECTED = replace(
    INTAKE,
    id=id_of(35),
    authored=datetime(2026, 1, 6, 9, 0, tzinfo=UTC),
    items=INTAKE.items.replace("61.50", "58.0"),
    status=ResponseStatus.AMENDED,
    replaces=INTAKE.id,
    withdrawn=None,
)
_OURS = FilledForm(
    id=id_of(36),
    form=f"{OUR_FORM}|1",
    title="Interpersonal inventory",
    authored=NOON,
    items='[{"linkId":"who","text":"Who","answer":[{"valueString":"sister"}]}]',
    self_entered=True,
    local=True,
)

_MISREAD = EnteredTotal(
    id=id_of(37),
    instrument="epds",
    total=Decimal(9),
    authored=datetime(2026, 1, 12, 9, 0, tzinfo=UTC),
    author=THERAPIST,
    worrying=False,
    status=ResponseStatus.ENTERED_IN_ERROR,
    withdrawn=Withdrawal(at=datetime(2026, 1, 12, 9, 5, tzinfo=UTC), by=THERAPIST, reason="Read the line above"),
)
_READ_AGAIN = replace(
    _MISREAD,
    id=id_of(38),
    total=Decimal(14),
    worrying=True,
    status=ResponseStatus.AMENDED,
    replaces=_MISREAD.id,
    withdrawn=None,
)

FULL: Episode = replace(
    EXAMPLE,
    status=EpisodeStatus.COMPLETED,
    phase=Phase.CLOSED,
    problem_areas=(
        replace(
            _AREA,
            z_code="Z63.0",
            closed_on=date(2026, 4, 27),
            about=HUSBAND.id,
            stages=(StageOn(day=START, stage=DisputeStage.IMPASSE),),
        ),
        replace(_SECOND, z_code="Z60.3"),
    ),
    goals=(
        *(goal for goal in EXAMPLE.goals if goal.id != GOAL_BY_SCALE.id),
        replace(
            GOAL_BY_SCALE,
            status=GoalStatus.COMPLETED,
            status_date=date(2026, 4, 27),
            ratings=(
                Rating(id=id_of(51), rated=NOON, level=-1, by=RatedBy.PATIENT),
                Rating(id=id_of(52), rated=NOON, level=1, by=RatedBy.PRACTITIONER),
            ),
        ),
        Goal(
            id=id_of(12),
            kind=GoalKind.PLAIN,
            text="Talk again about what divides us, or decide to end it safely.",
            template="G-14",
            area=ProblemAreaCode.ROLE_DISPUTE,
            start=START,
            due=date(2026, 3, 16),
            stage=DisputeStage.RENEGOTIATION,
        ),
        Goal(id=id_of(13), kind=GoalKind.PLAIN, text="Have a crisis plan.", template="G-32", start=START, due=START),
    ),
    activities=(
        *EXAMPLE.activities,
        Activity(
            id=id_of(23),
            kind=ActivityKind.TASK,
            code="crisis-plan",
            text="Crisis plan",
            due=date(2026, 1, 12),
            owner=Owner.PATIENT,
            outcome=Outcome.DONE,
        ),
        Activity(
            id=id_of(24),
            kind=ActivityKind.APPOINTMENT,
            code="conjoint-session",
            text="Joint session with an important other person",
            starts=NOON,
            minutes=50,
        ),
        Activity(
            id=id_of(25),
            kind=ActivityKind.APPOINTMENT,
            code="conjoint-session",
            text="Joint session with an important other person",
            starts=NOON,
            minutes=50,
            inline=True,
        ),
        Activity(id=id_of(26), kind=ActivityKind.SERVICE, text="Sleep advice", due=date(2026, 2, 2), inline=True),
    ),
    skipped_phases=(SkippedPhase(phase=Phase.SUITABILITY, reason=SkipReason.HELD_ELSEWHERE, day=START),),
    former_areas=(
        FormerArea(
            area=ProblemArea(code=ProblemAreaCode.GRIEF, agreed_by_patient=True, agreed_on=START),
            left_on=date(2026, 2, 2),
            reason=FocusChange.NEW_INFORMATION,
        ),
    ),
    sessions=(
        *EXAMPLE.sessions,
        Session(
            number=4,
            date=NOON.date(),
            phase=Phase.MIDDLE,
            kind=SessionKind.CONJOINT,
            starts=NOON,
            minutes=50,
            focus=ProblemAreaCode.ROLE_DISPUTE,
            mood_link=MoodLink.WORSE_AFTER_EVENT,
            mood_event=id_of(61),
            techniques=(Technique.COMMUNICATION_ANALYSIS, Technique.ROLE_PLAY),
            step="Ask for half an hour on Sunday",
            step_outcome=Outcome.PARTLY_DONE,
        ),
        Session(number=1, date=date(2026, 1, 14), phase=Phase.INITIAL, kind=SessionKind.CAREGIVER),
    ),
    responses=(
        EXAMPLE.responses[0],
        replace(
            FOLLOW_UP,
            status=ResponseStatus.ENTERED_IN_ERROR,
            withdrawn=Withdrawal(at=_AMENDED.authored, by=THERAPIST, reason="Item 7 was read wrongly"),
        ),
        _AMENDED,
        _ALONE,
        _COUNTED,
    ),
    forms=(INTAKE, _CORRECTED, _OURS),
    totals=(_MISREAD, _READ_AGAIN),
    safety_items=(
        *EXAMPLE.safety_items,
        SafetyItem(
            id=id_of(41),
            response=_ALONE.id,
            link_id="/44260-8",
            answer="LA6569-3",
            opened=_ALONE.authored,
            act=SafetyAct.DISCUSSED,
            settled=datetime(2026, 2, 2, 10, 0, tzinfo=UTC),
            settled_by=THERAPIST,
            owner=Person(display="ZZTEST Duty", reference="Practitioner/duty-1"),
        ),
    ),
    setting=Setting.OUTPATIENT,
    supervisor=Person(display="ZZTEST Supervisor", reference="Practitioner/supervisor-1"),
    links=(
        RecordLink(relation=Relation.PART_OF, reference="CarePlan/wider", display="Wider plan"),
        RecordLink(relation=Relation.SUPPORTED_BY, reference="MedicationRequest/m1", display="Sertraline"),
    ),
    consents=(
        ConsentDecision(id=id_of(70), kind=ConsentKind.DATA_SHARING, permitted=True, decided_on=START),
        ConsentDecision(
            id=id_of(71),
            kind=ConsentKind.RECORDING,
            permitted=True,
            decided_on=START,
            withdrawn_on=date(2026, 2, 2),
            recorded_by=THERAPIST,
            withdrawal_recorded_by=THERAPIST,
        ),
        ConsentDecision(id=id_of(72), kind=ConsentKind.CONTACT, permitted=False, decided_on=START),
    ),
    messages=(Message(id=id_of(80), kind=MessageKind.FAMILY_DOCTOR, sent=NOON, sender=THERAPIST),),
    documents=(Document(id=id_of(90), kind=DocumentKind.PROGRESS, written=NOON, author=THERAPIST),),
    review=TerminationReview(
        reason=TerminationReason.COMPLETED,
        ended_on=date(2026, 4, 27),
        dispositions=(Disposition.MAINTENANCE, Disposition.MEDICATION_REVIEW),
        reviewed_on=date(2026, 4, 20),
        gains="Speaks up at home",
        confidence=7,
    ),
    sick_role_on=START,
    inventory=(HUSBAND,),
    timeline=(TimelineEvent(id=id_of(61), when="2025-08", kind=EventKind.DISPUTE, text="Second job unasked", mood=-1),),
    formulations=(Formulation(version=1, text="Talks stopped and withdrawal keeps it going.", agreed_on=START),),
    role_sheet=RoleSheet(old_good="Known and praised"),
    grief_sheet=GriefSheet(changed="Meals alone"),
    contact_ladder=(
        LadderStep(id=id_of(62), text="Greet first", person=HUSBAND.id, wanted=Contact.WEEKLY, done_on=START),
    ),
    fidelity=(
        Fidelity(
            id=id_of(95),
            session=4,
            rated_on=NOON.date(),
            marks=(FidelityMark(item=FidelityItem.WORKED_ON_FOCUS, mark=3),),
        ),
    ),
    relapse_plan=RelapsePlan(signs=("Sleepless nights",), actions=("Call the clinic",), contacts=("sister",)),
    session_corrections=(
        SessionCorrection(number=3, day=date(2026, 1, 19), at=NOON, reason="Wrong day", by=EXAMPLE.therapist),
    ),
    ending_agreed_on=date(2026, 2, 9),
)
