"""Instruments are found by id, by address and by code, each loaded once."""

from __future__ import annotations

import pytest

from ipt_fhir.instruments.catalogue import UnknownInstrument, instrument, instrument_for, instruments, questionnaire


def test_every_folder_is_an_instrument_under_its_name() -> None:
    assert "phq-9" in instruments()
    assert all(found.id == name for name, found in instruments().items())


def test_an_instrument_is_loaded_once() -> None:
    assert instrument("phq-9") is instruments()["phq-9"]


@pytest.mark.parametrize("name", ["phq-8", "", "../phq-9", "PHQ-9"])
def test_an_unknown_id_is_refused_and_the_known_ones_are_named(name: str) -> None:
    with pytest.raises(UnknownInstrument, match="phq-9"):
        instrument(name)


@pytest.mark.parametrize(
    "name",
    [
        "https://ipt-fhir.github.io/fhir/Questionnaire/phq-9",
        "https://ipt-fhir.github.io/fhir/Questionnaire/phq-9|1.0.0",
        "http://hl7.org/fhir/us/core/Questionnaire/phq-9-example",
        "http://hl7.org/fhir/us/pco/Questionnaire/44249-1",
        "44249-1",
        "44261-6",
    ],
)
def test_an_address_or_a_code_leads_to_the_instrument(name: str) -> None:
    assert instrument_for(name) is instrument("phq-9")


@pytest.mark.parametrize("name", ["", "69737-5", "44250-9", "http://hospital.example/Questionnaire/phq-9"])
def test_what_nobody_claims_leads_nowhere(name: str) -> None:
    assert instrument_for(name) is None


def test_no_two_instruments_claim_the_same_form_or_code() -> None:
    claims = [
        name
        for found in instruments().values()
        for name in {
            found.canonical,
            found.panel.code,
            found.total.code,
            *(url for scheme in found.schemes for url in scheme.questionnaires),
        }
    ]
    assert len(claims) == len(set(claims))


def test_the_form_is_a_copy_of_ones_own() -> None:
    questionnaire("phq-9")["item"].clear()
    assert len(questionnaire("phq-9")["item"]) == 11
