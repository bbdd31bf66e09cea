"""Small value sets of R4 that published forms point to and no server needs to be asked for.

From hl7.fhir.r4.core 4.0.1 (CC0): codes and displays, unchanged; a test compares them with the package.
"""

from __future__ import annotations

from typing import Final

_VALUE_SETS: Final = "http://hl7.org/fhir/ValueSet"

R4_VALUE_SETS: Final[dict[str, tuple[str, tuple[tuple[str, str], ...]]]] = {
    f"{_VALUE_SETS}/administrative-gender": (
        "http://hl7.org/fhir/administrative-gender",
        (
            ("male", "Male"),
            ("female", "Female"),
            ("other", "Other"),
            ("unknown", "Unknown"),
        ),
    ),
    f"{_VALUE_SETS}/encounter-status": (
        "http://hl7.org/fhir/encounter-status",
        (
            ("planned", "Planned"),
            ("arrived", "Arrived"),
            ("triaged", "Triaged"),
            ("in-progress", "In Progress"),
            ("onleave", "On Leave"),
            ("finished", "Finished"),
            ("cancelled", "Cancelled"),
            ("entered-in-error", "Entered in Error"),
            ("unknown", "Unknown"),
        ),
    ),
    f"{_VALUE_SETS}/medicationrequest-intent": (
        "http://hl7.org/fhir/CodeSystem/medicationrequest-intent",
        (
            ("proposal", "Proposal"),
            ("plan", "Plan"),
            ("order", "Order"),
            ("original-order", "Original Order"),
            ("reflex-order", "Reflex Order"),
            ("filler-order", "Filler Order"),
            ("instance-order", "Instance Order"),
            ("option", "Option"),
        ),
    ),
    f"{_VALUE_SETS}/medicationrequest-status": (
        "http://hl7.org/fhir/CodeSystem/medicationrequest-status",
        (
            ("active", "Active"),
            ("on-hold", "On Hold"),
            ("cancelled", "Cancelled"),
            ("completed", "Completed"),
            ("entered-in-error", "Entered in Error"),
            ("stopped", "Stopped"),
            ("draft", "Draft"),
            ("unknown", "Unknown"),
        ),
    ),
    f"{_VALUE_SETS}/observation-category": (
        "http://terminology.hl7.org/CodeSystem/observation-category",
        (
            ("social-history", "Social History"),
            ("vital-signs", "Vital Signs"),
            ("imaging", "Imaging"),
            ("laboratory", "Laboratory"),
            ("procedure", "Procedure"),
            ("survey", "Survey"),
            ("exam", "Exam"),
            ("therapy", "Therapy"),
            ("activity", "Activity"),
        ),
    ),
    f"{_VALUE_SETS}/observation-status": (
        "http://hl7.org/fhir/observation-status",
        (
            ("registered", "Registered"),
            ("preliminary", "Preliminary"),
            ("final", "Final"),
            ("amended", "Amended"),
            ("corrected", "Corrected"),
            ("cancelled", "Cancelled"),
            ("entered-in-error", "Entered in Error"),
            ("unknown", "Unknown"),
        ),
    ),
}
"""Canonical address -> the system of its codes, and its codes with their displays, in published order."""


def codings_of(canonical: str) -> list[dict[str, str]] | None:
    """The codings of such a value set, with or without a version in its address; None if it is none of them."""
    found = R4_VALUE_SETS.get(canonical.partition("|")[0])
    if found is None:
        return None
    system, concepts = found
    return [{"system": system, "code": code, "display": display} for code, display in concepts]
