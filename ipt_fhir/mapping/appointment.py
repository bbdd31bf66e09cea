"""A planned time to meet <-> Appointment. Accepting or declining belongs to those who take part."""

from __future__ import annotations

from datetime import timedelta

from ipt_fhir.locale.texts import N_, text
from ipt_fhir.mapping import amending, editing, narrative
from ipt_fhir.mapping.encounter import PRIMARY_PERFORMER, course_reference
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.activities import Activity, ActivityKind, ActivityStatus
from ipt_fhir.model.episode import Episode
from ipt_fhir.protocol.catalogue import activity_templates
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from ipt_fhir.terminology.concepts import Concept

_STATUS = {
    ActivityStatus.PROPOSED: "proposed",
    ActivityStatus.PLANNED: "booked",
    ActivityStatus.ON_HOLD: "waitlist",
    ActivityStatus.COMPLETED: "fulfilled",
    ActivityStatus.CANCELLED: "cancelled",
}
_OTHERS = {
    "pending": ActivityStatus.PROPOSED,
    "arrived": ActivityStatus.PLANNED,
    "checked-in": ActivityStatus.PLANNED,
    "noshow": ActivityStatus.CANCELLED,
}


def write_appointment(activity: Activity, episode: Episode, writing: Writing, old: JsonObject) -> JsonObject:
    """The Appointment of an activity of that kind; ``old`` as in ``write_goal``.

    One that was entered in error is left alone. Raises ValueError for an activity without start and minutes.
    """
    if activity.starts is None or activity.minutes is None:
        raise ValueError("only an activity with a start and minutes is an appointment")
    if amending.is_withdrawn(old):
        return old
    old.setdefault("resourceType", "Appointment")
    editing.put_identifier(old, activity.id)
    amending.put_status(old, activity.status, _STATUS, _OTHERS)
    editing.put_ours(old, "serviceType", [activity_concept(activity, writing)], _service_key)
    editing.put(old, "description", activity.text)
    editing.put_time(old, "start", activity.starts)
    editing.put_time(old, "end", activity.starts + timedelta(minutes=activity.minutes))
    editing.put(old, "minutesDuration", activity.minutes)
    amending.add_reference(old, "basedOn", course_reference(episode, writing))
    _put_participants(old, episode, writing)
    narrative.put_text(old, narrative.of_sentences(_sentence(activity, writing)), writing.site)
    return old


def read_appointment(resource: JsonObject) -> Activity:
    """The activity of one of our Appointments.

    The length is what lies between start and end, which a hospital that moves it changes first. Raises KeyError,
    IndexError or ValueError when it lost what makes it one, or was entered in error.
    """
    amending.refuse_withdrawn(resource)
    codes = [code for item in resource["serviceType"] for code in editing.codes_of(item, systems.IPT_ACTIVITY)]
    starts, minutes = amending.read_span(resource)
    return Activity(
        id=editing.identifier_of(resource) or resource["id"],
        kind=ActivityKind.APPOINTMENT,
        code=codes[0],
        text=resource["description"],
        status=amending.meaning(resource["status"], _STATUS, _OTHERS),
        starts=starts,
        minutes=minutes,
    )


def activity_concept(activity: Activity, writing: Writing) -> JsonObject:
    """What is planned: its SNOMED CT code where the catalogue has one, our code, and the words of the plan."""
    template = activity_templates().get(activity.code)
    own = Concept(systems.IPT_ACTIVITY, activity.code, template.text if template else activity.text)
    snomed = [Concept(systems.SNOMED_CT, template.snomed, "")] if template and template.snomed else []
    return editing.codeable(writing.site, *snomed, own, label=activity.text)


def _service_key(concept: JsonObject) -> str | None:
    return "activity" if editing.codes_of(concept, systems.IPT_ACTIVITY) else None


def _put_participants(old: JsonObject, episode: Episode, writing: Writing) -> None:
    """The patient and the therapist, each added once: from then on the entry is theirs to accept or decline."""
    present = old.get("participant", [])
    patient = [{"actor": editing.reference(writing.subject), "status": "needs-action"}]
    therapist: list[JsonObject] = []
    if episode.therapist:
        performer = editing.codeable(writing.site, PRIMARY_PERFORMER)
        therapist = [{"type": [performer], "actor": amending.person(episode.therapist), "status": "accepted"}]
    has_patient = any(editing.target_of(item.get("actor")) == writing.subject for item in present)
    has_therapist = any(map(_performs, present))
    added = [*([] if has_patient else patient), *([] if has_therapist else therapist)]
    if added:
        old["participant"] = [*present, *added]


def _performs(participant: JsonObject) -> bool:
    types = participant.get("type", [])
    return any(PRIMARY_PERFORMER.code in editing.codes_of(item, systems.PARTICIPATION_TYPE) for item in types)


def _sentence(activity: Activity, writing: Writing) -> str:
    starts = activity.starts
    return text(
        N_("{what}, {date} at {time}, {minutes} minutes."),
        writing.site.language,
        what=activity.text,
        date=narrative.day(starts.date()) if starts else "",
        time=f"{starts:%H:%M}" if starts else "",
        minutes=activity.minutes,
    )
