"""Forms as they are shown, made by hand: for tests that are not about how they come to be so."""

from __future__ import annotations

from ipt_fhir.questionnaires.filling import Shown, ShownAnswer
from ipt_fhir.questionnaires.form import FormItem, ItemType, Option, Value

NEVER, OFTEN, NONE = (
    Option(
        value=Value("valueCoding", {"system": "urn:x", "code": code, "display": words}), display=words, exclusive=alone
    )
    for code, words, alone in (("0", "Never", False), ("1", "Often", False), ("9", "None of these", True))
)
OPTIONS = (NEVER, OFTEN, NONE)


def question(kind: ItemType, link_id: str = "q", **parts: object) -> FormItem:
    """An item of a form."""
    return FormItem(link_id=link_id, type=kind, place=f"Questionnaire.{link_id}", text=f"Text of {link_id}", **parts)  # type: ignore[arg-type]


def of_item(item: FormItem) -> dict[str, object]:
    """What is shown of an item where nothing is computed or looked up."""
    return {"enabled": True, "options": item.options, "units": item.units, "limits": item.limits}


def shown(item: FormItem, *answers: Value | ShownAnswer, path: str = "0", **parts: object) -> Shown:
    """That item on a page, with its answers."""
    given = tuple(found if isinstance(found, ShownAnswer) else ShownAnswer(value=found) for found in answers)
    return Shown(item=item, path=path, answers=given, **{**of_item(item), **parts})  # type: ignore[arg-type]


def text(words: str) -> Value:
    """A typed answer."""
    return Value("valueString", words)
