"""A patient at their own forms: on a device of their own, or on the clinic's tablet while it is handed over.

A visit is all a patient's page knows. It has no course, no chart and no token: what is not here cannot be shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from smart_app.patient_devices import PatientDevices
from smart_app.services.desk import PatientCard
from smart_app.services.practice import Practice
from smart_app.store import audit, hand_overs, launches
from smart_app.store.hand_overs import HandOver
from smart_app.store.lanes import Lane
from smart_app.store.launches import Launch, SignInFor
from smart_app.store.transactions import Transaction


class Device(StrEnum):
    """On what a patient answers; kept with what was sent."""

    OWN = "own-device"
    TABLET = "tablet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """What a patient's pages say of the person and the place: the name, so that the wrong one notices."""

    name: str
    record_number: str | None
    hospital: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One patient at their forms.

    ``author`` owns the drafts: the ``sub`` of a patient who signed in, or the tablet. ``form`` is the only one that may
    be filled in on a tablet. ``over`` leaves nothing to do but to give the tablet back, with ``tries_left`` for a PIN.
    """

    handle: str
    lane: Lane
    device: Device
    author: str
    greeting: Greeting
    devices: PatientDevices
    form: str | None = None
    over: bool = False
    tries_left: int = 0


def open_visit(practice: Practice, handle: str, browser_secret: str) -> Visit | None:
    """The visit of a handle, for the browser it was begun in; None for anybody else, and once it has ended."""
    with practice.store.write() as tx:
        handed = hand_overs.of_browser(tx, browser_secret)
        if handed:
            return _on_tablet(tx, practice, handed) if handed.handle == handle else None
        launch = launches.find(tx, handle, browser_secret, practice.idle, SignInFor.PATIENT)
        if launch is None:
            return None
        launches.touch(tx, handle)
        return _on_own_device(practice, launch)


def leave(practice: Practice, visit: Visit) -> None:
    """The patient goes; what was not sent is kept."""
    with practice.store.write() as tx:
        launches.end(tx, visit.handle)
        audit.append(tx, event(visit, audit.Action.LOGOUT, f"Patient/{visit.lane.patient}"))


def event(visit: Visit, action: audit.Action, entity: str) -> audit.AuditEvent:
    """What a patient did; ids only."""
    lane = visit.lane
    return audit.AuditEvent(action=action, actor=visit.author, issuer=lane.issuer, patient=lane.patient, entity=entity)


def dump_greeting(card: PatientCard, hospital: str) -> bytes:
    """What the pages of a visit will show, for the store."""
    return msgspec.json.encode(Greeting(name=card.name, record_number=card.record_number, hospital=hospital))


def _on_own_device(practice: Practice, launch: Launch) -> Visit | None:
    devices = practice.patient_devices.get(launch.lane.issuer)
    if devices is None or not devices.own_devices or launch.background is None:
        return None
    return Visit(
        handle=launch.handle,
        lane=launch.lane,
        device=Device.OWN,
        author=launch.user.sub,
        greeting=_greeting(launch.background),
        devices=devices,
    )


def _on_tablet(tx: Transaction, practice: Practice, handed: HandOver) -> Visit | None:
    devices = practice.patient_devices.get(handed.lane.issuer)
    if devices is None:
        return None
    idle = tx.now - handed.last_seen > practice.idle
    if not idle:
        hand_overs.touch(tx, handed.handle)
    return Visit(
        handle=handed.handle,
        lane=handed.lane,
        device=Device.TABLET,
        author=Device.TABLET.value,
        greeting=_greeting(handed.background),
        devices=devices,
        form=handed.form,
        over=idle or handed.finished is not None,
        tries_left=handed.tries_left,
    )


def _greeting(background: bytes) -> Greeting:
    return msgspec.json.decode(background, type=Greeting)
