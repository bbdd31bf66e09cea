"""What says who we are and what is in the package: the NamingSystem of our identifier, the ImplementationGuide."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ipt_fhir.mapping.publication import DATE, PUBLISHER, heading
from ipt_fhir.profiles.claims import profile_of
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems

PACKAGE: Final = "ipt-fhir.fhir"
"""The name of the package, as FHIR package registries want it: lower case, with a dot."""

FHIR_VERSION: Final = "4.0.1"
LICENCE: Final = "Apache-2.0"
DEPENDENCIES: Final = {"hl7.fhir.r4.core": "4.0.1", "hl7.fhir.us.core": "6.1.0", "hl7.fhir.us.pco": "1.0.0"}
TITLE: Final = "Interpersonal Psychotherapy (IPT) on FHIR"
DESCRIPTION: Final = (
    "Profiles, extensions, code systems and the protocols of Interpersonal Psychotherapy, as ipt-fhir writes and reads "
    "them. Texts of questionnaires are here only where their holders allow it; each carries its notice."
)
_GUIDES = {
    "hl7.fhir.us.core": "http://hl7.org/fhir/us/core/ImplementationGuide/hl7.fhir.us.core",
    "hl7.fhir.us.pco": "http://hl7.org/fhir/us/pco/ImplementationGuide/hl7.fhir.us.pco",
}


def naming_system() -> JsonObject:
    """R4 NamingSystem of the identifier that every artefact of ours carries."""
    return {
        "resourceType": "NamingSystem",
        "id": "artefact",
        "name": "IptArtefact",
        "status": "active",
        "kind": "identifier",
        "date": DATE,
        "publisher": PUBLISHER,
        "description": "A UUID without any patient data, by which an artefact of a course is found again.",
        "uniqueId": [{"type": "uri", "value": systems.IDENTIFIER, "preferred": True}],
    }


def implementation_guide(definitions: Iterable[JsonObject], examples: Iterable[JsonObject]) -> JsonObject:
    """R4 ImplementationGuide: what we build on, and everything in the package."""
    held = [_entry(item, example=None) for item in definitions]
    held += [_entry(item, example=profile_of(item) or True) for item in examples]
    guide = heading("ImplementationGuide", PACKAGE, TITLE, DESCRIPTION)
    return guide | {
        "packageId": PACKAGE,
        "license": LICENCE,
        "fhirVersion": [FHIR_VERSION],
        "dependsOn": [
            {"id": name.replace(".", "-"), "uri": uri, "packageId": name, "version": DEPENDENCIES[name]}
            for name, uri in _GUIDES.items()
        ],
        "definition": {"resource": held},
    }


def _entry(resource: JsonObject, example: str | bool | None) -> JsonObject:
    entry: JsonObject = {"reference": {"reference": f"{resource['resourceType']}/{resource['id']}"}}
    name = resource.get("title") or resource.get("name")
    if isinstance(name, str):
        entry["name"] = name
    if example is None:
        return entry | {"exampleBoolean": False}
    return entry | ({"exampleBoolean": True} if example is True else {"exampleCanonical": example})
