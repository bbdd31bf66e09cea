"""Create, read, update, versions, delete: one resource at a time."""

from __future__ import annotations

from typing import Any

import pytest

from smart_app.sandbox.hospital import HospitalApp
from tests.sandbox.fake_app import ALMA, BASE, BENE, Clock
from tests.sandbox.given import Clinician, care_plan, clinician, goal, hospital_like, issue


def test_a_create_answers_with_place_version_and_body(at_alma: Clinician) -> None:
    response = at_alma.create(goal(id="mine", meta={"versionId": "9", "tag": [{"code": "kept"}]}))
    stored = response.get_json()
    assert response.status_code == 201
    assert stored["id"] != "mine"
    assert stored["meta"]["versionId"] == "1"
    assert stored["meta"]["tag"] == [{"code": "kept"}]
    assert stored["meta"]["lastUpdated"] == "2026-01-12T09:00:00.000+00:00"
    assert response.headers["ETag"] == 'W/"1"'
    assert response.headers["Last-Modified"] == "Mon, 12 Jan 2026 09:00:00 GMT"
    assert response.headers["Location"] == f"{BASE}/Goal/{stored['id']}/_history/1"
    assert at_alma.get(f"/Goal/{stored['id']}").get_json() == stored


def test_every_spelling_survives(at_alma: Clinician) -> None:
    body = (
        b'{"resourceType":"Goal","lifecycleStatus":"active","description":{"text":"\xc3\xa9","_text":{"id":"a"}},'
        b'"subject":{"reference":"Patient/zztest-alma"},"target":[{"detailQuantity":{"value":1.50}},'
        b'{"detailQuantity":{"value":1E2}}],"unknown":[1,true,"x"]}'
    )
    stored = at_alma.send("POST", "/Goal", body).data
    assert stored.partition(b'"lifecycleStatus"')[2] == body.partition(b'"lifecycleStatus"')[2]


def test_an_update_needs_the_version_it_changes(at_alma: Clinician) -> None:
    first = at_alma.create(goal()).get_json()
    changed = first | {"lifecycleStatus": "completed"}
    assert at_alma.put(changed).status_code == 400
    assert at_alma.put(changed, If_Match="nonsense").status_code == 400
    response = at_alma.put(changed, If_Match='W/"1"')
    assert (response.status_code, response.headers["ETag"]) == (200, 'W/"2"')
    stale = at_alma.put(changed, If_Match='W/"1"')
    assert (stale.status_code, issue(stale)) == (412, "conflict")


def test_another_clinicians_edit_makes_ours_stale(hospital: HospitalApp, at_alma: Clinician) -> None:
    ours = at_alma.create(goal()).get_json()
    hospital.store.update(ours | {"lifecycleStatus": "on-hold"})
    assert at_alma.put(ours, If_Match='W/"1"').status_code == 412
    assert at_alma.get(f"/Goal/{ours['id']}").get_json()["lifecycleStatus"] == "on-hold"


@pytest.mark.parametrize("status", [409, 412])
def test_the_row_says_how_a_stale_update_is_refused(clock: Clock, status: int) -> None:
    somebody = clinician(hospital_like(clock, stale_status=status))
    ours = somebody.create(goal()).get_json()
    assert somebody.put(ours, If_Match='W/"7"').status_code == status


def test_old_versions_can_be_read(at_alma: Clinician) -> None:
    first = at_alma.create(goal()).get_json()
    at_alma.put(first | {"lifecycleStatus": "completed"}, If_Match='W/"1"')
    place = f"/Goal/{first['id']}"
    assert at_alma.get(f"{place}/_history/1").get_json() == first
    assert at_alma.get(f"{place}/_history/2").get_json()["lifecycleStatus"] == "completed"
    assert at_alma.get(f"{place}/_history/3").status_code == 404
    history = at_alma.get(f"{place}/_history").get_json()
    assert [entry["request"]["method"] for entry in history["entry"]] == ["PUT", "POST"]


def test_an_unchanged_resource_is_not_sent_again(at_alma: Clinician) -> None:
    assert at_alma.get(f"/Patient/{ALMA}", If_None_Match='W/"1"').status_code == 304
    assert at_alma.get(f"/Patient/{ALMA}", If_None_Match='W/"2"').status_code == 200


def test_what_was_deleted_is_gone_and_can_come_back(at_alma: Clinician) -> None:
    ours = at_alma.create(goal()).get_json()
    place = f"/Goal/{ours['id']}"
    assert at_alma.send("DELETE", place, If_Match='W/"1"').status_code == 204
    gone = at_alma.get(place)
    assert (gone.status_code, issue(gone)) == (410, "deleted")
    assert at_alma.send("DELETE", place, If_Match='W/"1"').status_code == 410
    assert at_alma.get(f"{place}/_history/1").status_code == 200
    assert at_alma.get(f"/Goal?_id={ours['id']}").get_json()["total"] == 0
    assert at_alma.put(ours, If_Match='W/"1"').status_code == 412
    back = at_alma.put(ours)
    assert (back.status_code, back.headers["ETag"]) == (201, 'W/"3"')


def test_a_delete_needs_the_version_too(at_alma: Clinician) -> None:
    place = f"/Goal/{at_alma.create(goal()).get_json()['id']}"
    assert at_alma.send("DELETE", place).status_code == 400
    assert at_alma.send("DELETE", place, If_Match='W/"2"').status_code == 412


def test_put_under_a_new_id_creates_where_the_row_allows_it(at_alma: Clinician, clock: Clock) -> None:
    assert at_alma.put(goal(id="ours-1")).status_code == 201
    assert clinician(hospital_like(clock, update_creates=False)).put(goal(id="ours-1")).status_code == 405


def test_conditional_create(hospital: HospitalApp, at_alma: Clinician) -> None:
    ours = goal(identifier=[{"system": "urn:example", "value": "g-1"}])
    condition = "identifier=urn%3Aexample%7Cg-1"
    first = at_alma.create(ours, If_None_Exist=condition)
    again = at_alma.create(ours | {"lifecycleStatus": "completed"}, If_None_Exist=condition)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["ETag"] == 'W/"1"'
    assert again.get_json() == first.get_json()
    hospital.store.create(ours)
    several = at_alma.create(ours, If_None_Exist=condition)
    assert (several.status_code, issue(several)) == (412, "multiple-matches")


@pytest.mark.parametrize("condition", ["", "identifer=a", "_count=1", "identifier:exact=a"])
def test_a_condition_that_cannot_be_checked_is_refused(at_alma: Clinician, condition: str) -> None:
    assert at_alma.create(goal(), If_None_Exist=condition).status_code == 400


def test_a_hospital_may_have_no_conditional_create(clock: Clock) -> None:
    somebody = clinician(hospital_like(clock, conditional_create=False))
    assert somebody.create(goal(), If_None_Exist="identifier=a").status_code == 412


def test_answers_without_a_body(at_alma: Clinician, clock: Clock) -> None:
    asked = at_alma.create(goal(), Prefer="return=minimal")
    always = clinician(hospital_like(clock, returns="nothing")).create(goal(), Prefer="return=representation")
    assert (asked.data, always.data) == (b"", b"")
    assert (asked.status_code, always.status_code) == (201, 201)
    assert always.headers["Location"].startswith(f"{BASE}/Goal/")


def test_a_hospital_without_versions(clock: Clock) -> None:
    somebody = clinician(hospital_like(clock, versioning="no-version"))
    response = somebody.create(goal())
    ours = response.get_json()
    assert "ETag" not in response.headers
    assert "versionId" not in ours["meta"]
    assert response.headers["Location"] == f"{BASE}/Goal/{ours['id']}"
    assert somebody.put(ours, If_Match='W/"7"').status_code == 200
    assert somebody.get(f"/Goal/{ours['id']}/_history/1").status_code == 405


def test_a_hospital_that_does_not_insist_on_if_match(clock: Clock) -> None:
    somebody = clinician(hospital_like(clock, versioning="versioned"))
    ours = somebody.create(goal()).get_json()
    assert somebody.put(ours).status_code == 200
    assert somebody.put(ours, If_Match='W/"1"').status_code == 412


def test_what_a_row_does_not_offer(clock: Clock) -> None:
    somebody = clinician(hospital_like(clock, interactions={"Goal": frozenset({"read"}), "Patient": frozenset()}))
    assert somebody.create(goal()).status_code == 405
    assert somebody.get("/CarePlan/1").status_code == 404
    assert somebody.get("/Nonsense/1").status_code == 404
    statement = somebody.get("/metadata").get_json()
    assert [item["type"] for item in statement["rest"][0]["resource"]] == ["Goal"]
    assert statement["rest"][0]["resource"][0]["interaction"] == [{"code": "read"}]


@pytest.mark.parametrize(("method", "path"), [("PATCH", "/Goal/1"), ("PUT", "/Goal"), ("POST", "/Goal/1")])
def test_what_is_no_interaction_here(at_alma: Clinician, method: str, path: str) -> None:
    response = at_alma.send(method, path, {})
    assert (response.status_code, issue(response)) == (405, "not-supported")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"not json", 400),
        (b"", 400),
        (b"[]", 400),
        (b'{"resourceType":"Goal","resourceType":"Goal"}', 400),
        (b'{"resourceType":"Task"}', 400),
        (b'{"resourceType":"Goal","meta":7}', 400),
        (b'{"resourceType":"Goal"}', 422),
    ],
)
def test_a_body_that_is_no_such_resource_is_refused(at_alma: Clinician, body: bytes, status: int) -> None:
    response = at_alma.send("POST", "/Goal", body)
    assert response.status_code == status
    assert issue(response)


def test_a_body_of_another_kind_is_refused(at_alma: Clinician) -> None:
    response = at_alma.send("POST", "/Goal", b"<Goal/>", Content_Type="application/fhir+xml")
    assert (response.status_code, issue(response)) == (415, "not-supported")


def test_a_body_that_is_too_large_is_refused(clock: Clock) -> None:
    somebody = clinician(hospital_like(clock, largest_body=1000))
    response = somebody.create(goal(note=[{"text": "x" * 1000}]))
    assert (response.status_code, issue(response)) == (413, "too-long")


@pytest.mark.parametrize(
    "more",
    [
        {"note": []},
        {"note": [{}]},
        {"note": [{"text": ""}]},
        {"note": None},
        {"addresses": [{"reference": "Condition/nobody"}]},
        {"addresses": [{"reference": f"Condition/{ALMA}-f32.1/_history/2"}]},
        {"addresses": [{"reference": f"Condition/{BENE}-f33.1"}]},
        {"addresses": [{"reference": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"}]},
        {"addresses": [{"reference": "#missing"}]},
        {"addresses": [{"reference": f"{BASE}/Nonsense"}]},
        {"extension": [{"url": "urn:x", "valueReference": {"reference": "Condition/nobody"}}]},
    ],
    ids=str,
)
def test_a_resource_that_does_not_hold_together_is_refused(at_alma: Clinician, more: dict[str, Any]) -> None:
    before = at_alma.get("/Goal").get_json()["total"]
    assert at_alma.create(goal(**more)).status_code == 422
    assert at_alma.get("/Goal").get_json()["total"] == before


@pytest.mark.parametrize(
    "reference",
    [f"Condition/{ALMA}-f32.1", f"{BASE}/Condition/{ALMA}-f32.1", "https://elsewhere.example/fhir/Condition/1", "#c"],
)
def test_references_that_lead_somewhere_are_kept(at_alma: Clinician, reference: str) -> None:
    contained = [{"resourceType": "Condition", "id": "c"}]
    response = at_alma.create(goal(contained=contained, addresses=[{"reference": reference}]))
    assert response.status_code == 201
    assert response.get_json()["addresses"] == [{"reference": reference}]


@pytest.mark.parametrize("name", ["status", "intent", "subject"])
def test_a_care_plan_needs_its_musts(at_alma: Clinician, name: str) -> None:
    plan = care_plan()
    del plan[name]
    response = at_alma.create(plan)
    assert (response.status_code, issue(response)) == (422, "required")


def test_a_reference_to_something_deleted_is_refused(hospital: HospitalApp, at_alma: Clinician) -> None:
    hospital.store.delete("Condition", f"{ALMA}-z63.0")
    assert at_alma.create(goal(addresses=[{"reference": f"Condition/{ALMA}-z63.0"}])).status_code == 422


def test_a_subject_that_does_not_exist_is_refused(hospital: HospitalApp) -> None:
    assert clinician(hospital, "user/*.cruds").create(goal("nobody")).status_code == 422


def test_the_id_in_body_and_address_must_agree(at_alma: Clinician) -> None:
    assert at_alma.send("PUT", "/Goal/one", goal(id="two")).status_code == 400
    assert at_alma.send("PUT", "/Goal/one", goal()).status_code == 400
