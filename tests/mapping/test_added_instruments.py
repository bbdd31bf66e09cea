"""Answers to an instrument that an installation added travel like those to a shipped one (decision-D60)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ipt_fhir.instruments.catalogue import UnknownInstrument
from ipt_fhir.mapping.episode import from_fhir, to_fhir
from ipt_fhir.mapping.references import Writing
from ipt_fhir.mapping.site import Site
from ipt_fhir.model.filed_parts import filed_part
from ipt_fhir.protocol.response_states import asks_for_an_act
from ipt_fhir.protocol.rules import breaches
from ipt_fhir.validation.clinical import broken_rules
from tests.instruments.added import CANONICAL, mood_9, with_added
from tests.mapping.example import BASELINE, EXAMPLE, START

CATALOGUE = with_added(mood_9())
WRITING = Writing(patient="alma", site=Site(catalogue=CATALOGUE))
COURSE = replace(EXAMPLE, responses=(replace(BASELINE, instrument="mood-9"),), safety_items=())


def test_a_course_with_its_answers_comes_back_whole() -> None:
    written = to_fhir(COURSE, WRITING)
    responses = [item for item in written.values() if item["resourceType"] == "QuestionnaireResponse"]
    assert [item["questionnaire"] for item in responses] == [f"{CANONICAL}|1.0.0"]
    reading = from_fhir(written.values(), CATALOGUE)
    assert (reading.episode, reading.unread) == (filed_part(COURSE), ())


def test_without_the_instrument_its_answers_are_named_as_unread_and_cannot_be_written() -> None:
    reading = from_fhir(to_fhir(COURSE, WRITING).values())
    assert [item.resource_type for item in reading.unread] == ["QuestionnaireResponse"]
    with pytest.raises(UnknownInstrument):
        to_fhir(COURSE, Writing(patient="alma"))


def test_its_safety_answer_asks_for_an_act_in_the_course_and_in_what_is_filed_decision_d21() -> None:
    worrying = COURSE.responses[0]
    assert asks_for_an_act(worrying, CATALOGUE) is not None
    assert asks_for_an_act(worrying) is None
    assert "ipt-7" in {item.rule for item in breaches(COURSE, today=START, catalogue=CATALOGUE)}
    resources = list(to_fhir(COURSE, WRITING).values())
    assert "ipt-safety-task" in {issue.rule for _, issue in broken_rules(resources, CATALOGUE)}
    assert "ipt-safety-task" not in {issue.rule for _, issue in broken_rules(resources)}
