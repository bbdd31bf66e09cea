"""The client against a server nobody here wrote."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from ipt_fhir import rawjson
from ipt_fhir.ehr.addresses import origin
from ipt_fhir.ehr.client import FhirClient
from ipt_fhir.ehr.errors import Conflict, Gone, NotFound, Refused
from ipt_fhir.ehr.transport import Transport
from ipt_fhir.ehr.wire import Request
from ipt_fhir.rawjson import JsonObject
from tests.ehr.given import issuer, transport

pytestmark = pytest.mark.proof
SYSTEM = "https://tests.example/artefact"


def ask(wire: Transport, base: str, method: str, path: str, resource: JsonObject | None = None) -> int:
    body = rawjson.write(resource) if resource else b""
    url = f"{base}/{path}"
    return wire.send(Request(method=method, url=url, origins=(origin(base),), body=body, writes=True)).status


@pytest.fixture
def chart(hapi: str) -> FhirClient:
    """The chart of a new patient."""
    patient = f"zztest-{uuid4().hex[:12]}"
    wire = transport()
    assert ask(wire, hapi, "PUT", f"Patient/{patient}", {"resourceType": "Patient", "id": patient}) == 201
    return FhirClient(wire, issuer(iss=hapi, insecure_loopback=True), "no-token-needed", patient)


def goal_of(chart: FhirClient, key: str, **members: Any) -> JsonObject:
    return {
        "resourceType": "Goal",
        "identifier": [{"system": SYSTEM, "value": key}],
        "lifecycleStatus": "active",
        "description": {"text": "ZZTEST goal"},
        "subject": {"reference": f"Patient/{chart.patient}"},
        **members,
    }


def creates(*goals: JsonObject) -> JsonObject:
    entries = []
    for goal in goals:
        condition = f"identifier={SYSTEM}%7C{goal['identifier'][0]['value']}"
        entries.append({"resource": goal, "request": {"method": "POST", "url": "Goal", "ifNoneExist": condition}})
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def replaces(goal: JsonObject, version: str) -> JsonObject:
    request = {"method": "PUT", "url": f"Goal/{goal['id']}", "ifMatch": f'W/"{version}"'}
    return {"resourceType": "Bundle", "type": "transaction", "entry": [{"resource": goal, "request": request}]}


def test_a_transaction_sent_twice_creates_once_and_is_found_and_read(chart: FhirClient) -> None:
    key = str(uuid4())
    [first] = chart.transact(creates(goal_of(chart, key)))
    [again] = chart.transact(creates(goal_of(chart, key)))
    assert (first.status, again.status) == (201, 200)
    assert first.resource_id == again.resource_id
    assert first.resource_id
    found = chart.find_by_identifier("Goal", SYSTEM, key)
    assert [(each.resource["id"], each.version) for each in found] == [(first.resource_id, "1")]
    assert chart.read("Goal", first.resource_id).version == "1"


def test_fault_f22_a_stale_version_is_a_conflict_and_nothing_is_overwritten(chart: FhirClient) -> None:
    """HAPI answers 409 where R4 says 412."""
    [created] = chart.transact(creates(goal_of(chart, str(uuid4()))))
    stored = chart.read("Goal", created.resource_id or "").resource
    [updated] = chart.transact(replaces({**stored, "lifecycleStatus": "on-hold"}, "1"))
    assert updated.version == "2"
    with pytest.raises(Conflict):
        chart.transact(replaces({**stored, "lifecycleStatus": "cancelled"}, "1"))
    assert chart.read("Goal", created.resource_id or "").resource["lifecycleStatus"] == "on-hold"


def test_fault_f43_what_was_deleted_is_gone_and_what_never_was_is_not_found(chart: FhirClient, hapi: str) -> None:
    [created] = chart.transact(creates(goal_of(chart, str(uuid4()))))
    ask(transport(), hapi, "DELETE", f"Goal/{created.resource_id}")
    with pytest.raises(Gone):
        chart.read("Goal", created.resource_id or "")
    with pytest.raises(NotFound):
        chart.read("Goal", "never-was")


def test_fault_f37_one_bad_entry_stores_nothing_and_the_server_says_why(chart: FhirClient) -> None:
    good, bad = goal_of(chart, str(uuid4())), goal_of(chart, str(uuid4()), lifecycleStatus="bogus")
    with pytest.raises(Refused) as caught:
        chart.transact(creates(good, bad))
    assert "bogus" in caught.value.said
    assert "bogus" not in str(caught.value)
    assert chart.find_by_identifier("Goal", SYSTEM, good["identifier"][0]["value"]) == []


def test_decision_d14b_the_context_comes_whole_over_all_pages(chart: FhirClient) -> None:
    """HAPI runs batches and declares only transactions, so it is read by threads."""
    chart.transact(creates(*(goal_of(chart, str(uuid4())) for _ in range(5))))
    assert not chart.capabilities().batch
    assert chart.capabilities().transaction
    assert chart.capabilities().conditional_create("Goal")
    patients, goals, plans = chart.read_context(
        [
            ("Patient", {"_id": chart.patient}),
            ("Goal", {"patient": chart.patient, "_count": "2"}),
            ("CarePlan", {"patient": chart.patient}),
        ]
    )
    assert [item["id"] for item in patients] == [chart.patient]
    assert len({item["id"] for item in goals}) == 5
    assert plans == []
    assert chart.notices == []
