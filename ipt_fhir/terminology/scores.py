"""Scores a goal can aim at, by LOINC code of the score."""

from __future__ import annotations

from dataclasses import dataclass

from ipt_fhir.locale.texts import N_
from ipt_fhir.terminology import systems
from ipt_fhir.terminology.concepts import Concept


@dataclass(frozen=True, slots=True)
class ScoreCode:
    """A score: its LOINC concept and the id of the instrument that yields it."""

    concept: Concept
    instrument: str


# Display as the Person-Centered Outcomes guide 1.0.0 and US Core 6.1.0 print it.
SCORES: dict[str, ScoreCode] = {
    "44261-6": ScoreCode(
        Concept(systems.LOINC, "44261-6", N_("Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]")),
        "phq-9",
    ),
}
