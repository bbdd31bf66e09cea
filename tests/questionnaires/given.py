"""Answers and responses to start from, and the published forms others number the PHQ-9 in."""

from __future__ import annotations

import tarfile
from collections.abc import Mapping

from ipt_fhir import rawjson
from ipt_fhir.instruments.catalogue import Instrument, instrument
from ipt_fhir.rawjson import JsonObject
from tests.published import published

PHQ_9 = instrument("phq-9")
ITEM_9 = "/44260-8"
DIFFICULTY = "/69722-7"
CODES = ("LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9")

US_CORE = "ig/hl7.fhir.us.core-6.1.0.tgz"
US_CORE_FORM = "package/example/Questionnaire-phq-9-example.json"
US_CORE_RESPONSE = "package/example/QuestionnaireResponse-phq-9-example.json"
R4_EXAMPLES = "ig/hl7.fhir.r4.examples-4.0.1-subset.tgz"
R4_FORM = "package/Questionnaire-phq-9-questionnaire.json"
PCO_FORM = "samples/questionnaires/pco-ig-44249-1.json"
ARGONAUT_FORM = "samples/questionnaires/lforms-questionnaire-example-phq9.json"
CIRG_FORM = "samples/questionnaires/asbi-screening-app-CIRG-PHQ9.json"
SDC_RESPONSE = "samples/questionnaireresponses/fhir-test-cases-adaptive-questionnaireresponse-sdc-example-phq9.json"
PACIO_RESPONSE = "samples/questionnaireresponses/fhir-pacio-pfe-PFEIG-QResponse-SNF-PHQ9-1.json"


def digits(spelled: str, measure: Instrument = PHQ_9) -> dict[str, str]:
    """Answers from one digit an item, in printed order; ``-`` leaves the item out."""
    pairs = zip(measure.counted, spelled, strict=True)
    return {link_id: CODES[int(digit)] for link_id, digit in pairs if digit != "-"}


def answered(link_id: str, code: str, system: str | None = "http://loinc.org") -> JsonObject:
    """One answered item of a response."""
    coding = {"code": code} | ({"system": system} if system else {})
    return {"linkId": link_id, "answer": [{"valueCoding": coding}]}


def response(answers: Mapping[str, str], questionnaire: str = PHQ_9.canonical, status: str = "completed") -> JsonObject:
    """A response with these answers: linkId to code."""
    rows = [answered(link_id, code) for link_id, code in answers.items()]
    return {"resourceType": "QuestionnaireResponse", "questionnaire": questionnaire, "status": status, "item": rows}


def sample(file: str) -> JsonObject:
    """A published file."""
    return rawjson.parse_object(published(file).read_bytes())


def packed(package: str, member: str) -> JsonObject:
    """A file inside a published package."""
    with tarfile.open(published(package)) as archive:
        found = archive.extractfile(member)
        assert found is not None
        return rawjson.parse_object(found.read())
