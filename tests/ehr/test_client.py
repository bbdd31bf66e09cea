"""One patient's chart over HTTP."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests
import responses

from ipt_fhir import rawjson
from ipt_fhir.ehr.client import MOST_PAGES
from ipt_fhir.ehr.errors import (
    Ambiguous,
    AnswerUnreadable,
    Conflict,
    EhrError,
    FhirVersionRefused,
    ForeignAddress,
    Gone,
    NotFound,
    ReferenceRefused,
    Refused,
    ScopeMissing,
    ServerFault,
    SignInNeeded,
    Throttled,
    TooLarge,
    Unreachable,
    WrongPatient,
    WrongRecord,
)
from ipt_fhir.rawjson import JsonObject
from tests.ehr.given import (
    BASE,
    OTHER,
    PATIENT,
    TOKEN,
    Clock,
    client,
    goal,
    outcome,
    searchset,
    statement,
    transaction,
    transaction_response,
)

METADATA = f"{BASE}/metadata"
GOAL = f"{BASE}/Goal/g1"
GOALS = f"{BASE}/Goal"
STORED = transaction_response({"status": "200 OK", "location": "Goal/g1/_history/2", "etag": 'W/"2"'})


def body_of(call: responses.Call) -> Any:
    assert isinstance(call.request.body, bytes)
    return rawjson.parse(call.request.body)


def test_a_resource_is_read_with_its_version(hospital: responses.RequestsMock) -> None:
    hospital.get(
        GOAL, json=goal(meta={"versionId": "1", "lastUpdated": "2026-03-01T08:00:00Z"}), headers={"ETag": '"2"'}
    )
    found = client().read("Goal", "g1")
    assert (found.version, found.last_updated) == ("2", "2026-03-01T08:00:00Z")
    sent = hospital.calls[0].request.headers
    assert sent["Authorization"] == f"Bearer {TOKEN}"
    assert sent["Accept"] == "application/fhir+json"


def test_fault_f27_f28_without_an_etag_meta_speaks_and_without_meta_nobody(hospital: responses.RequestsMock) -> None:
    hospital.get(GOAL, json=goal(meta={"versionId": "7"}))
    assert client().read("Goal", "g1").version == "7"
    hospital.replace("GET", GOAL, json=goal())
    assert client().read("Goal", "g1").version is None


def test_what_was_read_is_kept_letter_by_letter(hospital: responses.RequestsMock) -> None:
    """decision-D3."""
    text = rawjson.write(goal())[:-1] + b',"_x":{"a":1.50},"z":[1e2,0.00000010]}'
    hospital.get(GOAL, body=text)
    assert rawjson.write(client().read("Goal", "g1").resource) == text


@pytest.mark.parametrize("answer", [goal("g2"), {**goal(), "resourceType": "CarePlan"}, {"resourceType": "Goal"}])
def test_fault_f11_an_answer_about_another_record_stops(hospital: responses.RequestsMock, answer: JsonObject) -> None:
    hospital.get(GOAL, json=answer)
    with pytest.raises(WrongRecord):
        client().read("Goal", "g1")


def test_attack_a32_another_patients_resource_is_not_handed_on(hospital: responses.RequestsMock) -> None:
    hospital.get(GOAL, json=goal(patient=OTHER))
    reader = client()
    with pytest.raises(WrongPatient):
        reader.read("Goal", "g1")
    assert [notice.kind for notice in reader.notices] == ["foreign"]


@pytest.mark.parametrize("resource_id", ["../Patient/2", "g1?_elements=id", "$everything", "..", ""])
def test_attack_a33_an_id_that_is_none_sends_nothing(hospital: responses.RequestsMock, resource_id: str) -> None:
    with pytest.raises(ReferenceRefused):
        client().read("Goal", resource_id)
    assert not hospital.calls


FAULTS: dict[str, tuple[dict[str, Any], type[EhrError], type[EhrError]]] = {
    "F02": ({"body": requests.ConnectTimeout()}, Unreachable, Unreachable),
    "F05": ({"body": requests.ReadTimeout()}, ServerFault, Ambiguous),
    "F04 reset": ({"body": requests.ConnectionError("reset")}, ServerFault, Ambiguous),
    "F10": ({"status": 200, "body": "<html>Sign in</html>"}, AnswerUnreadable, Ambiguous),
    "F10 empty": ({"status": 200, "body": ""}, AnswerUnreadable, Ambiguous),
    "F17": ({"status": 401}, SignInNeeded, SignInNeeded),
    "F21": ({"status": 403}, ScopeMissing, ScopeMissing),
    "F44": ({"status": 404}, NotFound, NotFound),
    "F22": ({"status": 409}, Conflict, Conflict),
    "F43": ({"status": 410}, Gone, Gone),
    "F23": ({"status": 412}, Conflict, Conflict),
    "F36": ({"status": 422, "json": outcome("invariant", "no")}, Refused, Refused),
    "F14": ({"status": 503, "headers": {"Retry-After": "120"}}, Throttled, Throttled),
    "F15": ({"status": 429, "headers": {"Retry-After": "Mon, 02 Mar 2026 09:02:00 GMT"}}, Throttled, Throttled),
    "F12": ({"status": 500}, ServerFault, Ambiguous),
    "F13": ({"status": 502, "body": "<h1>Bad Gateway</h1>"}, ServerFault, Ambiguous),
    "F13 503": ({"status": 503}, ServerFault, Ambiguous),
    "F67": ({"status": 200, "json": outcome("exception")}, ServerFault, Ambiguous),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_has_its_error_on_reads_and_on_writes(hospital: responses.RequestsMock, fault: str) -> None:
    answer, on_read, on_write = FAULTS[fault]
    hospital.get(GOAL, **answer)
    hospital.post(BASE, **answer)
    with pytest.raises(EhrError) as read:
        client().read("Goal", "g1")
    with pytest.raises(EhrError) as written:
        client().transact(transaction(goal()))
    assert (type(read.value), type(written.value)) == (on_read, on_write)
    assert len(hospital.calls) == 2
    for error in (read.value, written.value):
        if isinstance(error, Throttled):
            assert error.retry_after == 120


def test_a_search_follows_its_pages_and_keeps_the_order(hospital: responses.RequestsMock) -> None:
    """HAPI's next is ``[base]?_getpages=...``; Google's is relative."""
    hospital.get(re.compile(rf"{GOALS}\?"), json=searchset(goal("1"), following=f"{BASE}?_getpages=abc|d&_count=1"))
    hospital.get(re.compile(rf"{BASE}\?_getpages"), json=searchset(goal("2"), following="Goal/more"))
    hospital.get(f"{GOALS}/more", json=searchset(goal("3")))
    assert [item["id"] for item in client().search("Goal", {"patient": PATIENT})] == ["1", "2", "3"]
    assert {call.request.headers["Authorization"] for call in hospital.calls} == {f"Bearer {TOKEN}"}


@pytest.mark.parametrize(
    "following",
    [
        "https://evil.example/fhir?page=2",
        "//evil.example/",
        "https://ehr.example@evil.example/",
        "https://ehr.example:9/",
    ],
)
def test_attack_a35_a_next_page_elsewhere_gets_no_token(hospital: responses.RequestsMock, following: str) -> None:
    hospital.get(GOALS, json=searchset(goal(), following=following))
    with pytest.raises(ForeignAddress):
        client().search("Goal", {"patient": PATIENT})
    assert len(hospital.calls) == 1


def test_fault_f64_pages_that_go_in_a_circle_end(hospital: responses.RequestsMock) -> None:
    hospital.get(GOALS, json=searchset(goal(), following=f"{GOALS}?page=2"))
    with pytest.raises(AnswerUnreadable, match="circle"):
        client().search("Goal", {"patient": PATIENT})
    assert len(hospital.calls) == 2


def test_fault_f64_pages_without_end_end(hospital: responses.RequestsMock) -> None:
    """attack-A55: half a record is worse than none, so it is an error and not a short list."""
    pages = iter(range(10_000))

    def another(_: object) -> tuple[int, dict[str, str], bytes]:
        return 200, {}, rawjson.write(searchset(goal(), following=f"{GOALS}?page={next(pages)}"))

    hospital.add_callback("GET", GOALS, callback=another)
    with pytest.raises(TooLarge):
        client().search("Goal", {"patient": PATIENT})
    assert len(hospital.calls) == MOST_PAGES


def test_attack_a55_a_page_of_a_hundred_thousand_entries_is_the_last(hospital: responses.RequestsMock) -> None:
    many = [goal(str(number)) for number in range(20_000)]
    hospital.get(GOALS, body=rawjson.write(searchset(*many, following=f"{GOALS}?page=2")))
    with pytest.raises(TooLarge):
        client().search("Goal", {"patient": PATIENT})
    assert len(hospital.calls) == 1


def test_attack_a82_other_patients_are_dropped_and_reported(
    hospital: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    hospital.get(GOALS, json=searchset(goal("1"), goal("2", OTHER), goal("3")))
    reader = client()
    assert [item["id"] for item in reader.search("Goal", {"patient": PATIENT})] == ["1", "3"]
    assert [(notice.kind, notice.resource_type) for notice in reader.notices] == [("foreign", "Goal")]
    assert "another patient" in caplog.text
    assert OTHER not in caplog.text


def test_remarks_of_a_search_are_noticed_and_are_no_resources(hospital: responses.RequestsMock) -> None:
    hospital.get(GOALS, json=searchset(outcome("not-supported", "unknown parameter", "warning")))
    reader = client()
    assert reader.search("Goal", {"patient": PATIENT}) == []
    assert [(notice.kind, notice.said) for notice in reader.notices] == [("outcome", "unknown parameter")]


def test_our_own_are_found_by_identifier(hospital: responses.RequestsMock) -> None:
    hospital.get(GOALS, json=searchset(goal("1", meta={"versionId": "3"}), {"resourceType": "Practitioner", "id": "p"}))
    found = client().find_by_identifier("Goal", "https://s.example", "u-1")
    assert [(each.resource["id"], each.version) for each in found] == [("1", "3")]
    assert hospital.calls[0].request.url == f"{GOALS}?identifier=https%3A%2F%2Fs.example%7Cu-1"


QUERIES = [("Goal", {"patient": PATIENT}), ("CarePlan", {"patient": PATIENT}), ("Task", {"patient": PATIENT})]


def batch_response(*resources: JsonObject) -> JsonObject:
    entries = [{"resource": resource, "response": {"status": "200 OK"}} for resource in resources]
    return {"resourceType": "Bundle", "type": "batch-response", "entry": entries}


def test_decision_d14b_the_context_is_one_batch_where_offered(hospital: responses.RequestsMock) -> None:
    hospital.get(METADATA, json=statement(system=("batch",)))
    first = searchset(goal("1"), goal("2", OTHER), following=f"{GOALS}?page=2")
    hospital.post(BASE, json=batch_response(first, searchset(), searchset()))
    hospital.get(GOALS, json=searchset(goal("3")))
    reader = client()
    found = reader.read_context(QUERIES)
    assert [[item["id"] for item in group] for group in found] == [["1", "3"], [], []]
    assert [call.request.method for call in hospital.calls] == ["GET", "POST", "GET"]
    reader.read_context(QUERIES)
    assert [call.request.method for call in hospital.calls[3:]] == ["POST", "GET"]
    assert "Prefer" not in hospital.calls[1].request.headers


def test_decision_d14b_the_context_is_single_searches_where_batch_is_not_offered(
    hospital: responses.RequestsMock,
) -> None:
    hospital.get(METADATA, json=statement())
    for kind in ("Goal", "CarePlan", "Task"):
        found = {**goal(kind.lower()), "resourceType": kind}
        hospital.get(f"{BASE}/{kind}", json=searchset({**found, "for": found["subject"]}))
    groups = client().read_context(QUERIES)
    assert [[item["id"] for item in group] for group in groups] == [["goal"], ["careplan"], ["task"]]
    assert len(hospital.calls) == 4


@pytest.mark.parametrize("system", [("batch",), ()])
def test_one_refused_search_is_not_passed_over(hospital: responses.RequestsMock, system: tuple[str, ...]) -> None:
    hospital.get(METADATA, json=statement(system=system))
    refused = batch_response(searchset(), searchset(), searchset())
    refused["entry"][1] = {"response": {"status": "403 Forbidden"}}
    hospital.post(BASE, json=refused)
    hospital.get(GOALS, json=searchset())
    hospital.get(f"{BASE}/CarePlan", status=403)
    hospital.get(f"{BASE}/Task", json=searchset())
    with pytest.raises(ScopeMissing) as caught:
        client().read_context(QUERIES)
    assert (caught.value.resource_type, caught.value.interaction) == ("CarePlan", "search")


@pytest.mark.parametrize("system", [("batch",), ()])
@pytest.mark.parametrize("status", ["403 Forbidden", "404 Not Found", "500 Internal Server Error"])
def test_what_may_fail_finds_nothing_and_leaves_a_notice(
    hospital: responses.RequestsMock, system: tuple[str, ...], status: str
) -> None:
    hospital.get(METADATA, json=statement(system=system))
    refused = batch_response(searchset(goal("1")), searchset(), searchset())
    refused["entry"][1] = {"response": {"status": status}}
    hospital.post(BASE, json=refused)
    hospital.get(GOALS, json=searchset(goal("1")))
    hospital.get(f"{BASE}/CarePlan", status=int(status[:3]))
    hospital.get(f"{BASE}/Task", json=searchset())
    reader = client()
    goals, plans, tasks = reader.read_context(QUERIES, may_fail={"CarePlan"})
    assert ([item["id"] for item in goals], plans, tasks) == (["1"], [], [])
    assert [(notice.kind, notice.resource_type) for notice in reader.notices] == [("refused", "CarePlan")]


@pytest.mark.parametrize("system", [("batch",), ()])
def test_a_sign_in_that_ended_is_never_passed_over(hospital: responses.RequestsMock, system: tuple[str, ...]) -> None:
    hospital.get(METADATA, json=statement(system=system))
    ended = batch_response(searchset(), searchset(), searchset())
    ended["entry"][1] = {"response": {"status": "401 Unauthorized"}}
    hospital.post(BASE, json=ended)
    hospital.get(GOALS, json=searchset())
    hospital.get(f"{BASE}/CarePlan", status=401)
    hospital.get(f"{BASE}/Task", json=searchset())
    with pytest.raises(SignInNeeded):
        client().read_context(QUERIES, may_fail={"CarePlan"})


def test_a_transaction_is_sent_as_it_is_and_each_entry_is_read(hospital: responses.RequestsMock) -> None:
    hospital.post(BASE, json=STORED)
    bundle = transaction(goal())
    bundle["entry"][0]["request"]["ifMatch"] = 'W/"1"'
    [found] = client().transact(bundle)
    assert (found.status, found.resource_id, found.version) == (200, "g1", "2")
    assert body_of(hospital.calls[0]) == bundle
    assert hospital.calls[0].request.headers["Content-Type"] == "application/fhir+json"
    assert hospital.calls[0].request.headers["Prefer"] == "return=minimal"


def test_attack_a36_another_patients_resource_does_not_leave(hospital: responses.RequestsMock) -> None:
    for bundle in (transaction(goal("g1", OTHER)), transaction(goal(), goal("g2", OTHER))):
        with pytest.raises(WrongPatient):
            client().transact(bundle)
    assert not hospital.calls


def test_fault_f39_fewer_outcomes_than_entries_are_ambiguous(hospital: responses.RequestsMock) -> None:
    hospital.post(BASE, json=STORED)
    with pytest.raises(Ambiguous):
        client().transact(transaction(goal("g1"), goal("g2")))


def test_the_capability_statement_is_asked_for_once_and_an_old_one_serves(hospital: responses.RequestsMock) -> None:
    """fault-F66."""
    hospital.get(METADATA, json=statement(system=("transaction",)))
    clock = Clock()
    reader = client(clock=clock)
    assert reader.capabilities().transaction
    assert reader.capabilities().transaction
    assert len(hospital.calls) == 1
    clock.seconds += 601
    hospital.replace("GET", METADATA, status=503)
    assert reader.capabilities().transaction


def test_a_server_of_another_release_is_refused(hospital: responses.RequestsMock) -> None:
    hospital.get(METADATA, json={**statement(), "fhirVersion": "5.0.0"})
    with pytest.raises(FhirVersionRefused):
        client().capabilities()
