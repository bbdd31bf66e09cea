"""What the tests of the FHIR side begin with: hospitals, clinicians with a token, the smallest resources."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from werkzeug.test import TestResponse

from smart_app.sandbox.hospital import HospitalApp, create_hospital
from smart_app.sandbox.hospitals import OPEN, Hospital
from smart_app.sandbox.sign_in_memory import Token
from tests.sandbox.fake_app import ALMA, ORIGIN, Clock

FAST = replace(OPEN, id_token_alg="ES256")
"""The open hospital with a key that is quick to make."""


@dataclass
class Clinician:
    """Somebody with an access token, talking FHIR to a hospital."""

    hospital: HospitalApp
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """One request; ``If_Match`` becomes If-Match. A dict or list is sent as FHIR JSON, bytes as they are."""
        named = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        kind = named.pop("Content-Type", "application/fhir+json")
        client = self.hospital.test_client()
        return client.open(f"/fhir{path}", method=method, data=data, headers=named, content_type=kind)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.send("GET", path, **headers)

    def create(self, resource: dict[str, Any], **headers: str) -> TestResponse:
        return self.send("POST", f"/{resource['resourceType']}", resource, **headers)

    def put(self, resource: dict[str, Any], **headers: str) -> TestResponse:
        return self.send("PUT", f"/{resource['resourceType']}/{resource['id']}", resource, **headers)


def clinician(hospital: HospitalApp, scope: str = "patient/*.cruds", patient: str = ALMA) -> Clinician:
    """Somebody whose token carries this scope, without the way there."""
    memory = hospital.desk.memory
    until = memory.now().replace(year=memory.now().year + 1)
    value = f"token-{scope}-{patient}".replace(" ", "+")
    memory.keep_token(
        Token(value=value, client_id="ipt", scope=scope, patient=patient, code="a-code", expires_at=until)
    )
    return Clinician(hospital, {"Authorization": f"Bearer {value}"})


def hospital_like(clock: Clock, **changed: Any) -> HospitalApp:
    """A hospital whose row differs from the open one."""
    row: Hospital = replace(FAST, **changed)
    return create_hospital(row, ORIGIN, [], clock=clock)


def goal(patient: str = ALMA, **more: Any) -> dict[str, Any]:
    """The smallest Goal the hospital keeps."""
    body = {"lifecycleStatus": "active", "description": {"text": "Sleep"}}
    return {"resourceType": "Goal", **body, "subject": {"reference": f"Patient/{patient}"}, **more}


def care_plan(**more: Any) -> dict[str, Any]:
    """The smallest CarePlan the hospital keeps, in Alma's chart."""
    body = {"status": "active", "intent": "plan", "subject": {"reference": f"Patient/{ALMA}"}}
    return {"resourceType": "CarePlan", **body, **more}


def issue(response: TestResponse) -> str:
    """The code of the one issue of an OperationOutcome."""
    outcome = response.get_json()
    assert outcome["resourceType"] == "OperationOutcome"
    return str(outcome["issue"][0]["code"])
