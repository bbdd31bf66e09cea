"""What is wrong with a resource: severity, place, rule, sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An ERROR keeps a resource in the house; a WARNING is best practice."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding.

    ``location`` is FHIRPath (``CarePlan.activity[2].detail.status``), ``rule`` a FHIR invariant key (``cpl-3``), one of
    our clinical rules (``ipt-...``) or one of the words in ``sentences.py`` (``required``, ``binding`` ...).
    ``message`` is one sentence for IT; it never repeats a value of the resource, because issues are logged.
    """

    severity: Severity
    location: str
    rule: str
    message: str


def errors(issues: Iterable[Issue]) -> list[Issue]:
    """The issues that keep the resource in the house."""
    return [issue for issue in issues if issue.severity is Severity.ERROR]
