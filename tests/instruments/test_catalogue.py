"""Instruments are found by id, by address and by code, each loaded once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ipt_fhir.instruments.catalogue import (
    SHIPPED,
    UnknownInstrument,
    claims,
    instrument,
    instrument_for,
    instruments,
    questionnaire,
)
from tests.instruments.added import CANONICAL, mood_9, with_added


def test_every_folder_is_an_instrument_under_its_name() -> None:
    assert "phq-9" in instruments()
    assert all(found.id == name for name, found in instruments().items())


def test_an_instrument_is_loaded_once() -> None:
    assert instrument("phq-9") is instruments()["phq-9"]


@pytest.mark.parametrize("name", ["phq-10", "", "../phq-9", "PHQ-9"])
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


@pytest.mark.parametrize("name", ["", "44250-9", "69725-0", "http://hospital.example/Questionnaire/phq-9"])
def test_what_nobody_claims_leads_nowhere(name: str) -> None:
    assert instrument_for(name) is None


def test_no_two_instruments_claim_the_same_form_or_code() -> None:
    claimed = [name for found in instruments().values() for name in claims(found)]
    assert len(claimed) == len(set(claimed))


def test_the_form_is_a_copy_of_ones_own() -> None:
    questionnaire("phq-9")["item"].clear()
    assert len(questionnaire("phq-9")["item"]) == 11


@pytest.mark.parametrize("name", [CANONICAL, f"{CANONICAL}|2.0", "mood-9", "mood-9-total"])
def test_an_added_instrument_is_found_like_a_shipped_one(name: str) -> None:
    added = mood_9()
    catalogue = with_added(added)
    assert catalogue.instrument("mood-9") is catalogue.instrument_for(name) is added
    assert catalogue.questionnaire("mood-9")["url"] == CANONICAL
    assert set(catalogue.instruments()) == {*instruments(), "mood-9"}


def test_nobody_who_was_not_handed_an_added_instrument_knows_it_decision_d60() -> None:
    with_added(mood_9())
    assert SHIPPED.instrument_for(CANONICAL) is None
    with pytest.raises(UnknownInstrument):
        SHIPPED.instrument("mood-9")


def test_an_added_instrument_takes_the_place_of_the_shipped_one_and_answers_to_its_address() -> None:
    added = replace(mood_9(), id="phq-9")
    catalogue = with_added(added)
    assert catalogue.instrument("phq-9") is catalogue.instruments()["phq-9"] is added
    assert catalogue.instrument_for(instrument("phq-9").canonical) is added
    assert catalogue.instrument_for("44261-6") is added
