"""SMART scopes of both versions."""

from __future__ import annotations

import pytest

from ipt_fhir.ehr.scopes import Scope, allows, parse


@pytest.mark.parametrize(
    ("text", "permissions"),
    [
        ("patient/CarePlan.read", "rs"),
        ("patient/CarePlan.write", "cud"),
        ("patient/CarePlan.*", "cruds"),
        ("user/CarePlan.cu", "cu"),
        ("system/CarePlan.cruds", "cruds"),
    ],
)
def test_both_versions_are_read(text: str, permissions: str) -> None:
    scope = parse(text)
    assert scope is not None
    assert scope.permissions == permissions


@pytest.mark.parametrize(
    "text",
    ["launch", "openid", "patient/CarePlan.dus", "patient/CarePlan.", "patient/careplan.read", "CarePlan.read", ""],
)
def test_what_is_no_clinical_scope_grants_nothing(text: str) -> None:
    """SMART 2.2: the letters stand in the order c, r, u, d, s."""
    assert parse(text) is None


def test_a_granular_scope_keeps_its_narrowing() -> None:
    assert parse("patient/Observation.rs?category=survey") == Scope("patient", "Observation", "rs", "category=survey")
    assert allows(["patient/Observation.rs?category=survey"], "Observation", "r")


def test_what_was_granted_decides() -> None:
    granted = frozenset({"launch", "patient/CarePlan.read", "user/Goal.c", "patient/*.s"})
    assert allows(granted, "CarePlan", "r")
    assert not allows(granted, "CarePlan", "c")
    assert allows(granted, "Goal", "c")
    assert allows(granted, "Task", "s")
    assert not allows([], "Task", "s")
