"""The examples of the package: a course, the proposal a course may start from, and the chart entries they point to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ipt_fhir.mapping.activitydefinition import write_activity_definition
from ipt_fhir.mapping.applying import Chosen, apply_protocol
from ipt_fhir.mapping.episode import to_fhir
from ipt_fhir.mapping.plandefinition import write_plan_definition
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.problem_areas import ProblemAreaCode
from ipt_fhir.profiles.claims import claimed
from ipt_fhir.profiles.example_course import STARTED, THERAPIST, VARIANT, ended_course
from ipt_fhir.protocol.catalogue import activity_templates, variants
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems

_PATIENT = "ipt-example-patient"
_INVENTED = f"{systems.CANONICAL_BASE}/NamingSystem/example"


def examples() -> Iterator[JsonObject]:
    """Every example, with an id and our profiles declared; all references among them resolve."""
    yield from _chart()
    writing = Writing(patient=_PATIENT)
    course = ended_course()
    yield from _named(to_fhir(course, _knowing(to_fhir(course, writing), "course")), "course")
    proposal = _proposal(writing)
    yield from _named(_proposal(_knowing(proposal, "proposal")), "proposal")


def _proposal(writing: Writing) -> Mapping[str, JsonObject]:
    made = apply_protocol(
        write_plan_definition(variants()[VARIANT]),
        map(write_activity_definition, activity_templates().values()),
        writing,
        STARTED,
        author=THERAPIST,
        chosen=Chosen(areas=(ProblemAreaCode.ROLE_DISPUTE,)),
    )
    return made.resources


def _knowing(resources: Mapping[str, JsonObject], course: str) -> Writing:
    """A patient's chart in which the resources have the ids of examples."""
    places = {key: f"{item['resourceType']}/{_id(key, resources, course)}" for key, item in resources.items()}
    return Writing(patient=_PATIENT, known=places)


def _named(resources: Mapping[str, JsonObject], course: str) -> Iterator[JsonObject]:
    for key, resource in resources.items():
        named = {"resourceType": resource["resourceType"], "id": _id(key, resources, course)}
        yield claimed({**named, **resource})


def _id(key: str, resources: Mapping[str, JsonObject], course: str) -> str:
    """Readable and short: what it is, whose, and its place among its kind."""
    kind = resources[key]["resourceType"]
    alike = [name for name, item in resources.items() if item["resourceType"] == kind]
    return f"ipt-example-{course}-{kind.lower()}-{alike.index(key) + 1}"


def _chart() -> Iterator[JsonObject]:
    """What a hospital has already: patient, therapist and diagnosis, all invented."""
    yield {
        "resourceType": "Patient",
        "id": _PATIENT,
        "meta": {"profile": [f"{systems.US_CORE}/us-core-patient"]},
        "identifier": [{"system": _INVENTED, "value": "ZZTEST-1"}],
        "name": [{"family": "ZZTEST-Example", "given": ["Alma"]}],
        "gender": "female",
        "birthDate": "1988-04-02",
    }
    yield {
        "resourceType": "Practitioner",
        "id": THERAPIST.reference.split("/")[1] if THERAPIST.reference else "",
        "identifier": [{"system": _INVENTED, "value": "ZZTEST-T1"}],
        "name": [{"family": "ZZTEST", "given": ["Therapist"]}],
    }
    category = {"system": "http://terminology.hl7.org/CodeSystem/condition-category", "code": "problem-list-item"}
    yield {
        "resourceType": "Condition",
        "id": "ipt-example-diagnosis",
        "clinicalStatus": {"coding": [{"system": systems.CONDITION_CLINICAL, "code": "active"}]},
        "category": [{"coding": [category]}],
        "code": {"coding": [{"system": systems.ICD_10_CM, "code": "F32.1"}], "text": "Moderate depressive episode"},
        "subject": {"reference": f"Patient/{_PATIENT}"},
    }
