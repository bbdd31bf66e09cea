"""Open a patient's chart: read it at the launch, keep what pages need, and lay it on the desk of each request."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace

import msgspec

from ipt_fhir import rawjson
from ipt_fhir.carriers.native import ServerCopy
from ipt_fhir.locale.texts import text
from ipt_fhir.mapping.editing import identifier_of, target_of
from ipt_fhir.mapping.episode import RESOURCE_TYPES, NoCourse, Reading, changed, from_fhir, to_fhir
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model import snapshot
from ipt_fhir.model.activities import COURSE, Activity, ActivityStatus
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.filed_parts import filed_part, with_local
from ipt_fhir.model.people import DiagnosisLink, Person
from ipt_fhir.protocol.catalogue import activity_templates, variants
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.sync.verification import differences
from smart_app.services.desk import Background, Desk, Diagnosis, PatientCard
from smart_app.services.practice import Practice
from smart_app.store import audit, episodes, launches, server_copies
from smart_app.store.episodes import NEW
from smart_app.store.lanes import Lane
from smart_app.store.launches import Launch
from smart_app.store.server_copies import StoredCopy
from smart_app.store.transactions import ReadTransaction, Transaction

DEFAULT_VARIANT = "ipt-adult-16"


def read_chart(practice: Practice, launch: Launch) -> None:
    """Read patient, diagnoses and our own resources in one go, and bring the store up to date.

    An empty store learns the course from the server alone. Raises EhrError when the chart cannot be read.
    """
    of_patient = [("patient", launch.lane.patient)]
    queries = [("Patient", [("_id", launch.lane.patient)]), ("Condition", of_patient)]
    beside = sorted(practice.site.files - {"Condition"})
    queries += [(name, of_patient) for name in (*RESOURCE_TYPES, *beside)]
    found = practice.hospital(launch).read_context(queries)
    patients, conditions, ours = found[0], found[1], [item for group in found[1:] for item in group]
    hospital = practice.registry.get(launch.lane.issuer).name
    background = _background(launch, patients, conditions, hospital)
    with practice.store.write() as tx:
        launches.remember(tx, launch.handle, msgspec.json.encode(background))
        _take_over(tx, practice, launch, ours, background)


def open_desk(practice: Practice, handle: str, browser_secret: str) -> Desk | None:
    """The desk of a living launch; None for anybody but the browser that began it."""
    with practice.store.write() as tx:
        launch = launches.find(tx, handle, browser_secret, practice.idle)
        if launch is None or launch.background is None:
            return None
        launches.touch(tx, handle)
        return _desk(tx, practice, launch, msgspec.json.decode(launch.background, type=Background))


def save(practice: Practice, desk: Desk, episode: Episode) -> int:
    """Keep the course; returns its new revision. Raises StaleRevision when another tab was faster (fault-F72)."""
    with practice.store.write() as tx:
        audit.append(tx, audit_event(desk, audit.Action.UPDATE))
        return keep(tx, desk, episode)


def audit_event(desk: Desk, action: audit.Action) -> audit.AuditEvent:
    """Who did what to this course; ids only."""
    entity = f"CarePlan/{desk.episode.id}"
    return audit.AuditEvent(
        action=action, actor=desk.user_sub, issuer=desk.lane.issuer, patient=desk.lane.patient, entity=entity
    )


def keep(tx: Transaction, desk: Desk, episode: Episode) -> int:
    """As save, inside a transaction that holds more."""
    content = snapshot.dump(episode)
    return episodes.save(tx, desk.lane, episode.id, content, expected_revision=desk.revision)


def written(practice: Practice, desk: Desk) -> dict[str, JsonObject]:
    """The resources of the course as they would be filed now; unchanged ones are the chart's own."""
    known = {key: copy.reference for key, copy in desk.chart.items()}
    writing = Writing(patient=desk.patient.id, known=known, site=practice.site)
    return to_fhir(desk.episode, writing, {key: copy.resource for key, copy in desk.chart.items()})


def unfiled(practice: Practice, desk: Desk) -> dict[str, JsonObject]:
    """The resources, by key, that say something the chart does not.

    What the server was sent and did not keep is not sent again and again (fault-F34, fault-F35); its receipt says so.
    """
    resources = written(practice, desk)
    new = changed(resources, {key: copy.resource for key, copy in desk.chart.items()})
    return {key: resources[key] for key in new if not _lost_only(resources[key], desk, key)}


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
        desk, episode=snapshot.load(stored.content), revision=stored.revision, chart=_chart(copies), lost=_lost(copies)
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
        chart=_chart(copies),
        lost=_lost(copies),
        today=practice.today(),
        frame_ancestors=practice.registry.get(launch.lane.issuer).frame_ancestors,
    )


def _take_over(
    tx: Transaction, practice: Practice, launch: Launch, ours: Sequence[JsonObject], background: Background
) -> None:
    """Make the store agree with the chart, except where something of ours waits to be filed.

    What was edited here and not filed stays as it is: filing it will find the change in the chart and ask.
    """
    stored = episodes.load(tx, launch.lane)
    try:
        reading = from_fhir(ours)
    except NoCourse:
        if stored is None:
            first = new_episode(practice, launch, background)
            episodes.save(tx, launch.lane, first.id, snapshot.dump(first), expected_revision=NEW)
        return
    if stored is None:
        _adopt(tx, launch.lane, reading, reading.episode, NEW)
    elif stored.id == reading.episode.id and _moved(tx, reading):
        desk = _desk(tx, practice, launch, background)
        if desk and not _waits(practice, desk):
            here = with_local(reading.episode, desk.episode, practice.site.carried)
            _adopt(tx, launch.lane, reading, here, stored.revision)


def _waits(practice: Practice, desk: Desk) -> bool:
    """Whether something a person entered here is not in the chart.

    Old words in what merely describes are not: after others edited a goal, the plan's narrative and the goal's display
    lag behind until the next filing, and that must not keep their next edit out.
    """
    if not unfiled(practice, desk):
        return False
    try:
        there = from_fhir([copy.resource for copy in desk.chart.values()]).episode
    except NoCourse:
        return True
    return filed_part(desk.episode, practice.site.carried) != there


def _moved(tx: ReadTransaction, reading: Reading) -> bool:
    """Whether the chart has another version of anything than we have."""
    here = {key: copy.version for key, copy in copies_of(tx, reading.episode.id).items()}
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
            text=text(item.text, practice.site.language),
            status=ActivityStatus.PROPOSED,
        )
        for item in activity_templates().values()
        if item.is_default_for(variants()[DEFAULT_VARIANT])
    ]
    activities.sort(key=lambda item: item.code != COURSE)
    return Episode(
        id=str(uuid.uuid4()),
        variant=DEFAULT_VARIANT,
        started=practice.today(),
        therapist=Person(display=launch.user.name, reference=launch.user.fhir_user),
        diagnoses=tuple(DiagnosisLink(reference=item.reference, display=item.display) for item in background.diagnoses),
        activities=tuple(activities),
    )


def _background(
    launch: Launch, patients: Sequence[JsonObject], conditions: Iterable[JsonObject], hospital: str
) -> Background:
    patient = next((item for item in patients if item.get("id") == launch.lane.patient), {})
    theirs = (item for item in conditions if identifier_of(item) is None)
    diagnoses = [_diagnosis(item) for item in theirs if _is_active_diagnosis(item)]
    return Background(
        patient=_patient_card(launch.lane.patient, patient), hospital=hospital, diagnoses=tuple(diagnoses)
    )


def _patient_card(patient_id: str, patient: JsonObject) -> PatientCard:
    return PatientCard(
        id=patient_id,
        name=_name(patient) or patient_id,
        birth_date=patient.get("birthDate"),
        sex=patient.get("gender"),
        record_number=next((item["value"] for item in patient.get("identifier", []) if "value" in item), None),
    )


def _name(patient: JsonObject) -> str:
    names = patient.get("name", [])
    chosen = next((item for item in names if item.get("use") in {"official", "usual"}), names[0] if names else {})
    return chosen.get("text") or " ".join([*chosen.get("given", []), chosen.get("family", "")]).strip()


def _is_active_diagnosis(condition: JsonObject) -> bool:
    """Problems and encounter diagnoses that are not resolved; health concerns are not diagnoses."""
    codes = {code.get("code") for item in condition.get("category", []) for code in item.get("coding", [])}
    status = {code.get("code") for code in condition.get("clinicalStatus", {}).get("coding", [])}
    return bool(codes & {"problem-list-item", "encounter-diagnosis"}) and not status & {
        "resolved",
        "inactive",
        "remission",
    }


def _diagnosis(condition: JsonObject) -> Diagnosis:
    code = condition.get("code", {})
    shown = code.get("text") or next((item["display"] for item in code.get("coding", []) if "display" in item), "")
    marks = [item["code"] for item in code.get("coding", []) if "icd-10" in item.get("system", "") and "code" in item]
    label = f"{shown} ({marks[0]})" if marks and marks[0] not in shown else shown
    reference = target_of({"reference": f"Condition/{condition['id']}"}) or ""
    return Diagnosis(reference=reference, display=label or condition["id"])
