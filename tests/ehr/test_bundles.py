"""Bundles as real servers answer them."""

from __future__ import annotations

import pytest

from ipt_fhir.ehr.answers import Asked
from ipt_fhir.ehr.bundles import (
    EntryOutcome,
    batch_of,
    read_batch,
    read_page,
    read_transaction,
    search_address,
    version_in,
)
from ipt_fhir.ehr.errors import (
    Ambiguous,
    AnswerUnreadable,
    Conflict,
    EhrError,
    NotFound,
    ReferenceRefused,
    Refused,
    ScopeMissing,
    SignInNeeded,
    Throttled,
)
from ipt_fhir.rawjson import JsonObject
from tests.ehr.given import BASE, goal, outcome, searchset, transaction, transaction_response

SEARCH = Asked(resource_type="Goal", interaction="search")
NEW_GOAL = {name: value for name, value in goal().items() if name != "id"}
SENT = transaction(NEW_GOAL, goal("g2"))["entry"]
CREATED = {"status": "201 Created", "location": f"{BASE}/Goal/g1/_history/1", "etag": 'W/"1"'}
UPDATED = {"status": "200 OK", "location": "Goal/g2/_history/5", "etag": 'W/"5"'}


def failure(*entries: JsonObject) -> EhrError:
    with pytest.raises(EhrError) as caught:
        read_transaction(transaction_response(*entries), SENT)
    return caught.value


def test_each_entry_has_its_outcome_in_order() -> None:
    assert read_transaction(transaction_response(CREATED, UPDATED), SENT) == [
        EntryOutcome(status=201, resource_type="Goal", resource_id="g1", version="1"),
        EntryOutcome(status=200, resource_type="Goal", resource_id="g2", version="5"),
    ]


@pytest.mark.parametrize(
    ("entry", "resource_id", "version"),
    [
        ({"status": "201", "location": "http://inner:8080/r4/Goal/g1"}, "g1", None),
        ({"status": "201 Created", "location": "Goal/g1/_history/7"}, "g1", "7"),
        ({"status": "201 Created", "location": "Goal/g1", "etag": 'W/"a-uuid-9"'}, "g1", "a-uuid-9"),
        ({"status": "200 OK"}, None, None),
    ],
    ids=["location of an inner host", "version in the location", "opaque etag", "Oracle: nothing but a status"],
)
def test_servers_tell_id_and_version_in_their_own_ways(
    entry: JsonObject, resource_id: str | None, version: str | None
) -> None:
    """fault-F27, fault-F28, fault-F32."""
    found = read_transaction(transaction_response(entry, UPDATED), SENT)[0]
    assert (found.resource_id, found.version) == (resource_id, version)


def test_fault_f27_the_stored_resource_tells_what_the_response_does_not() -> None:
    bundle = transaction_response({"status": "201"}, UPDATED)
    bundle["entry"][0]["resource"] = goal("g9", meta={"versionId": "4"})
    found = read_transaction(bundle, SENT)[0]
    assert (found.resource_id, found.version) == ("g9", "4")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("400 Bad Request", Refused),
        ("401 Unauthorized", SignInNeeded),
        ("403 Forbidden", ScopeMissing),
        ("404 Not Found", NotFound),
        ("409 Conflict", Conflict),
        ("412 Precondition Failed", Conflict),
        ("422", Refused),
        ("429 Too Many Requests", Throttled),
        ("500 Internal Server Error", Ambiguous),
        ("503", Ambiguous),
    ],
)
def test_a_200_with_a_failed_entry_is_no_success(status: str, kind: type[EhrError]) -> None:
    """Medplum's default; fault-F22, fault-F23, fault-F36."""
    error = failure(CREATED, {"status": status, "outcome": outcome("invalid", "because")})
    assert type(error) is kind
    assert error.said == "because"


def test_a_failed_entry_names_its_own_type_and_interaction() -> None:
    """fault-F21."""
    error = failure(CREATED, {"status": "403"})
    assert isinstance(error, ScopeMissing)
    assert (error.resource_type, error.interaction) == ("Goal", "update")


def test_fault_f38_the_gravest_failure_decides_what_comes_next() -> None:
    assert isinstance(failure({"status": "422"}, {"status": "500"}), Ambiguous)
    assert isinstance(failure({"status": "422"}, {"status": "412"}), Conflict)
    assert isinstance(failure({"status": "409"}, {"status": "502"}), Ambiguous)


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [CREATED],
        [CREATED, UPDATED, UPDATED],
        [CREATED, {**UPDATED, "location": "CarePlan/c1"}],
        [CREATED, {}],
        [CREATED, {"status": "fine"}],
        [CREATED, {"status": "302 Found"}],
        [CREATED, {"status": "2010"}],
        [CREATED, {"status": None}],
    ],
    ids=["none", "fewer", "more", "another type", "no status", "a word", "redirect", "no number", "null"],
)
def test_fault_f39_an_answer_that_does_not_lie_beside_what_was_sent_is_not_used(entries: list[JsonObject]) -> None:
    assert isinstance(failure(*entries), Ambiguous)


@pytest.mark.parametrize("bundle", [goal(), outcome("informational", severity="information"), {"entry": 5}])
def test_fault_f39_another_resource_is_no_outcome(bundle: JsonObject) -> None:
    with pytest.raises(Ambiguous):
        read_transaction(bundle, SENT)


def test_fault_f67_an_entry_that_reports_an_error_under_a_200_failed_unless_it_is_stored() -> None:
    assert isinstance(failure(CREATED, {"status": "200", "outcome": outcome("invariant")}), Refused)
    stored = {**UPDATED, "outcome": outcome("invariant", "odd, but kept")}
    assert read_transaction(transaction_response(CREATED, stored), SENT)[1].said == ("odd, but kept",)


@pytest.mark.parametrize("etag", ['W/"3"', '"3"', "3", "W/3", ' w/"3" '])
def test_fault_f29_an_etag_is_read_however_it_is_spelled(etag: str) -> None:
    assert version_in(etag) == "3"


@pytest.mark.parametrize("etag", ["", "W/", '""', 'W/"3\r\nX: y"', "a b", None, 3])
def test_attack_a62_what_is_no_etag_is_no_version(etag: object) -> None:
    assert version_in(etag) is None


def test_a_search_is_spelled_as_an_address() -> None:
    assert search_address(("Goal", {"patient": "1", "identifier": "s|v&w"})) == "Goal?patient=1&identifier=s%7Cv%26w"
    assert search_address(("Goal", [("date", "ge2026"), ("date", "le2027")])) == "Goal?date=ge2026&date=le2027"
    with pytest.raises(ReferenceRefused):
        search_address(("Goal/1", {}))


def test_a_page_keeps_remarks_apart_from_resources() -> None:
    """Epic's 4101 and unknown parameters come as OperationOutcome entries."""
    bundle = searchset(goal(), following="page2")
    bundle["entry"] += [{"resource": outcome("not-found", "no more", "warning")}, {}, "x", {"resource": 5}]
    page = read_page(bundle, SEARCH)
    assert [item["id"] for item in page.resources] == ["g1"]
    assert page.said == ("no more",)
    assert page.next == "page2"


@pytest.mark.parametrize("bundle", [{"resourceType": "Bundle"}, {"resourceType": "Bundle", "entry": None, "link": "x"}])
def test_an_empty_page_is_empty(bundle: JsonObject) -> None:
    page = read_page(bundle, SEARCH)
    assert (page.resources, page.next) == ((), None)


def test_another_resource_is_no_page() -> None:
    with pytest.raises(AnswerUnreadable):
        read_page(goal(), SEARCH)


def test_a_batch_holds_one_search_an_entry() -> None:
    bundle = batch_of([("Goal", {"patient": "1"}), ("CarePlan", {"patient": "1"})])
    assert bundle["type"] == "batch"
    assert [entry["request"]["url"] for entry in bundle["entry"]] == ["Goal?patient=1", "CarePlan?patient=1"]


def test_a_failed_entry_of_a_batch_is_its_own_error_and_the_others_are_read() -> None:
    entries = [{"response": {"status": "403"}}, {"resource": searchset(), "response": {"status": "200"}}]
    refused, found = read_batch({"resourceType": "Bundle", "entry": entries}, [SEARCH, SEARCH])
    assert isinstance(refused, ScopeMissing)
    assert refused.resource_type == "Goal"
    assert found == searchset()


@pytest.mark.parametrize("entry", [{"response": {"status": "200"}}, {"resource": searchset()}])
def test_an_entry_without_a_searchset_or_a_status_is_unreadable(entry: JsonObject) -> None:
    (found,) = read_batch({"resourceType": "Bundle", "entry": [entry]}, [SEARCH])
    assert isinstance(found, AnswerUnreadable)


def test_a_batch_without_an_answer_for_each_search_is_unreadable() -> None:
    with pytest.raises(AnswerUnreadable):
        read_batch({"resourceType": "Bundle", "entry": []}, [SEARCH])
