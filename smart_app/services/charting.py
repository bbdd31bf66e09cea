"""Lay the course of a launch on the desk of each request, and keep what was changed there."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from ipt_fhir.model import snapshot
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.people import Person
from smart_app.services import caseload, duties, receiving
from smart_app.services.course_resources import to_be_filed
from smart_app.services.desk import Background, Desk
from smart_app.services.filed_copies import copies_of
from smart_app.services.practice import Practice
from smart_app.store import audit, episodes, launches
from smart_app.store import caseload as caseload_notes
from smart_app.store.launches import Launch
from smart_app.store.transactions import ReadTransaction, Transaction


def open_desk(practice: Practice, handle: str, browser_secret: str) -> Desk | None:
    """The desk of a living launch; None for anybody but the browser that began it.

    A look takes no writer's turn unless there is something to keep: pages of many people would queue (decision-D103).
    """
    with practice.store.read() as tx:
        launch = launches.find(tx, handle, browser_secret, practice.idle)
        if launch is None:
            return None
        if not _has_to_write(tx, practice, launch):
            desk = _looked_at(tx, practice, launch)
            if desk is None or not _has_news(tx, desk):
                return desk
    with practice.store.write() as tx:
        desk = _looked_at(tx, practice, launches.find(tx, handle, browser_secret, practice.idle))
        if desk is None:
            return None
        launches.touch(tx, handle)
        desk = _with_waiting(tx, desk)
        _note_standing(tx, practice, desk)
        return desk


def _looked_at(tx: ReadTransaction, practice: Practice, launch: Launch | None) -> Desk | None:
    if launch is None or launch.background is None:
        return None
    return desk_of_launch(tx, practice, launch, msgspec.json.decode(launch.background, type=Background))


def _has_to_write(tx: ReadTransaction, practice: Practice, launch: Launch) -> bool:
    """Whether the person was away or the course is noted nowhere; known without opening the course."""
    return launches.is_to_be_touched(tx, launch, practice.idle) or not caseload_notes.is_there(tx, launch.lane)


def _has_news(tx: ReadTransaction, desk: Desk) -> bool:
    """Whether a patient sent something, or the course is not noted as it is."""
    return receiving.waiting(tx, desk.lane, desk.episode) is not desk.episode or not caseload.is_noted(tx, desk)


def save(
    practice: Practice, desk: Desk, episode: Episode, action: audit.Action = audit.Action.UPDATE, entity: str = ""
) -> int:
    """Keep the course; returns its new revision. ``action`` and ``entity`` as in ``audit_event``.

    Raises StaleRevision when another tab was faster (fault-F72).
    """
    with practice.store.write() as tx:
        audit.append(tx, audit_event(desk, action, entity))
        revision = keep(tx, desk, episode)
        devices = practice.patient_devices.get(desk.lane.issuer)
        duties.open_missing(tx, desk.lane, episode, devices, desk.patient.record_number)
        _note_standing(tx, practice, replace(desk, episode=episode, revision=revision))
        return revision


def note(practice: Practice, desk: Desk, *entities: str) -> None:
    """Somebody looked at entries of the course whose every view is audited (ipt-domain 5.1: safety items)."""
    with practice.store.write() as tx:
        for entity in entities:
            audit.append(tx, audit_event(desk, audit.Action.READ, entity))


def exported(practice: Practice, desk: Desk, entity: str) -> None:
    """Something of the course left the app as a document."""
    with practice.store.write() as tx:
        audit.append(tx, audit_event(desk, audit.Action.EXPORT, entity))


def audit_event(desk: Desk, action: audit.Action, entity: str = "") -> audit.AuditEvent:
    """Who did what to this course, or to one entry of it (``Type/key``); ids only."""
    return audit.AuditEvent(
        action=action,
        actor=desk.user_sub,
        issuer=desk.lane.issuer,
        patient=desk.lane.patient,
        entity=entity or f"CarePlan/{desk.episode.id}",
    )


def keep(tx: Transaction, desk: Desk, episode: Episode) -> int:
    """As save, inside a transaction that holds more."""
    content = snapshot.dump(episode)
    duties.settle(tx, desk.lane, episode)
    return episodes.save(tx, desk.lane, episode.id, content, expected_revision=desk.revision)


def _with_waiting(tx: Transaction, desk: Desk) -> Desk:
    """The desk with what patients sent and with whose turn it is to act; what came is part of the course from now."""
    episode = receiving.waiting(tx, desk.lane, desk.episode)
    if episode is desk.episode:
        return desk
    revision = keep(tx, desk, episode)
    receiving.taken(tx, desk.lane, desk.user_sub)
    return replace(desk, episode=episode, revision=revision, before=desk.revision)


def note_standing(practice: Practice, desk: Desk) -> None:
    """Tell the caseload where the course stands, after something was filed."""
    with practice.store.write() as tx:
        _note_standing(tx, practice, refreshed(tx, desk))


def _note_standing(tx: Transaction, practice: Practice, desk: Desk) -> None:
    caseload.keep_up(tx, practice, desk, lambda: to_be_filed(practice, desk))


def desk_of_launch(tx: ReadTransaction, practice: Practice, launch: Launch, background: Background) -> Desk | None:
    """The desk as the store has it now; None for a patient without a course."""
    stored = episodes.load(tx, launch.lane)
    if stored is None:
        return None
    return Desk(
        handle=launch.handle,
        lane=launch.lane,
        user_sub=launch.user.sub,
        therapist=Person(display=launch.user.name, reference=launch.user.fhir_user),
        scopes=frozenset(launch.grant.scopes),
        background=background,
        episode=snapshot.load(stored.content),
        revision=stored.revision,
        before=stored.revision,
        chart=copies_of(tx, stored.id),
        today=practice.today(),
        frame_ancestors=practice.registry.get(launch.lane.issuer).frame_ancestors,
        devices=practice.patient_devices.get(launch.lane.issuer),
        role=practice.role_of(launch),
    )


def refreshed(tx: Transaction, desk: Desk) -> Desk:
    """The desk with the course and the chart's copies as the store has them now."""
    stored = episodes.load(tx, desk.lane)
    if stored is None:
        return desk
    copies, episode = copies_of(tx, stored.id), snapshot.load(stored.content)
    return replace(desk, episode=episode, revision=stored.revision, chart=copies)
