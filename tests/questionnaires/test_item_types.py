"""Every item type: read, shown with its answer, and sent as it was given."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ipt_fhir.questionnaires.form import ItemType
from ipt_fhir.rawjson import JsonObject
from tests.questionnaires.forms import coding, group, item, opened, option, row, sent, shown, text

ANSWERS: dict[ItemType, JsonObject] = {
    ItemType.BOOLEAN: {"valueBoolean": True},
    ItemType.DECIMAL: {"valueDecimal": Decimal("36.60")},
    ItemType.INTEGER: {"valueInteger": 9},
    ItemType.DATE: {"valueDate": "2026-08"},
    ItemType.DATETIME: {"valueDateTime": "2026-08-01T09:30:00+02:00"},
    ItemType.TIME: {"valueTime": "09:30:00"},
    ItemType.STRING: {"valueString": "short"},
    ItemType.TEXT: {"valueString": "long\nand longer"},
    ItemType.URL: {"valueUri": "https://example.org"},
    ItemType.CHOICE: {"valueCoding": coding("red")},
    ItemType.OPEN_CHOICE: {"valueString": "none of these"},
    ItemType.ATTACHMENT: {"valueAttachment": {"contentType": "image/png", "title": "picture", "size": 3}},
    ItemType.REFERENCE: {"valueReference": {"reference": "Practitioner/1"}},
    ItemType.QUANTITY: {"valueQuantity": {"value": Decimal("70.5"), "unit": "kg"}},
}


@pytest.mark.parametrize("kind", list(ItemType))
def test_an_item_is_shown_and_its_answer_sent(kind: ItemType) -> None:
    if not kind.asks:
        filling = opened(group("g", item("d", "display"), item("a")))
        assert [found.item.type.value for found in filling.walk()] == ["group", "display", "string"]
        assert sent(filling.with_items([row("g", below=(text("a", "x"),))])) == [row("g", below=(text("a", "x"),))]
        return
    options: dict[str, Any] = {"answerOption": [option("red")]} if "choice" in kind else {}
    answered = row("a", ANSWERS[kind])
    filling = opened(item("a", kind.value, **options)).with_items([answered])
    assert shown(filling, "a").item.type is kind
    assert [answer.value for answer in shown(filling, "a").answers] == [next(iter(ANSWERS[kind].items()))]
    assert sent(filling) == [answered]


def test_types_that_ask_take_answers() -> None:
    assert {kind for kind in ItemType if not kind.asks} == {ItemType.GROUP, ItemType.DISPLAY}
