"""MedicationRequest of the chart -> Medication. Read only: a prescription is never ours to write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ipt_fhir.locale.texts import N_
from ipt_fhir.mapping import editing
from ipt_fhir.model.diagnoses import Medication
from ipt_fhir.rawjson import JsonObject


def read_medication(resource: JsonObject) -> Medication:
    """What was prescribed, by whomever: what the request lacks is left out. Raises KeyError without an id."""
    return Medication(
        reference=f"MedicationRequest/{resource['id']}",
        words=next(_names(resource), N_("Medication without a name")),
        status=resource.get("status", "unknown"),
        authored=resource.get("authoredOn"),
        dosage=tuple(line for item in _objects(resource.get("dosageInstruction")) if (line := _dosage(item))),
    )


def _names(resource: JsonObject) -> Iterator[str]:
    """What it may be called: the prescriber's words first, then those of the medication inside, then the reference."""
    yield from _words(resource.get("medicationCodeableConcept"))
    medication = resource.get("medicationReference")
    if not isinstance(medication, dict):
        return
    if display := medication.get("display"):
        yield display
    for contained in _objects(resource.get("contained")):
        if medication.get("reference") == f"#{contained.get('id')}":
            yield from _words(contained.get("code"))
    if target := editing.target_of(medication):
        yield target


def _words(concept: Any) -> Iterator[str]:
    if not isinstance(concept, dict):
        return
    codings = _objects(concept.get("coding"))
    offers = [concept.get("text"), *(item.get("display") for item in codings), *(item.get("code") for item in codings)]
    yield from (offer for offer in offers if offer)


def _dosage(instruction: JsonObject) -> str | None:
    """As the prescriber wrote it; what only the patient is told counts where nothing else is written."""
    return instruction.get("text") or instruction.get("patientInstruction")


def _objects(found: Any) -> list[JsonObject]:
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
