"""Which elements of FHIR R4 repeat, for the types a form may be drawn into, and what type an element has.

From the StructureDefinitions of hl7.fhir.r4.core 4.0.1; a test compares. A type that is not here is not drawn into.
"""

from __future__ import annotations

from typing import NamedTuple

from ipt_fhir.questionnaires.expressions.r4 import choice_types, element_type

REPEATING: dict[str, frozenset[str]] = {
    kind: frozenset(paths.split())
    for kind, paths in {
        "AllergyIntolerance": "identifier category note reaction reaction.manifestation reaction.note",
        "CarePlan": """identifier instantiatesCanonical instantiatesUri basedOn replaces partOf category contributor
            careTeam addresses supportingInfo goal activity activity.outcomeCodeableConcept activity.outcomeReference
            activity.progress activity.detail.instantiatesCanonical activity.detail.instantiatesUri
            activity.detail.reasonCode activity.detail.reasonReference activity.detail.goal activity.detail.performer
            note""",
        "Communication": """identifier instantiatesCanonical instantiatesUri basedOn partOf inResponseTo category medium
            about recipient reasonCode reasonReference payload note""",
        "Condition": "identifier category bodySite stage stage.assessment evidence evidence.code evidence.detail note",
        "Encounter": """identifier statusHistory classHistory type episodeOfCare basedOn participant participant.type
            appointment reasonCode reasonReference diagnosis account hospitalization.dietPreference
            hospitalization.specialCourtesy hospitalization.specialArrangement location""",
        "FamilyMemberHistory": """identifier instantiatesCanonical instantiatesUri reasonCode reasonReference note
            condition condition.note""",
        "Goal": "identifier category target addresses note outcomeCode outcomeReference",
        "Immunization": """identifier performer note reasonCode reasonReference subpotentReason education
            programEligibility reaction protocolApplied protocolApplied.targetDisease""",
        "MedicationStatement": """identifier basedOn partOf statusReason derivedFrom reasonCode reasonReference note
            dosage""",
        "Observation": """identifier basedOn partOf category focus performer interpretation note referenceRange
            referenceRange.appliesTo hasMember derivedFrom component component.interpretation
            component.referenceRange""",
        "Patient": """identifier name telecom address photo contact contact.relationship contact.telecom communication
            generalPractitioner link""",
        "Procedure": """identifier instantiatesCanonical instantiatesUri basedOn partOf performer reasonCode
            reasonReference bodySite report complication complicationDetail followUp note focalDevice usedReference
            usedCode""",
        "RelatedPerson": "identifier relationship name telecom address photo communication",
        "ServiceRequest": """identifier instantiatesCanonical instantiatesUri basedOn replaces category orderDetail
            performer locationCode locationReference reasonCode reasonReference insurance supportingInfo specimen
            bodySite note relevantHistory""",
        "Address": "line",
        "Annotation": "",
        "CodeableConcept": "coding",
        "Coding": "",
        "ContactPoint": "",
        "Dosage": "additionalInstruction doseAndRate",
        "Duration": "",
        "HumanName": "given prefix suffix",
        "Identifier": "",
        "Meta": "profile security tag",
        "Period": "",
        "Quantity": "",
        "Range": "",
        "Ratio": "",
        "Reference": "",
        "Timing": "event repeat.dayOfWeek repeat.timeOfDay repeat.when",
    }.items()
}


class Step(NamedTuple):
    """Where an element leads: its type, the way inside that type (a backbone element stays in its own), whether it
    repeats, and the types it may have where there are several (``value[x]``)."""

    kind: str
    inside: str
    repeats: bool
    choices: tuple[str, ...] = ()


def step(kind: str, path: str) -> Step | None:
    """The element at a way inside a type; None for one R4 does not have there, or a type that is not in the table."""
    if kind not in REPEATING:
        return None
    repeats = path in REPEATING[kind]
    choices = choice_types(f"{kind}.{path}")
    if choices:
        return Step("value[x]", "", repeats, choices)
    found = element_type(f"{kind}.{path}")
    if found is None:
        return None
    return Step(kind, path, repeats) if found == "BackboneElement" else Step(found, "", repeats)
