"""A token opens what its scopes say, in the chart of its patient, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from smart_app.sandbox.hospital import HospitalApp
from smart_app.sandbox.scopes import Scope, granted, parse
from tests.sandbox.fake_app import ALMA, BENE
from tests.sandbox.given import Clinician, care_plan, clinician, goal, issue

ALMAS_PLAN = f"CarePlan/{ALMA}-primary-care"


@pytest.mark.parametrize(
    ("text", "letters"),
    [("patient/Goal.rs", "rs"), ("patient/Goal.read", "rs"), ("user/Goal.write", "cud"), ("user/*.*", "cruds")],
)
def test_both_spellings_are_understood(text: str, letters: str) -> None:
    scope = parse(text)
    assert scope
    assert scope.letters == letters


@pytest.mark.parametrize("text", ["openid", "patient/Goal.", "patient/Goal.sr", "Goal.rs", "patient/Goal.rs?code=1"])
def test_anything_else_is_no_resource_scope(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("requested", "registered", "expected"),
    [
        ("patient/Goal.read", "patient/*.cruds", "patient/Goal.read"),
        ("patient/*.cruds", "patient/Goal.rs", "patient/Goal.rs"),
        ("patient/Goal.cruds", "patient/Goal.read", "patient/Goal.rs"),
        ("user/Goal.rs", "patient/Goal.rs", ""),
        ("launch openid launch", "openid launch", "launch openid"),
        ("offline_access", "offline_access", ""),
    ],
)
def test_what_is_granted_is_what_both_sides_name(requested: str, registered: str, expected: str) -> None:
    assert granted(requested, registered.split()) == expected
    assert granted(expected, registered.split()) == expected


def test_two_scopes_of_different_types_share_nothing() -> None:
    assert Scope("patient", "Goal", "rs").narrowed(Scope("patient", "Task", "rs")) is None


@pytest.mark.parametrize("value", [None, "Bearer", "Bearer made-up", "Basic dTpw"])
def test_without_a_good_token_there_is_a_challenge(hospital: HospitalApp, value: str | None) -> None:
    response = Clinician(hospital, {"Authorization": value} if value else {}).get(f"/Patient/{ALMA}")
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer ")
    assert issue(response) in {"login", "expired"}


def test_metadata_needs_no_token(hospital: HospitalApp) -> None:
    assert hospital.test_client().get("/fhir/metadata").status_code == 200


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("patient/Goal.cruds", "GET", f"/{ALMAS_PLAN}"),
        ("patient/CarePlan.cuds", "GET", f"/{ALMAS_PLAN}"),
        ("patient/CarePlan.crud", "GET", f"/CarePlan?patient={ALMA}"),
        ("patient/CarePlan.ruds", "POST", "/CarePlan"),
        ("patient/CarePlan.crds", "PUT", f"/{ALMAS_PLAN}"),
        ("patient/CarePlan.crus", "DELETE", f"/{ALMAS_PLAN}"),
        ("launch openid", "GET", f"/{ALMAS_PLAN}"),
    ],
)
def test_a_missing_letter_is_forbidden(hospital: HospitalApp, scope: str, method: str, path: str) -> None:
    body = care_plan(id=f"{ALMA}-primary-care") if method in {"POST", "PUT"} else None
    response = clinician(hospital, scope).send(method, path, body, If_Match='W/"1"')
    assert (response.status_code, issue(response)) == (403, "forbidden")
    assert "insufficient_scope" in response.headers["WWW-Authenticate"]


@pytest.mark.parametrize("path", [f"/Patient/{BENE}", f"/Condition/{BENE}-f33.1", f"/Patient/{BENE}/_history/1"])
def test_another_chart_cannot_be_read(at_alma: Clinician, path: str) -> None:
    assert at_alma.get(path).status_code == 403


def test_a_search_sees_this_chart_only(at_alma: Clinician) -> None:
    assert at_alma.get("/Patient").get_json()["total"] == 1
    assert at_alma.get("/Condition").get_json()["total"] == 2
    assert at_alma.get(f"/Condition?patient={BENE}").status_code == 403
    assert at_alma.get(f"/Condition?subject=Patient/{BENE}").status_code == 403


def test_staff_can_be_read_from_any_chart_and_changed_from_none(at_alma: Clinician) -> None:
    vale = at_alma.get("/Practitioner/zztest-vale")
    assert vale.status_code == 200
    assert at_alma.put(vale.get_json(), If_Match='W/"1"').status_code == 405


@pytest.mark.parametrize(
    "resource", [goal(BENE), {**goal(), "subject": {"reference": "Group/1"}}], ids=["bene", "group"]
)
def test_nothing_is_written_into_another_chart(at_alma: Clinician, resource: dict[str, Any]) -> None:
    assert at_alma.create(resource).status_code == 403


def test_a_resource_cannot_be_moved_between_charts(hospital: HospitalApp, at_alma: Clinician) -> None:
    hers = at_alma.create(goal()).get_json()
    hers["subject"] = {"reference": f"Patient/{BENE}"}
    assert at_alma.put(hers, If_Match='W/"1"').status_code == 403
    assert clinician(hospital, patient=BENE).put(hers, If_Match='W/"1"').status_code == 403
    hers["subject"] = {"reference": f"Patient/{ALMA}"}
    assert clinician(hospital, patient=BENE).put(hers, If_Match='W/"1"').status_code == 403
    assert clinician(hospital, patient=BENE).send("DELETE", f"/Goal/{hers['id']}").status_code == 403


def test_a_user_scope_opens_every_chart(hospital: HospitalApp) -> None:
    somebody = clinician(hospital, "user/*.cruds")
    assert somebody.get("/Patient").get_json()["total"] == 4
    assert somebody.create(goal(BENE)).status_code == 201


def test_a_condition_does_not_reveal_another_chart(hospital: HospitalApp, at_alma: Clinician) -> None:
    known = {"system": "urn:example", "value": "g-1"}
    hospital.store.create(goal(BENE, identifier=[known]))
    response = at_alma.create(goal(identifier=[known]), If_None_Exist="identifier=urn:example|g-1")
    assert response.status_code == 403
