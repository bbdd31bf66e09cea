"""What ``$apply`` does not apply, each named: definitions of others, and whatever would have to be evaluated."""

from __future__ import annotations

from collections.abc import Iterator

from ipt_fhir.mapping.activitydefinition import read_activity_definition
from ipt_fhir.protocol.activities import ActivityTemplate
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems

_OF_PLAN = ("library", "subjectReference", "contained", "modifierExtension", "implicitRules")
_OF_ACTION = (
    "condition",
    "dynamicValue",
    "transform",
    "trigger",
    "input",
    "output",
    "definitionUri",
    "cardinalityBehavior",
    "subjectReference",
    "subjectCodeableConcept",
    "modifierExtension",
)
_OF_ACTIVITY = (
    "library",
    "dynamicValue",
    "transform",
    "doNotPerform",
    "productReference",
    "productCodeableConcept",
    "dosage",
    "subjectReference",
    "contained",
    "modifierExtension",
    "implicitRules",
)


class CannotApply(ValueError):
    """A definition, or a proposal, is not one this library applies. The fault is with whoever handed it in.

    ``place`` names the element and ``why`` the reason.
    """

    def __init__(self, place: str, why: str) -> None:
        super().__init__(f"{place} cannot be applied: {why}. Use a definition of this version's package.")
        self.place = place
        self.why = why


def check_plan(plan: JsonObject) -> None:
    """Raises CannotApply for a PlanDefinition that is not ours or holds what is not applied."""
    if plan.get("resourceType") != "PlanDefinition":
        raise CannotApply(str(plan.get("resourceType")), "it is not a PlanDefinition")
    if not str(plan.get("url", "")).startswith(f"{systems.PLAN_DEFINITION}/"):
        raise CannotApply("PlanDefinition.url", f"{plan.get('url')} is not a protocol of ours")
    _refuse(plan, _OF_PLAN, "PlanDefinition")
    for action in _actions(plan):
        _refuse(action, _OF_ACTION, f"action {action.get('id')}")


def check_activity(definition: JsonObject) -> ActivityTemplate:
    """The template of an ActivityDefinition; raises CannotApply as ``check_plan``."""
    name = f"{definition.get('resourceType')} {definition.get('url')}"
    if not str(definition.get("url", "")).startswith(f"{systems.ACTIVITY_DEFINITION}/"):
        raise CannotApply(name, "it is not an activity of ours")
    _refuse(definition, _OF_ACTIVITY, name)
    try:
        return read_activity_definition(definition)
    except (KeyError, ValueError, IndexError, TypeError, AttributeError) as wrong:
        raise CannotApply(name, f"it is not as we write it ({type(wrong).__name__}: {wrong})") from wrong


def _refuse(element: JsonObject, names: tuple[str, ...], place: str) -> None:
    for name in names:
        if name in element:
            raise CannotApply(f"{place}.{name}", "this element is not applied, and leaving it out would be wrong")


def _actions(element: JsonObject) -> Iterator[JsonObject]:
    for action in element.get("action", []):
        yield action
        yield from _actions(action)
