"""The forms of our own wording: complete in both languages, within the fields of decision-D20, and fillable."""

from __future__ import annotations

import pytest

from ipt_fhir.instruments.catalogue import instrument, questionnaire
from ipt_fhir.instruments.defects import rows_of
from ipt_fhir.locale.texts import text
from ipt_fhir.mapping.publication import PUBLISHER
from ipt_fhir.model.inventory import Role
from ipt_fhir.model.limits import TEXT_LIMITS
from ipt_fhir.profiles.vocabulary import systems_of_ours
from ipt_fhir.questionnaires.form_reading import read_form
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import concepts, systems
from ipt_fhir.terminology.roles import ROLES
from ipt_fhir.terminology.scores import SCORES
from tests.instruments.outline import PAGES, outline, own_forms, page_of

ALL = pytest.mark.parametrize("name", own_forms())
# Every field of our forms in which somebody types, and the field of the model whose length it has (decision-D20).
TYPED = {
    ("interpersonal-inventory", "expected"): "Expectation.text",
    ("interpersonal-inventory", "strengths"): "InventoryEntry.strengths",
    ("interpersonal-inventory", "problems"): "InventoryEntry.problems",
    ("interpersonal-inventory", "changes-wanted"): "InventoryEntry.changes_wanted",
    ("interpersonal-inventory", "effect-of-symptoms"): "InventoryEntry.effect_of_symptoms",
    ("interpersonal-inventory", "norms"): "InventoryEntry.norms",
    ("session-close", "step"): "Session.step",
    ("relapse-plan", "signs"): "RelapsePlan.signs",
    ("relapse-plan", "actions"): "RelapsePlan.actions",
    ("problem-area-checklist", "rationale"): "ProblemArea.rationale",
    ("goal-attainment", "goal"): "Goal.text",
}
# Typed fields without a place in the model, and their length: a role in words of one's own, an initial, an area of life
# that none of the four problem areas names.
BESIDE = {"role-other": 40, "initial": 2, "something-else-words": 200}


def rows(name: str) -> list[JsonObject]:
    return list(rows_of(questionnaire(name)))


def options(name: str) -> list[JsonObject]:
    return [option["valueCoding"] for row in rows(name) for option in row.get("answerOption", [])]


def german(node: JsonObject, member: str) -> list[str]:
    parts = [part for extension in node.get(f"_{member}", {}).get("extension", []) for part in extension["extension"]]
    assert [part["valueCode"] for part in parts if part["url"] == "lang"] == ["de"]
    return [part["valueString"] for part in parts if part["url"] == "content"]


def test_the_forms_of_the_house_are_all_here() -> None:
    assert set(own_forms()) == {
        *("interpersonal-inventory", "closeness-circle", "contract", "session-close", "relapse-plan"),
        *("problem-area-checklist", "fidelity-rating", "goal-attainment", "weekly-count", "rating-0-10"),
        "weekly-rhythm",
    }
    assert {page.stem for page in PAGES.iterdir()} == set(own_forms())


@ALL
def test_no_wording_changes_unnoticed(name: str) -> None:
    assert outline(questionnaire(name)) == page_of(name).read_text("utf-8"), "python -m tests.instruments.outline"


@ALL
def test_the_form_says_whose_it_is_and_for_whom(name: str) -> None:
    form, found = questionnaire(name), instrument(name)
    assert form["url"] == f"{systems.CANONICAL_BASE}/Questionnaire/{name}"
    assert (form["version"], form["status"], form["experimental"]) == ("1.0.0", "active", False)
    assert (form["publisher"], form["subjectType"]) == (PUBLISHER, ["Patient"])
    assert "Apache License, Version 2.0" in form["copyright"]
    assert found.licence.shipping == "A"


@ALL
def test_every_text_is_there_in_german_too(name: str) -> None:
    form = questionnaire(name)
    spoken = [(form, "title"), *((row, "text") for row in rows(name)), *((item, "display") for item in options(name))]
    assert all(words and words[0].strip() for node, member in spoken for words in [german(node, member)])
    assert not any("designNote" in str(row) for row in rows(name))


@ALL
def test_the_engine_supports_everything_in_it(name: str) -> None:
    form = read_form(questionnaire(name))
    assert form.unsupported == ()
    assert form.fillable


@ALL
def test_what_is_typed_has_a_name_and_a_length_decision_d20(name: str) -> None:
    """No field takes what was said in a session; one that is not in the tables above does not exist."""
    for row in rows(name):
        if row["type"] in {"string", "text"}:
            known = TYPED.get((name, row["linkId"]))
            assert row["maxLength"] == (TEXT_LIMITS[known] if known else BESIDE[row["linkId"]])
        assert row["type"] not in {"open-choice", "attachment", "reference", "url"}


@ALL
def test_people_have_a_role_and_an_initial_and_no_name(name: str) -> None:
    for row in rows(name):
        if row["linkId"] == "initial":
            assert [part["valueString"] for part in row["extension"]] == [r"\p{L}{1,2}"]
        if row["linkId"] == "role":
            offered = {option["valueCoding"]["code"] for option in row["answerOption"]}
            assert offered == {role.value for role in Role}
    if "role" in {row["linkId"] for row in rows(name)}:
        other = next(row for row in rows(name) if row["linkId"] == "role-other")
        assert other["enableWhen"][0]["answerCoding"]["code"] == ROLES[Role.OTHER].code


@ALL
def test_answers_are_published_codes_with_their_displays(name: str) -> None:
    published = systems_of_ours()
    for coding in options(name):
        if coding["system"] in published:
            known = {concept.code: concept.label for concept in published[coding["system"]]}
            assert coding["display"] == known[coding["code"]]
        else:
            assert coding["system"] in {systems.ROLE_CODE, systems.LOINC}


@ALL
def test_the_german_of_titles_and_answers_is_that_of_the_catalogue(name: str) -> None:
    """One word for one thing: on the pages, in the code systems and in the form."""
    form = questionnaire(name)
    assert form["title"] == instrument(name).title
    assert german(form, "title") == [text(form["title"], "de")]
    for coding in options(name):
        if coding["system"] in systems_of_ours():
            assert german(coding, "display") == [text(coding["display"], "de")]


def test_only_counts_and_ratings_are_filed_decision_d20() -> None:
    assert {name for name in own_forms() if instrument(name).filed} == {"weekly-count", "rating-0-10"}


@pytest.mark.parametrize("name", ["weekly-count", "rating-0-10"])
def test_each_score_a_goal_aims_at_is_one_part_of_the_form(name: str) -> None:
    wanted = {code: score for code, score in SCORES.items() if score.instrument == name}
    found = instrument(name)
    assert {part.id for part in found.parts} == set(wanted) == set(found.counted)
    for part in found.parts:
        assert part.code is not None
        assert part.code.concept == wanted[part.id].concept
        assert part.scale.lowest == wanted[part.id].lowest
        assert part.scale.highest == wanted[part.id].highest
        item = found.item(part.id)
        assert item is not None
        assert item.concept == wanted[part.id].concept


def test_the_levels_of_a_goal_are_those_of_the_outcomes_guide() -> None:
    item = instrument("goal-attainment").item("level")
    assert item is not None
    assert {option.code: option.points for option in item.options} == {
        concept.code: level for level, concept in concepts.GAS_LEVELS.items()
    }
