"""Draw from small forms, for the tests of extraction."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from typing import Any

from ipt_fhir.questionnaires.extraction import Extraction, extract
from ipt_fhir.questionnaires.form_reading import read_form
from ipt_fhir.rawjson import JsonObject
from tests.published import published
from tests.questionnaires.forms import questionnaire

REFERENCE = "QuestionnaireResponse/7"
HEAD: JsonObject = {
    "resourceType": "QuestionnaireResponse",
    "id": "7",
    "status": "completed",
    "subject": {"reference": "Patient/p1"},
    "encounter": {"reference": "Encounter/e1"},
    "authored": "2026-08-01T10:00:00Z",
    "author": {"reference": "Practitioner/therapist-1"},
}


def ids() -> Callable[[], str]:
    """UUIDs one after the other."""
    numbers = count(1)
    return lambda: f"00000000-0000-4000-8000-{next(numbers):012d}"


def response(*rows: JsonObject, **members: Any) -> JsonObject:
    """A finished response with these items."""
    return {**HEAD, **members, "item": list(rows)}


def drawn(items: list[JsonObject], rows: list[JsonObject], told: JsonObject | None = None, **form: Any) -> Extraction:
    """What is drawn from a response to a form with these items; ``told`` are members of the response."""
    return extract(read_form(questionnaire(*items, **form)), response(*rows, **(told or {})), REFERENCE, ids())


def sample(name: str) -> JsonObject:
    """A published Questionnaire."""
    found: JsonObject = json.loads(published(f"samples/questionnaires/{name}.json").read_bytes())
    return found
