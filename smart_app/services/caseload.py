"""The patients a person launched: where each course stands, what needs them, and how old that knowledge is.

The note of a course is written whenever its chart is open (``keep_up``) and sealed. A list shows only patients whom
this person launched at this hospital in the last ninety days (decision-D74); each row that is shown is audited.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec

from ipt_fhir.model.episode import Episode, EpisodeStatus
from ipt_fhir.model.sessions import Phase
from ipt_fhir.protocol.pace import days_until_due
from ipt_fhir.questionnaires.off_track import Track, leading_measure, off_track
from smart_app.services.desk import Desk, PatientCard
from smart_app.services.overview import course, measure
from smart_app.services.practice import Practice
from smart_app.store import audit, caseload
from smart_app.store.caseload import ListedCase
from smart_app.store.lanes import Lane
from smart_app.store.transactions import ReadTransaction, Transaction

LISTED_FOR = timedelta(days=90)
"""How long a launch shows that somebody may see a chart: a course in maintenance meets once a month."""
OLD = timedelta(days=14)
_UNDER_WAY = {EpisodeStatus.DRAFT, EpisodeStatus.ACTIVE}
_LAST_SESSIONS = 4


class Need(StrEnum):
    """What needs the person, the most pressing first."""

    SAFETY = "safety"
    HELD = "held"
    RECEIVED = "received"
    OFF_TRACK = "off-track"
    SESSION = "session"
    PLAN = "plan"
    MEASURE = "measure"
    UNFILED = "unfiled"


class CourseNote(msgspec.Struct, frozen=True, kw_only=True):
    """What a list says of a course; no name and nothing typed.

    For ``on_focus`` of the last ``counted`` closed sessions it was noted which problem area was worked on.
    """

    initials: str
    record_number: str
    phase: Phase
    status: EpisodeStatus
    session: int
    contracted: int
    session_open: bool
    last_session: date | None
    areas: tuple[str, ...]
    measure: str
    first: str
    score: str
    band: str
    measured_on: date | None
    days_between: int
    reasons: tuple[str, ...]
    judged: str
    safety: int
    planned: bool
    unfiled: int
    on_focus: int
    counted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One row: the note, how old it is, what needs the person now, and whether it is the chart that is open.

    ``moved_on``: the course was changed since the note, as a group session does for each of its members.
    """

    lane: Lane
    note: CourseNote
    noted: datetime
    needs: tuple[Need, ...]
    counts: dict[Need, int]
    is_open: bool
    moved_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Caseload:
    """One page of a person's list: its rows, how many there are in all, and how many need somebody."""

    cases: tuple[Case, ...]
    total: int
    needing: int


def keep_up(tx: Transaction, practice: Practice, desk: Desk, count_unfiled: Callable[[], int]) -> None:
    """Note where the course of an open chart stands, unless that was noted already."""
    if is_noted(tx, desk):
        return
    note = note_of(practice, desk.episode, desk.patient, count_unfiled())
    caseload.put(tx, desk.lane, desk.episode.id, desk.revision, msgspec.json.encode(note))


def is_noted(tx: ReadTransaction, desk: Desk) -> bool:
    """Whether the note is about the course of an open chart as it is."""
    return caseload.is_current(tx, desk.lane, desk.episode.id, desk.revision)


def unfiled_noted(tx: ReadTransaction, desk: Desk) -> int | None:
    """How much waits to be filed, where that was noted of the course as it is; saves mapping the course once more."""
    found = caseload.current(tx, desk.lane, desk.episode.id, desk.revision)
    return msgspec.json.decode(found, type=CourseNote).unfiled if found else None


def note_elsewhere(
    tx: Transaction, practice: Practice, desk: Desk, lane: Lane, episode: Episode, revision: int
) -> None:
    """What was added to the course of another of this person's patients shows in the list: it waits to be filed. How
    much of it waits is counted when that chart is looked at next."""
    listed = caseload.of_user(tx, *_whose(desk), tx.now - LISTED_FOR)
    before = next((item for item in listed if item.lane == lane), None)
    if before is None:
        return
    old = msgspec.json.decode(before.content, type=CourseNote)
    card = PatientCard(id=lane.patient, name="", record_number=old.record_number)
    note = msgspec.structs.replace(note_of(practice, episode, card, max(old.unfiled, 1)), initials=old.initials)
    caseload.put(tx, lane, episode.id, revision, msgspec.json.encode(note), counted=False)


def note_of(practice: Practice, episode: Episode, patient: PatientCard, unfiled: int) -> CourseNote:
    """What a list says of a course."""
    counted = course(episode)
    measured = measure(episode, leading_measure(episode, practice.catalogue), practice.catalogue)
    latest = measured.latest
    totals = [item for item in measured.readings if item.total is not None]
    verdict = off_track(episode, practice.site.off_track, practice.catalogue)
    closed = [item for item in counted.sessions if item.kind.counts]
    recent = closed[-_LAST_SESSIONS:]
    return CourseNote(
        initials=initials(patient.name),
        record_number=patient.record_number or "",
        phase=counted.phase,
        status=episode.status,
        session=counted.today if counted.open_session else counted.today - 1,
        contracted=counted.contracted,
        session_open=counted.open_session is not None,
        last_session=closed[-1].date if closed else None,
        areas=tuple(area.code.value for area in episode.problem_areas),
        measure=measured.title,
        first=f"{totals[0].total:f}" if totals else "",
        score=f"{latest.total:f}" if latest and latest.total is not None else "",
        band=latest.band.label if latest and latest.band else "",
        measured_on=latest.at.astimezone().date() if latest else None,
        days_between=days_until_due(episode),
        reasons=verdict.reasons if verdict else (),
        judged=verdict.track.value if verdict else "",
        safety=len(episode.open_safety_items),
        planned=bool(episode.contract and episode.primary_area and episode.goals),
        unfiled=unfiled,
        on_focus=sum(item.focus is not None for item in recent),
        counted=len(recent),
    )


def initials(name: str) -> str:
    """The first letters of the first and the last word of a name: enough for who knows the person."""
    parts = name.split()
    return " ".join(f"{part[0].upper()}." for part in dict.fromkeys((parts[0], parts[-1]))) if parts else "–"


def list_cases(practice: Practice, desk: Desk, page: int, size: int, *, supervision: bool = False) -> Caseload:
    """One page of the list of whoever opened this chart, what needs them first. Each row shown is audited."""
    with practice.store.write() as tx:
        found = _cases(practice, desk, caseload.of_user(tx, *_whose(desk), tx.now - LISTED_FOR))
        ordered = sorted(found, key=_off_track_first if supervision else _most_pressing_first)
        shown = ordered[page * size : (page + 1) * size]
        for case in shown:
            audit.append(tx, _event(desk, case.lane, audit.Action.QUERY))
    return Caseload(cases=tuple(shown), total=len(found), needing=sum(bool(case.needs) for case in found))


def chart_of(practice: Practice, desk: Desk, is_meant: Callable[[Lane], bool]) -> str | None:
    """The hospital's own address of a chart on this person's list; None where there is none."""
    with practice.store.write() as tx:
        listed = caseload.of_user(tx, *_whose(desk), tx.now - LISTED_FOR)
        lane = next((item.lane for item in listed if is_meant(item.lane)), None)
        address = practice.chart_of(lane.issuer, lane.patient) if lane else ""
        if lane and address:
            audit.append(tx, _event(desk, lane, audit.Action.QUERY))
    return address or None


def needs(practice: Practice, note: CourseNote, listed: ListedCase) -> dict[Need, int]:
    """What needs the person in a course, and how often; by the note, and by what is known now."""
    under_way = note.status in _UNDER_WAY and note.phase is not Phase.CLOSED
    today = practice.today()
    since = (today - note.measured_on).days if note.measured_on else None
    # Where a clinic has people on duty every open item is a row of theirs, also one that came since the note.
    waiting = listed.waiting if listed.lane.issuer in practice.patient_devices else note.safety
    found = {
        Need.SAFETY: waiting,
        Need.HELD: listed.held,
        Need.RECEIVED: listed.received,
        Need.OFF_TRACK: len(note.reasons) if practice.site.off_track and under_way else 0,
        Need.SESSION: int(note.session_open),
        Need.PLAN: int(under_way and not note.planned),
        Need.MEASURE: int(under_way and (since is None or since >= note.days_between)),
        Need.UNFILED: note.unfiled,
    }
    return {need: count for need, count in found.items() if count}


def _cases(practice: Practice, desk: Desk, listed: Sequence[ListedCase]) -> list[Case]:
    cases = []
    for item in listed:
        note = msgspec.json.decode(item.content, type=CourseNote)
        counts = needs(practice, note, item)
        cases.append(
            Case(
                lane=item.lane,
                note=note,
                noted=item.noted,
                needs=tuple(counts),
                counts=counts,
                is_open=item.lane == desk.lane,
                moved_on=item.moved_on,
            )
        )
    return cases


def _most_pressing_first(case: Case) -> tuple[bool, list[int], datetime, str]:
    """By the gravest need, then by the next ones; of equal ones, whoever was not seen for longest."""
    order = [list(Need).index(need) for need in case.needs]
    return not order, [*order, len(Need)], case.noted, case.lane.patient


def _off_track_first(case: Case) -> tuple[bool, bool, datetime, str]:
    return not case.note.reasons, case.note.judged == Track.ON.value, case.noted, case.lane.patient


def _whose(desk: Desk) -> tuple[str, str]:
    """The hospital and the person: nobody else's list is ever read."""
    return desk.lane.issuer, desk.user_sub


def _event(desk: Desk, lane: Lane, action: audit.Action) -> audit.AuditEvent:
    entity = f"Patient/{lane.patient}"
    return audit.AuditEvent(action=action, actor=desk.user_sub, issuer=lane.issuer, patient=lane.patient, entity=entity)
