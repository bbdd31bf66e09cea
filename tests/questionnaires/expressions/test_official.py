"""The official FHIRPath cases decide what an expression may use (decision-D52)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from ipt_fhir.questionnaires.expressions.table import FUNCTIONS, OPERATORS
from tests.questionnaires.expressions.official import TOLERATED, Outcome, fhirpath_page, verdicts

PAGE = Path(__file__).resolve().parents[3] / "docs" / "fhirpath.md"
# Defined by Structured Data Capture or only described in the standard; no official case uses them.
WITHOUT_CASES = {
    *("weight", "ordinal", "sum", "min", "max", "avg", "coalesce", "anyTrue", "allFalse", "anyFalse", "timeOfDay"),
    *("toDate", "toDateTime", "toTime"),
}


def test_every_case_passes_or_is_refused_by_name() -> None:
    wrong = [verdict.case.name for verdict in verdicts() if verdict.outcome is Outcome.WRONG]
    assert wrong == []
    assert len(verdicts()) == 935


def test_what_is_refused_by_name_uses_something_that_is_not_allowed() -> None:
    allowed = {f"{name}()" for name in FUNCTIONS} | OPERATORS
    for verdict in verdicts():
        if verdict.outcome is Outcome.REFUSED:
            assert verdict.named not in allowed
            assert verdict.named in verdict.uses or verdict.named.startswith("@")


def test_a_function_is_allowed_only_with_all_its_cases_passed() -> None:
    failed = Counter[str]()
    for verdict in verdicts():
        if verdict.outcome is Outcome.WRONG:
            failed.update(verdict.uses)
    assert not failed
    tolerated = {verdict.case.name for verdict in verdicts() if verdict.outcome is Outcome.TOLERATED}
    assert tolerated == set(TOLERATED)


def test_a_function_without_a_case_is_known_to_have_none() -> None:
    passed = {name for verdict in verdicts() if verdict.outcome is Outcome.RIGHT for name in verdict.uses}
    without = {name for name in FUNCTIONS if f"{name}()" not in passed}
    assert without == WITHOUT_CASES
    assert passed >= OPERATORS


def test_the_page_is_what_the_run_says() -> None:
    assert PAGE.read_text() == fhirpath_page(), "run: make reference"
