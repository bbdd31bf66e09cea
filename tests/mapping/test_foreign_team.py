"""A CareTeam of the chart, read as far as it says who belongs to it."""

from __future__ import annotations

from typing import Any

import pytest

from ipt_fhir.mapping.foreign_team import read_foreign_team
from ipt_fhir.model.foreign import ForeignMember


def team(*participants: Any, **parts: Any) -> dict[str, Any]:
    return {"resourceType": "CareTeam", "id": "7", "participant": list(participants), **parts}


def test_everybody_but_the_patient_is_named_with_the_roles() -> None:
    doctor = {"member": {"display": "Dr. Lind"}, "role": [{"text": "Family doctor"}, {"coding": [{"code": "x"}]}]}
    unknown = {"member": {"reference": "Practitioner/9"}}
    role_only = {"role": [{"coding": [{"display": "Nurse"}]}]}
    patient = {"member": {"reference": "https://ehr.example/fhir/Patient/1"}}
    found = read_foreign_team(team(doctor, unknown, role_only, patient, {}, name="Ward", status="active"), "Patient/1")
    assert (found.reference, found.name, found.status) == ("CareTeam/7", "Ward", "active")
    assert found.members == (
        ForeignMember(name="Dr. Lind", roles=("Family doctor", "x")),
        ForeignMember(name="Practitioner/9"),
        ForeignMember(name="", roles=("Nurse",)),
    )


@pytest.mark.parametrize(
    "broken",
    [
        {"participant": "nobody"},
        {"participant": ["x", {"member": "me", "role": "doctor"}, {"role": [{"text": 3, "coding": [{"code": 4}]}]}]},
        {"name": {"text": "x"}, "status": 5},
    ],
)
def test_what_is_misshapen_is_left_out(broken: dict[str, Any]) -> None:
    found = read_foreign_team(team(**broken) | broken, "Patient/1")
    assert (found.name, found.status, found.members) == ("", "", ())
