"""Walk the item trees of Questionnaire and QuestionnaireResponse in raw JSON."""

from __future__ import annotations

from collections.abc import Iterator

from ipt_fhir.rawjson import JsonObject


class NotAForm(ValueError):
    """The JSON is not built like a Questionnaire or QuestionnaireResponse. The fault is with whoever sent it."""


def objects(node: JsonObject, name: str) -> list[JsonObject]:
    """The objects in a repeating member, none if it is absent. Raises NotAForm if it holds anything else."""
    value = node.get(name, [])
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise NotAForm(f"{name} is not a list of objects")
    return value


def link_id_of(row: JsonObject) -> str:
    """The linkId of an item. Raises NotAForm if it has none."""
    link_id = row.get("linkId")
    if not isinstance(link_id, str):
        raise NotAForm("an item has no linkId")
    return link_id


def items_of(node: JsonObject) -> Iterator[JsonObject]:
    """Every item below a node, in order, at any depth, those under answers included."""
    for row in objects(node, "item"):
        yield row
        yield from items_of(row)
        for answer in objects(row, "answer"):
            yield from items_of(answer)
