"""A session <-> Procedure (US Core 6.1.0), for hospitals that take no Encounter from an app."""

from __future__ import annotations

from dataclasses import replace

from ipt_fhir.locale.texts import text
from ipt_fhir.mapping import amending, editing, narrative
from ipt_fhir.mapping.encounter import course_reference, put_session, session_concept, session_of
from ipt_fhir.mapping.keys import encounter_key, procedure_key
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.sessions import Attendance, Session
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import concepts, systems

_STATUS = {Attendance.ATTENDED: "completed", Attendance.MISSED: "not-done", Attendance.CANCELLED: "not-done"}
_STILL_OPEN = ("preparation", "in-progress", "on-hold")
# Stopped early is still a session that took place.
_HELD = ("completed", "stopped")


def write_procedure(
    session: Session,
    episode: Episode,
    writing: Writing,
    old: JsonObject,
    *,
    key: str | None = None,
    encounter: str | None = None,
) -> JsonObject:
    """The Procedure of a session; ``old`` as in ``write_goal``. One that was entered in error is left alone."""
    if amending.is_withdrawn(old):
        return old
    site = writing.site
    old.setdefault("resourceType", "Procedure")
    editing.put_profile(old, systems.US_CORE_PROCEDURE, site)
    editing.put_identifier(old, key or procedure_key(episode.id, session))
    _put_reason(old, session, writing)
    put_session(old, session)
    _put_status(old, session)
    editing.put_concept(old, "code", session_concept(session, writing))
    editing.put_reference(old, "subject", writing.subject)
    if "Encounter" in site.files:
        editing.put_reference(old, "encounter", writing.to(encounter or encounter_key(episode.id, session)))
    amending.add_reference(old, "basedOn", course_reference(episode, writing))
    if "performedDateTime" not in old:
        amending.put_span(old, "performedPeriod", session.date, session.starts, session.minutes)
    if episode.therapist and "performer" not in old:
        old["performer"] = [{"actor": amending.person(episode.therapist)}]
    narrative.put_text(old, narrative.of_sentences(narrative.session_sentence(session, site)), site)
    return old


def read_procedure(resource: JsonObject) -> Session:
    """The session of one of our Procedures, as ``read_encounter`` does it."""
    amending.refuse_withdrawn(resource)
    period = resource.get("performedPeriod") or {"start": resource["performedDateTime"]}
    session = session_of(resource, period["start"])
    status = resource["status"]
    if status in _STILL_OPEN:
        return replace(session, closed=False)
    if status not in {*_HELD, "not-done"}:
        raise ValueError(f"the status {status} does not say whether the session was held")
    if (status in _HELD) is not (session.attendance is Attendance.ATTENDED):
        return replace(session, attendance=Attendance.ATTENDED if status in _HELD else Attendance.CANCELLED)
    return session


def _put_status(old: JsonObject, session: Session) -> None:
    present = old.get("status")
    if not session.closed:
        old["status"] = present if present in _STILL_OPEN else "preparation"
    elif not (session.attendance is Attendance.ATTENDED and present in _HELD):
        editing.put(old, "status", _STATUS[session.attendance])


def _put_reason(old: JsonObject, session: Session, writing: Writing) -> None:
    """Why no session took place: in words, as no published code says missed or cancelled of a Procedure.

    Asked before the extension is renewed: the reason is ours to write only where the attendance changed.
    """
    before = [editing.parts(item).get("attendance") for item in editing.extensions(old, systems.EXTENSION_SESSION)]
    if session.attendance.value in before:
        return
    held = session.attendance is Attendance.ATTENDED
    label = text(concepts.ATTENDANCE[session.attendance], writing.site.language)
    editing.put_concept(old, "statusReason", None if held else {"text": label})
