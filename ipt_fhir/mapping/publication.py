"""What every definition of ours says about itself (R4 MetadataResource): address, version, publisher, status."""

from __future__ import annotations

from typing import Final

from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from ipt_fhir.terminology.concepts import Concept

VERSION: Final = "0.1.0"
"""The version of everything we publish: that of the software which writes it."""

DATE: Final = "2026-11-25"
"""The day of the last change to what is published; a constant, so that two builds are equal byte for byte."""

PUBLISHER: Final = "The ipt-fhir authors"


def heading(resource_type: str, definition_id: str, title: str, description: str, status: str = "active") -> JsonObject:
    """The first elements of a definition; ``definition_id`` is the last step of its canonical address."""
    return {
        "resourceType": resource_type,
        "id": definition_id,
        "url": f"{systems.CANONICAL_BASE}/{resource_type}/{definition_id}",
        "version": VERSION,
        "name": machine_name(definition_id),
        "title": title,
        "status": status,
        "experimental": False,
        "date": DATE,
        "publisher": PUBLISHER,
        "description": description,
    }


def codeable(concept: Concept) -> JsonObject:
    """A CodeableConcept of a definition: no hospital's wishes to heed, unlike ``editing.codeable``."""
    return {"coding": [{"system": concept.system, "code": concept.code, "display": concept.label}]}


def machine_name(definition_id: str) -> str:
    """A name that starts with a capital and holds letters and digits only (R4 invariants sdf-0, vsd-0, pdf-0)."""
    return "".join(part.capitalize() for part in definition_id.replace(".", "-").split("-"))
