"""The planted defects (data: planted-defects): each is found by the rule it breaks, no clean twin is flagged."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ipt_fhir.validation.issues import errors
from ipt_fhir.validation.validator import validate
from tests.published import published

# Defect -> the rule that must find it. D03, D04, D05, D14 and D17 exist only in US Core's profiles.
RULES = {
    "D01": "required",
    "D02": "required",
    "D03": "required",
    "D04": "slice",
    "D05": "slice",
    "D06": "binding",
    "D07": "binding",
    "D08": "binding",
    "D09": "binding",
    "D10": "cpl-3",
    "D11": "gol-1",
    "D12": "per-1",
    "D13": "qrs-1",
    "D14": "us-core-2",
    "D15": "con-4",
    "D16": "reference-target",
    "D17": "reference-target",
    "D18": "reference-target",
    "D19": "choice",
    "D20": "unknown-element",
    "D21": "unknown-element",
    "D22": "format",
    "D23": "format",
    "D24": "format",
    "D25": "unknown-element",
    "D26": "unknown-element",
    "D27": "shape",
    "D28": "shape",
    "D29": "empty",
    "D30": "empty",
    "D31": "shape",
    "D32": "format",
    "D33": "ext-1",
    "D34": "required",
    "D35": "txt-1",
    "D36": "dom-3",
    "D37": "ref-1",
    "D38": "required",
    "D39": "binding",
    "D40": "binding",
}
IN_PROFILES_ONLY = {"D03", "D04", "D05", "D14", "D17"}


def case(name: str) -> dict[str, Any]:
    cases = json.loads(published("planted-defects/cases.json").read_bytes())["cases"]
    found: dict[str, Any] = next(item for item in cases if item["id"] == name)
    return found


@pytest.mark.parametrize("defect", RULES)
def test_defect_is_found_by_its_rule(defect: str) -> None:
    planted = case(defect)
    found = errors(validate(planted["resource"], [planted["profile"]]))
    assert RULES[defect] in {issue.rule for issue in found}


@pytest.mark.parametrize("defect", RULES)
def test_base_r4_alone_finds_what_is_not_a_matter_of_profiles(defect: str) -> None:
    assert bool(errors(validate(case(defect)["resource"]))) == (defect not in IN_PROFILES_ONLY)


@pytest.mark.parametrize("name", ["cp", "goal", "obs", "cond", "qr"])
def test_clean_twin_passes(name: str) -> None:
    clean = case(f"OK-{name}")
    assert not errors(validate(clean["resource"], [clean["profile"]]))
