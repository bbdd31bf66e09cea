"""Resources others published, by the name of their file, and clean ones of our own."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from ipt_fhir import rawjson
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation import generate, schemas
from ipt_fhir.validation.generation.packages import read_package
from tests.published import published

R4_EXAMPLES = "ig/hl7.fhir.r4.examples-4.0.1-subset.tgz"
US_CORE = "ig/hl7.fhir.us.core-{}.tgz"
US_CORE_VERSIONS = ("6.1.0", "7.0.0", "8.0.0")
US_CORE_PROFILES = "http://hl7.org/fhir/us/core/StructureDefinition"

# Official examples that are wrong, and the rules they break. HL7's engine says the same of each of them. Most name a
# Library or an activity by a relative address, which a canonical never is; in some Bundles a
# full address disagrees with the id of its resource.
_RELATIVE_CANONICALS = (
    "ActivityDefinition/administer-zika-virus-exposure-assessment",
    "ActivityDefinition/provide-mosquito-prevention-advice",
    "ActivityDefinition/referralPrimaryCareMentalHealth",
    "ActivityDefinition/referralPrimaryCareMentalHealth-initial",
    "ActivityDefinition/serum-zika-dengue-virus-igm",
    "PlanDefinition/chlamydia-screening-intervention",
    "PlanDefinition/exclusive-breastfeeding-intervention-01",
    "PlanDefinition/exclusive-breastfeeding-intervention-02",
    "PlanDefinition/exclusive-breastfeeding-intervention-03",
    "PlanDefinition/exclusive-breastfeeding-intervention-04",
    "PlanDefinition/low-suicide-risk-order-set",
    "PlanDefinition/opioidcds-04",
    "PlanDefinition/opioidcds-05",
    "PlanDefinition/opioidcds-07",
    "PlanDefinition/opioidcds-08",
    "PlanDefinition/opioidcds-10",
    "PlanDefinition/opioidcds-11",
    "PlanDefinition/zika-virus-intervention",
    "PlanDefinition/zika-virus-intervention-initial",
    "Procedure/f201",
    "Questionnaire/phq-9-questionnaire",
    "QuestionnaireResponse/gcs",
    "QuestionnaireResponse/ussg-fht-answers",
)
_DISAGREEING_ADDRESSES = (
    "Bundle/10bb101f-a121-4264-a920-67be9cb82c74",
    "Bundle/3a0707d3-549e-4467-b8b8-5a2ab3800efe",
    "Bundle/lri-example",
)
WRONG: dict[str, set[str]] = {
    **{name: {"full-url"} for name in _DISAGREEING_ADDRESSES},
    **{name: {"absolute"} for name in _RELATIVE_CANONICALS},
    "ActivityDefinition/blood-tubes-supply": {"absolute", "txt-2"},
    "ActivityDefinition/heart-valve-replacement": {"txt-2"},
    "MedicationRequest/medrx0301": {"reference-target"},
    "Observation/clinical-gender": {"reference-target"},
    "Questionnaire/qs1": {"required"},
    "Questionnaire/zika-virus-exposure-assessment": {"txt-2"},
}
# The same of US Core 6.1.0; the later releases repaired them.
WRONG_IN_610: dict[str, set[str]] = {
    "Bundle/66c8856b-ba11-4876-8aa8-467aad8c11a2": {"full-url"},
    "Bundle/docref-example-2": {"full-url"},
}
# Codes of the table end in a space; the ValueSet names a contained code system, which the address of a system cannot.
WRONG_DEFINITIONS = {
    "http://terminology.hl7.org/CodeSystem/v2-0550",
    "http://hl7.org/fhir/ValueSet/example-hierarchical",
}


def r4() -> dict[str, JsonObject]:
    """The official R4 4.0.1 examples of the types we hold, those inside Bundles too."""
    return _covered(published(R4_EXAMPLES), "package/")


def us_core(version: str) -> dict[str, JsonObject]:
    """The examples of a US Core release."""
    return _covered(published(US_CORE.format(version)), "package/example/")


def definitions() -> list[JsonObject]:
    """The StructureDefinitions, ValueSets and CodeSystems of R4 itself."""
    return list(read_package(published(generate.CORE)).definitions.values())


def samples() -> dict[str, JsonObject]:
    """Real files of many sources, as they are, right and wrong: folder and name -> resource."""
    folders = ("careplans", "goals", "questionnaireresponses", "questionnaires", "other-versions")
    paths = [path for folder in folders for path in sorted(published(f"samples/{folder}").glob("*.json"))]
    return {f"{path.parent.name}/{path.name}": rawjson.parse_object(path.read_bytes()) for path in paths}


def name_of(resource: JsonObject) -> str:
    """``Goal/example``."""
    return f"{resource['resourceType']}/{resource.get('id')}"


def profiles_held(resource: JsonObject, us_core: str = "6.1.0") -> list[str]:
    """The profiles it claims that we can check, those of US Core in this version."""
    claimed = [profile.partition("|")[0] for profile in resource.get("meta", {}).get("profile", [])]
    return [f"{profile}|{us_core}" for profile in claimed if schemas.of_profile(f"{profile}|{us_core}")]


def good() -> dict[str, JsonObject]:
    """The examples of R4 and of US Core 6.1.0 that are right."""
    wrong = WRONG | WRONG_IN_610
    return {name: item for name, item in {**r4(), **us_core("6.1.0")}.items() if name_of(item) not in wrong}


@cache
def _covered(package: Path, folder: str) -> dict[str, JsonObject]:
    found: dict[str, JsonObject] = {}
    with tarfile.open(package) as archive:
        for member in archive:
            stream = archive.extractfile(member)
            if stream and member.name.startswith(folder) and member.name.endswith(".json"):
                name = member.name.rpartition("/")[2]
                found |= {f"{name} {index}": part for index, part in enumerate(_parts(rawjson.parse(stream.read())))}
    return {name: part for name, part in found.items() if part.get("resourceType") in schemas.covered_types()}


def _parts(content: Any) -> Iterator[JsonObject]:
    if isinstance(content, dict):
        yield content
        if content.get("resourceType") == "Bundle":
            yield from (entry["resource"] for entry in content.get("entry", []) if "resource" in entry)


def careplan(**members: Any) -> JsonObject:
    """A CarePlan without fault, with these members on top."""
    return {
        "resourceType": "CarePlan",
        "id": "plan",
        "text": {
            "status": "generated",
            "div": '<div xmlns="http://www.w3.org/1999/xhtml"><p>A course of IPT</p></div>',
        },
        "status": "active",
        "intent": "plan",
        "subject": {"reference": "Patient/p1"},
        **members,
    }


def goal(**members: Any) -> JsonObject:
    """A Goal without fault."""
    return {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "description": {"text": "See a friend each week"},
        "subject": {"reference": "Patient/p1"},
        **members,
    }


def observation(**members: Any) -> JsonObject:
    """An Observation without fault: a score of 17."""
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "44261-6"}]},
        "subject": {"reference": "Patient/p1"},
        "valueInteger": 17,
        **members,
    }


def condition(**members: Any) -> JsonObject:
    """A Condition without fault."""
    return {"resourceType": "Condition", "subject": {"reference": "Patient/p1"}, **members}


def questionnaire(*items: JsonObject) -> JsonObject:
    """A Questionnaire without fault around these items."""
    return {"resourceType": "Questionnaire", "status": "active", "item": list(items)}


def task(**members: Any) -> JsonObject:
    """A Task without fault."""
    return {"resourceType": "Task", "status": "requested", "intent": "order", **members}


def patient(**members: Any) -> JsonObject:
    """A Patient without fault."""
    return {"resourceType": "Patient", "active": True, **members}
