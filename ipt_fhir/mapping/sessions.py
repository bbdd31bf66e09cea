"""Sessions held <-> the progress notes of the plan's course activity: the one place every server keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ipt_fhir.mapping import editing
from ipt_fhir.model.sessions import Attendance, Mode, Phase, Session, SessionKind
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems


def put_progress(element: JsonObject, sessions: Sequence[Session], told: Sequence[str]) -> None:
    """Bring the progress of the course activity up to date; ``told`` is each session in words. Others' notes stay."""
    held = [_write(session, words) for session, words in zip(sessions, told, strict=True) if session.closed]
    editing.put_ours(element, "progress", held, _key)


def take_out(plan: JsonObject, held: Sequence[JsonObject], is_course: Callable[[JsonObject], bool]) -> None:
    """Drop the note of a session that was taken out; ``held`` is the whole progress of the course activity.

    An item of a list may say more than is wanted of it (decision-D48), so a note that is gone is not missed there.
    """
    found = [item for item in plan.get("activity", []) if is_course(item)]
    if any(len(item.get("progress", [])) > len(held) for item in found):
        plan["activity"] = [_with_progress(item, held) if is_course(item) else item for item in plan["activity"]]


def _with_progress(element: JsonObject, held: Sequence[JsonObject]) -> JsonObject:
    rest = {name: value for name, value in element.items() if name != "progress"}
    return {**rest, "progress": list(held)} if held else rest


def read_progress(plan: JsonObject) -> Iterable[Session]:
    """The sessions a CarePlan holds. Raises KeyError or ValueError for a note of ours that lost its parts."""
    for element in plan.get("activity", []):
        yield from sessions_of(element)


def sessions_of(element: JsonObject) -> Iterable[Session]:
    """The sessions among the notes of one activity. Raises as read_progress."""
    for annotation in element.get("progress", []):
        for extension in editing.extensions(annotation, systems.EXTENSION_SESSION):
            yield read_session(extension, annotation["time"])


def session_extension(session: Session) -> JsonObject:
    """What makes a resource or a note a session of ours; parts that say the usual thing are left out."""
    parts: list[JsonObject] = [
        {"url": "number", "valuePositiveInt": session.number},
        {"url": "attendance", "valueCode": session.attendance.value},
        {"url": "mode", "valueCode": session.mode.value},
        {"url": "phase", "valueCode": session.phase.value},
    ]
    if session.kind is not SessionKind.INDIVIDUAL:
        parts.append({"url": "kind", "valueCode": session.kind.value})
    if session.starts:
        parts.append({"url": "starts", "valueDateTime": session.starts.isoformat()})
    if session.minutes:
        parts.append({"url": "minutes", "valuePositiveInt": session.minutes})
    return {"url": systems.EXTENSION_SESSION, "extension": parts}


def read_session(extension: JsonObject, day: str) -> Session:
    """The session of such an extension, on that day (a date or dateTime)."""
    found = editing.parts(extension)
    return Session(
        number=found["number"],
        date=editing.required_date(day),
        phase=Phase(found["phase"]),
        kind=SessionKind(found.get("kind", SessionKind.INDIVIDUAL)),
        attendance=Attendance(found["attendance"]),
        mode=Mode(found["mode"]),
        starts=editing.required_time(found["starts"]) if "starts" in found else None,
        minutes=found.get("minutes"),
    )


def _write(session: Session, words: str) -> JsonObject:
    return {"extension": [session_extension(session)], "time": session.date.isoformat(), "text": words}


def _key(annotation: JsonObject) -> str | None:
    found = editing.extensions(annotation, systems.EXTENSION_SESSION)
    if not found:
        return None
    parts = editing.parts(found[0])
    kind = SessionKind(parts.get("kind", SessionKind.INDIVIDUAL))
    return str(parts["number"]) if kind.counts else f"{kind.value}/{parts['number']}"
