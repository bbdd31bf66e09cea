"""Questionnaires at length, with fixed seeds (``make soak``)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from ipt_fhir import rawjson
from ipt_fhir.questionnaires.filling import open_filling
from tests.peers.fixtures import JudgeWith
from tests.questionnaires.agreeing import compared, forms, judge_of, unexplained
from tests.questionnaires.forms import NOW
from tests.questionnaires.test_filling_laws import filled, link_ids

pytestmark = pytest.mark.soak

SEED = 20261126
RESPONSES = 20_000
MADE = 1_000
EXAMPLES = 10_000


def test_20000_responses_differ_in_known_kinds_only(judge_with: JudgeWith, tmp_path: Path) -> None:
    """How many agree is held over 2,000 (``make proof``): more forms meet more of the engine's faults."""
    asked = forms(MADE)
    assert unexplained(compared(judge_of(judge_with, asked, tmp_path), asked, RESPONSES, SEED)) == []


@seed(SEED)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(st.data())
def test_any_form_filled_in_any_way_settles_and_sends_only_what_is_on(data: st.DataObject) -> None:
    filling, _ = filled(data)
    again = filling.with_items(filling.items)
    assert (again.items, again.shown, again.problems) == (filling.items, filling.shown, filling.problems)
    out = filling.response_items()
    assert set(link_ids(out)) <= {found.item.link_id for found in filling.walk() if found.enabled}
    reopened = open_filling(filling.form, NOW, {"resourceType": "QuestionnaireResponse", "item": out})
    assert rawjson.equal(reopened.response_items(), out)
