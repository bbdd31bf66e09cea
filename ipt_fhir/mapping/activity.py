"""Planned activity <-> ServiceRequest, Task, Appointment, or an ``activity.detail`` inside the plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from ipt_fhir.locale.texts import N_, text
from ipt_fhir.mapping import amending, editing, narrative
from ipt_fhir.mapping.activitydefinition import KINDS
from ipt_fhir.mapping.appointment import activity_concept, write_appointment
from ipt_fhir.mapping.references import Writing
from ipt_fhir.mapping.timing import pace
from ipt_fhir.model.activities import COURSE, OTHER, Activity, ActivityKind, ActivityStatus, Owner
from ipt_fhir.model.episode import Contract, Episode
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import concepts, systems

_REQUEST = {
    ActivityStatus.PROPOSED: "draft",
    ActivityStatus.PLANNED: "active",
    ActivityStatus.ON_HOLD: "on-hold",
    ActivityStatus.COMPLETED: "completed",
    ActivityStatus.CANCELLED: "revoked",
}
_TASK = {
    ActivityStatus.PROPOSED: "draft",
    ActivityStatus.PLANNED: "requested",
    ActivityStatus.ON_HOLD: "on-hold",
    ActivityStatus.COMPLETED: "completed",
    ActivityStatus.CANCELLED: "cancelled",
}
_DETAIL = {
    ActivityStatus.PROPOSED: "not-started",
    ActivityStatus.PLANNED: "scheduled",
    ActivityStatus.ON_HOLD: "on-hold",
    ActivityStatus.COMPLETED: "completed",
    ActivityStatus.CANCELLED: "cancelled",
}
# Words of other writers that mean one of ours; anything else counts as still planned.
_SYNONYMS = {
    "stopped": ActivityStatus.CANCELLED,
    "rejected": ActivityStatus.CANCELLED,
    "failed": ActivityStatus.CANCELLED,
    "entered-in-error": ActivityStatus.CANCELLED,
}
_KIND_OF = {name: kind for kind, name in KINDS.items()}


def write_activity(activity: Activity, episode: Episode, writing: Writing, old: JsonObject) -> JsonObject:
    """The ServiceRequest or Task of a planned activity; ``old`` as in ``write_goal``."""
    if activity.kind is ActivityKind.APPOINTMENT:
        return write_appointment(activity, episode, writing, old)
    if activity.kind is ActivityKind.SERVICE:
        return _write_request(activity, episode, writing, old)
    return _write_task(activity, episode, writing, old)


def read_activity(resource: JsonObject) -> Activity:
    """The planned activity of one of our ServiceRequest or Task resources."""
    service = resource["resourceType"] == "ServiceRequest"
    return Activity(
        id=editing.identifier_of(resource) or resource["id"],
        kind=ActivityKind.SERVICE if service else ActivityKind.TASK,
        code=_own_code(resource.get("code")) or OTHER,
        text=resource["code"]["text"] if service else resource["description"],
        status=_status_of(resource["status"], _REQUEST if service else _TASK),
        due=_read_day(resource, "occurrenceDateTime") if service else _read_day(_limits(resource), "end"),
        owner=None if service else _read_owner(resource.get("owner")),
    )


def write_detail(activity: Activity, episode: Episode, writing: Writing, old: JsonObject) -> JsonObject:
    """``CarePlan.activity.detail`` for a server that keeps only that."""
    editing.put(old, "kind", KINDS[activity.kind])
    editing.put_concept(old, "code", activity_concept(activity, writing))
    editing.put(old, "status", _put_status(activity, old, _DETAIL))
    editing.put(old, "description", activity.text)
    if activity.starts and activity.minutes:
        period = old.setdefault("scheduledPeriod", {})
        editing.put_time(period, "start", activity.starts)
        editing.put_time(period, "end", activity.starts + timedelta(minutes=activity.minutes))
    elif activity.due:
        editing.put_date(old.setdefault("scheduledPeriod", {}), "end", activity.due)
    if activity.owner:
        _put_performer(old, activity.owner, episode, writing)
    return old


def read_inline(element: JsonObject, index: int) -> Activity:
    """An activity the plan holds itself: one of ours, or one that somebody added in the chart."""
    detail = element.get("detail", {})
    code = _own_code(detail.get("code"))
    ours = code is not None and "id" in element
    found = Activity(
        id=element["id"] if ours else f"chart-{index}",
        kind=ActivityKind.SERVICE,
        code=code or OTHER,
        text=_words(element),
        status=_status_of(detail.get("status", "unknown"), _DETAIL),
        inline="detail" in element,
        by_us=ours,
    )
    kind = _KIND_OF.get(detail.get("kind", ""), ActivityKind.SERVICE)
    return replace(found, kind=kind, **_read_plan_of(kind, detail)) if ours else replace(found, kind=kind)


def code_of(resource: JsonObject) -> str | None:
    """The entry of ``protocol/activities.toml`` a ServiceRequest or Task names, if it is a planned activity."""
    return _own_code(resource.get("code"))


def _write_request(activity: Activity, episode: Episode, writing: Writing, old: JsonObject) -> JsonObject:
    therapist = episode.therapist
    old.setdefault("resourceType", "ServiceRequest")
    editing.put_profile(old, systems.US_CORE_SERVICEREQUEST, writing.site)
    editing.put_identifier(old, activity.id)
    editing.put(old, "status", _put_status(activity, old, _REQUEST))
    editing.put(old, "intent", "plan")
    if writing.site.snomed:
        ours = editing.codeable(writing.site, concepts.COUNSELLING)
        editing.put_ours(old, "category", [ours], _counselling_key)
    editing.put_concept(old, "code", activity_concept(activity, writing))
    editing.put_reference(old, "subject", writing.subject)
    if therapist:
        editing.put_reference(old, "requester", therapist.reference, therapist.display)
    if activity.code == COURSE:
        _put_course(old, episode)
    elif activity.due:
        editing.put_date(old, "occurrenceDateTime", activity.due)
    narrative.put_text(old, narrative.of_sentences(*_course_words(activity, episode, writing)), writing.site)
    return old


def _write_task(activity: Activity, episode: Episode, writing: Writing, old: JsonObject) -> JsonObject:
    old.setdefault("resourceType", "Task")
    editing.put_identifier(old, activity.id)
    _put_why_cancelled(activity, episode, writing, old)
    editing.put(old, "status", _put_status(activity, old, _TASK))
    editing.put(old, "intent", "plan")
    editing.put_concept(old, "code", activity_concept(activity, writing))
    editing.put(old, "description", activity.text)
    editing.put_reference(old, "for", writing.subject)
    if activity.due:
        editing.put_date(old.setdefault("restriction", {}).setdefault("period", {}), "end", activity.due)
    if activity.owner:
        owner = _owner(activity.owner, episode, writing)
        editing.put_reference(old, "owner", owner.get("reference"), owner.get("display"))
    narrative.put_text(old, narrative.of_sentences(activity.text), writing.site)
    return old


def _put_why_cancelled(activity: Activity, episode: Episode, writing: Writing, old: JsonObject) -> None:
    """Why a task that was open in the chart is not any more, in words: no code is published for it. A reason that
    stands there stays; asked before the status is renewed."""
    present = old.get("status")
    was_open = present is not None and _status_of(present, _TASK) is not ActivityStatus.CANCELLED
    if was_open and activity.status is ActivityStatus.CANCELLED and episode.review and "statusReason" not in old:
        said = text(N_("Not marked as done when the course ended."), writing.site.language)
        editing.put_concept(old, "statusReason", {"text": said})


def _put_performer(detail: JsonObject, owner: Owner, episode: Episode, writing: Writing) -> None:
    """Who does it, in the place of the one we named before; whom others name beside it stays."""
    present = list(detail.get("performer", []))
    if any(_read_owner(item) is owner for item in present):
        return
    named = [_owner(item, episode, writing) for item in Owner]
    before = (index for index, item in enumerate(present) if item in named)
    place = next(before, len(present))
    present[place : place + 1] = [_owner(owner, episode, writing)]
    detail["performer"] = present


def _owner(owner: Owner, episode: Episode, writing: Writing) -> JsonObject:
    """Who does it: the patient, or the therapist by name where the course has one."""
    if owner is Owner.PATIENT:
        return editing.reference(writing.subject)
    person = episode.therapist
    role = text(N_("Therapist"), writing.site.language)
    return editing.reference(person.reference, person.display or role) if person else editing.reference(None, role)


def _read_owner(element: Any) -> Owner | None:
    if not element:
        return None
    return Owner.PATIENT if (editing.target_of(element) or "").startswith("Patient/") else Owner.THERAPIST


def _limits(task: JsonObject) -> JsonObject:
    period: JsonObject = task.get("restriction", {}).get("period", {})
    return period


def _read_day(element: JsonObject, name: str) -> date | None:
    return editing.read_date(element[name]) if name in element else None


def _read_plan_of(kind: ActivityKind, detail: JsonObject) -> dict[str, Any]:
    """When and by whom, as far as a detail of ours says it."""
    period = detail.get("scheduledPeriod", {})
    if kind is ActivityKind.APPOINTMENT:
        starts, minutes = amending.read_span(period)
        return {"starts": starts, "minutes": minutes}
    owners = [_read_owner(item) for item in detail.get("performer", [])]
    owner = Owner.PATIENT if Owner.PATIENT in owners else next(iter(owners), None)
    return {"due": _read_day(period, "end"), "owner": owner if kind is ActivityKind.TASK else None}


def _put_course(resource: JsonObject, episode: Episode) -> None:
    """How many sessions, how often, from when to when."""
    contract = episode.contract
    quantity = {"value": contract.sessions, "unit": "session"} if contract else None
    editing.put_parts(resource, "quantityQuantity", quantity)
    editing.put_parts(resource, "occurrenceTiming", _timing(contract, episode) if contract else None)


def _timing(contract: Contract, episode: Episode) -> JsonObject:
    bounds = {"start": episode.started.isoformat(), "end": contract.ends_on.isoformat()}
    return {"repeat": {"boundsPeriod": bounds, **pace(contract.frequency)}}


def _course_words(activity: Activity, episode: Episode, writing: Writing) -> list[str]:
    words = [activity.text]
    if activity.code == COURSE and episode.contract:
        words.append(narrative.contract_sentence(episode.contract, writing.site))
    return words


def _put_status(activity: Activity, old: JsonObject, table: dict[ActivityStatus, str]) -> str:
    """Our word for the status, unless the present one already means it (``in-progress`` is still planned)."""
    present = old.get("status")
    if present is not None and _status_of(present, table) is activity.status:
        return str(present)
    return table[activity.status]


def _status_of(word: str, table: dict[ActivityStatus, str]) -> ActivityStatus:
    ours = {value: status for status, value in table.items()}
    return ours.get(word) or _SYNONYMS.get(word, ActivityStatus.PLANNED)


def _counselling_key(category: JsonObject) -> str | None:
    found = editing.codes_of(category, systems.SNOMED_CT)
    return concepts.COUNSELLING.code if concepts.COUNSELLING.code in found else None


def _own_code(concept: Any) -> str | None:
    codes = editing.codes_of(concept, systems.IPT_ACTIVITY)
    return codes[0] if codes else None


def _words(element: JsonObject) -> str:
    """What an activity of somebody else is about, in the words it offers."""
    detail = element.get("detail", {})
    shown = element.get("reference", {})
    offers = (detail.get("description"), detail.get("code", {}).get("text"), shown.get("display"))
    coded = (item.get("display") for item in detail.get("code", {}).get("coding", []))
    return next((word for word in (*offers, *coded) if word), N_("Activity without a description"))
