"""The fields of the session page: from what a browser sent, or a draft kept, to the form the service reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from ipt_fhir.model.episode import Episode
from ipt_fhir.model.sessions import Attendance, Mode, SessionKind
from smart_app.services.overview import course
from smart_app.services.session_drafts import Sent
from smart_app.services.sessions import SessionForm

RATING = "rating-"
Choice = TypeVar("Choice", bound=StrEnum)
_GUARDS = frozenset({"token", "patient", "revision", "window", "place", "act", "mark", "number"})
_LONGEST = 4000


def form_of(sent: Mapping[str, Sequence[str]]) -> SessionForm:
    """The form; a choice that is not on offer reads as the usual one, texts come back as typed."""

    def one(name: str) -> str:
        values = sent.get(name, ())
        return values[0] if values else ""

    return SessionForm(
        date=one("date"),
        kind=_chosen(one("kind"), SessionKind.INDIVIDUAL),
        attendance=_chosen(one("attendance"), Attendance.ATTENDED),
        mode=_chosen(one("mode"), Mode.IN_PERSON),
        start=one("start"),
        minutes=one("minutes"),
        last_outcome=one("last_outcome"),
        mood_link=one("mood_link"),
        mood_event=one("mood_event"),
        focus=one("focus"),
        techniques=tuple(sent.get("technique", ())),
        ratings={name.removeprefix(RATING): values[0] for name, values in sent.items() if _is_rating(name) and values},
        step=one("step"),
        next=one("next"),
        next_date=one("next_date"),
        next_time=one("next_time"),
        ending=one("ending") == "yes",
    )


def typed_fields(sent: MultiDict[str, str]) -> dict[str, list[str]]:
    """What a draft keeps of a request: all but what guards it."""
    fields = {name: values for name, values in sent.lists() if name not in _GUARDS}
    return {name[:80]: [value[:_LONGEST] for value in values] for name, values in fields.items()}


def sent_by(sent: MultiDict[str, str]) -> Sent:
    """What a page sent, as its draft is kept."""
    number = sent.get("number", "")
    return Sent(
        place=sent.get("place", "")[:20],
        window=sent.get("window", "")[:32],
        number=int(number[:9]) if number.isdecimal() else 0,
        typed=typed_fields(sent),
    )


def place_name(episode: Episode) -> str:
    """The session a page is about, as its draft names it: the contracted one that is open or comes next."""
    return str(course(episode).today)


def _is_rating(name: str) -> bool:
    return name.startswith(RATING)


def _chosen(sent: str, usual: Choice) -> str:
    return sent if sent in {item.value for item in type(usual)} else usual.value
