"""The draft of a form: what was typed, kept as it was typed, for this person and this patient only (fault-F71).

A draft outlives the page, the sign-in and the version of its form. Two windows may write one draft; what the other
window had is kept beside it until a person has seen it (fault-F72, decision-D63).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ipt_fhir import rawjson
from ipt_fhir.questionnaires.entries import Entry, UnreadKind
from ipt_fhir.questionnaires.fields import TAMPERED, Misread
from ipt_fhir.rawjson import JsonObject
from smart_app.store import drafts
from smart_app.store.drafts import DraftKey
from smart_app.store.transactions import ReadTransaction, Transaction

LARGEST = 4_000_000
"""Bytes of one draft: a long form with a few files."""
_MOST_ASIDE = 50
_MOST_WINDOWS = 20
CLOSED = "closed/"
"""Before the key of a form in the name of the list of windows that are done with it, among the drafts."""


@dataclass(frozen=True, slots=True)
class Aside:
    """An answer that is not in the form any more and must not be lost unseen: where it stood, and its words.

    ``why`` is ``other-window`` or ``earlier-version``.
    """

    why: str
    question: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDraft:
    """A form that was begun.

    ``form`` is the address of the Questionnaire with its version and ``digest`` that of its text; ``window`` wrote it
    last, for the ``number``-th time.
    """

    form: str
    digest: str
    items: Sequence[JsonObject] = ()
    misread: dict[str, Misread] = field(default_factory=dict)
    aside: tuple[Aside, ...] = ()
    window: str = ""
    number: int = 0
    updated: datetime | None = None


class DraftTooLarge(ValueError):
    """A form holds more than can be kept; nothing of it was stored."""


def load(tx: ReadTransaction, key: DraftKey) -> FormDraft | None:
    """The draft of a form. Raises SealBroken."""
    found = drafts.load(tx, key)
    return _from_json(rawjson.parse_object(found.text.encode()), found.updated) if found else None


def save(tx: Transaction, key: DraftKey, draft: FormDraft) -> None:
    """Keep a draft in the place of the one before. Raises DraftTooLarge."""
    text = rawjson.write(_to_json(draft))
    if len(text) > LARGEST:
        raise DraftTooLarge(f"{len(text)} bytes")
    drafts.save(tx, key, text.decode())


def close(tx: Transaction, key: DraftKey, window: str) -> None:
    """Forget a draft for good: what this window still has on its way brings it back no more (attack-A77)."""
    drafts.discard(tx, key)
    if window:
        closed = (*_closed(tx, key), window)[-_MOST_WINDOWS:]
        drafts.save(tx, _of_windows(key), rawjson.write(closed).decode())


def is_closed(tx: ReadTransaction, key: DraftKey, window: str) -> bool:
    """Whether this window completed the form, or began it anew."""
    return window in _closed(tx, key)


def _closed(tx: ReadTransaction, key: DraftKey) -> list[str]:
    found = drafts.load(tx, _of_windows(key))
    return list(rawjson.parse(found.text.encode())) if found else []


def _of_windows(key: DraftKey) -> DraftKey:
    return replace(key, form=f"{CLOSED}{key.form}")


def _to_json(draft: FormDraft) -> JsonObject:
    return {
        "form": draft.form,
        "digest": draft.digest,
        "items": list(draft.items),
        "misread": {path: [found.kind.value, [list(entry) for entry in found.entries]] for path, found in _some(draft)},
        "aside": [[aside.why, aside.question, aside.words] for aside in draft.aside[:_MOST_ASIDE]],
        "window": draft.window,
        "number": draft.number,
    }


def _some(draft: FormDraft) -> Iterator[tuple[str, Misread]]:
    """What a person typed and can mend; what nobody could have typed is said once."""
    return ((path, found) for path, found in draft.misread.items() if found.kind not in TAMPERED)


def _from_json(kept: dict[str, Any], updated: datetime) -> FormDraft:
    if "items" not in kept:
        return FormDraft(form="", digest="", items=[_coded(*answer) for answer in kept.items()], updated=updated)
    misread = {
        path: Misread(UnreadKind(kind), tuple(Entry(*entry) for entry in entries))
        for path, (kind, entries) in kept["misread"].items()
    }
    return FormDraft(
        form=kept["form"],
        digest=kept["digest"],
        items=kept["items"],
        misread=misread,
        aside=tuple(Aside(*row) for row in kept["aside"]),
        window=kept["window"],
        number=kept["number"],
        updated=updated,
    )


def _coded(link_id: str, code: str) -> JsonObject:
    """An answer as version 0.1.0 kept it: linkId to LOINC code."""
    return {"linkId": link_id, "answer": [{"valueCoding": {"system": "http://loinc.org", "code": code}}]}
