"""The resources beside the plan are valid under HL7's own engine, and every code in them is a published one."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from ipt_fhir import rawjson
from ipt_fhir.mapping.appointment import write_appointment
from ipt_fhir.mapping.condition import read_diagnosis, write_problem_area
from ipt_fhir.mapping.consent import write_consent
from ipt_fhir.mapping.encounter import write_encounter
from ipt_fhir.mapping.labels import KNOWN_LABELS, PATIENT_ASSERTED, put_labels
from ipt_fhir.mapping.medicationrequest import read_medication
from ipt_fhir.mapping.procedure import write_procedure
from ipt_fhir.mapping.provenance import Act, write_provenance
from ipt_fhir.mapping.site import DEFAULT_SITE, Site
from ipt_fhir.model.activities import Activity
from ipt_fhir.model.consents import ConsentDecision
from ipt_fhir.model.diagnoses import Diagnosis, Medication
from ipt_fhir.model.people import Person
from ipt_fhir.model.problem_areas import ProblemArea
from ipt_fhir.model.sessions import Session
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from ipt_fhir.validation.issues import errors
from ipt_fhir.validation.validator import validate
from tests.mapping.full import FULL
from tests.mapping.resource_strategies import any_session, appointments, areas, consents
from tests.mapping.written_resources import EDITED, KEY, MAPPED, WRITING, writing_for
from tests.peers.fixtures import JudgeWith
from tests.peers.judge import Judge
from tests.published import published

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PROFILES = {
    "Condition": [systems.US_CORE_HEALTH_CONCERN],
    "Encounter": [systems.US_CORE_ENCOUNTER],
    "Procedure": [systems.US_CORE_PROCEDURE],
    "EpisodeOfCare": [],
    "CareTeam": [systems.US_CORE_CARETEAM],
    "Consent": [],
    "Communication": [],
    "DocumentReference": [systems.US_CORE_DOCUMENTREFERENCE],
    "Appointment": [],
    "Provenance": [systems.US_CORE_PROVENANCE],
}
# HL7 code systems we take codes from -> the file of the official package that defines them.
DEFINED_IN = {
    systems.ACT_CODE: "v3-ActCode",
    systems.CONDITION_CLINICAL: "condition-clinical",
    systems.CONDITION_VERIFICATION: "condition-ver-status",
    systems.CONFIDENTIALITY: "v3-Confidentiality",
    systems.CONSENT_SCOPE: "consent-scope",
    systems.DATA_OPERATION: "v3-DataOperation",
    systems.OBSERVATION_VALUE: "v3-ObservationValue",
    systems.PARTICIPATION_TYPE: "v3-ParticipationType",
    systems.PROVENANCE_AGENT: "provenance-agent-type",
    systems.US_CORE_CONDITION_CATEGORY: "condition-category",
    systems.US_CORE_DOCUMENT_CATEGORY: "us-core-documentreference-category",
    systems.US_CORE_PROVENANCE_AGENT: "us-core-provenance-participant-type",
}
R4 = "ig/hl7.fhir.r4.core-4.0.1-conformance-subset.tgz"
US_CORE = "ig/hl7.fhir.us.core-6.1.0.tgz"


def provenances() -> Iterator[JsonObject]:
    for author in (None, Person(display="ZZTEST Therapist", reference="Practitioner/therapist-1")):
        yield write_provenance(["CarePlan/1", f"urn:uuid:{KEY}"], author, NOON, WRITING, Act.CREATE, "ZZTEST Clinic")


def emitted(site: Site | None = None) -> list[JsonObject]:
    """Everything, first and after an edit, and with labels."""
    writing = writing_for(site) if site else WRITING
    first = [mapped.written(writing=writing) for mapped in MAPPED.values()]
    edited = [
        mapped.written(rawjson.copy(there), writing) for mapped, there in zip(EDITED.values(), first, strict=True)
    ]
    labelled = [rawjson.copy(resource) for resource in first]
    for resource in labelled:
        put_labels(resource, (*DEFAULT_SITE.labels, PATIENT_ASSERTED))
    return [*first, *edited, *labelled, *provenances()]


def refusals(judge: Judge, resources: list[JsonObject]) -> list[str]:
    return [
        f"{resource['resourceType']}: {issue.location}: {issue.message}"
        for resource in resources
        for issue in judge.judge(resource, *PROFILES[resource["resourceType"]]).errors
    ]


@pytest.mark.proof
def test_everything_beside_the_plan_is_valid_under_us_core(judge: Judge) -> None:
    assert refusals(judge, emitted()) == []


@pytest.mark.proof
def test_it_is_valid_without_snomed_ct_and_icd_10_and_in_german(judge: Judge) -> None:
    assert refusals(judge, emitted(Site(language="de", snomed=False, icd10cm=False))) == []


@pytest.mark.proof
@pytest.mark.parametrize("release", ["7.0.0", "8.0.0"])
def test_it_is_valid_under_the_coming_releases_of_us_core(judge_with: JudgeWith, release: str) -> None:
    """decision-D6."""
    assert refusals(judge_with(us_core=release), emitted()) == []


@pytest.mark.proof
@given(session=any_session(), area=areas, decision=consents(), planned=appointments)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_value_is_valid_under_us_core(
    judge: Judge, session: Session, area: ProblemArea, decision: ConsentDecision, planned: Activity
) -> None:
    resources = [
        write_encounter(session, FULL, WRITING, {}),
        write_procedure(session, FULL, WRITING, {}),
        write_problem_area(area, KEY, WRITING, {}),
        write_consent(decision, WRITING, {}),
        write_appointment(planned, FULL, WRITING, {}),
    ]
    assert refusals(judge, resources) == []


def without(name: str) -> Callable[[JsonObject], Any]:
    return lambda resource: resource.pop(name)


DEFECTS: dict[str, Callable[[JsonObject], Any]] = {
    "Condition": without("code"),
    "Encounter": lambda resource: resource.update(status="noshow"),
    "Procedure": lambda resource: resource.update(performedDateTime="2026-01-05"),
    "EpisodeOfCare": without("patient"),
    "CareTeam": lambda resource: resource["participant"][0].pop("role"),
    "Consent": without("policyRule"),
    "Communication": lambda resource: resource.update(payload=[{}]),
    "DocumentReference": lambda resource: resource["content"][0].pop("attachment"),
    "Appointment": without("end"),
    "Provenance": without("target"),
}


@pytest.mark.proof
@pytest.mark.parametrize("kind", PROFILES)
def test_a_planted_defect_of_each_type_is_found(judge: Judge, kind: str) -> None:
    """In the same run as the passes above, so that an engine that says nothing fails."""
    resource = next(item for item in emitted() if item["resourceType"] == kind)
    assert not refusals(judge, [resource])
    DEFECTS[kind](resource)
    assert refusals(judge, [resource])


def test_our_own_validator_agrees() -> None:
    found = [
        f"{resource['resourceType']}: {issue}"
        for resource in emitted()
        for issue in errors(validate(resource, PROFILES[resource["resourceType"]]))
    ]
    assert found == []


@pytest.mark.parametrize("kind", PROFILES)
def test_our_own_validator_finds_the_planted_defects(kind: str) -> None:
    resource = next(item for item in emitted() if item["resourceType"] == kind)
    DEFECTS[kind](resource)
    assert errors(validate(resource, PROFILES[kind]))


@cache
def official() -> dict[str, dict[str, Any]]:
    """Official files by name, R4 before US Core."""
    found: dict[str, dict[str, Any]] = {}
    for package in (US_CORE, R4):
        with tarfile.open(published(package)) as archive:
            for member in archive:
                name = member.name.rsplit("/", 1)[1]
                wanted = name.startswith("CodeSystem-") or "/example/" in member.name
                content = archive.extractfile(member) if wanted else None
                if content is not None:
                    read = json.load(content)
                    found[read.get("url") or f"{read['resourceType']}/{read['id']}"] = read
    return found


def displays(concepts: list[dict[str, Any]]) -> dict[str, str]:
    """Code -> display of a code system with all its levels."""
    found = {}
    for concept in concepts:
        found[concept["code"]] = concept.get("display", "")
        found |= displays(concept.get("concept", []))
    return found


def codings(value: Any) -> Iterator[JsonObject]:
    if isinstance(value, dict):
        if "system" in value and "code" in value:
            yield value
        for member in value.values():
            yield from codings(member)
    elif isinstance(value, list):
        for item in value:
            yield from codings(item)


def test_every_hl7_code_and_display_we_write_is_published() -> None:
    seen = set()
    for coding in codings(emitted()):
        if coding["system"] in DEFINED_IN:
            published_displays = displays(official()[coding["system"]]["concept"])
            assert coding["code"] in published_displays, coding
            assert coding.get("display", published_displays[coding["code"]]) == published_displays[coding["code"]]
            seen.add(coding["system"])
        else:
            own = coding["system"].startswith(systems.CANONICAL_BASE)
            assert own or coding["system"] in {systems.SNOMED_CT, systems.LOINC, systems.ICD_10_CM}, coding
    assert seen == DEFINED_IN.keys()


@pytest.mark.parametrize("label", sorted(KNOWN_LABELS))
def test_every_label_we_have_words_for_is_published(label: tuple[str, str]) -> None:
    system, code = label
    assert code in displays(official()[system]["concept"])


def test_every_published_diagnosis_and_prescription_is_read() -> None:
    readers: dict[str, Callable[[JsonObject], Diagnosis | Medication]] = {
        "Condition": read_diagnosis,
        "MedicationRequest": read_medication,
    }
    examples = [item for item in official().values() if item["resourceType"] in readers]
    assert len(examples) >= 8
    for example in examples:
        read = readers[example["resourceType"]](example)
        assert read.reference.endswith(f"/{example['id']}")
        assert "without a name" not in read.words
