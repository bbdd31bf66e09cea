"""Two value sets over systems of others: circumstances (ICD-10-CM) and scores (LOINC). Codes only, no displays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ipt_fhir.mapping.publication import heading
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from ipt_fhir.terminology.scores import SCORES
from ipt_fhir.terminology.z_codes import Z_CODES

CIRCUMSTANCES: Final = f"{systems.VALUE_SET}/ipt-circumstance"
SCORE_CODES: Final = f"{systems.VALUE_SET}/ipt-score-code"


def value_sets_of_others() -> Iterator[JsonObject]:
    """R4 ValueSet resources that name codes of ICD-10-CM and LOINC; the displays stay with their owners."""
    z_codes = [code for codes in Z_CODES.values() for code in codes]
    yield _value_set(
        "ipt-circumstance",
        "Circumstances that go with an IPT problem area",
        "Z codes of ICD-10-CM, release of April 2026, that support a problem area. None is a diagnosis of the course.",
        {systems.ICD_10_CM: z_codes},
    )
    by_system: dict[str, list[str]] = {}
    for score in SCORES.values():
        by_system.setdefault(score.concept.system, []).append(score.concept.code)
    yield _value_set(
        "ipt-score-code",
        "Scores of a course of IPT",
        "Scores a goal can aim at: LOINC codes where they were verified, codes of our own otherwise.",
        by_system,
    )


def _value_set(name: str, title: str, description: str, codes: dict[str, list[str]]) -> JsonObject:
    included = [{"system": system, "concept": [{"code": code} for code in held]} for system, held in codes.items()]
    return {
        **heading("ValueSet", name, title, description),
        "immutable": False,
        "compose": {"include": included},
    }
