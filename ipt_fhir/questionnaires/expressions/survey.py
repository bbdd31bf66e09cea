"""SDC's function on answers: weight(), and ordinal(), its older name (SDC 4.0.0, FHIRPath supplements).

The weight stands on the answer itself, on the option of the Questionnaire (``%questionnaire``) it was chosen from, or
on a concept of a ValueSet or CodeSystem inside the Questionnaire. A known answer without a weight has none; an answer
nobody can look up is an error, since leaving it out would make a total too small.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from ipt_fhir.locale.texts import N_
from ipt_fhir.questionnaires.expressions.hooks import Collection, Function, Scope, Table, function
from ipt_fhir.questionnaires.expressions.refusal import ExpressionRefused
from ipt_fhir.questionnaires.expressions.values import Item, data_of, is_number
from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.rawjson import JsonObject, number

Weighed: TypeAlias = tuple[str | None, JsonObject, Any]
"""The item an option belongs to (None: any), the Coding, and its weight or None."""
_WEIGHTS = (Known.ITEM_WEIGHT, Known.ORDINAL_VALUE)
_STEP = re.compile(r"\.(item|answer)\[(\d+)\]")


def _weighing(name: str) -> Function:
    def weigh(scope: Scope, focus: Collection) -> Collection:
        found = (_weight(scope, item, name) for item in focus)
        return [weight for weight in found if weight is not None]

    return weigh


def _weight(scope: Scope, item: Item, name: str) -> Any:
    data = data_of(item)
    if not isinstance(data, dict):
        return None
    coding = data.get("valueCoding", data)
    stated = _stated(coding) if _stated(coding) is not None else _stated(data)
    return stated if stated is not None or "code" not in coding else _looked_up(scope, item, coding, name)


def _stated(element: JsonObject) -> Any:
    """The weight in an element's own extensions."""
    for extension in element.get("extension", ()):
        if extension.get("url") in _WEIGHTS:
            values = (number(value) for name, value in extension.items() if name.startswith("value"))
            return next(filter(is_number, values), None)
    return None


def _looked_up(scope: Scope, item: Item, coding: JsonObject, name: str) -> Any:
    found = [(link_id, weight) for link_id, option, weight in _options(scope, name) if _is_same(coding, option)]
    if len({weight for _, weight in found}) > 1:
        own = _link_id(scope, item)
        found = [(link_id, weight) for link_id, weight in found if link_id == own]
    weights = {weight for _, weight in found}
    if len(weights) != 1:
        raise ExpressionRefused(N_("“{named}” finds no weight for an answer in the form."), name)
    return weights.pop()


def _is_same(coding: JsonObject, option: JsonObject) -> bool:
    return coding.get("code") == option.get("code") and coding.get("system") in (None, option.get("system"))


def _options(scope: Scope, name: str) -> list[Weighed]:
    """Everything that can be chosen in the form, found once an evaluation."""
    if "weighed" not in scope:
        form = data_of(scope["vars"].get("questionnaire"))
        if not isinstance(form, dict):
            raise ExpressionRefused(N_("“{named}” needs the form the answers belong to (%questionnaire)."), name)
        scope["budget"].spend(len(form.get("item", ())))
        scope["weighed"] = [*_of_items(form), *_of_contained(form)]
    return list(scope["weighed"])


def _of_items(parent: JsonObject) -> Iterator[Weighed]:
    for item in parent.get("item", ()):
        for option in item.get("answerOption", ()):
            coding = option.get("valueCoding", {})
            stated = _stated(coding)
            yield item.get("linkId"), coding, _stated(option) if stated is None else stated
        yield from _of_items(item)


def _of_contained(form: JsonObject) -> Iterator[Weighed]:
    for resource in form.get("contained", ()):
        for included in resource.get("compose", {}).get("include", ()):
            yield from _of_concepts(included.get("concept", ()), included.get("system"))
        yield from _of_concepts(resource.get("expansion", {}).get("contains", ()), None)
        yield from _of_concepts(resource.get("concept", ()), resource.get("url"))


def _of_concepts(concepts: list[JsonObject], system: str | None) -> Iterator[Weighed]:
    for concept in concepts:
        coding = {"system": concept.get("system", system), "code": concept.get("code")}
        yield None, coding, _stated(concept)
        yield from _of_concepts([*concept.get("concept", ()), *concept.get("contains", ())], system)


def _link_id(scope: Scope, item: Item) -> str | None:
    """The linkId of the item an answer stands under, followed from the response's root by position."""
    here = data_of(scope["vars"].get("resource"))
    way = str(getattr(item, "propName", ""))
    if not isinstance(here, dict) or not way.startswith("QuestionnaireResponse.item["):
        return None
    link_id = None
    for member, at in _STEP.findall(way):
        here = here[member][int(at)]
        link_id = here.get("linkId", link_id)
    return link_id


SURVEY: Table = {"weight": function(_weighing("weight")), "ordinal": function(_weighing("ordinal"))}
