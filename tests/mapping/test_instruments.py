"""Answers to every instrument that has a form and a score come back from the chart as they were given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from ipt_fhir.instruments.catalogue import Instrument, Item, instruments
from ipt_fhir.mapping.episode import from_fhir, to_fhir
from ipt_fhir.mapping.references import Writing
from ipt_fhir.mapping.site import Site
from ipt_fhir.model.filed_parts import filed_part
from ipt_fhir.model.measures import Response
from ipt_fhir.questionnaires.answers import Given, as_answers
from ipt_fhir.validation.validator import validate
from tests.mapping.full import FULL, NOON

SCORED = {name: found for name, found in instruments().items() if found.has_form and found.scoring}
SITE = Site(forms=frozenset(found.canonical for found in SCORED.values()))


def answered(measure: Instrument) -> Iterator[dict[str, Given]]:
    """Forms filled in so that each option is chosen once, and each number is at a bound."""
    for turn in range(max(len(_offered(item)) for item in measure.items)):
        yield {item.link_id: _offered(item)[turn % len(_offered(item))] for item in measure.items}


def _offered(item: Item) -> list[Given]:
    if item.options:
        return [option.code for option in item.options]
    bounds = (item.number.lowest, item.number.highest) if item.number else ()
    return [bound for bound in bounds if bound is not None] or [Decimal(3)]


@pytest.mark.parametrize("name", SCORED)
def test_answers_to_an_instrument_come_back_as_they_were_given(name: str) -> None:
    """Whatever code system its answers are from, and numbers as well."""
    measure = SCORED[name]
    for place, given in enumerate(answered(measure)):
        response = Response(
            id=f"3f2a9c1e-5b7d-4e8f-9a0b-0000000c{place:04d}",
            instrument=name,
            authored=NOON,
            answers=as_answers(measure, given),
        )
        course = replace(FULL, responses=(response,), safety_items=(), forms=())
        resources = to_fhir(course, Writing(patient="alma", site=SITE))
        reading = from_fhir(resources.values())
        assert (reading.episode, reading.unread) == (filed_part(course, SITE.carried), ())
        assert [issue for resource in resources.values() for issue in validate(resource)] == []
