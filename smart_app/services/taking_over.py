"""Read a chart at the launch; its course becomes ours, except where something of ours waits to be filed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace

import msgspec

from ipt_fhir.mapping.episode import RESOURCE_TYPES, NoCourse, PlanUnread, Reading, from_fhir
from ipt_fhir.model import snapshot
from ipt_fhir.model.activities import COURSE, Activity, ActivityStatus
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.filed_parts import filed_part, with_local
from ipt_fhir.model.people import DiagnosisLink, Person
from ipt_fhir.protocol.catalogue import activity_templates, variants, work_words
from ipt_fhir.rawjson import JsonObject
from smart_app.roles import Role
from smart_app.services import chart_queries, duties, unread
from smart_app.services.background import background_of
from smart_app.services.charting import desk_of_launch
from smart_app.services.course_resources import unfiled
from smart_app.services.desk import Background, Desk
from smart_app.services.filed_copies import as_stored, copy_of
from smart_app.services.practice import Practice
from smart_app.services.signed_in import directory_query, named
from smart_app.services.styling import Style
from smart_app.services.unread import NotRead
from smart_app.services.wider_chart import granted, wider_chart
from smart_app.services.work_planning import with_course
from smart_app.store import caseload, episodes, launches, server_copies
from smart_app.store.episodes import FIRST, NEW
from smart_app.store.lanes import Lane
from smart_app.store.launches import Launch
from smart_app.store.transactions import ReadTransaction, Transaction

_DEFAULT_VARIANT = "ipt-adult-16"


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
        caseload.forget(tx, launch.lane)
        background = replace(background, not_read=_take_over(tx, practice, launch, ours, background))
        launches.remember(tx, launch.handle, msgspec.json.encode(background))


def _take_over(
    tx: Transaction, practice: Practice, launch: Launch, ours: Sequence[JsonObject], background: Background
) -> NotRead:
    """Make the store agree with the chart, except where something of ours waits to be filed; what could not be read.

    What was edited here and not filed stays as it is: filing it will find the change in the chart and ask. Where the
    plan, or what it names, cannot be read, the course stays as it was read before.
    """
    stored = episodes.load(tx, launch.lane)
    try:
        reading = from_fhir(ours, practice.catalogue)
    except NoCourse:
        if stored is None:
            _begin(tx, launch.lane, _new_episode(practice, launch, background))
        return NotRead(voided=stored is not None and unread.is_voided(stored.id, ours))
    except PlanUnread as wrong:
        if stored is None:
            # Under the key of that plan: once it is mended this is its course, and no second plan is ever filed.
            _begin(tx, launch.lane, replace(_new_episode(practice, launch, background), id=wrong.unread.key))
        return unread.of_plan(wrong.unread) if stored is None or stored.id == wrong.unread.key else NotRead()
    otherwise = unread.stated_otherwise(reading, practice.catalogue)
    not_read = replace(unread.of_course(reading, ours), otherwise=otherwise)
    if stored is None:
        here = with_course(reading.episode, _new_episode(practice, launch, background))
        _adopt(tx, launch.lane, reading, here, NEW)
        _follow(tx, practice, launch.lane, here, background)
    elif stored.id != reading.episode.id:
        return NotRead(voided=unread.is_voided(stored.id, ours))
    elif _moved(tx, reading) and not not_read.in_plan:
        desk = desk_of_launch(tx, practice, launch, background)
        if desk and not _waits(practice, desk):
            here = with_course(with_local(reading.episode, desk.episode, practice.site.carried), desk.episode)
            _adopt(tx, launch.lane, reading, here, stored.revision)
            duties.obey_chart(tx, launch.lane, desk.episode, here)
            _follow(tx, practice, launch.lane, here, background)
    return not_read


def _begin(tx: Transaction, lane: Lane, first: Episode) -> None:
    episodes.save(tx, lane, first.id, snapshot.dump(first), expected_revision=NEW)


def _follow(tx: Transaction, practice: Practice, lane: Lane, episode: Episode, background: Background) -> None:
    """Who has to act, after the chart's course became ours."""
    duties.settle(tx, lane, episode)
    devices = practice.patient_devices.get(lane.issuer)
    duties.open_missing(tx, lane, episode, devices, background.patient.record_number)


def _waits(practice: Practice, desk: Desk) -> bool:
    """Whether something a person entered here is not in the chart.

    Old words in what merely describes are not: after others edited a goal, the plan's narrative and the goal's display
    lag behind until the next filing, and that must not keep their next edit out. A course nobody has touched since it
    was first kept holds nothing of a person's.
    """
    if desk.revision == FIRST or not unfiled(practice, desk):
        return False
    try:
        there = from_fhir([copy.resource for copy in desk.chart.values()], practice.catalogue).episode
    except (NoCourse, PlanUnread):
        return True
    return filed_part(desk.episode, practice.site.carried) != there


def _moved(tx: ReadTransaction, reading: Reading) -> bool:
    """Whether the chart has another version of anything than we have."""
    here = server_copies.versions(tx, reading.episode.id)
    return here != {key: copy_of(resource).version for key, resource in reading.resources.items()}


def _adopt(tx: Transaction, lane: Lane, reading: Reading, episode: Episode, revision: int) -> None:
    """The chart's course becomes ours; receipts of copies that did not move stay as they are."""
    before = {copy.key: copy for copy in server_copies.of_episode(tx, episode.id)} if revision != NEW else {}
    episodes.save(tx, lane, episode.id, snapshot.dump(episode), expected_revision=revision)
    fresh = {key: as_stored(key, copy_of(resource), tx) for key, resource in reading.resources.items()}
    kept = [
        before[key] if key in before and before[key].version == copy.version else copy for key, copy in fresh.items()
    ]
    server_copies.replace_all(tx, episode.id, kept)


def _new_episode(practice: Practice, launch: Launch, background: Background) -> Episode:
    """A course that begins today: draft, with the planned work every course has."""
    activities = [
        Activity(
            id=str(uuid.uuid4()),
            kind=item.kind,
            code=item.id,
            text=work_words(item, variants()[_DEFAULT_VARIANT], practice.site.language, practice.catalogue),
            status=ActivityStatus.PROPOSED,
        )
        for item in activity_templates().values()
        if item.is_default_for(variants()[_DEFAULT_VARIANT])
    ]
    activities.sort(key=lambda item: item.code != COURSE)
    person = Person(display=launch.user.name, reference=launch.user.fhir_user)
    return Episode(
        id=str(uuid.uuid4()),
        variant=_DEFAULT_VARIANT,
        started=practice.today(),
        therapist=None if practice.role_of(launch) is Role.SUPERVISOR else person,
        diagnoses=tuple(DiagnosisLink(reference=item.reference, display=item.display) for item in background.diagnoses),
        activities=tuple(activities),
        setting=practice.setting,
    )
