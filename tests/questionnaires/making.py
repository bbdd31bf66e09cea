"""Make Questionnaires of every kind of item and rule, seeded: what responses are then given to, rightly and wrongly.

They have no error under HL7's engine (a test holds that), so that what comes of a response comes of the response.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple

from ipt_fhir.rawjson import JsonObject

CORE = "http://hl7.org/fhir/StructureDefinition"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition"
SYSTEM = "http://example.org/CodeSystem/moods"
UCUM = "http://unitsofmeasure.org"
HOME = "http://forms.example/Questionnaire"

_SIMPLE = (
    "boolean",
    "decimal",
    "integer",
    "date",
    "dateTime",
    "time",
    "string",
    "text",
    "url",
    "choice",
    "open-choice",
)
_TYPES = (*_SIMPLE, "attachment", "reference", "quantity", "display", "group", "group", "choice", "choice")
_COMPARED = {"decimal", "integer", "date", "time"}
_CONDITIONED = {*_COMPARED, "boolean", "string", "choice"}
_DEEPEST = 3


def made_form(seed: int) -> JsonObject:
    """The Questionnaire with that number; each has another address."""
    maker = _Maker(Random(seed))
    form: JsonObject = {
        "resourceType": "Questionnaire",
        "id": f"made-{seed}",
        "url": f"{HOME}/made-{seed}",
        "version": "1",
        "name": f"Made{seed}",
        "status": "active",
        "item": maker.items("q", (), maker.chance.randint(2, 6)),
    }
    return form


def extension(url: str, **value: Any) -> JsonObject:
    """One extension."""
    return {"url": url, **value}


class _Asked(NamedTuple):
    """A question that conditions can be about, and the repeating items around it."""

    item: JsonObject
    within: frozenset[str]


class _Maker:
    """Items one after the other.

    A condition is about a question that comes before it and, if that repeats, in the same repetition, and never below
    one of several answers: there HL7's engine looks at all of them together, and R4 at the nearest (decision-D54).
    """

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.asked: list[_Asked] = []

    def items(self, prefix: str, within: tuple[JsonObject, ...], count: int) -> list[JsonObject]:
        """So many items below those that are around them."""
        return [self._item(f"{prefix}.{number}", within) for number in range(1, count + 1)]

    def _item(self, link_id: str, within: tuple[JsonObject, ...]) -> JsonObject:
        deepest = len(within) >= _DEEPEST
        repeating = frozenset(item["linkId"] for item in within if item.get("repeats"))
        kind = self.chance.choice((*_SIMPLE, "quantity") if deepest else _TYPES)
        item: JsonObject = {"linkId": link_id, "text": f"Question {link_id}", "type": kind}
        asked = [found.item for found in self.asked if found.within <= repeating]
        if asked and self.chance.random() < 0.3:
            item |= self._conditions(asked)
        if kind != "display":
            item |= self._times(kind)
        rules = [*self._rules(kind, item)]
        item |= {"extension": rules} if rules else {}
        if kind in {"choice", "open-choice"}:
            item["answerOption"] = self._options(kind)
        below_answers = any(item.get("repeats") and item["type"] != "group" for item in within)
        if kind in _CONDITIONED and "repeats" not in item and not _offers_texts(item) and not below_answers:
            self.asked.append(_Asked(item, repeating))
        if kind == "group" or (kind in _SIMPLE and not deepest and self.chance.random() < 0.15):
            item["item"] = self.items(link_id, (*within, item), self.chance.randint(1, 4))
        return item

    def _times(self, kind: str) -> JsonObject:
        times: JsonObject = {}
        if self.chance.random() < 0.4:
            times["required"] = True
        if kind != "boolean" and self.chance.random() < 0.3:
            times["repeats"] = True
        return times

    def _conditions(self, known: list[JsonObject]) -> JsonObject:
        asked = self.chance.sample(known, min(len(known), self.chance.choice((1, 1, 1, 2))))
        found: JsonObject = {"enableWhen": [self._condition(item) for item in asked]}
        if len(asked) > 1:
            found["enableBehavior"] = self.chance.choice(("all", "any"))
        return found

    def _condition(self, item: JsonObject) -> JsonObject:
        kind = item["type"]
        if self.chance.random() < 0.25:
            return {"question": item["linkId"], "operator": "exists", "answerBoolean": self.chance.random() < 0.7}
        operators = ("=", "!=", ">", "<", ">=", "<=") if kind in _COMPARED else ("=", "!=")
        member, value = {
            "boolean": ("answerBoolean", self.chance.random() < 0.7),
            "decimal": ("answerDecimal", self.chance.choice((0, 2.5, 7))),
            "integer": ("answerInteger", self.chance.choice((0, 3, 7))),
            "date": ("answerDate", self.chance.choice(("2026-01-15", "2026-06-01"))),
            "time": ("answerTime", "12:00:00"),
            "string": ("answerString", "yes"),
            "choice": ("answerCoding", {"system": SYSTEM, "code": self.chance.choice(("a", "b"))}),
        }[kind]
        return {"question": item["linkId"], "operator": self.chance.choice(operators), member: value}

    def _options(self, kind: str) -> list[JsonObject]:
        count = self.chance.randint(2, 5)
        if kind == "choice" and self.chance.random() < 0.2:
            return [{"valueString": f"Mood {code}"} for code in "abcdef"[:count]]
        options: list[JsonObject] = [
            {"valueCoding": {"system": SYSTEM, "code": code, "display": f"Mood {code}"}} for code in "abcdef"[:count]
        ]
        if self.chance.random() < 0.3:
            options[-1]["extension"] = [extension(f"{CORE}/questionnaire-optionExclusive", valueBoolean=True)]
        return options

    def _rules(self, kind: str, item: JsonObject) -> Iterator[JsonObject]:
        """The limits an item of that type can have, each now and then."""
        if item.get("repeats") and self.chance.random() < 0.3:
            # Rarely as many as a right response has: HL7's engine calls exactly the most too many.
            most = 3 if self.chance.random() < 0.05 else self.chance.randint(4, 6)
            yield extension(f"{CORE}/questionnaire-maxOccurs", valueInteger=most)
        if item.get("repeats") and kind not in {"group", "choice", "open-choice"} and self.chance.random() < 0.05:
            # Rarely for the same reason: exactly the least is too few to it. Only what is required may have one.
            item["required"] = True
            yield extension(f"{CORE}/questionnaire-minOccurs", valueInteger=2)
        if self.chance.random() < 0.5:
            return
        if kind == "integer":
            yield extension(f"{CORE}/minValue", valueInteger=0)
            yield extension(f"{CORE}/maxValue", valueInteger=self.chance.choice((10, 27)))
        if kind == "decimal":
            yield extension(f"{CORE}/minValue", valueDecimal=0.5)
            yield extension(f"{CORE}/maxValue", valueDecimal=99.5)
            yield extension(f"{CORE}/maxDecimalPlaces", valueInteger=self.chance.choice((1, 2)))
        if kind == "date":
            yield extension(f"{CORE}/minValue", valueDate="2026-01-01")
            yield extension(f"{CORE}/maxValue", valueDate="2026-12-31")
        if kind == "time":
            yield extension(f"{CORE}/minValue", valueTime="08:00:00")
            yield extension(f"{CORE}/maxValue", valueTime="18:00:00")
        if kind == "string":
            item["maxLength"] = self.chance.choice((10, 40))
            if self.chance.random() < 0.5:
                yield extension(f"{CORE}/minLength", valueInteger=3)
            elif self.chance.random() < 0.5:
                yield extension(f"{CORE}/regex", valueString="[0-9]{3,5}")
        if kind == "quantity":
            if self.chance.random() < 0.05:
                # Rarely: HL7's engine compares it the wrong way round.
                yield extension(f"{SDC}/sdc-questionnaire-minQuantity", valueQuantity=kilograms(5))
            yield extension(f"{SDC}/sdc-questionnaire-maxQuantity", valueQuantity=kilograms(50))
            kilogram = {"system": UCUM, "code": "kg", "display": "kg"}
            yield extension(f"{CORE}/questionnaire-unitOption", valueCoding=kilogram)
        if kind == "attachment":
            yield extension(f"{CORE}/maxSize", valueDecimal=60)
            yield extension(f"{CORE}/mimeType", valueCode="text/plain")
        if kind == "reference":
            yield extension(f"{CORE}/questionnaire-referenceResource", valueCode="Patient")
            yield extension(f"{CORE}/questionnaire-referenceResource", valueCode="Practitioner")


def _offers_texts(item: JsonObject) -> bool:
    return any("valueString" in option for option in item.get("answerOption", ()))


def kilograms(value: Any) -> JsonObject:
    """A coded amount."""
    return {"value": value, "unit": "kg", "system": UCUM, "code": "kg"}
