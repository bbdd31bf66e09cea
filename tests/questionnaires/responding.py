"""Answer any form rightly, seeded: whatever it asks, within every limit it sets, and nothing that is switched off.

Whether an item is switched on is worked out here anew, so that the engine's own answer is not what judges it.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from ipt_fhir.questionnaires.form import Condition, Form, FormItem, ItemType, Operator, Option, Value
from ipt_fhir.questionnaires.patterns import matches
from ipt_fhir.questionnaires.surroundings import Expand
from ipt_fhir.rawjson import JsonObject, number

_WRITTEN = (
    "M",
    "12345",
    "123",
    "0",
    "7",
    "abc",
    "AB12",
    "2026-01-05",
    "a@example.org",
    "61412345678",
    "0412345678",
    "A1234",
)
_ROUNDS = 10


class Unanswerable(ValueError):
    """Something required that this generator has no right answer for."""


@dataclass(eq=False)
class Given:
    """An item as it is answered: ``below`` are the items under it, or under each of its answers.

    ``branch`` tells under which answer of the one above it stands; ``on`` is False once other answers switch it off.
    """

    item: FormItem
    above: Given | None
    branch: int = 0
    values: list[Value] = field(default_factory=list)
    below: list[list[Given]] = field(default_factory=list)
    on: bool = True

    def walk(self) -> Iterator[Given]:
        """This one and all below it."""
        yield self
        for level in self.below:
            for given in level:
                yield from given.walk()


def right_response(form: Form, seed: int, lists: Expand, fullness: float = 0.75) -> JsonObject:
    """A completed response without a fault. Raises Unanswerable."""
    return _response(form, _answered(form, seed, lists, fullness))


def although_off(form: Form, seed: int, lists: Expand) -> tuple[JsonObject, str] | None:
    """A response that answers one question which is switched off, and its linkId. Raises Unanswerable."""
    top = _answered(form, seed, lists, 1.0)
    found = [given for first in top for given in first.walk() if _could_be_answered(given)]
    if not found:
        return None
    wrong = Random(seed).choice(found)
    wrong.on = True
    return _response(form, top), wrong.item.link_id


def _could_be_answered(given: Given) -> bool:
    reachable = given.above is None or given.above.on
    return not given.on and reachable and bool(given.values) and bool(given.item.conditions)


def _answered(form: Form, seed: int, lists: Expand, fullness: float) -> list[Given]:
    """Everything that could be answered, and what of it is switched on."""
    top = _Answering(Random(seed), lists, fullness).level(form.items, None)
    everything = [given for first in top for given in first.walk()]
    for _ in range(_ROUNDS):
        before = [given.on for given in everything]
        for given in everything:
            given.on = _is_on(given, top)
        if before == [given.on for given in everything]:
            return top
    raise Unanswerable("the conditions chase each other")


def named(form: Form) -> str:
    """How a response names the form; one without an address by where it lies."""
    return form.canonical or f"http://hospital.example/fhir/Questionnaire/{form.raw.get('id')}"


def _response(form: Form, top: Sequence[Given]) -> JsonObject:
    rows = [row for given in top for row in _rows(given)]
    return {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": named(form),
        "status": "completed",
        "subject": {"reference": "Patient/example"},
        "authored": "2026-11-24T10:00:00Z",
    } | ({"item": rows} if rows else {})


def _rows(given: Given) -> Iterator[JsonObject]:
    if not given.on or given.item.type is ItemType.DISPLAY:
        return
    row: JsonObject = {"linkId": given.item.link_id}
    row |= {"text": given.item.text} if given.item.text else {}
    below = [[row for inner in level for row in _rows(inner)] for level in given.below]
    if given.item.type is ItemType.GROUP:
        if below[0]:
            yield row | {"item": below[0]}
        elif given.item.required:
            raise Unanswerable(f"nothing to say in group {given.item.link_id}")
        return
    answers = [
        {value.member: value.content} | ({"item": inner} if inner else {})
        for value, inner in zip(given.values, below, strict=True)
    ]
    yield row | {"answer": answers}


def _is_on(given: Given, top: Sequence[Given]) -> bool:
    if given.above is not None and not given.above.on:
        return False
    if given.item.enable_expression:
        raise Unanswerable("switched by an expression")
    results = [_holds(condition, _answers(condition.question, given, top)) for condition in given.item.conditions]
    return not results or (any(results) if given.item.any_condition else all(results))


def _answers(question: str, asking: Given, top: Sequence[Given]) -> list[Value]:
    """The answers in the smallest part around both; below one of several answers that is what belongs to that one."""
    scope: Sequence[Given] = top
    child, around = asking, asking.above
    while around is not None:
        if around.item.link_id == question:
            return around.values[child.branch : child.branch + 1]
        if any(item.link_id == question for item in around.item.walk()):
            scope = around.below[child.branch]
            break
        child, around = around, around.above
    found = [given for first in scope for given in first.walk() if given.on and given.item.link_id == question]
    return [value for given in found for value in given.values]


def _holds(condition: Condition, values: Sequence[Value]) -> bool:
    if condition.operator is Operator.EXISTS:
        return bool(values) is bool(condition.answer.content)
    wanted = _plain(condition.answer)
    compare: dict[Operator, Callable[[Any], bool]] = {
        Operator.EQUAL: lambda given: bool(given == wanted),
        Operator.NOT_EQUAL: lambda given: bool(given != wanted),
        Operator.GREATER: lambda given: bool(given > wanted),
        Operator.LESS: lambda given: bool(given < wanted),
        Operator.GREATER_OR_EQUAL: lambda given: bool(given >= wanted),
        Operator.LESS_OR_EQUAL: lambda given: bool(given <= wanted),
    }
    # A form may ask whether a code is more than 5; no answer is.
    given = [_plain(value) for value in values]
    return any(type(value) is type(wanted) and bool(compare[condition.operator](value)) for value in given)


def _plain(value: Value) -> Any:
    content = number(value.content)
    if value.member == "valueCoding":
        return content.get("system"), content.get("code")
    if value.member == "valueQuantity":
        return Decimal(str(number(content.get("value"))))
    return Decimal(str(content)) if isinstance(content, int | Decimal) and not isinstance(content, bool) else content


class _Answering:
    """Makes answers, one level after the other."""

    def __init__(self, chance: Random, lists: Expand, fullness: float) -> None:
        self.chance = chance
        self.lists = lists
        self.fullness = fullness

    def level(self, items: Sequence[FormItem], above: Given | None, branch: int = 0) -> list[Given]:
        """Everything that is answered on one level, in the order of the form."""
        return [given for item in items for given in self._given(item, above, branch)]

    def _given(self, item: FormItem, above: Given | None, branch: int) -> Iterator[Given]:
        least, most = item.limits.min_occurs or 0, item.limits.max_occurs or 3
        if not item.required and least == 0 and self.chance.random() > self.fullness:
            return
        times = self.chance.randint(max(1, least), max(1, least, min(3, most))) if item.repeats else 1
        if item.type is ItemType.GROUP:
            for _ in range(times):
                given = Given(item, above, branch)
                given.below = [self.level(item.items, given) or self._whole_level(item, given)]
                yield given
        elif item.type.asks:
            given = Given(item, above, branch, self.values(item, times))
            given.below = [self.level(item.items, given, number) for number in range(len(given.values))]
            if given.values:
                yield given

    def _whole_level(self, item: FormItem, given: Given) -> list[Given]:
        """A group that must be answered says something, whatever was left to chance."""
        full = _Answering(self.chance, self.lists, 1.0)
        return full.level(item.items, given) if item.required else []

    def values(self, item: FormItem, times: int) -> list[Value]:
        """That many different answers, fewer where there are no more."""
        options = self._options(item)
        if options:
            chosen = self.chance.sample(options, min(times, len(options)))
            alone = [option for option in chosen if option.exclusive]
            return [option.value for option in alone[:1] or chosen]
        try:
            return [self._value(item) for _ in range(times)]
        except Unanswerable:
            if item.required:
                raise
            return []

    def _options(self, item: FormItem) -> Sequence[Option]:
        if item.options or not item.value_set or item.type not in {ItemType.CHOICE, ItemType.OPEN_CHOICE}:
            return item.options
        codings = self.lists(item.value_set) or ()
        return [Option(value=Value("valueCoding", coding), display="") for coding in codings]

    def _value(self, item: FormItem) -> Value:
        makers: dict[ItemType, Callable[[FormItem], Value]] = {
            ItemType.BOOLEAN: lambda _: Value("valueBoolean", self.chance.random() < 0.6),
            ItemType.INTEGER: lambda asked: Value("valueInteger", int(self._amount(asked, 0))),
            ItemType.DECIMAL: lambda asked: Value("valueDecimal", self._amount(asked, 2)),
            ItemType.DATE: lambda asked: Value("valueDate", self._day(asked)),
            ItemType.DATETIME: lambda asked: Value("valueDateTime", f"{self._day(asked)}T09:30:00+01:00"),
            ItemType.TIME: lambda asked: Value("valueTime", self._time(asked)),
            ItemType.STRING: lambda asked: Value("valueString", self._words(asked)),
            ItemType.TEXT: lambda asked: Value("valueString", self._words(asked)),
            ItemType.URL: lambda _: Value("valueUri", "https://example.org/page"),
            ItemType.OPEN_CHOICE: lambda asked: Value("valueString", self._words(asked)),
            ItemType.ATTACHMENT: self._file,
            ItemType.REFERENCE: self._target,
            ItemType.QUANTITY: self._quantity,
        }
        if item.type not in makers:
            raise Unanswerable(f"no choices for {item.link_id}")
        return makers[item.type](item)

    def _amount(self, item: FormItem, places: int) -> Decimal:
        least, most = (_bound(limit) for limit in (item.limits.least, item.limits.most))
        low = least if least is not None else (most - 10 if most is not None else Decimal(0))
        high = most if most is not None else low + 10
        places = min(places, item.limits.max_decimal_places if item.limits.max_decimal_places is not None else places)
        amount = low + (high - low) * self.chance.randint(0, 100) / 100
        rounded = round(amount, places) if places else Decimal(int(amount))
        return min(max(rounded, low), high)

    def _day(self, item: FormItem) -> str:
        first = _first_day(item.limits.least, date(2026, 1, 1))
        last = _first_day(item.limits.most, max(first, date(2026, 12, 31)))
        return str(first + timedelta(days=self.chance.randint(0, (last - first).days)))

    def _time(self, item: FormItem) -> str:
        low, high = item.limits.least, item.limits.most
        times = [f"{hour:02}:15:00" for hour in range(24)]
        fitting = [
            spelled
            for spelled in times
            if (low is None or spelled >= low.content) and (high is None or spelled <= high.content)
        ]
        return self.chance.choice(fitting)

    def _words(self, item: FormItem) -> str:
        least, most = item.limits.min_length or 1, item.limits.max_length or 60
        if item.limits.regex is None:
            words = self.chance.choice(("yes", "no", "a good week, a bad one", "Ärger mit M. <b>x</b>"))
            return words.ljust(least, ".")[:most].strip().ljust(least, ".")
        fitting = [words for words in _WRITTEN if matches(item.limits.regex, words) and least <= len(words) <= most]
        if not fitting:
            raise Unanswerable(f"no words for {item.limits.regex}")
        return self.chance.choice(fitting)

    def _file(self, item: FormItem) -> Value:
        content = b"a note"
        kind = (item.limits.mime_types or ("text/plain",))[0].replace("/*", "/plain")
        data = base64.b64encode(content).decode()
        return Value("valueAttachment", {"contentType": kind, "data": data, "size": len(content), "title": "note"})

    def _target(self, item: FormItem) -> Value:
        kind = self.chance.choice(item.limits.reference_types or ("Patient", "Practitioner"))
        return Value("valueReference", {"reference": f"{kind}/example"})

    def _quantity(self, item: FormItem) -> Value:
        unit: JsonObject = {}
        for limit in (item.limits.least, item.limits.most):
            unit |= _unit_of(limit.content) if limit and isinstance(limit.content, dict) else {}
        for coding in (item.units or ())[:1]:
            unit = {"unit": coding.get("display"), "system": coding.get("system"), "code": coding.get("code")}
        if item.unit_value_set and not unit:
            codings = self.lists(item.unit_value_set)
            unit = _unit_of(codings[0]) if codings else {}
        return Value("valueQuantity", {"value": self._amount(item, 1)} | {k: v for k, v in unit.items() if v})


def _unit_of(content: JsonObject) -> JsonObject:
    return {name: content[name] for name in ("unit", "system", "code") if name in content}


def _bound(limit: Value | None) -> Decimal | None:
    if limit is None:
        return None
    content = limit.content.get("value") if isinstance(limit.content, dict) else limit.content
    return Decimal(str(number(content)))


def _first_day(limit: Value | None, otherwise: date) -> date:
    if limit is None:
        return otherwise
    year, month, day = [*limit.content[:10].split("-"), "01", "01"][:3]
    return date(int(year), int(month), int(day))
