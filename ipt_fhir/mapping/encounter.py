"""A session <-> Encounter (US Core 6.1.0): when, how, with whom. Never what was said (decision-D20)."""

from __future__ import annotations

from dataclasses import replace

from ipt_fhir.locale.texts import text
from ipt_fhir.mapping import amending, editing, narrative
from ipt_fhir.mapping.keys import encounter_key, episode_of_care_key
from ipt_fhir.mapping.references import Writing
from ipt_fhir.mapping.sessions import read_session, session_extension
from ipt_fhir.model.activities import COURSE
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.sessions import Attendance, Mode, Session
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import concepts, systems
from ipt_fhir.terminology.concepts import Concept
from ipt_fhir.terminology.therapy import SESSION_KINDS

# HL7 v3-ActCode, as R4 asks for in Encounter.class; displays as published.
_CLASSES = {
    Mode.IN_PERSON: Concept(systems.ACT_CODE, "AMB", "ambulatory"),
    Mode.VIDEO: Concept(systems.ACT_CODE, "VR", "virtual"),
    Mode.PHONE: Concept(systems.ACT_CODE, "VR", "virtual"),
    Mode.HOME_VISIT: Concept(systems.ACT_CODE, "HH", "home health"),
}
PRIMARY_PERFORMER = Concept(systems.PARTICIPATION_TYPE, "PPRF", "primary performer")
# R4 has no word for an appointment that the patient missed; what became of it stands in our extension.
_STATUS = {Attendance.ATTENDED: "finished", Attendance.MISSED: "cancelled", Attendance.CANCELLED: "cancelled"}
_STILL_OPEN = ("planned", "arrived", "triaged", "in-progress", "onleave")


def write_encounter(
    session: Session, episode: Episode, writing: Writing, old: JsonObject, *, key: str | None = None
) -> JsonObject:
    """The Encounter of a session; ``old`` as in ``write_goal``. One that was entered in error is left alone."""
    if amending.is_withdrawn(old):
        return old
    site = writing.site
    old.setdefault("resourceType", "Encounter")
    editing.put_profile(old, systems.US_CORE_ENCOUNTER, site)
    editing.put_identifier(old, key or encounter_key(episode.id, session))
    put_session(old, session)
    _put_status(old, session)
    _put_class(old, session, writing)
    editing.put_ours(old, "type", [session_concept(session, writing)], _type_key)
    editing.put_reference(old, "subject", writing.subject)
    if "EpisodeOfCare" in site.files:
        amending.add_reference(old, "episodeOfCare", writing.to(episode_of_care_key(episode.id)))
    amending.add_reference(old, "basedOn", course_reference(episode, writing))
    if episode.therapist and "participant" not in old:
        performer = editing.codeable(site, PRIMARY_PERFORMER)
        old["participant"] = [{"type": [performer], "individual": amending.person(episode.therapist)}]
    amending.put_span(old, "period", session.date, session.starts, session.minutes)
    narrative.put_text(old, narrative.of_sentences(narrative.session_sentence(session, site)), site)
    return old


def read_encounter(resource: JsonObject) -> Session:
    """The session of one of our Encounters: what the chart knows of it.

    Where a colleague changed the status, the status counts. Raises KeyError, IndexError or ValueError when it lost
    what makes it a session, or was entered in error.
    """
    amending.refuse_withdrawn(resource)
    session = session_of(resource, resource["period"]["start"])
    status = resource["status"]
    if status in _STILL_OPEN:
        return replace(session, closed=False)
    if status not in _STATUS.values():
        raise ValueError(f"the status {status} does not say whether the session was held")
    if _STATUS[session.attendance] != status:
        held = Attendance.ATTENDED if status == "finished" else Attendance.CANCELLED
        return replace(session, attendance=held)
    return session


def put_session(resource: JsonObject, session: Session) -> None:
    """Number, attendance, mode, phase and kind, in our extension."""
    written = session_extension(session)
    editing.put_extension(resource, written.pop("url"), written)


def session_of(resource: JsonObject, day: str) -> Session:
    """The session in our extension; the day is that of its own start, whose zone a server does not change."""
    extension = editing.extensions(resource, systems.EXTENSION_SESSION)[0]
    return read_session(extension, editing.parts(extension).get("starts", day))


def session_concept(session: Session, writing: Writing) -> JsonObject:
    """What was done: IPT, and who met."""
    kind = SESSION_KINDS[session.kind]
    return editing.codeable(writing.site, concepts.IPT, kind, label=text(kind.label, writing.site.language))


def course_reference(episode: Episode, writing: Writing) -> str | None:
    """The order of the course, where it is a resource of its own."""
    found = (item for item in episode.activities if item.code == COURSE and item.by_us and not item.inline)
    return next((writing.to(item.id) for item in found), None)


def _put_status(old: JsonObject, session: Session) -> None:
    """A session that is not closed is planned; ``arrived`` and the like say the same."""
    if session.closed:
        editing.put(old, "status", _STATUS[session.attendance])
    elif old.get("status") not in _STILL_OPEN:
        old["status"] = "planned"


def _put_class(old: JsonObject, session: Session, writing: Writing) -> None:
    wanted = _CLASSES[session.mode]
    present = old.get("class", {})
    if (present.get("system"), present.get("code")) != (wanted.system, wanted.code):
        editing.put_parts(old, "class", editing.coding(wanted, writing.site))


def _type_key(concept: JsonObject) -> str | None:
    return "session" if editing.codes_of(concept, systems.IPT_SESSION_TYPE) else None
