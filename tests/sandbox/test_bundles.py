"""Transactions stand or fall as one; entries of a batch each for itself."""

from __future__ import annotations

from typing import Any

import pytest

from smart_app.sandbox.hospital import HospitalApp
from tests.sandbox.fake_app import ALMA, BASE, BENE, Clock
from tests.sandbox.given import Clinician, care_plan, clinician, goal, hospital_like, issue

PLAN, GOAL = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", "urn:uuid:7a21c7a8-0ba1-4c53-a2bb-2c4f4d4e5a11"
PRIMARY_CARE = f"CarePlan/{ALMA}-primary-care"

Json = dict[str, Any]


def post(resource: Json, full_url: str | None = None, **request: str) -> Json:
    entry = {"resource": resource, "request": {"method": "POST", "url": resource["resourceType"], **request}}
    return entry | ({"fullUrl": full_url} if full_url else {})


def put(resource: Json, version: int) -> Json:
    url = f"{resource['resourceType']}/{resource['id']}"
    return {"resource": resource, "request": {"method": "PUT", "url": url, "ifMatch": f'W/"{version}"'}}


def ask(method: str, url: str, **request: str) -> Json:
    return {"request": {"method": method, "url": url, **request}}


def bundle(kind: str, *entries: Json) -> Json:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def statuses(response: Any) -> list[str]:
    return [entry["response"]["status"] for entry in response.get_json()["entry"]]


def test_a_transaction_answers_entry_by_entry(at_alma: Clinician) -> None:
    hers = at_alma.get(f"/{PRIMARY_CARE}").get_json()
    entries = [
        ask("GET", PRIMARY_CARE),
        put(hers | {"title": "Changed"}, 1),
        post(goal(), GOAL),
        ask("GET", f"Goal?patient={ALMA}"),
    ]
    response = at_alma.send("POST", "", bundle("transaction", *entries))
    answered = response.get_json()
    assert answered["type"] == "transaction-response"
    assert statuses(response) == ["200 OK", "200 OK", "201 Created", "200 OK"]
    assert answered["entry"][0]["resource"]["title"] == "Changed"
    assert answered["entry"][1]["response"]["etag"] == 'W/"2"'
    assert answered["entry"][1]["response"]["location"] == f"{BASE}/{PRIMARY_CARE}/_history/2"
    assert answered["entry"][2]["response"]["location"].startswith(f"{BASE}/Goal/")
    assert answered["entry"][3]["resource"]["total"] == 1
    assert "resource" not in answered["entry"][2]


def test_written_resources_come_back_when_asked_for(at_alma: Clinician) -> None:
    body = bundle("transaction", post(goal(), GOAL))
    entry = at_alma.send("POST", "", body, Prefer="return=representation").get_json()["entry"][0]
    assert entry["resource"]["lifecycleStatus"] == "active"
    assert entry["fullUrl"] == f"{BASE}/Goal/{entry['resource']['id']}"


def test_temporary_references_are_resolved_everywhere(at_alma: Clinician) -> None:
    plan = care_plan(
        text={"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><a href="{GOAL}">g</a></div>'},
        identifier=[{"system": "urn:ietf:rfc:3986", "value": GOAL}],
        goal=[{"reference": GOAL, "display": GOAL}],
        activity=[{"reference": {"extension": [{"url": "urn:x", "valueUri": GOAL}], "reference": GOAL}}],
        extension=[{"url": "urn:y", "extension": [{"url": "z", "valueReference": {"reference": GOAL}}]}],
    )
    backwards = goal(
        addresses=[{"reference": f"Condition/{ALMA}-f32.1"}],
        note=[{"authorReference": {"reference": PLAN}, "text": "x"}],
    )
    response = at_alma.send("POST", "", bundle("transaction", post(plan, PLAN), post(backwards, GOAL)))
    assert statuses(response) == ["201 Created", "201 Created"]
    plan_url, goal_url = (entry["response"]["location"] for entry in response.get_json()["entry"])
    stored = at_alma.get(plan_url.removeprefix(BASE)).get_json()
    place = "/".join(goal_url.removeprefix(f"{BASE}/").split("/")[:2])
    assert stored["goal"] == [{"reference": place, "display": GOAL}]
    assert stored["activity"][0]["reference"] == {
        "extension": [{"url": "urn:x", "valueUri": place}],
        "reference": place,
    }
    assert stored["extension"][0]["extension"][0]["valueReference"]["reference"] == place
    assert f'href="{place}"' in stored["text"]["div"]
    assert stored["identifier"][0]["value"] == GOAL


@pytest.mark.parametrize(
    ("bad", "status"),
    [
        (post({"resourceType": "Goal", "subject": {"reference": f"Patient/{ALMA}"}}), 422),
        (post(goal(BENE)), 403),
        (post(goal(addresses=[{"reference": "urn:uuid:nobody"}])), 422),
        (post(goal(addresses=[{"reference": "Condition/nobody"}])), 422),
        (put(goal(id="nobody"), 1), 412),
        (ask("PUT", PRIMARY_CARE, ifMatch='W/"1"'), 400),
        (ask("DELETE", PRIMARY_CARE, ifMatch='W/"9"'), 412),
        (ask("GET", "Goal/nobody"), 404),
        (ask("PATCH", PRIMARY_CARE), 400),
        (ask("POST", "Nonsense"), 404),
        (ask("GET", "http://[::1"), 405),
        ({"resource": goal()}, 400),
        (post(goal(), ifNoneExist="colour=blue"), 400),
    ],
    ids=str,
)
def test_one_bad_entry_undoes_the_whole_transaction(at_alma: Clinician, bad: Json, status: int) -> None:
    response = at_alma.send("POST", "", bundle("transaction", post(goal(), GOAL), bad))
    assert response.status_code == status
    assert response.get_json()["issue"][0]["expression"] == ["Bundle.entry[1]"]
    assert at_alma.get("/Goal").get_json()["total"] == 0


def test_a_stale_entry_undoes_the_whole_transaction(hospital: HospitalApp, at_alma: Clinician) -> None:
    hers = at_alma.get(f"/{PRIMARY_CARE}").get_json()
    hospital.store.update(hers | {"title": "Edited by another clinician"})
    response = at_alma.send("POST", "", bundle("transaction", post(goal(), GOAL), put(hers, 1)))
    assert (response.status_code, issue(response)) == (412, "conflict")
    assert at_alma.get("/Goal").get_json()["total"] == 0


def test_a_transaction_sent_twice_creates_once(at_alma: Clinician) -> None:
    ours = goal(identifier=[{"system": "urn:example", "value": "g-1"}])
    plan = care_plan(identifier=[{"system": "urn:example", "value": "p-1"}], goal=[{"reference": GOAL}])
    entries = [
        post(plan, PLAN, ifNoneExist="identifier=urn%3Aexample%7Cp-1"),
        post(ours, GOAL, ifNoneExist="identifier=urn%3Aexample%7Cg-1"),
    ]
    first, second = (at_alma.send("POST", "", bundle("transaction", *entries)) for _ in range(2))
    assert statuses(first) == ["201 Created"] * 2
    assert statuses(second) == ["200 OK"] * 2
    assert [entry["response"]["location"] for entry in first.get_json()["entry"]] == [
        entry["response"]["location"] for entry in second.get_json()["entry"]
    ]


def test_a_new_resource_may_refer_to_one_that_already_existed(at_alma: Clinician) -> None:
    ours = goal(identifier=[{"system": "urn:example", "value": "g-1"}])
    known = at_alma.create(ours).get_json()["id"]
    entries = [post(care_plan(goal=[{"reference": GOAL}]), PLAN), post(ours, GOAL, ifNoneExist="identifier=g-1")]
    response = at_alma.send("POST", "", bundle("transaction", *entries))
    assert statuses(response) == ["201 Created", "200 OK"]
    plan = at_alma.get(response.get_json()["entry"][0]["response"]["location"].removeprefix(BASE)).get_json()
    assert plan["goal"] == [{"reference": f"Goal/{known}"}]


def test_deletions_come_first(at_alma: Clinician) -> None:
    old = at_alma.create(goal(identifier=[{"value": "g-1"}])).get_json()["id"]
    entries = [post(goal(), GOAL, ifNoneExist="identifier=g-1"), ask("DELETE", f"Goal/{old}", ifMatch='W/"1"')]
    assert statuses(at_alma.send("POST", "", bundle("transaction", *entries))) == ["201 Created", "204 No Content"]


@pytest.mark.parametrize(
    "entries",
    [
        [post(goal(), GOAL), post(goal(), GOAL)],
        [ask("DELETE", PRIMARY_CARE, ifMatch='W/"1"'), put(care_plan(id=f"{ALMA}-primary-care"), 1)],
        [post(goal(), GOAL, ifNoneExist="identifier=a"), post(goal(), PLAN, ifNoneExist="identifier=a")],
    ],
    ids=["full url", "address", "condition"],
)
def test_two_entries_about_one_thing_are_refused(at_alma: Clinician, entries: list[Json]) -> None:
    response = at_alma.send("POST", "", bundle("transaction", *entries))
    assert (response.status_code, issue(response)) == (400, "duplicate")


def test_scopes_hold_for_every_entry(hospital: HospitalApp) -> None:
    somebody = clinician(hospital, "patient/Goal.cruds")
    entries = [post(goal(), GOAL), post(care_plan(), PLAN)]
    assert somebody.send("POST", "", bundle("transaction", *entries)).status_code == 403
    assert somebody.get("/Goal").get_json()["total"] == 0
    assert statuses(somebody.send("POST", "", bundle("batch", *entries))) == ["201 Created", "403 Forbidden"]


def test_a_batch_keeps_what_is_right(at_alma: Clinician) -> None:
    entries = [
        post(goal()),
        post(goal(BENE)),
        ask("GET", PRIMARY_CARE),
        ask("GET", f"Condition?patient={ALMA}&_count=1"),
        ask("GET", "Goal/nobody"),
        ask("DELETE", PRIMARY_CARE),
        post(goal(addresses=[{"reference": GOAL}])),
        {"request": "nonsense"},
    ]
    response = at_alma.send("POST", "", bundle("batch", *entries))
    answered = response.get_json()["entry"]
    numbers = [status[:3] for status in statuses(response)]
    assert numbers == ["201", "403", "200", "200", "404", "400", "422", "400"]
    assert answered[2]["resource"]["title"] == "Depression, primary care"
    assert answered[3]["resource"]["total"] == 2
    assert answered[1]["response"]["outcome"]["resourceType"] == "OperationOutcome"
    assert at_alma.get("/Goal").get_json()["total"] == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (bundle("collection"), 405),
        ({"resourceType": "Goal"}, 400),
        ({"resourceType": "Bundle", "type": "batch", "entry": 7}, 413),
        (bundle("batch", *[ask("GET", "Goal/1")] * 501), 413),
    ],
    ids=["collection", "no bundle", "no list", "too long"],
)
def test_what_is_no_bundle_to_process(at_alma: Clinician, body: Json, status: int) -> None:
    assert at_alma.send("POST", "", body).status_code == status


def test_an_empty_bundle_is_answered(at_alma: Clinician) -> None:
    assert at_alma.send("POST", "", bundle("transaction")).get_json()["type"] == "transaction-response"


@pytest.mark.parametrize("kind", ["transaction", "batch"])
def test_a_row_may_offer_no_bundles(clock: Clock, kind: str) -> None:
    somebody = clinician(hospital_like(clock, **{kind: False}))
    assert somebody.send("POST", "", bundle(kind)).status_code == 405
    interactions = somebody.get("/metadata").get_json()["rest"][0]["interaction"]
    assert {"code": kind} not in interactions
