"""Answers that stand in the record as Observations (SDC, observation-based population).

Only what is final, about the patient, not older than the form allows, and of the kind the question asks for; the newest
of those. A quantity is converted exactly or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cmp_to_key
from typing import Any
from urllib.parse import quote

from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.fhirpath import ExpressionRefused, evaluate
from ipt_fhir.questionnaires.form import Form, FormItem, ItemType, Option, Value
from ipt_fhir.questionnaires.loose import extensions_of, inside, rows, words
from ipt_fhir.questionnaires.moments import compared_moments
from ipt_fhir.questionnaires.queries import patients_of
from ipt_fhir.questionnaires.results import WrongResult, answers_of, unit_members
from ipt_fhir.rawjson import JsonObject, number

_SETTLED = {"final", "amended", "corrected"}
_CODES_AT_ONCE = 20
_CALENDAR = {"a": "years", "mo": "months", "wk": "weeks", "d": "days", "h": "hours", "min": "minutes", "s": "seconds"}


@dataclass(frozen=True, slots=True, eq=False)
class Linked:
    """A question that takes its answer from an Observation: the first moment that counts (None: any), the codes."""

    item: FormItem
    since: str | None
    codes: tuple[JsonObject, ...]


def linked_questions(form: Form, now: datetime) -> list[Linked]:
    """The questions of a form with a code and a period, their own or the nearest above (observationLinkPeriod)."""
    return list(_linked(form.items, _period(form.raw), now))


def observation_queries(linked: Sequence[Linked], patient_id: str) -> list[str]:
    """The searches that find them, codes of one period together."""
    by_moment: dict[str | None, dict[str, None]] = {}
    for question in linked:
        by_moment.setdefault(question.since, {}).update(dict.fromkeys(map(_token, question.codes)))
    return [
        _query(tokens[start : start + _CODES_AT_ONCE], since, patient_id)
        for since, found in by_moment.items()
        for tokens in [list(found)]
        for start in range(0, len(tokens), _CODES_AT_ONCE)
    ]


def newest_answer(
    linked: Linked, observations: Iterable[JsonObject], patient_id: str, options: Sequence[Option] | None
) -> tuple[Value, ...]:
    """The answer the newest fitting Observation gives; none for none."""
    for observation in sorted(_fit_to_use(observations, patient_id), key=_BY_MOMENT, reverse=True):
        if linked.since and compared_moments(_when(observation), linked.since) == -1:
            continue
        for result in _results(linked, observation):
            if found := _fitting(linked.item, result, options):
                return found
    return ()


def _linked(items: Iterable[FormItem], period: JsonObject | None, now: datetime) -> Iterator[Linked]:
    for item in items:
        own = _period(item.raw or {}) or period
        if own and item.codes and item.type.asks and not item.repeats and not item.calculated:
            yield Linked(item, _since(own, now), item.codes)
        yield from _linked(item.items, own, now)


def _period(element: JsonObject) -> JsonObject | None:
    found = next(extensions_of(element, Known.OBSERVATION_LINK_PERIOD), None)
    duration = inside(found, "valueDuration")
    return duration if isinstance(duration, dict) else None


def _since(period: JsonObject, now: datetime) -> str | None:
    """The day on which the period begins; None for one that begins before the calendar or says no unit of time."""
    unit = _CALENDAR.get(str(period.get("code") or period.get("unit")))
    value = number(period.get("value"))
    if unit is None or not isinstance(value, int | Decimal):
        return None
    try:
        found = evaluate(f"today() - {Decimal(value):f} {unit}", None, {}, now=now)
    except ExpressionRefused:
        return None
    return str(found[0])


def _token(code: JsonObject) -> str:
    system = words(code, "system")
    return f"{system}|{words(code, 'code')}" if system else words(code, "code")


def _query(tokens: Sequence[str], since: str | None, patient_id: str) -> str:
    moment = f"&date=ge{since}" if since else ""
    statuses = ",".join(sorted(_SETTLED))
    codes = ",".join(quote(token, safe="|:/") for token in tokens)
    return f"Observation?patient={patient_id}&code={codes}&status={statuses}{moment}&_sort=-date"


def _fit_to_use(observations: Iterable[JsonObject], patient_id: str) -> Iterator[JsonObject]:
    """Those that are settled and about the patient, with a moment; the focus may be somebody else (a fetus)."""
    for observation in observations:
        focus = [{"resourceType": "focus", "subject": held} for held in rows(observation, "focus")]
        on_patient = all(list(patients_of(held)) == [patient_id] for held in focus)
        if words(observation, "status") in _SETTLED and on_patient and _when(observation):
            yield observation


def _when(observation: JsonObject) -> str:
    """The moment it was true."""
    told = (
        words(observation, "effectiveDateTime"),
        words(observation, "effectiveInstant"),
        words(observation, "effectivePeriod", "end"),
        words(observation, "effectivePeriod", "start"),
        words(observation, "issued"),
    )
    return next(filter(None, told), "")


def _order(one: JsonObject, other: JsonObject) -> int:
    return compared_moments(_when(one), _when(other)) or 0


_BY_MOMENT = cmp_to_key(_order)


def _results(linked: Linked, observation: JsonObject) -> Iterator[Any]:
    """What it says of the question: its value, or that of the component with the question's code."""
    for part in (observation, *rows(observation, "component")):
        codings = rows(part, "code", "coding")
        if any(_is_code(code, coding) for code in linked.codes for coding in codings):
            value = next((held for name, held in part.items() if name.startswith("value")), None)
            yield from rows(value, "coding") if "coding" in (value if isinstance(value, dict) else {}) else [value]


def _is_code(code: JsonObject, coding: JsonObject) -> bool:
    return code.get("code") == coding.get("code") and code.get("system") in (None, coding.get("system"))


def _fitting(item: FormItem, result: Any, options: Sequence[Option] | None) -> tuple[Value, ...]:
    """The result as an answer of the item, if it is one."""
    try:
        (value,) = answers_of(item, [_in_unit(item, result)], options)
    except (WrongResult, ExpressionRefused):
        return ()
    if options and item.type is ItemType.CHOICE:
        return tuple(option.value for option in options if _is_option(option, value))[:1]
    return (value,)


def _is_option(option: Option, value: Value) -> bool:
    content = option.value.content
    return isinstance(content, dict) and isinstance(value.content, dict) and _is_code(content, value.content)


def _in_unit(item: FormItem, result: Any) -> Any:
    """A quantity in a unit the item takes. Raises ExpressionRefused where it cannot be said in one.

    "More than 5" (a comparator) is not 5 and fits no question.
    """
    if not isinstance(result, dict) or "value" not in result:
        return result
    units = item.units or ((item.unit,) if item.unit else ())
    codes = [words(unit, "code") for unit in units]
    if "comparator" in result or not units or words(result, "code") in codes:
        return None if "comparator" in result else result
    there = evaluate("%result.toQuantity(%unit)", None, {"result": result, "unit": codes[0]})
    return {**there[0], **unit_members(units[0])} if there else None
