"""Values the tests of this room share: one hospital, one patient, one clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ipt_fhir import rawjson
from ipt_fhir.ehr.client import FhirClient
from ipt_fhir.ehr.issuer import Issuer
from ipt_fhir.ehr.published import Published
from ipt_fhir.ehr.transport import Transport
from ipt_fhir.ehr.wire import Answer
from ipt_fhir.rawjson import JsonObject

BASE = "https://ehr.example/fhir"
ORIGIN = "https://ehr.example"
PATIENT = "zztest-1"
OTHER = "zztest-2"
TOKEN = "canary-token-5f1d"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def issuer(**changes: Any) -> Issuer:
    values: dict[str, Any] = {
        "iss": BASE,
        "name": "ZZTEST Hospital",
        "client_id": "ipt-fhir",
        "scopes": ("launch", "openid", "fhirUser", "patient/CarePlan.cruds"),
    }
    return Issuer(**{**values, **changes})


def transport(**changes: Any) -> Transport:
    return Transport(**{"clock": lambda: NOW, **changes})


def client(patient: str = PATIENT, clock: Clock | None = None) -> FhirClient:
    wire = transport()
    return FhirClient(wire, issuer(), TOKEN, patient, published=Published(wire, monotonic=clock or Clock()))


def answer(status: int, body: JsonObject | bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
    content = body if isinstance(body, bytes) else rawjson.write(body)
    return Answer(status=status, headers=headers or {}, body=content, received=NOW)


def outcome(code: str, text: str = "", severity: str = "error") -> JsonObject:
    issue: JsonObject = {"severity": severity, "code": code}
    if text:
        issue["details"] = {"text": text}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def goal(goal_id: str = "g1", patient: str = PATIENT, **members: Any) -> JsonObject:
    return {"resourceType": "Goal", "id": goal_id, "subject": {"reference": f"Patient/{patient}"}, **members}


def searchset(*resources: JsonObject, following: str | None = None) -> JsonObject:
    bundle: JsonObject = {"resourceType": "Bundle", "type": "searchset"}
    bundle["entry"] = [{"resource": resource, "search": {"mode": "match"}} for resource in resources]
    if following:
        bundle["link"] = [{"relation": "next", "url": following}]
    return bundle


def transaction(*resources: JsonObject) -> JsonObject:
    """Creates for resources without an id, updates for the others."""
    return {"resourceType": "Bundle", "type": "transaction", "entry": [_entry(resource) for resource in resources]}


def transaction_response(*entries: JsonObject) -> JsonObject:
    bundle: JsonObject = {"resourceType": "Bundle", "type": "transaction-response"}
    bundle["entry"] = [{"response": entry} for entry in entries]
    return bundle


def statement(*, system: tuple[str, ...] = (), **types: tuple[str, ...]) -> JsonObject:
    """A CapabilityStatement: system interactions, and the interactions of each type."""
    resources = [{"type": name, "interaction": [{"code": code} for code in codes]} for name, codes in types.items()]
    rest = {"mode": "server", "resource": resources, "interaction": [{"code": code} for code in system]}
    return {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "rest": [rest]}


def _entry(resource: JsonObject) -> JsonObject:
    kind = resource["resourceType"]
    request = (
        {"method": "PUT", "url": f"{kind}/{resource['id']}"} if "id" in resource else {"method": "POST", "url": kind}
    )
    return {"resource": resource, "request": request}
