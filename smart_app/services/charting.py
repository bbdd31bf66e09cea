"""Open a patient's chart: read it at the launch, keep what pages need, and lay it on the desk of each request."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from ipt_fhir import rawjson
from ipt_fhir.carriers.native import ServerCopy
from ipt_fhir.mapping.episode import RESOURCE_TYPES, NoCourse, Reading, changed, from_fhir, to_fhir
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model import snapshot
from ipt_fhir.model.activities import COURSE, Activity, ActivityStatus
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.filed_parts import filed_part, with_local
from ipt_fhir.model.people import DiagnosisLink, Person
from ipt_fhir.protocol.catalogue import activity_templates, variants, work_words
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.sync.verification import differences
from smart_app.roles import Role
from smart_app.services import caseload, chart_queries, duties, receiving
from smart_app.services.background import background_of
from smart_app.services.desk import Background, Desk
from smart_app.services.practice import Practice
from smart_app.services.signed_in import directory_query, named
from smart_app.services.styling import Style
from smart_app.services.wider_chart import granted, wider_chart
from smart_app.store import audit, episodes, launches, server_copies
from smart_app.store import caseload as caseload_notes
from smart_app.store.episodes import NEW
from smart_app.store.lanes import Lane
from smart_app.store.launches import Launch
from smart_app.store.server_copies import StoredCopy
from smart_app.store.transactions import ReadTransaction, Transaction

DEFAULT_VARIANT = "ipt-adult-16"


def read_chart(practice: Practice, launch: Launch, style: Style = ()) -> None:
    """Read patient, diagnoses, our own resources, what others planned and who launched in one go; update the store.

    An empty store learns the course from the server alone. Raises EhrError when the chart cannot be read;
    diagnoses, teams and medication may be refused (``wider_chart``).
    """
    needed = (*RESOURCE_TYPES, *sorted(practice.site.files - {"Condition"}))
    asked = granted(launch.grant.scopes)
    hospital = practice.hospital(launch)
    queries = chart_queries.queries(launch.lane.patient, (*needed, *asked), hospital.capabilities())
    directory = directory_query(launch.user)
    may_fail = {"Condition", *asked, *(name for name, _ in directory)} - {*needed, *practice.site.files}
    found = hospital.read_context([*queries, *directory], may_fail)
    launch = replace(launch, user=named(launch.user, found.pop() if directory else (), hospital))
    patients, conditions, ours = found[0], found[1], [item for group in found[1:] for item in group]
    refused = {notice.resource_type for notice in hospital.notices if notice.kind == "refused"}
    wider = wider_chart(ours, launch.lane.patient, {name for name, _ in queries}, refused)
    background = replace(
        background_of(launch, patients, conditions, practice.registry.get(launch.lane.issuer).name, wider),
        diagnoses_unread="Condition" in refused,
        style=style,
    )
    with practice.store.write() as tx:
        launches.name(tx, launch)
        launches.remember(tx, launch.handle, msgspec.json.encode(background))
        caseload_notes.forget(tx, launch.lane)
        _take_over(tx, practice, launch, ours, background)


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
    return _desk(tx, practice, launch, msgspec.json.decode(launch.background, type=Background))


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


def written(practice: Practice, desk: Desk) -> dict[str, JsonObject]:
    """The resources of the course as they would be filed now; unchanged ones are the chart's own."""
    known = {key: copy.reference for key, copy in desk.chart.items()}
    writing = Writing(patient=desk.patient.id, known=known, site=practice.site)
    return to_fhir(desk.episode, writing, {key: copy.resource for key, copy in desk.chart.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The course as resources by key, as it would be filed now; ``unfiled`` are those that say something the chart
    does not.

    What the server was sent and did not keep is not sent again and again (fault-F34, fault-F35); its receipt says so.
    """

    resources: dict[str, JsonObject]
    unfiled: dict[str, JsonObject]


def drawn(practice: Practice, desk: Desk) -> Drawn:
    """Map the course once; everything a page says about filing comes from here."""
    resources = written(practice, desk)
    new = changed(resources, {key: copy.resource for key, copy in desk.chart.items()})
    waiting = {key: resources[key] for key in new if not _lost_only(resources[key], desk, key)}
    return Drawn(resources=resources, unfiled=waiting)


def unfiled(practice: Practice, desk: Desk) -> dict[str, JsonObject]:
    """The resources, by key, that say something the chart does not."""
    return drawn(practice, desk).unfiled


def note_standing(practice: Practice, desk: Desk) -> None:
    """Tell the caseload where the course stands, after something was filed."""
    with practice.store.write() as tx:
        _note_standing(tx, practice, refreshed(tx, desk))


def _note_standing(tx: Transaction, practice: Practice, desk: Desk) -> None:
    caseload.keep_up(tx, practice, desk, lambda: len(unfiled(practice, desk)))


def _lost_only(resource: JsonObject, desk: Desk, key: str) -> bool:
    known = desk.lost.get(key, ())
    return bool(known) and tuple(differences(resource, desk.chart[key].resource, {})) == known


def refreshed(tx: Transaction, desk: Desk) -> Desk:
    """The desk with the course and the chart's copies as the store has them now."""
    stored = episodes.load(tx, desk.lane)
    if stored is None:
        return desk
    copies = copies_of(tx, stored.id)
    return replace(
        desk,
        episode=snapshot.load(stored.content),
        revision=stored.revision,
        chart=_chart(copies),
        lost=_lost(copies),
        receipts=tuple(copies.values()),
    )


def _chart(copies: dict[str, StoredCopy]) -> dict[str, ServerCopy]:
    return {key: as_copy(copy) for key, copy in copies.items()}


def _lost(copies: dict[str, StoredCopy]) -> dict[str, tuple[str, ...]]:
    return {key: copy.differences for key, copy in copies.items() if copy.differences}


def copies_of(tx: ReadTransaction, episode_id: str) -> dict[str, StoredCopy]:
    """The chart's copies of a course by key, as stored."""
    return {copy.key: copy for copy in server_copies.of_episode(tx, episode_id)}


def as_stored(key: str, copy: ServerCopy, tx: Transaction, differences: Sequence[str] = ()) -> StoredCopy:
    """A verified copy for the store."""
    return StoredCopy(
        key=key,
        resource_type=copy.resource_type,
        server_id=copy.id,
        version=copy.version,
        last_updated=copy.resource.get("meta", {}).get("lastUpdated"),
        content=rawjson.write(copy.resource),
        filed_at=tx.now,
        verified=True,
        differences=tuple(differences),
    )


def as_copy(stored: StoredCopy) -> ServerCopy:
    """A stored copy as the library knows it."""
    return ServerCopy(
        resource_type=stored.resource_type,
        id=stored.server_id,
        version=stored.version or "",
        resource=rawjson.parse_object(stored.content),
    )


def copy_of(resource: JsonObject) -> ServerCopy:
    """A resource just read as a copy."""
    version = resource.get("meta", {}).get("versionId", "")
    return ServerCopy(resource_type=resource["resourceType"], id=resource["id"], version=version, resource=resource)


def _desk(tx: ReadTransaction, practice: Practice, launch: Launch, background: Background) -> Desk | None:
    stored = episodes.load(tx, launch.lane)
    if stored is None:
        return None
    copies = copies_of(tx, stored.id)
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
        chart=_chart(copies),
        lost=_lost(copies),
        receipts=tuple(copies.values()),
        today=practice.today(),
        frame_ancestors=practice.registry.get(launch.lane.issuer).frame_ancestors,
        devices=practice.patient_devices.get(launch.lane.issuer),
        role=practice.role_of(launch),
    )


def _take_over(
    tx: Transaction, practice: Practice, launch: Launch, ours: Sequence[JsonObject], background: Background
) -> None:
    """Make the store agree with the chart, except where something of ours waits to be filed.

    What was edited here and not filed stays as it is: filing it will find the change in the chart and ask.
    """
    stored = episodes.load(tx, launch.lane)
    try:
        reading = from_fhir(ours, practice.catalogue)
    except NoCourse:
        if stored is None:
            first = new_episode(practice, launch, background)
            episodes.save(tx, launch.lane, first.id, snapshot.dump(first), expected_revision=NEW)
        return
    if stored is None:
        _adopt(tx, launch.lane, reading, reading.episode, NEW)
        _follow(tx, practice, launch.lane, reading.episode, background)
    elif stored.id == reading.episode.id and _moved(tx, reading):
        desk = _desk(tx, practice, launch, background)
        if desk and not _waits(practice, desk):
            here = with_local(reading.episode, desk.episode, practice.site.carried)
            _adopt(tx, launch.lane, reading, here, stored.revision)
            duties.obey_chart(tx, launch.lane, desk.episode, here)
            _follow(tx, practice, launch.lane, here, background)


def _follow(tx: Transaction, practice: Practice, lane: Lane, episode: Episode, background: Background) -> None:
    """Who has to act, after the chart's course became ours."""
    duties.settle(tx, lane, episode)
    devices = practice.patient_devices.get(lane.issuer)
    duties.open_missing(tx, lane, episode, devices, background.patient.record_number)


def _waits(practice: Practice, desk: Desk) -> bool:
    """Whether something a person entered here is not in the chart.

    Old words in what merely describes are not: after others edited a goal, the plan's narrative and the goal's display
    lag behind until the next filing, and that must not keep their next edit out.
    """
    if not unfiled(practice, desk):
        return False
    try:
        there = from_fhir([copy.resource for copy in desk.chart.values()], practice.catalogue).episode
    except NoCourse:
        return True
    return filed_part(desk.episode, practice.site.carried) != there


def _moved(tx: ReadTransaction, reading: Reading) -> bool:
    """Whether the chart has another version of anything than we have."""
    here = server_copies.versions(tx, reading.episode.id)
    return here != {key: copy_of(resource).version for key, resource in reading.resources.items()}


def _adopt(tx: Transaction, lane: Lane, reading: Reading, episode: Episode, revision: int) -> None:
    """The chart's course becomes ours; receipts of copies that did not move stay as they are."""
    before = copies_of(tx, episode.id) if revision != NEW else {}
    episodes.save(tx, lane, episode.id, snapshot.dump(episode), expected_revision=revision)
    fresh = {key: as_stored(key, copy_of(resource), tx) for key, resource in reading.resources.items()}
    kept = [
        before[key] if key in before and before[key].version == copy.version else copy for key, copy in fresh.items()
    ]
    server_copies.replace_all(tx, episode.id, kept)


def new_episode(practice: Practice, launch: Launch, background: Background) -> Episode:
    """A course that begins today: draft, with the planned work every course has."""
    activities = [
        Activity(
            id=str(uuid.uuid4()),
            kind=item.kind,
            code=item.id,
            text=work_words(item, variants()[DEFAULT_VARIANT], practice.site.language, practice.catalogue),
            status=ActivityStatus.PROPOSED,
        )
        for item in activity_templates().values()
        if item.is_default_for(variants()[DEFAULT_VARIANT])
    ]
    activities.sort(key=lambda item: item.code != COURSE)
    person = Person(display=launch.user.name, reference=launch.user.fhir_user)
    return Episode(
        id=str(uuid.uuid4()),
        variant=DEFAULT_VARIANT,
        started=practice.today(),
        therapist=None if practice.role_of(launch) is Role.SUPERVISOR else person,
        diagnoses=tuple(DiagnosisLink(reference=item.reference, display=item.display) for item in background.diagnoses),
        activities=tuple(activities),
        setting=practice.setting,
    )
