"""FHIR's and US Core's invariants that need more than JSON Schema: one row each, keyed as published.

A row is asked about one element and answers whether the invariant holds. It is asked even when the element's shape is
wrong elsewhere: a row that stumbles (TypeError and its kin) counts as broken, and is not reported beside the cause.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation.bundle_invariants import BUNDLE_INVARIANTS
from ipt_fhir.validation.narrative import has_content, is_plain_xhtml

Row = Callable[[Any], bool]

UCUM = "http://unitsofmeasure.org"
_ABSENT_REASON = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_WHOLE_DAY = len("2026-01-31")
_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
_ABATED = {"resolved", "remission", "inactive"}
_NO_LIST_OF_ANSWERS = {"group", "display", "boolean", "text", "url", "attachment", "reference", "question"}
_WITH_A_LENGTH = {"boolean", "decimal", "integer", "string", "text", "url", "open-choice"}
_MEALS = {"C", "CM", "CD", "CV"}
_MAY_LACK_A_TIME = {"proposed", "cancelled", "waitlist"}
_NOT_HELD = {"no-show", "cancelled"}
_ORDERS = {"order", "original-order", "reflex-order", "filler-order", "instance-order"}
_PERFORMED = {"completed", "in-progress"}
_NO_RACE = {"ASKU", "UNK"}


def has(element: JsonObject, stem: str) -> bool:
    """Is there a ``value[x]`` of that stem, or its ``_`` sibling?"""
    return any(name.lstrip("_").startswith(stem) for name in element)


def in_order(first: str, second: str) -> bool:
    """Is one FHIR date or dateTime not after the other?

    Where one of them is less exact, only what both say is compared (2026-01 is not after 2026-01-15).
    """
    if len(first) == len(second) == _WHOLE_DAY:
        # A text that is no date stumbles here and is reported as such.
        return first <= second or date.fromisoformat(first) <= date.fromisoformat(second)
    if "T" in first and "T" in second:
        return _moment(first) <= _moment(second)
    shorter = min(len(first.partition("T")[0]), len(second.partition("T")[0]))
    return first[:shorter] <= second[:shorter]


def _moment(text: str) -> datetime:
    """datetime knows no leap second, so 23:59:60 counts as 23:59:59."""
    return datetime.fromisoformat(text.replace(":60", ":59", 1) if text[16:19] == ":60" else text)


def _period(period: JsonObject) -> bool:
    start, end = period.get("start"), period.get("end")
    return start is None or end is None or in_order(start, end)


def _range(between: JsonObject) -> bool:
    """Only numbers in the same unit are compared."""
    low, high = between.get("low", {}), between.get("high", {})
    comparable = "value" in low and "value" in high and _unit(low) == _unit(high)
    return not comparable or low["value"] <= high["value"]


def _unit(quantity: JsonObject) -> object:
    return quantity.get("code", quantity.get("unit"))


def _measured(quantity: JsonObject, *, system: str = UCUM) -> bool:
    """Age, Count, Distance, Duration: a value needs a code, and the code is UCUM."""
    return ("code" in quantity or "value" not in quantity) and quantity.get("system", system) == system


def _duration(quantity: JsonObject) -> bool:
    return "code" not in quantity or (quantity.get("system") == UCUM and "value" in quantity)


def _count(quantity: JsonObject) -> bool:
    value = quantity.get("value", 1)
    return _measured(quantity) and quantity.get("code", "1") == "1" and "." not in str(value)


def _offset(repeat: JsonObject) -> bool:
    return "offset" not in repeat or ("when" in repeat and not _MEALS & set(repeat["when"]))


def _trigger(trigger: JsonObject) -> bool:
    kind = trigger["type"]
    needed = {"named-event": "name", "periodic": "timing"}.get(kind, "data" if kind.startswith("data-") else "type")
    return has(trigger, needed)


def _codes(concept: JsonObject, system: str) -> set[str]:
    return {coding.get("code", "") for coding in concept.get("coding", []) if coding.get("system") == system}


def _entered_in_error(condition: JsonObject) -> bool:
    return "entered-in-error" in _codes(condition.get("verificationStatus", {}), f"{_TERMINOLOGY}/condition-ver-status")


def _abated(condition: JsonObject) -> bool:
    status = _codes(condition.get("clinicalStatus", {}), f"{_TERMINOLOGY}/condition-clinical")
    return not has(condition, "abatement") or bool(status & _ABATED)


def _component_codes(observation: JsonObject) -> bool:
    if "component" not in observation or not has(observation, "value"):
        return True
    own = observation["code"].get("coding", [])
    parts = [coding for component in observation["component"] for coding in component["code"].get("coding", [])]
    return not any(coding in own for coding in parts)


def _modified_after_authored(task: JsonObject) -> bool:
    return "lastModified" not in task or "authoredOn" not in task or in_order(task["authoredOn"], task["lastModified"])


def _timed(appointment: JsonObject) -> bool:
    return (has(appointment, "start") and has(appointment, "end")) or appointment["status"] in _MAY_LACK_A_TIME


def _kind(reference: JsonObject) -> str:
    """The type a Reference shows; empty where it cannot be seen."""
    found = re.search(r"(?:^|/)([A-Z][A-Za-z]+)/[^/]+(?:/_history/[^/]+)?$", reference.get("reference", ""))
    return found[1] if found else str(reference.get("type", ""))


def _on_behalf(participant: JsonObject) -> bool:
    """Only a Practitioner takes part for somebody; a member whose type cannot be seen is believed."""
    return "onBehalfOf" not in participant or _kind(participant.get("member", {})) in {"Practitioner", ""}


def _responsible(agent: JsonObject) -> bool:
    return "onBehalfOf" in agent or _kind(agent.get("who", {})) not in {"Practitioner", "Device"}


def _unknown_race_alone(race: JsonObject) -> bool:
    codes = [part.get("valueCoding", {}).get("code") for part in race["extension"] if part["url"] == "ombCategory"]
    return len(codes) == 1 or not _NO_RACE & set(codes)


def _scope(code: str) -> Row:
    """As published: the system of the scope is the word 'something' (a slip of R4 that R5 repaired)."""
    scope = {"system": "something", "code": code}
    return lambda consent: (
        "patient" in consent
        or not any(scope.items() <= coding.items() for coding in consent["scope"].get("coding", []))
    )


def _concepts(element: JsonObject) -> Iterator[JsonObject]:
    for concept in element.get("concept", []):
        yield concept
        yield from _concepts(concept)


def _unique_codes(system: JsonObject) -> bool:
    codes = [concept["code"] for concept in _concepts(system) if "code" in concept]
    return len(codes) == len(set(codes))


def _grouped(definition: JsonObject) -> bool:
    groups = {grouping.get("id") for grouping in definition.get("grouping", [])}
    return all(resource.get("groupingId", None) in {*groups, None} for resource in definition["resource"])


def _versions_declared(guide: JsonObject) -> bool:
    resources = guide.get("definition", {}).get("resource", [])
    return {version for resource in resources for version in resource.get("fhirVersion", [])} <= set(
        guide["fhirVersion"]
    )


def _items(element: JsonObject) -> Iterator[JsonObject]:
    for item in element.get("item", []):
        yield item
        yield from _items(item)


def _unique_link_ids(questionnaire: JsonObject) -> bool:
    link_ids = [item["linkId"] for item in _items(questionnaire) if "linkId" in item]
    return len(link_ids) == len(set(link_ids))


def _nesting(item: JsonObject) -> bool:
    return ("item" in item) if item["type"] == "group" else not (item["type"] == "display" and "item" in item)


def _answers_once(element: JsonObject) -> bool:
    """Below one group or answer, answers to the same question stand in one item (SDC sdcqr-2)."""
    items = element.get("item", [])
    if len({item.get("linkId") for item in items}) < len(items) and not _answered_once(items):
        return False
    inside = [*items, *(answer for item in items for answer in item.get("answer", []))]
    return all(_answers_once(child) for child in inside if "item" in child)


def _answered_once(items: list[JsonObject]) -> bool:
    asked = [item["linkId"] for item in items if any(has(answer, "value") for answer in item.get("answer", []))]
    return len(asked) == len(set(asked))


def _is_named(name: JsonObject) -> bool:
    named = any(part in name for part in ("family", "_family", "given", "_given"))
    return named != any(extension.get("url") == _ABSENT_REASON for extension in name.get("extension", []))


INVARIANTS: Mapping[str, Row] = MappingProxyType(
    {
        **BUNDLE_INVARIANTS,
        "age-1": lambda age: _measured(age) and age.get("value", 1) > 0,
        "app-3": _timed,
        "app-4": lambda appointment: "cancelationReason" not in appointment or appointment["status"] in _NOT_HELD,
        "cnt-3": _count,
        "con-4": _abated,
        "con-5": lambda condition: not (_entered_in_error(condition) and "clinicalStatus" in condition),
        "csd-1": _unique_codes,
        "ctm-1": _on_behalf,
        "dis-1": _measured,
        "drt-1": _duration,
        "ig-1": _grouped,
        "ig-2": _versions_declared,
        "inv-1": _modified_after_authored,
        "obs-7": _component_codes,
        "per-1": _period,
        "ppc-2": _scope("patient-privacy"),
        "ppc-3": _scope("research"),
        "ppc-4": _scope("adr"),
        "ppc-5": _scope("treatment"),
        "provenance-1": _responsible,
        "que-1": _nesting,
        "que-2": _unique_link_ids,
        "que-3": lambda item: item["type"] != "display" or "code" not in item,
        "que-5": lambda item: item["type"] not in _NO_LIST_OF_ANSWERS or not has(item, "answer"),
        "que-6": lambda item: item["type"] != "display" or ("required" not in item and "repeats" not in item),
        "que-7": lambda condition: condition["operator"] != "exists" or "answerBoolean" in condition,
        "que-8": lambda item: item["type"] not in {"group", "display"} or "initial" not in item,
        "que-9": lambda item: item["type"] != "display" or "readOnly" not in item,
        "que-10": lambda item: item["type"] in _WITH_A_LENGTH or "maxLength" not in item,
        "que-12": lambda item: len(item.get("enableWhen", [])) < 2 or has(item, "enableBehavior"),
        "que-13": lambda item: item.get("repeats") is True or len(item.get("initial", [])) < 2,
        "rng-2": _range,
        "sdcqr-2": _answers_once,
        "tim-9": _offset,
        "trd-3": _trigger,
        "txt-1": is_plain_xhtml,
        "txt-2": has_content,
        "us-core-3": lambda observation: observation.get("valueQuantity", {}).get("system", UCUM) == UCUM,
        "us-core-3-value": lambda value: value.get("system", UCUM) == UCUM if isinstance(value, dict) else True,
        "us-core-6": _is_named,
        "us-core-7": lambda procedure: procedure["status"] not in _PERFORMED or has(procedure, "performed"),
        "us-core-21": lambda request: request["intent"] not in _ORDERS or "requester" in request,
        "us-core-23": _unknown_race_alone,
        "vsd-9": lambda concept: "code" in concept or concept.get("abstract") is True,
    }
)

# Held by the schemas themselves (ele-1, ext-1, sqty-1) or by contained.py (dom-2 to dom-5).
ELSEWHERE = frozenset({"dom-2", "dom-3", "dom-4", "dom-5", "ele-1", "ext-1", "sqty-1"})


def _listed_without_status(condition: JsonObject) -> bool:
    categories = [_codes(category, f"{_TERMINOLOGY}/condition-category") for category in condition.get("category", [])]
    listed = any("problem-list-item" in codes for codes in categories)
    return listed and "clinicalStatus" not in condition and not _entered_in_error(condition)


def _without_narrative(resource: JsonObject) -> bool:
    """A Bundle is no DomainResource: it has none."""
    return resource["resourceType"] != "Bundle" and "div" not in resource.get("text", {})


# Best practice: worth a warning, no reason to keep a resource in the house. Type ("" for all), rule, where, broken?
ADVICE: tuple[tuple[str, str, str, Row], ...] = (
    ("", "dom-6", "text", _without_narrative),
    ("Condition", "con-3", "clinicalStatus", _listed_without_status),
)
