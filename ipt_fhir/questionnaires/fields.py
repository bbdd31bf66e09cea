"""The fields of a page and the items of a response, both ways.

A field is named by a letter for its part of the answer and the path of its item (``Shown.path``). A page sends a field
for every question it shows, an empty one too, so what is not sent was not on the page and stays as it is: a question
that is switched off at the moment, the other pages of a long form. Nothing typed is lost: what cannot be taken is kept
as it was typed, with the reason, beside the answer from before (attack-A37).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from ipt_fhir.questionnaires.entries import Entry, Unread, UnreadKind, entry_of, option_keys, read_entry, same_answer
from ipt_fhir.questionnaires.filling import Origin, Shown, ShownAnswer
from ipt_fhir.questionnaires.form import ItemType, Option, Value
from ipt_fhir.rawjson import JsonObject

LARGEST_FILE = 1_000_000
"""Bytes of a file where the form names no size."""
MOST_ANSWERS = 100
KEPT = " kept "
"""Before the number of an answer that is kept though it is not among the options (any more). No code of FHIR begins
with a blank, so neither this nor the next can be mistaken for one."""
OTHER = " other"
"""The choice "something else" of an open choice; its words come in a field of their own."""


TAMPERED = frozenset({UnreadKind.NO_SUCH_ITEM, UnreadKind.NOT_TYPED})
"""What no page of ours lets anybody type: it is said and not kept."""


class Part(StrEnum):
    """What a field holds; the first letter of its name."""

    PRESENT = "p"
    """Empty; says that a question stands on the page whose fields a browser leaves out while nothing is chosen."""
    ANSWER = "a"
    BESIDE = "b"
    OTHER = "o"
    FILE = "f"
    REMOVE = "x"


class Upload(NamedTuple):
    """A file somebody attached."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a page sent: its fields and files by name, and the path of the repeating group to add to or to remove."""

    fields: Mapping[str, Sequence[str]]
    files: Mapping[str, Upload] = field(default_factory=dict)
    add: str = ""
    remove: str = ""


class Misread(NamedTuple):
    """What was typed for an item and could not be taken, and why. Of a choice the entries are its option keys."""

    kind: UnreadKind
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The items of the response with everything kept, what could not be taken by path, and the paths of the items whose
    answer now is another than the page shows."""

    items: list[JsonObject]
    misread: dict[str, Misread]
    changed: frozenset[str]


def field_name(part: Part, path: str) -> str:
    """The name of a field."""
    return f"{part.value}-{path}"


def asks_here(shown: Shown) -> bool:
    """Whether a person may answer this item: not one that the form fills in itself or only shows."""
    item = shown.item
    return item.type.asks and not (item.read_only or item.hidden or shown.origin is Origin.CALCULATED)


def is_chosen(shown: Shown) -> bool:
    """Whether it is answered by choosing. Some forms give options to questions of other types, too; an open choice or a
    reference without any is typed."""
    return shown.item.type is ItemType.CHOICE or bool(shown.options)


def take(tree: Sequence[Shown], sent: Sent, before: Mapping[str, Misread]) -> Taken:
    """Lay what a page sent over the form as it stands; ``before`` is what could not be taken so far."""
    reading = _Reading(sent, dict(before))
    items = reading.rows(tree)
    for name in sent.fields.keys() | sent.files.keys():
        letter, dash, path = name.partition("-")
        if dash and letter in _LETTERS and path not in reading.known:
            entries = tuple(Entry(typed) for typed in sent.fields.get(name, ())[:MOST_ANSWERS])
            reading.misread[path] = Misread(UnreadKind.NO_SUCH_ITEM, entries)
    return Taken(items=items, misread=reading.misread, changed=frozenset(reading.changed))


_LETTERS = frozenset(part.value for part in Part)

Standing: TypeAlias = tuple[Value, Sequence[Shown]]
"""An answer and what stands under it."""


@dataclass(slots=True)
class _Reading:
    """One pass over the form; collects what it meets."""

    sent: Sent
    misread: dict[str, Misread]
    known: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)

    def rows(self, tree: Sequence[Shown]) -> list[JsonObject]:
        """The items of one level."""
        rows: list[JsonObject] = []
        for index, shown in enumerate(tree):
            row = self._row(shown)
            if shown.path == self.sent.remove and self._has_twin(tree, index):
                continue
            rows += [row] if row else []
            if shown.path == self.sent.add and shown.item.repeats and not shown.item.type.asks:
                rows.append({"linkId": shown.item.link_id})
        return rows

    def _has_twin(self, tree: Sequence[Shown], index: int) -> bool:
        return any(other.item is tree[index].item for at, other in enumerate(tree) if at != index)

    def _row(self, shown: Shown) -> JsonObject | None:
        self.known.add(shown.path)
        row: JsonObject = {"linkId": shown.item.link_id}
        loose = self.rows(shown.items)
        below: JsonObject = {"item": loose} if loose else {}
        if not shown.item.type.asks:
            return row | below if below or shown.item.repeats else None
        answers = self._answers(shown)
        if not answers and not below:
            return None
        # What stands under a question without an answer waits in the item itself.
        text = {"text": shown.item.text} if shown.item.text else {}
        return row | text | ({"answer": answers} if answers else {}) | below

    def _answers(self, shown: Shown) -> list[JsonObject]:
        now = self._values(shown)
        return [
            {value.member: value.content} | ({"item": below} if (below := self.rows(nested)) else {})
            for value, nested in now
        ]

    def _values(self, shown: Shown) -> list[Standing]:
        """The answers as they are to stand, each with what stands under it."""
        before = _standing(shown)
        names = [field_name(part, shown.path) for part in Part]
        if not any(name in self.sent.fields or name in self.sent.files for name in names):
            return before
        if not asks_here(shown):
            self._refuse(shown, UnreadKind.NOT_TYPED, ())
            return before
        self.misread.pop(shown.path, None)
        if shown.item.type is ItemType.ATTACHMENT:
            return self._files(shown)
        if is_chosen(shown):
            return self._choices(shown)
        return self._entries(shown)

    def _field(self, part: Part, shown: Shown) -> list[str]:
        return list(self.sent.fields.get(field_name(part, shown.path), ()))

    def _refuse(self, shown: Shown, kind: UnreadKind, entries: Sequence[Entry]) -> None:
        self.misread[shown.path] = Misread(kind, tuple(entries)[:MOST_ANSWERS])
        self.changed.add(shown.path)

    def _entries(self, shown: Shown) -> list[Standing]:
        """Typed answers, in the order of their fields; one left empty is no answer any more."""
        typed, beside = self._field(Part.ANSWER, shown), self._field(Part.BESIDE, shown)
        beside += [""] * (len(typed) - len(beside))
        entries = [Entry(*pair) for pair in zip(typed, beside, strict=False)]
        if len(entries) > (MOST_ANSWERS if shown.item.repeats else 1):
            self._refuse(shown, UnreadKind.TOO_MANY, entries)
            return _standing(shown)
        found: list[Standing] = []
        try:
            for index, entry in enumerate(entries):
                old = shown.answers[index] if index < len(shown.answers) else None
                value = old.value if old and entry == entry_of(old.value) else read_entry(shown, entry)
                found += [(value, old.items if old else ())] if value else []
        except Unread as wrong:
            self._refuse(shown, wrong.kind, entries)
            return _standing(shown)
        return found

    def _choices(self, shown: Shown) -> list[Standing]:
        """Chosen answers in the order of the options, then what was typed instead."""
        keys = [key for key in self._field(Part.ANSWER, shown) if key]
        typed = [words for words in self._field(Part.OTHER, shown) if words.strip()]
        by_key = dict(zip(option_keys(shown.options or ()), shown.options or (), strict=True))
        single = not shown.item.repeats
        wanted = shown.item.type in _OPEN and (OTHER in keys or not (single and keys))
        try:
            values = [*_kept(shown, keys), *self._options(shown, by_key, keys)]
            values += [_typed(shown, words) for words in typed] if wanted else []
            if len(values) > (1 if single else MOST_ANSWERS):
                raise Unread(UnreadKind.TOO_MANY)
        except Unread as wrong:
            self._refuse(shown, wrong.kind, [*map(Entry, keys), *(Entry(OTHER, words) for words in typed)])
            return _standing(shown)
        return [(value, _below(shown, value)) for value in values]

    def _options(self, shown: Shown, by_key: Mapping[str, Option], keys: Sequence[str]) -> list[Value]:
        unknown = [key for key in keys if key not in by_key and key != OTHER and not key.startswith(KEPT)]
        if unknown:
            raise Unread(UnreadKind.NOT_OFFERED)
        chosen = [option for key, option in by_key.items() if key in keys]
        left = _without_excluded(chosen, shown.answers)
        if len(left) < len(chosen):
            self.changed.add(shown.path)
        return [_as_before(shown, option.value) for option in left]

    def _files(self, shown: Shown) -> list[Standing]:
        """Files that stay and one that comes; in a question that takes one file, the new one takes the place."""
        gone = set(self._field(Part.REMOVE, shown))
        stay = [answer for at, answer in enumerate(_standing(shown)) if str(at) not in gone]
        file = self.sent.files.get(field_name(Part.FILE, shown.path))
        if gone or file:
            self.changed.add(shown.path)
        if file is None:
            return stay
        try:
            new = _attachment(shown, file)
        except Unread as wrong:
            self._refuse(shown, wrong.kind, [Entry(file.name)])
            return stay
        nested: Sequence[Shown] = () if shown.item.repeats or not stay else stay[0][1]
        return [*(stay if shown.item.repeats else ()), (new, nested)]


_OPEN = frozenset({ItemType.OPEN_CHOICE, ItemType.REFERENCE})


def _standing(shown: Shown) -> list[Standing]:
    return [(answer.value, answer.items) for answer in shown.answers]


def _kept(shown: Shown, keys: Sequence[str]) -> list[Value]:
    """Answers of before that are no option and were left ticked."""
    places = {f"{KEPT}{at}": answer.value for at, answer in enumerate(shown.answers)}
    if any(key.startswith(KEPT) and key not in places for key in keys):
        raise Unread(UnreadKind.NOT_OFFERED)
    return [value for key, value in places.items() if key in keys]


def _typed(shown: Shown, words: str) -> Value:
    """Something else than the options: words, or for a reference a name."""
    for answer in shown.answers:
        if entry_of(answer.value).text == words:
            return answer.value
    read = read_entry(shown, Entry(words))
    if read is None:
        raise Unread(UnreadKind.NOT_OFFERED)
    return read


def _without_excluded(chosen: list[Option], before: Sequence[ShownAnswer]) -> list[Option]:
    """An exclusive option stands alone: what was chosen last wins, as far as it can be told. Raises Unread."""
    if len(chosen) < 2 or not any(option.exclusive for option in chosen):
        return chosen
    new = [option for option in chosen if not any(same_answer(option.value, answer.value) for answer in before)]
    others_are_new = new and not any(option.exclusive for option in new)
    if others_are_new:
        return [option for option in chosen if not option.exclusive]
    if len(new) == 1:
        return new
    raise Unread(UnreadKind.EXCLUSIVE)


def _as_before(shown: Shown, value: Value) -> Value:
    """The answer as it stands when it is the same one: its display and extensions are kept."""
    return next((answer.value for answer in shown.answers if same_answer(answer.value, value)), value)


def _below(shown: Shown, value: Value) -> Sequence[Shown]:
    """What stands under an answer. Under the one answer of a question it stays when the answer changes."""
    same = next((answer for answer in shown.answers if same_answer(answer.value, value)), None)
    if same is None and shown.answers and not shown.item.repeats:
        same = shown.answers[0]
    return same.items if same else ()


def _attachment(shown: Shown, file: Upload) -> Value:
    limits = shown.limits
    if len(file.data) > min(limits.max_size or LARGEST_FILE, LARGEST_FILE):
        raise Unread(UnreadKind.FILE_TOO_LARGE)
    kind = file.content_type.partition(";")[0].strip().lower()
    if limits.mime_types and not any(_is_kind(kind, allowed.lower()) for allowed in limits.mime_types):
        raise Unread(UnreadKind.FILE_KIND)
    title = file.name.replace("\\", "/").rpartition("/")[2][:200]
    content = {"contentType": kind or "application/octet-stream", "data": base64.b64encode(file.data).decode()}
    return Value("valueAttachment", content | {"size": len(file.data)} | ({"title": title} if title else {}))


def _is_kind(kind: str, allowed: str) -> bool:
    return kind == allowed or (allowed.endswith("/*") and kind.startswith(allowed[:-1]))
