"""A total entered by hand as an Observation, and back; the law of generated courses holds the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from ipt_fhir import rawjson
from ipt_fhir.mapping.episode import from_fhir, to_fhir
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.filed_parts import filed_part
from ipt_fhir.model.measures import ResponseStatus
from ipt_fhir.model.totals import EnteredTotal
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from ipt_fhir.validation.clinical import validate_course
from tests.mapping.example import EXAMPLE, GOAL_BY_SCORE, THERAPIST, id_of

WRITING = Writing(patient="alma")
TOTAL = EnteredTotal(
    id=id_of(70),
    instrument="epds",
    total=Decimal(14),
    authored=datetime(2026, 1, 12, 9, 0, tzinfo=UTC),
    author=THERAPIST,
    worrying=True,
)


def course(*totals: EnteredTotal) -> Episode:
    return replace(EXAMPLE, totals=totals)


def written(total: EnteredTotal = TOTAL) -> JsonObject:
    return to_fhir(course(total), WRITING)[total.id]


def test_it_is_a_score_that_is_derived_from_nothing_and_names_its_plan() -> None:
    found = written()
    assert "derivedFrom" not in found
    assert found["basedOn"] == [{"reference": f"urn:uuid:{EXAMPLE.id}"}]
    assert [coding["code"] for coding in found["code"]["coding"]] == ["99046-5"]
    assert found["valueQuantity"] == {"value": 14, "unit": "{score}", "system": systems.UCUM, "code": "{score}"}
    assert found["category"][0]["coding"][0]["code"] == "survey"
    assert found["performer"] == [{"reference": THERAPIST.reference, "display": THERAPIST.display}]
    assert found["effectiveDateTime"] == "2026-01-12T09:00:00+00:00"


def test_the_narrative_says_that_it_was_entered_and_what_the_item_says() -> None:
    words = written()["text"]["div"]
    assert "EPDS total: 14." in words
    assert "Entered from the sheet; its answers are not here." in words
    assert "Item 10 was answered above its lowest answer." in words
    assert "with its lowest answer" in written(replace(TOTAL, worrying=False))["text"]["div"]
    assert "Item" not in written(replace(TOTAL, worrying=None))["text"]["div"]


def test_a_band_is_said_where_the_instrument_has_bands() -> None:
    found = written(replace(TOTAL, instrument="wsas", worrying=None))
    assert found["interpretation"] == [{"text": "significant impairment"}]
    assert "WSAS total: 14 (significant impairment)." in found["text"]["div"]


def test_a_total_with_decimals_keeps_them() -> None:
    found = rawjson.write(written(replace(TOTAL, instrument="ede-q", total=Decimal("2.80"), worrying=None)))
    assert b'"value":2.80' in found


def test_a_total_may_be_about_a_goal() -> None:
    found = written(replace(TOTAL, focus_goal=GOAL_BY_SCORE.id))
    assert found["focus"] == [{"reference": f"urn:uuid:{GOAL_BY_SCORE.id}"}]


def test_what_is_filed_changes_its_status_only() -> None:
    chart = to_fhir(course(TOTAL), WRITING)
    gone = replace(TOTAL, status=ResponseStatus.ENTERED_IN_ERROR, total=Decimal(3))
    again = to_fhir(course(gone), WRITING, chart)[TOTAL.id]
    assert again == {**chart[TOTAL.id], "status": "entered-in-error"}


def test_a_corrected_total_names_the_first_and_both_come_back() -> None:
    first = replace(TOTAL, status=ResponseStatus.ENTERED_IN_ERROR)
    second = replace(TOTAL, id=id_of(71), status=ResponseStatus.AMENDED, replaces=first.id, total=Decimal(9))
    chart = to_fhir(course(first, second), WRITING)
    assert chart[second.id]["extension"] == [
        {"url": systems.EXTENSION_REPLACES, "valueReference": {"reference": f"urn:uuid:{first.id}"}}
    ]
    assert from_fhir(chart.values()).episode.totals == (first, second)


def test_a_score_of_a_response_is_no_entered_total_and_another_plan_s_is_not_ours() -> None:
    chart = to_fhir(course(TOTAL), WRITING)
    assert from_fhir(chart.values()).episode.totals == (TOTAL,)
    chart[TOTAL.id]["basedOn"] = [{"reference": "CarePlan/other"}]
    reading = from_fhir(chart.values())
    assert (reading.episode.totals, reading.unread) == ((), ())


@pytest.mark.parametrize("value", [{}, {"value": "14"}, {"value": True}, {"unit": "{score}"}])
def test_a_total_that_lost_its_number_is_named_and_the_rest_of_the_course_is_read(value: JsonObject) -> None:
    chart = to_fhir(course(TOTAL), WRITING)
    chart[TOTAL.id]["valueQuantity"] = value
    reading = from_fhir(chart.values())
    assert [item.key for item in reading.unread] == [TOTAL.id]
    assert reading.episode == filed_part(EXAMPLE)


def test_our_own_rules_ask_no_source_of_it_but_hold_it_to_its_range() -> None:
    """A PHQ-9 without its answers is refused: where we ship a form it is filled in."""
    chart = to_fhir(course(TOTAL), WRITING)
    others = [item for key, item in chart.items() if key != TOTAL.id]
    sound: JsonObject = chart[TOTAL.id]
    beyond = {**sound, "valueQuantity": {**sound["valueQuantity"], "value": 31}}
    phq_9 = {**sound, "code": {"coding": [{"system": systems.LOINC, "code": "44261-6"}]}}
    found = [[issue.rule for issue in validate_course([*others, total])] for total in (sound, beyond, phq_9)]
    assert found == [[], ["ipt-score-range"], ["ipt-score-source"]]
