"""Write the schemas of this package from the published definitions: ``python -m ipt_fhir.validation.generate FOLDER``.

FOLDER holds ``ig/*.tgz`` as tests/data-manifest.toml lists them. The same packages always give the same files, byte for
byte; run it when a type, a profile or a release is added to the lists below.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation.generation.bindings import CodeTable
from ipt_fhir.validation.generation.elements import TypeWriter
from ipt_fhir.validation.generation.packages import Package, Published, read_package
from ipt_fhir.validation.generation.primitives import DRAFT_4, PRIMITIVES, WHOLE, WHOLE_DOCUMENT, Schema
from ipt_fhir.validation.generation.profiles import ProfileWriter
from ipt_fhir.validation.generation.structure import is_primitive
from ipt_fhir.validation.generation.targets import restful

SCHEMAS = Path(__file__).with_name("schemas")

CORE = "ig/hl7.fhir.r4.core-4.0.1-conformance-subset.tgz"
TYPES = (
    "ActivityDefinition",
    "Appointment",
    "Bundle",
    "CarePlan",
    "CareTeam",
    "CodeSystem",
    "Communication",
    "Composition",
    "Condition",
    "Consent",
    "DocumentReference",
    "Encounter",
    "EpisodeOfCare",
    "Goal",
    "ImplementationGuide",
    "MedicationRequest",
    "Observation",
    "OperationOutcome",
    "Patient",
    "PlanDefinition",
    "Practitioner",
    "Procedure",
    "Provenance",
    "Questionnaire",
    "QuestionnaireResponse",
    "ServiceRequest",
    "Task",
    "ValueSet",
)
_US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition"
_OURS = (
    "us-core-careplan",
    "us-core-careteam",
    "us-core-condition-encounter-diagnosis",
    "us-core-condition-problems-health-concerns",
    "us-core-documentreference",
    "us-core-encounter",
    "us-core-goal",
    "us-core-medicationrequest",
    "us-core-observation-screening-assessment",
    "us-core-patient",
    "us-core-procedure",
    "us-core-provenance",
    "us-core-questionnaireresponse",
    "us-core-servicerequest",
    "us-core-simple-observation",
)
_US_CORE_PROFILES = tuple(f"{_US_CORE}/{name}" for name in _OURS)
# Package -> the profiles wanted of it. A profile named without version means the first package that has it.
PROFILES: Mapping[str, tuple[str, ...]] = {
    "ig/hl7.fhir.us.core-6.1.0.tgz": _US_CORE_PROFILES,
    "ig/hl7.fhir.us.core-7.0.0.tgz": _US_CORE_PROFILES,
    "ig/hl7.fhir.us.core-8.0.0.tgz": _US_CORE_PROFILES,
}

Files = dict[str, JsonObject]


def generate(data: Path) -> Files:
    """File name -> its content. Raises FileNotFoundError, NotPublished, or KeyError for an unwritten invariant."""
    core = read_package(data / CORE)
    files = _types(core)
    index: dict[str, dict[str, str]] = {}
    for file, urls in PROFILES.items():
        package = read_package(data / file)
        for url in urls:
            name, content = _profile(core, package, url)
            files[name] = content
            index.setdefault(url, {})[package.version] = name
    return files | {"profiles.json": {"$defs": index}}


def write(files: Files, folder: Path = SCHEMAS) -> None:
    """Write each file, one definition a line, so that a change can be read in review."""
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(as_text(content), encoding="utf-8")


def as_text(content: JsonObject) -> str:
    """JSON with each member of ``$defs`` on a line of its own."""
    lines = [f"{_compact(name)}:{_compact(value)}" for name, value in sorted(content["$defs"].items())]
    head = [f"{_compact(name)}:{_compact(value)}" for name, value in content.items() if name != "$defs"]
    return "{\n" + ",\n".join([*head, '"$defs":{\n' + ",\n".join(lines) + "\n}"]) + "\n}\n"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _types(core: Package) -> Files:
    published = Published([core])
    codes = CodeTable(published, "codes.json")
    needed: set[str] = {"Element", "Resource"}
    files: Files = {}
    for name in TYPES:
        writer = TypeWriter(published, codes)
        definitions = writer.write(published.structure(name))
        head = {"source": core.source, "choices": writer.choices, "$ref": f"#/$defs/{name}"}
        files[f"{name}.json"] = {**head, "$defs": definitions}
        needed |= writer.types
    files["datatypes.json"] = {"source": core.source, **_datatypes(published, codes, needed)}
    unlisted = sorted(codes.unlisted)
    files["codes.json"] = {"source": core.source, "unlisted": unlisted, "$defs": codes.definitions}
    files[WHOLE_DOCUMENT] = {"$schema": DRAFT_4, "source": core.source, "$defs": {"whole": WHOLE}}
    return files


def _datatypes(published: Published, codes: CodeTable, needed: set[str]) -> JsonObject:
    """Every data type the resources reach, themselves and through one another."""
    resources = _resource_names(published)
    found: dict[str, Schema] = {
        "Resource": {
            "type": "object",
            "properties": {"resourceType": {"enum": resources}},
            "required": ["resourceType"],
        },
        "restfulAddress": {"pattern": restful(resources)},
    }
    waiting = sorted(needed)
    choices: dict[str, str] = {}
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        if is_primitive(name):
            found[name] = PRIMITIVES[name]
            continue
        writer = TypeWriter(published, codes)
        found |= writer.write(published.structure(name))
        choices |= writer.choices
        waiting += sorted(writer.types)
    return {"choices": choices, "$defs": found}


def _resource_names(published: Published) -> list[str]:
    structures = (item for package in published.packages for item in package.definitions.values())
    return sorted(
        item["type"]
        for item in structures
        if item.get("kind") == "resource" and item.get("derivation") == "specialization" and not item["abstract"]
    )


def _profile(core: Package, package: Package, url: str) -> tuple[str, JsonObject]:
    published = Published([package, core])
    codes = CodeTable(published, "")
    structure = published.structure(url)
    name = structure["id"]
    definitions = ProfileWriter(published, codes).write(structure)
    content = {
        "source": [package.source, core.source],
        "url": url,
        "constrains": structure["type"],
        "unlisted": sorted(codes.unlisted),
        "$ref": f"#/$defs/{name}",
        "$defs": definitions | codes.definitions,
    }
    return f"{package.folder}/{name}.json", content


if __name__ == "__main__":
    write(generate(Path(sys.argv[1])))
