"""How HAPI behaves where hospitals differ: what our client must survive is checked on the real server, not recalled."""

from __future__ import annotations

from typing import Any

import pytest
import requests

pytestmark = pytest.mark.proof

JSON = {"Content-Type": "application/fhir+json"}
SYSTEM = "urn:ipt-fhir:test"


def patient(value: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "identifier": [{"system": SYSTEM, "value": value}], **more}


def post(url: str, resource: dict[str, Any]) -> requests.Response:
    return requests.post(url, json=resource, headers=JSON, timeout=30)


def put(url: str, resource: dict[str, Any], version: str) -> requests.Response:
    return requests.put(url, json=resource, headers={**JSON, "If-Match": version}, timeout=30)


def get(url: str) -> Any:
    answer = requests.get(url, timeout=30)
    answer.raise_for_status()
    return answer.json()


def test_create_answers_with_version_and_a_location_under_its_base(hapi: str) -> None:
    answer = post(f"{hapi}/Patient", patient("create"))
    assert answer.status_code == 201
    assert answer.headers["ETag"] == 'W/"1"'
    assert answer.headers["Location"] == f"{hapi}/Patient/{answer.json()['id']}/_history/1"


def test_a_transaction_sent_twice_stores_once_when_each_entry_says_if_none_exist(hapi: str) -> None:
    subject = "urn:uuid:0f2c2f38-6a8a-4c57-9c0c-0d35c6d6b1a1"
    goal = {
        "resourceType": "Goal",
        "identifier": [{"system": SYSTEM, "value": "twice-goal"}],
        "lifecycleStatus": "active",
        "description": {"text": "Call my sister once a week"},
        "subject": {"reference": subject},
    }
    entries = [
        {"fullUrl": subject, "resource": patient("twice"), "request": create("Patient", "twice")},
        {"resource": goal, "request": create("Goal", "twice-goal")},
    ]
    transaction = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    statuses = [[entry["response"]["status"][:3] for entry in post(hapi, transaction).json()["entry"]] for _ in "12"]
    assert statuses == [["201", "201"], ["200", "200"]]
    stored = get(f"{hapi}/Goal?identifier={SYSTEM}|twice-goal")
    assert stored["total"] == 1
    assert stored["entry"][0]["resource"]["subject"]["reference"].startswith("Patient/")


def create(kind: str, value: str) -> dict[str, str]:
    return {"method": "POST", "url": kind, "ifNoneExist": f"identifier={SYSTEM}|{value}"}


def test_a_stale_if_match_is_409_not_412_and_changes_nothing(hapi: str) -> None:
    made = post(f"{hapi}/Patient", patient("stale")).json()
    url = f"{hapi}/Patient/{made['id']}"
    assert put(url, {**made, "gender": "female"}, 'W/"1"').status_code == 200
    assert put(url, {**made, "gender": "male"}, 'W/"1"').status_code == 409
    assert get(url)["gender"] == "female"


def test_a_stale_if_match_fails_the_whole_transaction_with_409(hapi: str) -> None:
    made = post(f"{hapi}/Patient", patient("stale-entry")).json()
    put(f"{hapi}/Patient/{made['id']}", {**made, "gender": "female"}, 'W/"1"')
    update = {"method": "PUT", "url": f"Patient/{made['id']}", "ifMatch": 'W/"1"'}
    entries = [
        {"resource": patient("beside-stale"), "request": create("Patient", "beside-stale")},
        {"resource": {**made, "gender": "male"}, "request": update},
    ]
    answer = post(hapi, {"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert answer.status_code == 409
    assert get(f"{hapi}/Patient?identifier={SYSTEM}|beside-stale")["total"] == 0


def test_an_unknown_element_is_accepted_and_silently_dropped(hapi: str) -> None:
    answer = post(f"{hapi}/Patient", patient("unknown", favouriteColour="green"))
    assert answer.status_code == 201
    assert "favouriteColour" not in get(f"{hapi}/Patient/{answer.json()['id']}")


def test_an_unknown_element_is_refused_when_hapi_validates(hapi_strict_validate: str) -> None:
    refused = post(f"{hapi_strict_validate}/Patient", patient("unknown", favouriteColour="green"))
    assert refused.status_code == 422
    assert refused.json()["resourceType"] == "OperationOutcome"
    assert post(f"{hapi_strict_validate}/Patient", patient("known")).status_code == 201
