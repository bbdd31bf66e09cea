"""Our own forms in the hands of the engine: what is asked when, what is computed, and in which language."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ipt_fhir.instruments.catalogue import instrument, questionnaire
from ipt_fhir.model.inventory import Ring, Role
from ipt_fhir.questionnaires.filling import Filling, Surroundings, open_filling
from ipt_fhir.questionnaires.findings import FindingKind
from ipt_fhir.questionnaires.form_reading import read_form
from ipt_fhir.questionnaires.reading import read_answers
from ipt_fhir.questionnaires.scoring import score
from ipt_fhir.questionnaires.validation import check_response
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology.form_words import FIDELITY_MARKS
from ipt_fhir.terminology.roles import ROLES
from ipt_fhir.terminology.therapy import FIDELITY_ITEMS, RINGS
from tests.instruments.outline import own_forms
from tests.questionnaires.responding import right_response

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
# The generator of right responses answers what the form computes with anything.
COMPUTED = {FindingKind.OTHER_RESULT}


def coded(link_id: str, concept: Any) -> JsonObject:
    return {"linkId": link_id, "answer": [{"valueCoding": {"system": concept.system, "code": concept.code}}]}


def filled(name: str, *items: JsonObject, language: str = "en") -> Filling:
    around = Surroundings(now=NOON, language=language)
    return open_filling(read_form(questionnaire(name)), around).with_items(list(items))


def answer(filling: Filling, link_id: str) -> object:
    """The first answer of an item that is shown, None where there is none."""
    shown = next(item for item in filling.walk() if item.item.link_id == link_id)
    return shown.answers[0].value.content if shown.answers else None


def enabled(filling: Filling, link_id: str) -> bool:
    return any(item.enabled for item in filling.walk() if item.item.link_id == link_id)


def person(role: Role, now: Ring, before: Ring | None = None) -> JsonObject:
    rows = [coded("role", ROLES[role]), coded("now", RINGS[now])]
    rows += [coded("before", RINGS[before])] if before else []
    order = ("role", "before", "now")
    return {"linkId": "person", "item": sorted(rows, key=lambda row: order.index(row["linkId"]))}


@pytest.mark.parametrize("name", own_forms())
@pytest.mark.parametrize("seed", range(4))
def test_right_answers_to_the_form_have_no_finding(name: str, seed: int) -> None:
    form = read_form(questionnaire(name))
    response = right_response(form, seed, lambda _canonical: None)
    assert {found.kind for found in check_response(response, form)} <= COMPUTED


def test_the_circle_counts_the_people_who_are_near() -> None:
    people = (
        person(Role.SIBLING, Ring.INNER, before=Ring.OUTER),
        person(Role.FRIEND, Ring.MIDDLE, before=Ring.INNER),
        person(Role.MANAGER, Ring.OUTER),
        person(Role.MOTHER, Ring.DECEASED, before=Ring.INNER),
    )
    circle = filled("closeness-circle", *people)
    assert (answer(circle, "near-now"), answer(circle, "near-before"), answer(circle, "near-wanted")) == (2, 2, 0)
    assert circle.problems == ()


def test_another_role_is_put_in_a_few_words_and_only_then() -> None:
    assert enabled(filled("closeness-circle", person(Role.OTHER, Ring.INNER)), "role-other")
    assert not enabled(filled("closeness-circle", person(Role.AUNT, Ring.INNER)), "role-other")


def marks(*given: int) -> JsonObject:
    pairs = zip(FIDELITY_ITEMS.values(), given, strict=False)
    return {"linkId": "marks", "item": [coded(concept.code, FIDELITY_MARKS[mark]) for concept, mark in pairs]}


def test_the_mean_of_a_session_needs_all_seven_marks() -> None:
    assert answer(filled("fidelity-rating", marks(3, 3, 2, 2, 1, 3)), "mean") is None
    whole = filled("fidelity-rating", marks(3, 3, 2, 2, 1, 3, 0))
    assert str(answer(whole, "mean")) == "2.0"
    found = instrument("fidelity-rating")
    response = {"status": "completed", "questionnaire": found.canonical, "item": whole.response_items()}
    (part,) = score(found, read_answers(found, response, questionnaire("fidelity-rating")).answers).parts
    assert part.value == 2


def test_nothing_about_a_session_is_asked_that_was_not_held() -> None:
    missed = {"linkId": "attendance", "answer": [{"valueCoding": {"system": "x", "code": "missed"}}]}
    assert not enabled(filled("session-close", missed), "step")


@pytest.mark.parametrize(("area", "asked"), [("role-dispute", True), ("grief", False)])
def test_a_stage_is_asked_of_a_dispute_only(area: str, asked: bool) -> None:
    row = next(item for item in instrument("problem-area-checklist").items if item.link_id == "area")
    option = row.option(area)
    assert option is not None
    chosen = {"linkId": "area", "answer": [{"valueCoding": {"system": option.system, "code": option.code}}]}
    assert enabled(filled("problem-area-checklist", {"linkId": "choosing", "item": [chosen]}), "stage") is asked


def test_a_count_of_none_is_an_answer() -> None:
    found = instrument("weekly-count")
    counted = {"linkId": "contact-week", "answer": [{"valueInteger": 0}]}
    response = {"status": "completed", "questionnaire": found.canonical, "item": [counted]}
    parts = {item.part.id: item.value for item in score(found, read_answers(found, response).answers).parts}
    assert parts["contact-week"] == 0
    assert parts["binge-week"] is None


@pytest.mark.parametrize("typed", ["Jo", "ß", "Ñ"])
def test_an_initial_is_one_or_two_letters_of_any_alphabet(typed: str) -> None:
    assert found_in(typed) == set()


@pytest.mark.parametrize("typed", ["Anna", "J.", "7"])
def test_a_name_is_no_initial(typed: str) -> None:
    assert found_in(typed)


def found_in(initial: str) -> set[FindingKind]:
    form = read_form(questionnaire("relapse-plan"))
    contact = [coded("role", ROLES[Role.FRIEND]), {"linkId": "initial", "answer": [{"valueString": initial}]}]
    signs = [{"linkId": name, "answer": [{"valueString": "words"}]} for name in ("signs", "actions")]
    response = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": form.canonical,
        "status": "completed",
        "item": [*signs, {"linkId": "contact", "item": contact}],
    }
    return {found.kind for found in check_response(response, form)}
