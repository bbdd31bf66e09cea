"""The members FHIR R4 4.0.1 gives each element that a foreign resource is opened to.

A test compares them with the official StructureDefinitions.
"""

from __future__ import annotations

from typing import Final

RESOURCES: Final = frozenset(("CarePlan", "Goal", "QuestionnaireResponse"))

_MEMBERS = {
    "CarePlan": "activity addresses author basedOn careTeam category contributor created description encounter goal"
    " identifier instantiatesCanonical instantiatesUri intent note partOf period replaces status subject"
    " supportingInfo title",
    "CarePlan.activity": "detail outcomeCodeableConcept outcomeReference progress reference",
    "CarePlan.activity.detail": "code dailyAmount description doNotPerform goal instantiatesCanonical instantiatesUri"
    " kind location performer productCodeableConcept productReference quantity reasonCode reasonReference"
    " scheduledPeriod scheduledString scheduledTiming status statusReason",
    "Goal": "achievementStatus addresses category description expressedBy identifier lifecycleStatus note outcomeCode"
    " outcomeReference priority startCodeableConcept startDate statusDate statusReason subject target",
    "Goal.target": "detailBoolean detailCodeableConcept detailInteger detailQuantity detailRange detailRatio"
    " detailString dueDate dueDuration measure",
    "QuestionnaireResponse": "author authored basedOn encounter identifier item partOf questionnaire source status"
    " subject",
    "QuestionnaireResponse.item": "answer definition item linkId text",
    "QuestionnaireResponse.item.answer": "item valueAttachment valueBoolean valueCoding valueDate valueDateTime"
    " valueDecimal valueInteger valueQuantity valueReference valueString valueTime valueUri",
    "CodeableConcept": "coding text",
    "Coding": "code display system userSelected version",
    "Reference": "display identifier reference type",
    "Period": "end start",
    "Annotation": "authorReference authorString text time",
    "Narrative": "div status",
    "Meta": "lastUpdated profile security source tag versionId",
    "Quantity": "code comparator system unit value",
    "Range": "high low",
    "Ratio": "denominator numerator",
    "Timing": "code event repeat",
    "Timing.repeat": "boundsDuration boundsPeriod boundsRange count countMax dayOfWeek duration durationMax"
    " durationUnit frequency frequencyMax offset period periodMax periodUnit timeOfDay when",
    "Attachment": "contentType creation data hash language size title url",
}
_OF_ELEMENTS = frozenset(("id", "extension"))
_OF_BACKBONES = _OF_ELEMENTS | {"modifierExtension"}
_OF_RESOURCES = _OF_BACKBONES | {"resourceType", "meta", "implicitRules", "language", "text", "contained"}
_BACKBONES = frozenset(kind for kind in _MEMBERS if "." in kind) - {"Timing.repeat"} | {"Timing"}

MEMBERS: Final[dict[str, frozenset[str]]] = {
    kind: frozenset(names.split())
    | (_OF_RESOURCES if kind in RESOURCES else _OF_BACKBONES if kind in _BACKBONES else _OF_ELEMENTS)
    for kind, names in _MEMBERS.items()
}

_CHOICES = {
    "CarePlan.activity.detail": ("product", "scheduled"),
    "Goal": ("start",),
    "Goal.target": ("detail", "due"),
    "QuestionnaireResponse.item.answer": ("value",),
    "Annotation": ("author",),
    "Timing.repeat": ("bounds",),
}
_PRIMITIVES = frozenset(("Boolean", "Date", "DateTime", "Decimal", "Integer", "String", "Time", "Uri"))

# Members that say nothing to a reader; they are neither shown nor reported.
SILENT: Final = frozenset(
    ("id", "resourceType", "language", "identifier", "profile", "lastUpdated", "versionId", "source", "tag")
)

# http://hl7.org/fhir/request-status, .../goal-status, .../questionnaire-answers-status, .../care-plan-activity-status,
# .../care-plan-intent
_STATUSES = {
    "CarePlan.status": "draft active on-hold revoked completed entered-in-error unknown",
    "CarePlan.intent": "proposal plan order option",
    "Goal.lifecycleStatus": "proposed planned accepted active on-hold completed cancelled entered-in-error rejected",
    "QuestionnaireResponse.status": "in-progress completed amended entered-in-error stopped",
    "CarePlan.activity.detail.status": "not-started scheduled in-progress on-hold completed cancelled stopped unknown"
    " entered-in-error",
}
STATUSES: Final = {place: frozenset(codes.split()) for place, codes in _STATUSES.items()}


def step(kind: str, name: str) -> str:
    """A member as FHIRPath walks to it: ``value.ofType(Quantity)`` for the ``valueQuantity`` of a choice."""
    for choice in _CHOICES.get(kind, ()):
        chosen = name.removeprefix(choice)
        if name in MEMBERS[kind] and chosen and chosen != name and chosen[0].isupper():
            return f"{choice}.ofType({chosen[0].lower() + chosen[1:] if chosen in _PRIMITIVES else chosen})"
    return name
