"""A QuestionnaireResponse of a hospital, whatever its form was: question and answer in order, nested as they stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ipt_fhir.mapping import foreign_words as words
from ipt_fhir.mapping.tolerant import Element, Notes
from ipt_fhir.model.foreign import ForeignAnswer, ForeignItem, ForeignResponse, Reason
from ipt_fhir.rawjson import JsonObject

_RESPONSE = "QuestionnaireResponse"
_ITEM = "QuestionnaireResponse.item"


def open_response(root: Element) -> ForeignResponse:
    """A QuestionnaireResponse. The form it answers is not needed: its questions stand in ``item.text``."""
    return ForeignResponse(
        id=root.words("id"),
        questionnaire=root.words("questionnaire"),
        status=root.code("status"),
        authored=root.moment("authored"),
        author=words.link(root, "author"),
        subject=words.link(root, "subject"),
        source=words.link(root, "source"),
        items=_items(root),
        narrative=words.narrative(root),
        security=words.security(root),
    )


def items_in_words(items: Sequence[JsonObject]) -> tuple[ForeignItem, ...]:
    """The items of a response alone, question and answer in order; what is not built like an item is passed over."""
    return _items(Element({"item": list(items)}, _RESPONSE, _RESPONSE, Notes()))


def _items(owner: Element) -> tuple[ForeignItem, ...]:
    return tuple(_item(item) for item in owner.many("item", _ITEM))


def _item(item: Element) -> ForeignItem:
    item.words("definition")
    return ForeignItem(
        link_id=item.words("linkId"),
        question=item.words("text"),
        answers=tuple(_answer(answer) for answer in item.many("answer", f"{_ITEM}.answer")),
        items=_items(item),
    )


def _answer(answer: Element) -> ForeignAnswer:
    kind = next((kind for kind in _READERS if answer.has(f"value{kind}")), "")
    said = _READERS[kind](answer, f"value{kind}") if kind else ""
    items = _items(answer)
    if not said and not items:
        answer.notes.add(answer.where, Reason.EMPTY)
    return ForeignAnswer(words=said, kind=kind, items=items)


def _coding(answer: Element, name: str) -> str:
    found = answer.one(name, "Coding")
    return words.coding_words(found) if found else ""


def _flag(answer: Element, name: str) -> str:
    said = answer.flag(name)
    return "" if said is None else str(said).lower()


def _reference(answer: Element, name: str) -> str:
    found = words.link(answer, name)
    return found.words or found.reference if found else ""


def _attachment(answer: Element, name: str) -> str:
    """Its title, else where it lies; the data of a file is never unpacked."""
    found = answer.one(name, "Attachment")
    return found.words("title") or found.words("url") if found else ""


_READERS: dict[str, Callable[[Element, str], str]] = {
    "Coding": _coding,
    "String": Element.words,
    "Integer": Element.number,
    "Decimal": Element.number,
    "Quantity": words.quantity,
    "Boolean": _flag,
    "Date": Element.moment,
    "DateTime": Element.moment,
    "Time": Element.moment,
    "Uri": Element.words,
    "Reference": _reference,
    "Attachment": _attachment,
}
