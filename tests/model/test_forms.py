"""What a filled form refuses, when two are the same, and that courses saved before there were forms still open."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import msgspec
import pytest

from ipt_fhir import rawjson
from ipt_fhir.model import snapshot
from ipt_fhir.model.forms import ITEM_LIMITS, FilledForm
from ipt_fhir.model.limits import TextTooLong
from ipt_fhir.model.measures import ResponseStatus, Withdrawal, answered_at
from tests.mapping.full import FULL, INTAKE, NOON

NAIVE = datetime(2026, 1, 5, 12)  # noqa: DTZ001 - what must be refused
STANDING = replace(INTAKE, status=ResponseStatus.COMPLETED, withdrawn=None)


def nested(depth: int) -> str:
    """Items in items, each level two brackets deep."""
    return '[{"linkId":"1","item":' * depth + "[]" + "}]" * depth


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ("{}", "list of objects"),
        ('["a"]', "list of objects"),
        ("[]", "has an item"),
        ("[{", "not JSON|brackets"),
        ('[{"a":1,"a":2}]', "twice"),
        ("[NaN]", "not JSON"),
        (nested(ITEM_LIMITS.depth), "nested deeper"),
        (f'[{{"text":"{"x" * ITEM_LIMITS.size}"}}]', "larger than"),
        ("[" + ",".join(["{}"] * (ITEM_LIMITS.nodes + 1)) + "]", "more than"),
    ],
)
def test_items_that_no_response_could_hold_are_refused_without_repeating_them(items: str, words: str) -> None:
    """attack-A50, attack-A54."""
    with pytest.raises(ValueError, match=words) as refused:
        replace(STANDING, items=items)
    assert "xxx" not in str(refused.value)


def test_the_deepest_form_still_passes_inside_a_bundle() -> None:
    deepest = replace(STANDING, items=nested((ITEM_LIMITS.depth - 1) // 2))
    bundle = {"entry": [{"resource": {"item": deepest.raw_items()}}]}
    assert rawjson.parse(rawjson.write(bundle)) == bundle


@pytest.mark.parametrize("part", [{"form": " "}, {"title": ""}])
def test_a_form_has_its_names(part: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="address and a title"):
        replace(STANDING, **part)  # type: ignore[arg-type]


def test_the_rules_of_versions_hold_for_forms_as_for_instruments() -> None:
    for first in (STANDING, FULL.responses[0]):
        assert replace(first, status=ResponseStatus.AMENDED).stands  # by somebody else, in place
        with pytest.raises(ValueError, match="only an amended"):
            replace(first, replaces="x")
        with pytest.raises(ValueError, match="no other author"):
            replace(first, self_entered=True)
        with pytest.raises(ValueError, match="no reason for being withdrawn"):
            replace(first, withdrawn=Withdrawal(at=NOON, reason="a slip"))


def test_a_withdrawal_has_a_time_and_a_reason_of_its_length() -> None:
    with pytest.raises(ValueError, match="has its zone"):
        Withdrawal(at=NAIVE, reason="a slip")
    with pytest.raises(ValueError, match="blank"):
        Withdrawal(at=NOON, reason=" ")
    with pytest.raises(TextTooLong):
        Withdrawal(at=NOON, reason="x" * 301)


def test_forms_are_the_same_when_they_say_the_same() -> None:
    respelled = STANDING.items.replace("61.50", "6.15e1").replace(
        '"linkId":"2","text":"Weight"', '"text":"Weight", "linkId":"2"'
    )
    other = replace(STANDING, items=respelled)
    assert (other == STANDING, hash(other) == hash(STANDING), other.items != STANDING.items) == (True, True, True)
    assert replace(STANDING, items=STANDING.items.replace("61.50", "61.5001")) != STANDING
    assert replace(STANDING, title="Another") != STANDING
    assert STANDING != "a text"


def test_a_form_is_known_by_its_address_whatever_the_version() -> None:
    assert STANDING.address == "http://hospital.example/Questionnaire/intake"
    assert replace(STANDING, form="Questionnaire/7").address == "Questionnaire/7"


def test_a_snapshot_keeps_the_items_to_the_letter() -> None:
    spelled = replace(STANDING, items='[ {"linkId":"1", "answer":[{"valueDecimal":1.50e1}], "x":null} ]')
    again = snapshot.load(snapshot.dump(replace(FULL, forms=(spelled,))))
    assert again.forms[0].items == spelled.items


def test_a_course_saved_before_there_were_forms_still_opens() -> None:
    saved = msgspec.json.decode(snapshot.dump(replace(FULL, forms=())))
    del saved["forms"]
    for response in saved["responses"]:
        del response["withdrawn"]
    opened = snapshot.load(msgspec.json.encode(saved))
    assert opened == replace(FULL, forms=(), responses=tuple(replace(item, withdrawn=None) for item in FULL.responses))


def test_forms_stand_in_the_order_of_their_time_and_ids_are_unique() -> None:
    with pytest.raises(ValueError, match="order of their time"):
        replace(FULL, forms=tuple(reversed(FULL.forms)))
    with pytest.raises(ValueError, match="unique"):
        replace(FULL, forms=(replace(STANDING, id=FULL.id),))


def test_a_correction_keeps_the_time_at_which_the_answers_were_given() -> None:
    first, corrected, alone = FULL.responses[1:4]
    assert answered_at(corrected, FULL.responses) == first.authored
    assert answered_at(alone, FULL.responses) == alone.authored
    assert answered_at(corrected, [corrected]) == corrected.authored


def test_versions_that_lead_in_a_circle_are_no_trap() -> None:
    first = replace(FULL.forms[1], id="a", replaces="b")
    second: FilledForm = replace(first, id="b", replaces="a")
    assert answered_at(first, [first, second]) == first.authored
