"""What is proposed from a foreign form's answers is valid under HL7's own engine."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.extraction import Extraction, extract
from ipt_fhir.questionnaires.form_reading import read_form
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation.issues import errors
from ipt_fhir.validation.validator import validate
from tests.peers.judge import Judge
from tests.questionnaires.extracting.drawn import REFERENCE, drawn, ids, sample
from tests.questionnaires.extracting.test_templates import published_answers
from tests.questionnaires.forms import extension, item, row

MARK = extension(Known.OBSERVATION_EXTRACT, valueBoolean=True)
ANSWERS: dict[str, JsonObject] = {
    "boolean": {"valueBoolean": True},
    "decimal": {"valueDecimal": 80},
    "integer": {"valueInteger": 3},
    "date": {"valueDate": "2026-08-01"},
    "dateTime": {"valueDateTime": "2026-08-01T10:00:00Z"},
    "time": {"valueTime": "10:00:00"},
    "string": {"valueString": "a"},
    "url": {"valueUri": "https://example.org"},
    "choice": {"valueCoding": {"system": "http://loinc.org", "code": "LA6568-5", "display": "Not at all"}},
    "open-choice": {"valueString": "mine"},
    "quantity": {"valueQuantity": {"value": 1, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"}},
}


def of_every_kind() -> Extraction:
    codes = [{"system": "http://loinc.org", "code": "75326-9", "display": "Problem"}]
    items = [item(kind, kind, code=codes) for kind in ANSWERS]
    return drawn(items, [row(kind, answer) for kind, answer in ANSWERS.items()], extension=[MARK])


def of_templates() -> Extraction:
    return extract(read_form(sample("lforms-extract-complex-template2")), published_answers(), REFERENCE, ids())


@pytest.mark.proof
@pytest.mark.parametrize("drawing", [of_every_kind, of_templates])
def test_what_is_proposed_is_valid(judge: Judge, drawing: Callable[[], Extraction]) -> None:
    found = [proposal.resource for proposal in drawing().proposals]
    assert len(found) >= 2
    assert [errors(validate(resource)) for resource in found] == [[] for _ in found]
    assert [judge.judge(resource).errors for resource in found] == [() for _ in found]


@pytest.mark.proof
def test_a_spoilt_proposal_is_found(judge: Judge) -> None:
    """A silent engine could not pass."""
    spoilt = of_every_kind().proposals[0].resource
    del spoilt["code"]
    assert judge.judge(spoilt).errors
