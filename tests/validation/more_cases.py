"""Invariants of the types that schedule, consent, publish and carry: what breaks each, and the nearest thing that does
not."""

from __future__ import annotations

from typing import Any

from ipt_fhir.rawjson import JsonObject
from tests.validation.examples import US_CORE_PROFILES, goal, observation, patient

NOON, ONE = "2026-02-01T12:00:00Z", "2026-02-01T13:00:00Z"
BY_ROLE = [{"type": [{"text": "therapist"}], "status": "accepted"}]
TEXT = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'}
HERE = "http://hospital.example/fhir/Patient/p"
GET: JsonObject = {"request": {"method": "GET", "url": "Patient/p"}}
DONE: JsonObject = {"response": {"status": "200"}}


def appointment(**members: Any) -> JsonObject:
    return {"resourceType": "Appointment", "status": "booked", "participant": BY_ROLE, **members}


def bundle(kind: str, *entries: JsonObject, **members: Any) -> JsonObject:
    listed = {"entry": list(entries)} if entries else {}
    return {"resourceType": "Bundle", "type": kind, **listed, **members}


def consent(code: str, **members: Any) -> JsonObject:
    """The system of the scope is the word R4 published."""
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": {"coding": [{"system": "something", "code": code}]},
        "category": [{"text": "x"}],
        "policyRule": {"text": "x"},
        **members,
    }


def composition(**section: Any) -> JsonObject:
    return {
        "resourceType": "Composition",
        "status": "final",
        "type": {"text": "x"},
        "date": "2026",
        "author": [{"display": "x"}],
        "title": "x",
        "section": [section],
    }


def code_system(*codes: str) -> JsonObject:
    concepts = [{"code": code} for code in codes]
    nested = [{"code": "top", "concept": concepts}]
    return {"resourceType": "CodeSystem", "status": "draft", "content": "complete", "concept": nested}


def care_team(**participant: Any) -> JsonObject:
    return {"resourceType": "CareTeam", "participant": [{"onBehalfOf": {"reference": "Organization/o"}, **participant}]}


def guide(**resource: Any) -> JsonObject:
    return {
        "resourceType": "ImplementationGuide",
        "url": "http://x.org/ImplementationGuide/g",
        "name": "G",
        "status": "draft",
        "packageId": "org.example.g",
        "fhirVersion": ["4.0.1"],
        "definition": {
            "grouping": [{"id": "first", "name": "first"}],
            "resource": [{"reference": {"reference": "Patient/p"}, **resource}],
        },
    }


def included(**include: Any) -> JsonObject:
    return {"resourceType": "ValueSet", "status": "draft", "compose": {"include": [include]}}


def expanded(**concept: Any) -> JsonObject:
    expansion = {"timestamp": NOON, "contains": [concept]}
    return {"resourceType": "ValueSet", "status": "draft", "expansion": expansion}


def entry(resource: JsonObject, **members: Any) -> JsonObject:
    return {"fullUrl": f"http://hospital.example/fhir/{resource['resourceType']}/{resource['id']}"} | {
        "resource": resource,
        **members,
    }


DOCUMENT: JsonObject = {"identifier": {"system": "urn:ietf:rfc:3986", "value": "urn:oid:1.2.3"}, "timestamp": NOON}
FIRST_PAGE = entry({**composition(text=TEXT), "id": "c"})
HEADER = entry(
    {
        "resourceType": "MessageHeader",
        "id": "m",
        "eventUri": "http://x.org/event",
        "source": {"endpoint": "http://x.org/source"},
    }
)
PATIENT = entry(patient(id="p"))
LISTED: JsonObject = {"system": "http://x.org/s", "concept": [{"code": "a"}]}

MORE_CASES: dict[str, tuple[JsonObject, JsonObject]] = {
    "app-1": (
        appointment(status="proposed", participant=[{"status": "accepted"}]),
        appointment(status="proposed"),
    ),
    "app-2": (appointment(status="proposed", start=NOON), appointment(status="proposed", start=NOON, end=ONE)),
    "app-3": (appointment(), appointment(start=NOON, end=ONE)),
    "app-4": (
        appointment(start=NOON, end=ONE, cancelationReason={"text": "x"}),
        appointment(status="cancelled", cancelationReason={"text": "x"}),
    ),
    "bdl-1": (bundle("collection", total=1), bundle("searchset", total=1)),
    "bdl-2": (
        bundle("collection", {**PATIENT, "search": {"mode": "match"}}),
        bundle("searchset", {**PATIENT, "search": {"mode": "match"}}),
    ),
    "bdl-3": (bundle("batch", PATIENT), bundle("batch", GET)),
    "bdl-4": (bundle("batch-response", PATIENT), bundle("batch-response", DONE)),
    "bdl-5": (bundle("collection", {"fullUrl": HERE}), bundle("collection", PATIENT)),
    "bdl-7": (
        bundle("collection", PATIENT, PATIENT),
        bundle("collection", PATIENT, entry(patient(id="q"))),
    ),
    "bdl-8": (
        bundle("collection", {**PATIENT, "fullUrl": f"{HERE}/_history/1"}),
        bundle("collection", PATIENT),
    ),
    "bdl-9": (bundle("document", FIRST_PAGE, timestamp=NOON), bundle("document", FIRST_PAGE, **DOCUMENT)),
    "bdl-10": (
        bundle("document", FIRST_PAGE, identifier=DOCUMENT["identifier"]),
        bundle("document", FIRST_PAGE, **DOCUMENT),
    ),
    "bdl-11": (bundle("document", PATIENT, **DOCUMENT), bundle("document", FIRST_PAGE, **DOCUMENT)),
    "bdl-12": (bundle("message", PATIENT), bundle("message", HEADER)),
    "cmp-1": (composition(title="x"), composition(title="x", text=TEXT)),
    "cmp-2": (
        composition(emptyReason={"text": "x"}, entry=[{"reference": "Goal/1"}]),
        composition(emptyReason={"text": "x"}, text=TEXT),
    ),
    "csd-1": (code_system("a", "top"), code_system("a", "b")),
    "ctm-1": (
        care_team(member={"reference": "Patient/p"}),
        care_team(member={"reference": "Practitioner/p"}),
    ),
    "ig-1": (guide(groupingId="second"), guide(groupingId="first")),
    "ig-2": (guide(fhirVersion=["4.3.0"]), guide(fhirVersion=["4.0.1"])),
    "ppc-1": (
        {name: member for name, member in consent("x").items() if name != "policyRule"} | {"scope": {"text": "x"}},
        consent("x", scope={"text": "x"}),
    ),
    **{
        rule: (consent(code), consent(code, patient={"reference": "Patient/p"}, scope={"text": "x"}))
        for rule, code in (
            ("ppc-2", "patient-privacy"),
            ("ppc-3", "research"),
            ("ppc-4", "adr"),
            ("ppc-5", "treatment"),
        )
    },
    "vsd-1": (included(version="1"), included(system="http://x.org/s")),
    "vsd-2": (included(valueSet=["http://x.org/v"], concept=[{"code": "a"}]), included(**LISTED)),
    "vsd-3": (
        included(**LISTED, filter=[{"property": "a", "op": "=", "value": "b"}]),
        included(**LISTED),
    ),
    "vsd-6": (expanded(abstract=True), expanded(abstract=True, display="x")),
    "vsd-9": (expanded(display="x"), expanded(display="x", abstract=True)),
    "vsd-10": (expanded(code="a"), expanded(code="a", system="http://x.org/s")),
}


def document(**attachment: Any) -> JsonObject:
    content = [{"attachment": {"contentType": "text/plain", **attachment}}]
    return {"resourceType": "DocumentReference", "status": "current", "content": content}


def procedure(**members: Any) -> JsonObject:
    return {"resourceType": "Procedure", "status": "completed", "subject": {"reference": "Patient/p"}, **members}


def medication_request(**members: Any) -> JsonObject:
    return {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": "x"},
        "subject": {"reference": "Patient/p"},
        **members,
    }


def provenance(**agent: Any) -> JsonObject:
    return {
        "resourceType": "Provenance",
        "target": [{"reference": "Goal/1"}],
        "recorded": NOON,
        "agent": [{"who": {"reference": "Practitioner/p"}, **agent}],
    }


def of_race(*codes: str) -> JsonObject:
    system = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"
    parts: list[JsonObject] = [
        {"url": "ombCategory", "valueCoding": {"system": system, "code": code}} for code in codes
    ]
    named = {"url": "text", "valueString": "x"}
    return patient(extension=[{"url": f"{US_CORE_PROFILES}/us-core-race", "extension": [*parts, named]}])


def screened(**quantity: Any) -> JsonObject:
    found = {name: member for name, member in observation().items() if name != "valueInteger"}
    return {**found, "valueQuantity": {"value": 1, **quantity}}


MORE_US_CORE_CASES: dict[str, tuple[str, JsonObject, JsonObject]] = {
    "provenance-1": (
        f"{US_CORE_PROFILES}/us-core-provenance",
        provenance(),
        provenance(onBehalfOf={"reference": "Organization/o"}),
    ),
    "us-core-3-value": (
        f"{US_CORE_PROFILES}/us-core-observation-screening-assessment|7.0.0",
        screened(system="http://x.org"),
        screened(system="http://unitsofmeasure.org"),
    ),
    "us-core-6-attachment": (
        f"{US_CORE_PROFILES}/us-core-documentreference",
        document(title="x"),
        document(data="YQ=="),
    ),
    "us-core-7": (
        f"{US_CORE_PROFILES}/us-core-procedure",
        procedure(),
        procedure(performedDateTime="2026-02-01"),
    ),
    "us-core-21": (
        f"{US_CORE_PROFILES}/us-core-medicationrequest",
        medication_request(),
        medication_request(requester={"reference": "Practitioner/p"}),
    ),
    "us-core-23": (f"{US_CORE_PROFILES}/us-core-patient|7.0.0", of_race("UNK", "ASKU"), of_race("UNK")),
}

# Resources inside a Bundle that are wrong, and where that must be found.
WRONG_INSIDE: dict[str, JsonObject] = {
    "Bundle.entry[1].resource.lifecycleStatus": bundle(
        "collection", PATIENT, entry(goal(id="g", lifecycleStatus="doing"))
    ),
    "Bundle.entry[0].resource.contained[0].active": bundle(
        "collection",
        entry(
            patient(
                id="p",
                contained=[patient(id="i", active="yes")],
                link=[{"other": {"reference": "#i"}, "type": "seealso"}],
            )
        ),
    ),
    "Bundle.entry[0].resource.entry[0].resource.active": bundle(
        "collection", entry(bundle("collection", entry(patient(id="p", active="yes")), id="b"))
    ),
    "Bundle.entry[0].resource.resourceType": bundle(
        "collection",
        {"fullUrl": "urn:uuid:2a3d6f63-4f0a-4d3b-9c11-0a6d55d2f2a1", "resource": {"resourceType": "Potion", "id": "p"}},
    ),
}
