"""Who has to act on a safety answer: raised at once, given to the backup when nobody acts, listed for each person.

The course stays the truth about what was done; the rows here let a list over all patients be shown without opening a
single course, and let an answer raise its item before its form is sent (decision-D67).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec

from ipt_fhir.model.episode import Episode
from ipt_fhir.model.measures import SafetyItem
from ipt_fhir.model.people import Person
from smart_app.patient_devices import PatientDevices
from smart_app.services.practice import Practice
from smart_app.store import audit, safety_duties, worker_runs
from smart_app.store.lanes import Lane
from smart_app.store.safety_duties import SafetyDuty
from smart_app.store.transactions import ReadTransaction, Transaction

_TASK = "safety-duties"
_LONGEST_SILENCE = timedelta(minutes=10)
_NAMESPACE = uuid.UUID("6d0a3f0e-6f3b-5c1e-9a41-52c1c7f6b2d1")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorryingAnswer:
    """A positive answer to a safety item: of which response, to which item, with which code; sealed in the store.

    ``record_number`` lets the person who has to act find the chart.
    """

    response: str
    link_id: str
    answer: str
    record_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDuty:
    """What the list of a person may show of another chart: since when, whose turn, and how to find the chart."""

    item: str
    raised: datetime
    reassigned: datetime | None
    record_number: str
    has_chart_url: bool


def raise_duty(tx: Transaction, lane: Lane, devices: PatientDevices, worrying: WorryingAnswer, by: str) -> None:
    """Somebody must act, from now on. Said again it changes nothing; another positive answer takes the place of one
    nobody has acted on, and is an item of its own once somebody has."""
    waiting = next((item for item in safety_duties.of_patient(tx, lane) if _is_about(item, worrying)), None)
    if waiting:
        safety_duties.put_detail(tx, waiting, _dump(worrying))
        return
    owner = devices.on_duty
    duty = SafetyDuty(
        item=_item_id(worrying),
        lane=lane,
        response=worrying.response,
        raised=tx.now.replace(microsecond=0),
        owner=owner.reference,
        owner_name=owner.name,
        detail=_dump(worrying),
    )
    if safety_duties.open_duty(tx, duty):
        audit.append(tx, _event(duty, audit.Action.CREATE, by))


def settle(tx: Transaction, lane: Lane, episode: Episode) -> None:
    """What was acted on in a course that is saved waits for nobody any more."""
    safety_duties.acknowledge(tx, lane, [item.id for item in episode.safety_items if not item.open])


def open_missing(
    tx: Transaction, lane: Lane, episode: Episode, devices: PatientDevices | None, record: str | None
) -> None:
    """What is open in the course waits for somebody, whoever entered it; where nobody was named, for nobody."""
    if devices is None:
        return
    for item in episode.open_safety_items:
        owner = item.owner
        duty = SafetyDuty(
            item=item.id,
            lane=lane,
            response=item.response,
            raised=item.opened,
            owner=(owner.reference if owner else None) or devices.on_duty.reference,
            owner_name=owner.display if owner else devices.on_duty.name,
            detail=_dump(_worrying(item, record)),
        )
        safety_duties.open_duty(tx, duty)


def obey_chart(tx: Transaction, lane: Lane, before: Episode, now: Episode) -> None:
    """A colleague gave a Task to somebody else in the chart: what a person decided there counts.

    Only what differs from the course as it was: an owner who is merely older than a re-assignment changes nothing.
    """
    owners = {item.id: item.owner for item in before.safety_items}
    for item in now.open_safety_items:
        if item.owner and item.owner.reference and item.owner != owners.get(item.id, item.owner):
            safety_duties.put_owner(tx, lane, item.id, item.owner.reference, item.owner.display)


def with_duties(tx: ReadTransaction, lane: Lane, episode: Episode) -> Episode:
    """The course with every item that waits for somebody, each with the person whose turn it is."""
    waiting = {duty.item: duty for duty in safety_duties.of_patient(tx, lane)}
    known = {item.id for item in episode.safety_items}
    items = [_owned(item, waiting[item.id]) if item.id in waiting else item for item in episode.safety_items]
    items += [_item(duty) for duty in waiting.values() if duty.item not in known]
    ordered = tuple(sorted(items, key=lambda item: (item.opened, item.id)))
    return episode if ordered == episode.safety_items else replace(episode, safety_items=ordered)


def listed(practice: Practice, issuer: str, person: Person, by: str) -> Sequence[ListedDuty]:
    """What waits for a person at this hospital, what was re-assigned first. Each view is audited (ipt-domain 5.1)."""
    devices = practice.patient_devices.get(issuer)
    if devices is None or person.reference is None:
        return ()
    with practice.store.write() as tx:
        found = safety_duties.of_owner(tx, issuer, person.reference)
        for duty in found:
            audit.append(tx, _event(duty, audit.Action.READ, by))
    return [_listed(duty, devices) for duty in found]


def waiting_for(practice: Practice, issuer: str, person: Person) -> set[str]:
    """The ids of the items that wait for a person; nothing of a patient is looked at."""
    if issuer not in practice.patient_devices or person.reference is None:
        return set()
    with practice.store.read() as tx:
        return {duty.item for duty in safety_duties.of_owner(tx, issuer, person.reference)}


def chart_of(practice: Practice, issuer: str, person: Person, item: str, by: str) -> str | None:
    """The hospital's own address of the chart an item is about; None for an item that is not theirs to act on."""
    devices = practice.patient_devices.get(issuer)
    if devices is None or person.reference is None:
        return None
    with practice.store.write() as tx:
        theirs = safety_duties.of_owner(tx, issuer, person.reference)
        found = next((duty for duty in theirs if duty.item == item), None)
        if found is None or not devices.chart_url:
            return None
        audit.append(tx, _event(found, audit.Action.QUERY, by))
    return devices.chart_of(found.lane.patient)


def reassign_late(practice: Practice, by: str) -> int:
    """Give to the backup what nobody acted on in time, at every hospital; how many items that were.

    That it looked is noted, so that pages can say when nobody looks any more.
    """
    given = 0
    for issuer, devices in practice.patient_devices.items():
        backup = devices.backup
        with practice.store.write() as tx:
            found = safety_duties.reassign(tx, issuer, devices.patience, backup.reference, backup.name)
            for duty in found:
                audit.append(tx, _event(duty, audit.Action.REASSIGN, by))
        given += len(found)
    with practice.store.write() as tx:
        worker_runs.note(tx, _TASK)
    return given


def is_watched(practice: Practice) -> bool:
    """Did the worker look not long ago? Where it does not, nothing is re-assigned, and pages must say so."""
    with practice.store.read() as tx:
        last = worker_runs.last(tx, _TASK)
        # A run that lies in the future was noted before the clock went back: then nobody knows.
        return last is not None and timedelta(0) <= tx.now - last <= _LONGEST_SILENCE


def _is_about(duty: SafetyDuty, worrying: WorryingAnswer) -> bool:
    return duty.response == worrying.response and _load(duty).link_id == worrying.link_id


def _item_id(worrying: WorryingAnswer) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{worrying.response}/{worrying.link_id}/{worrying.answer}"))


def _item(duty: SafetyDuty) -> SafetyItem:
    answer = _load(duty)
    return SafetyItem(
        id=duty.item,
        response=duty.response,
        link_id=answer.link_id,
        answer=answer.answer,
        opened=duty.raised,
        owner=_owner(duty),
    )


def _owned(item: SafetyItem, duty: SafetyDuty) -> SafetyItem:
    return replace(item, owner=_owner(duty), answer=_load(duty).answer) if item.open else item


def _owner(duty: SafetyDuty) -> Person:
    return Person(display=duty.owner_name, reference=duty.owner)


def _worrying(item: SafetyItem, record: str | None) -> WorryingAnswer:
    return WorryingAnswer(response=item.response, link_id=item.link_id, answer=item.answer, record_number=record)


def _listed(duty: SafetyDuty, devices: PatientDevices) -> ListedDuty:
    return ListedDuty(
        item=duty.item,
        raised=duty.raised,
        reassigned=duty.reassigned,
        record_number=_load(duty).record_number or duty.lane.patient,
        has_chart_url=bool(devices.chart_url),
    )


def _event(duty: SafetyDuty, action: audit.Action, actor: str) -> audit.AuditEvent:
    lane = duty.lane
    entity = f"Task/{duty.item}"
    return audit.AuditEvent(action=action, actor=actor, issuer=lane.issuer, patient=lane.patient, entity=entity)


def _dump(worrying: WorryingAnswer) -> bytes:
    return msgspec.json.encode(worrying)


def _load(duty: SafetyDuty) -> WorryingAnswer:
    return msgspec.json.decode(duty.detail, type=WorryingAnswer)
