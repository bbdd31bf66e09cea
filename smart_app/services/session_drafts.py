"""What is being typed about a session: kept before anything can refuse it (fault-F71, fault-F72, decision-D63).

The draft belongs to one session. When that was closed in another window, its draft stands aside until it was seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ipt_fhir import rawjson
from smart_app.services import form_drafts
from smart_app.services.drafting import Owner
from smart_app.services.practice import Practice
from smart_app.store import drafts

SESSION, GROUP = "session", "group-session"
_LARGEST = 20_000

Typed = Mapping[str, Sequence[str]]
"""The fields of the page by name, as they were sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDraft:
    """What was typed, for which session (``place``), by which window, for the ``number``-th time, and when.

    ``aside`` are steps that another window had typed and this one overwrote. ``saved``: the session was kept open, and
    what belongs to the course is in the course, and may have changed there since.
    """

    place: str
    window: str
    number: int
    fields: dict[str, list[str]]
    aside: tuple[str, ...] = ()
    updated: datetime | None = None
    saved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a page sent: for which session, which window it is, which draft it had in front of it, and its fields."""

    place: str
    window: str
    number: int
    typed: Typed


def load(practice: Practice, owner: Owner, form: str = SESSION) -> SessionDraft | None:
    """The draft of this person about this patient, if there is one."""
    with practice.store.read() as tx:
        found = drafts.load(tx, owner.draft(form))
    if found is None:
        return None
    kept = rawjson.parse_object(found.text.encode())
    return SessionDraft(
        place=kept["place"],
        window=kept["window"],
        number=kept["number"],
        fields=kept["fields"],
        aside=tuple(kept["aside"]),
        updated=found.updated,
        saved=kept.get("saved", False),
    )


def keep(practice: Practice, owner: Owner, sent: Sent, form: str = SESSION, *, saved: bool = False) -> int | None:
    """Keep what a page sent; its new number, or None when that window is done with its session and nothing was kept."""
    key = owner.draft(form)
    before = load(practice, owner, form)
    same = before if before and before.place == sent.place else None
    aside = same.aside if same else ()
    if same and same.window != sent.window and same.number != sent.number:
        aside = (*aside, *_overwritten(same.fields, sent.typed))
    number = (before.number if before else 0) + 1
    kept = {
        "place": sent.place,
        "window": sent.window,
        "number": number,
        "fields": {name: list(values) for name, values in sent.typed.items()},
        "aside": list(dict.fromkeys(aside))[-5:],
        "saved": saved,
    }
    text = rawjson.write(kept).decode()
    with practice.store.write() as tx:
        if sent.window and form_drafts.is_closed(tx, key, sent.window):
            return None
        if len(text) <= _LARGEST:
            drafts.save(tx, key, text)
    return number


def is_done(practice: Practice, owner: Owner, window: str, form: str = SESSION) -> bool:
    """Whether this window closed its session already: a second click (attack-A77)."""
    with practice.store.read() as tx:
        return bool(window) and form_drafts.is_closed(tx, owner.draft(form), window)


def close(practice: Practice, owner: Owner, window: str = "", form: str = SESSION) -> None:
    """Forget the draft: its session was saved, or it begins anew."""
    with practice.store.write() as tx:
        form_drafts.close(tx, owner.draft(form), window)


def _overwritten(before: Typed, now: Typed) -> list[str]:
    """The typed texts of the other window that are gone now."""
    texts = [text for name, values in before.items() if name.startswith("step") for text in values if text.strip()]
    kept = {text for values in now.values() for text in values}
    return [text for text in texts if text not in kept]
