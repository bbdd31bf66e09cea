"""The four demo cases are all there, and hold together."""

from __future__ import annotations

import json

import pytest

from smart_app.sandbox.capability import capability_statement
from smart_app.sandbox.charts import PATIENTS, demo_charts
from smart_app.sandbox.hospitals import HOSPITALS, OPEN
from smart_app.sandbox.resource_types import TYPES
from smart_app.sandbox.structure import check_resource
from tests.peers.judge import Judge
from tests.sandbox.fake_app import BASE


def codes(patient: str) -> list[str]:
    mine = [item for item in demo_charts() if item.get("subject", {}).get("reference") == f"Patient/{patient}"]
    return [item["code"]["coding"][0]["code"] for item in mine if item["resourceType"] == "Condition"]


def test_every_patient_has_the_conditions_of_the_case() -> None:
    assert {person.given: codes(person.id) for person in PATIENTS} == {
        "Alma": ["F32.1", "Z63.0"],
        "Bene": ["F33.1", "Z63.4"],
        "Chi": ["F41.1", "F32.1", "Z60.3", "Z56.1"],
        "Doru": ["F34.1", "F40.10", "Z60.4"],
    }


def test_everybody_is_marked_as_invented() -> None:
    people = [item for item in demo_charts() if item["resourceType"] in {"Patient", "Practitioner"}]
    assert len(people) == 7
    assert all(person["name"][0]["family"].startswith("ZZTEST-") for person in people)


def test_the_charts_pass_the_hospitals_own_checks() -> None:
    charts = demo_charts()
    assert len({(item["resourceType"], item["id"]) for item in charts}) == len(charts)
    for item in charts:
        check_resource(item, item["resourceType"])


def test_the_open_hospital_offers_every_type() -> None:
    assert HOSPITALS["open"] is OPEN
    statement = capability_statement(OPEN, BASE)
    assert [item["type"] for item in statement["rest"][0]["resource"]] == sorted(TYPES)
    assert statement["rest"][0]["interaction"] == [{"code": "transaction"}, {"code": "batch"}]


@pytest.mark.proof
def test_hl7s_engine_finds_nothing_wrong(judge: Judge) -> None:
    emitted = [*demo_charts(), capability_statement(OPEN, BASE)]
    errors = {item.get("id", "metadata"): judge.judge(json.dumps(item).encode()).errors for item in emitted}
    assert errors == dict.fromkeys(errors, ())
