"""An instrument that is not shipped, made from one that is: what an installation adds in tests."""

from __future__ import annotations

from dataclasses import replace

from ipt_fhir.instruments.catalogue import Added, Catalogue, Instrument, instrument, questionnaire
from ipt_fhir.terminology.concepts import Concept

CANONICAL = "https://clinic.example/fhir/Questionnaire/mood-9"


def mood_9() -> Instrument:
    """The PHQ-9 under another name, with codes of its own for panel and total."""
    codes = "https://clinic.example/fhir/CodeSystem/mood-9"
    return replace(
        instrument("phq-9"),
        id="mood-9",
        title="Mood 9",
        canonical=CANONICAL,
        panel=Concept(codes, "mood-9", "Mood 9"),
        total=Concept(codes, "mood-9-total", "Mood 9, total"),
        schemes=(),
    )


def with_added(found: Instrument) -> Catalogue:
    """The shipped instruments and this one."""
    return Catalogue({found.id: Added(found, {**questionnaire("phq-9"), "url": found.canonical})})
