"""Search: what matches, what is unknown, and page after page."""

from __future__ import annotations

from typing import Any

import pytest

from smart_app.sandbox.hospital import HospitalApp
from tests.sandbox.fake_app import ALMA, BASE, BENE, Clock
from tests.sandbox.given import Clinician, clinician, goal, hospital_like, issue

ICD = "http://hl7.org/fhir/sid/icd-10-cm"
CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"


@pytest.fixture
def everywhere(hospital: HospitalApp) -> Clinician:
    return clinician(hospital, "user/*.cruds")


def ids(bundle: dict[str, Any]) -> list[str]:
    return [entry["resource"]["id"] for entry in bundle.get("entry", []) if entry["search"]["mode"] == "match"]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        (f"patient={ALMA}", 2),
        (f"patient=Patient/{ALMA}", 2),
        (f"subject={BASE}/Patient/{ALMA}", 2),
        (f"patient={ALMA},{BENE}", 4),
        (f"patient={ALMA}&patient={BENE}", 0),
        ("subject=Practitioner/zztest-alma", 0),
        (f"code={ICD}|F32.1", 2),
        ("code=F32.1", 2),
        ("code=|F32.1", 0),
        (f"code={ICD}|", 11),
        (f"code={ICD}|F32.1,{ICD}|F41.1", 3),
        (f"category={CATEGORY}|problem-list-item", 6),
        ("category=health-concern", 5),
        ("clinical-status=active&code=F32.1", 2),
        (f"_id={ALMA}-f32.1", 1),
        ("onset-date=2025-08-18", 1),
        ("onset-date=2025-08", 1),
        ("onset-date=ge2025-10-15", 2),
        ("onset-date=gt2025-10-15&onset-date=lt2026", 1),
        ("onset-date=le2016", 1),
        ("onset-date=ne2025", 3),
        ("recorded-date=2026-01-07T12:00:00Z", 0),
        ("_lastUpdated=2026-01-12", 11),
    ],
)
def test_conditions(everywhere: Clinician, query: str, count: int) -> None:
    bundle = everywhere.get(f"/Condition?{query}").get_json()
    assert (bundle["type"], bundle["total"], len(ids(bundle))) == ("searchset", count, count)


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("/Patient?identifier=https://demo-hospital.example/fhir/sid/mrn|ZZ-100001", 1),
        ("/Patient?identifier=urn:other|ZZ-100001", 0),
        ("/Patient?identifier=ZZ-100001", 1),
        ("/Patient?birthdate=1987-06-14&gender=female", 1),
        ("/CarePlan?category=assess-plan&status=active", 3),
        ("/CarePlan?date=2026-01-01", 0),
        ("/CarePlan?date=ge2026-01-01", 3),
        ("/MedicationRequest?intent=order", 2),
    ],
)
def test_other_types(everywhere: Clinician, path: str, count: int) -> None:
    assert everywhere.get(path).get_json()["total"] == count


def test_an_absolute_reference_is_found_too(at_alma: Clinician) -> None:
    at_alma.create(goal() | {"subject": {"reference": f"{BASE}/Patient/{ALMA}"}})
    assert at_alma.get(f"/Goal?patient={ALMA}").get_json()["total"] == 1


def test_a_search_may_be_posted(at_alma: Clinician) -> None:
    form = b"code=F32.1"
    response = at_alma.send("POST", "/Condition/_search", form, Content_Type="application/x-www-form-urlencoded")
    assert ids(response.get_json()) == [f"{ALMA}-f32.1"]


def test_an_unknown_parameter_is_ignored_and_said(at_alma: Clinician) -> None:
    bundle = at_alma.get("/Condition?colour=blue&code=F32.1").get_json()
    assert bundle["total"] == 1
    assert bundle["link"][0]["url"] == f"{BASE}/Condition?code=F32.1"
    outcome = bundle["entry"][-1]
    assert outcome["search"]["mode"] == "outcome"
    assert "colour" in outcome["resource"]["issue"][0]["diagnostics"]


def test_an_unknown_parameter_is_refused_when_the_client_is_strict(at_alma: Clinician) -> None:
    response = at_alma.get("/Condition?colour=blue", Prefer="handling=strict")
    assert (response.status_code, issue(response)) == (400, "not-supported")
    assert at_alma.get("/Condition?code=F32.1&_format=json", Prefer="handling=strict").status_code == 200


@pytest.mark.parametrize("query", ["code:not=F32.1", "onset-date=soon", "code=", "_count=many", "onset-date=2026-13"])
def test_what_cannot_be_read_is_never_ignored(at_alma: Clinician, query: str) -> None:
    assert at_alma.get(f"/Condition?{query}").status_code == 400


def test_pages_follow_each_other_to_the_end(hospital: HospitalApp) -> None:
    everywhere = clinician(hospital, "user/Condition.s")
    seen, path = [], "/Condition?_count=4&category=health-concern,problem-list-item"
    while path:
        bundle = everywhere.get(path).get_json()
        assert bundle["total"] == 11
        seen.append(ids(bundle))
        following = [link["url"] for link in bundle["link"] if link["relation"] == "next"]
        assert all(url.startswith(BASE) for url in following)
        path = following[0].removeprefix(BASE) if following else ""
    assert [len(page) for page in seen] == [4, 4, 3]
    assert len({item for page in seen for item in page}) == 11


def test_a_page_is_as_private_as_the_search(hospital: HospitalApp) -> None:
    bundle = clinician(hospital, "user/Condition.s").get("/Condition?_count=1").get_json()
    page = bundle["link"][1]["url"].removeprefix(BASE)
    assert ids(clinician(hospital, patient=BENE).get(page).get_json()) == [f"{BENE}-z63.4"]
    assert clinician(hospital, "patient/Goal.rs").get(page).status_code == 403


@pytest.mark.parametrize(
    "page", ["x", "", "W10=", "WyJHb2FsIiwgW10sIC0xXQ==", "WyJOb25zZW5zZSIsIFtdLCAwXQ==", "%C3%A9"]
)
def test_a_page_nobody_linked_to_is_refused(at_alma: Clinician, page: str) -> None:
    assert at_alma.get(f"?_page={page}").status_code == 400


def test_a_page_of_a_search_that_is_not_offered_is_refused(clock: Clock) -> None:
    somebody = clinician(hospital_like(clock, interactions={"Goal": frozenset({"read"})}))
    assert somebody.get("?_page=WyJHb2FsIiwgW10sIDBd").status_code == 405


def test_the_row_limits_the_page(clock: Clock) -> None:
    somebody = clinician(hospital_like(clock, page_size=1))
    assert len(ids(somebody.get("/Condition?_count=50").get_json())) == 1
    assert len(ids(somebody.get("/Condition").get_json())) == 1


def test_count_zero_only_counts(at_alma: Clinician) -> None:
    bundle = at_alma.get("/Condition?_count=0").get_json()
    assert bundle["total"] == 2
    assert "entry" not in bundle
    assert [link["relation"] for link in bundle["link"]] == ["self"]


def test_results_can_be_sorted_by_last_update(at_alma: Clinician, clock: Clock) -> None:
    made = []
    for _ in range(3):
        clock.pass_(minutes=1)
        made.append(at_alma.create(goal()).get_json()["id"])
    assert ids(at_alma.get("/Goal?_sort=_lastUpdated").get_json()) == made
    assert ids(at_alma.get("/Goal?_sort=-_lastUpdated").get_json()) == made[::-1]


def test_an_unknown_sort_is_said(at_alma: Clinician) -> None:
    assert at_alma.get("/Goal?_sort=colour").get_json()["entry"][0]["search"]["mode"] == "outcome"
