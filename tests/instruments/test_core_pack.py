"""The instruments that come with the library: nothing in them changes unnoticed, and each scores as published."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from ipt_fhir.instruments import catalogue
from ipt_fhir.instruments.catalogue import Instrument, instrument, instruments, questionnaire
from ipt_fhir.questionnaires.answers import Given
from ipt_fhir.questionnaires.reading import read_answers
from ipt_fhir.questionnaires.scoring import score
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from ipt_fhir.terminology.scores import SCORES
from tests.instruments.snapshots import FOLDER, snapshot
from tests.questionnaires.given import answered, sample

ALL = pytest.mark.parametrize("found", instruments().values(), ids=lambda item: item.id)
SCORED = [found for found in instruments().values() if found.scoring and found.scale]
PCO_GAD_7 = "samples/questionnaires/pco-ig-69737-5.json"
CIRG_GAD_7 = "samples/questionnaires/asbi-screening-app-CIRG-GAD7.json"
GAD_7 = instrument("gad-7")


@ALL
def test_nothing_an_instrument_says_changes_unnoticed(found: Instrument) -> None:
    """After a change that is meant: python -m tests.instruments.snapshots, and look at the difference."""
    assert (FOLDER / f"{found.id}.txt").read_text() == snapshot(found)


def test_there_is_no_snapshot_of_an_instrument_that_is_gone() -> None:
    assert {file.stem for file in FOLDER.glob("*.txt")} == set(instruments())


def test_a_folder_holds_data_and_no_code() -> None:
    """House rule: a new questionnaire is one folder and no code."""
    home = Path(catalogue.__file__).parent
    held = {file.name for folder in home.iterdir() if folder.is_dir() for file in folder.iterdir() if file.is_file()}
    assert {name for name in held if not name.endswith(".pyc")} == {"instrument.toml", "questionnaire.json"}


def extreme(found: Instrument, place: int) -> dict[str, Given]:
    """The answer with the fewest (0) or the most points (-1) to everything that counts."""
    return {
        link_id: sorted(found.points(link_id), key=found.points(link_id).__getitem__)[place]
        for link_id in found.counted
    }


@pytest.mark.parametrize("found", SCORED, ids=lambda item: item.id)
def test_the_lowest_and_the_highest_answers_reach_the_ends_of_the_scale(found: Instrument) -> None:
    assert found.scale is not None
    assert score(found, extreme(found, 0)).total == found.scale.lowest
    assert score(found, extreme(found, -1)).total == found.scale.highest
    worst = score(found, extreme(found, -1))
    assert [part.value for part in worst.parts] == [part.scale.highest for part in found.parts]


@pytest.mark.parametrize("found", SCORED, ids=lambda item: item.id)
def test_one_missing_answer_takes_the_total_away_and_names_the_item(found: Instrument) -> None:
    for link_id in found.counted:
        answers = {key: code for key, code in extreme(found, -1).items() if key != link_id}
        result = score(found, answers)
        assert (result.total, result.band, result.missing) == (None, None, (link_id,))


# One point less than the middle or in it: the second answer of each question, in printed order.
SECOND = {
    "phq-9": 9,
    "phq-9m": 9,
    "phq-8": 8,
    "phq-2": 2,
    "gad-7": 7,
    "gad-2": 2,
    "pcl-5": 20,
    "ces-d": 16 * 1 + 4 * 2,
}


def test_every_scored_form_has_its_vector() -> None:
    assert {found.id for found in SCORED} == set(SECOND)


@pytest.mark.parametrize(("name", "total"), SECOND.items())
def test_the_second_answers_add_up(name: str, total: int) -> None:
    found = instrument(name)
    assert score(found, {item.link_id: item.options[1].code for item in found.items}).total == total


def test_the_statements_of_feeling_well_count_the_other_way_round() -> None:
    reversed_items = [item for item in instrument("ces-d").items if item.options[0].points == 3]
    assert [item.prefix for item in reversed_items] == ["4.", "8.", "12.", "16."]
    assert all(re.search("good|hopeful|happy|enjoyed", item.text) for item in reversed_items)


def test_the_clusters_of_the_pcl_5_follow_the_printed_numbers() -> None:
    """The LOINC codes of its items do not: sorted by code, item 9 would be first."""
    found = instrument("pcl-5")
    number = {item.link_id: int(item.prefix.rstrip(".")) for item in found.items}
    assert {part.id: [number[link_id] for link_id in part.items] for part in found.parts} == {
        "intrusion": [1, 2, 3, 4, 5],
        "avoidance": [6, 7],
        "mood": [8, 9, 10, 11, 12, 13, 14],
        "arousal": [15, 16, 17, 18, 19, 20],
    }
    assert list(number.values()) == list(range(1, 21))
    assert sorted(number) != list(number)


@pytest.mark.parametrize("name", ["pcl-5", "ces-d"])
def test_an_item_and_its_loinc_code_speak_of_the_same(name: str) -> None:
    """The display LOINC gives the code repeats the words of the question, or says them in other words."""
    for item in instrument(name).items:
        assert item.concept is not None
        display = re.sub(r" \[.*", "", item.concept.label)
        shared = words_in(display) & words_in(item.text)
        assert len(shared) >= (2 if name == "pcl-5" else 1) or item.concept.code in OTHER_WORDS, item.text


OTHER_WORDS = {
    "100769-9": "could not shake off the blues / unhappy",
    "100771-5": "trouble keeping my mind on what I was doing / trouble focusing",
    "100779-8": "talked less / quieter",
    "100782-2": "enjoyed / enjoying",
    "100784-8": "sad",
    "100786-3": "could not get going / lack of energy",
}


def words_in(text: str) -> set[str]:
    return {word[:5] for word in re.findall(r"[a-z]{4,}", text.lower())}


@pytest.mark.parametrize("found", [instrument("phq-8"), instrument("phq-2")], ids=lambda item: item.id)
def test_the_short_forms_are_parts_of_the_phq_9_word_for_word(found: Instrument) -> None:
    whole = {item.link_id: item for item in instrument("phq-9").items}
    assert found.instruction == instrument("phq-9").instruction
    for item in found.items:
        assert (item.text, item.concept) == (whole[item.link_id].text, whole[item.link_id].concept)
        assert item.options == whole[item.link_id].options
    assert [item.link_id for item in found.items] == list(whole)[: len(found.items)]
    assert "/44260-8" not in found.counted


def test_the_gad_2_is_the_beginning_of_the_gad_7() -> None:
    assert instrument("gad-2").items == GAD_7.items[:2]


def test_the_gad_7_reads_as_the_published_forms_do() -> None:
    """CIRG prints each question as a sentence of its own; the guide has another item 2 and a full stop too many."""
    rows = [row for row in sample(CIRG_GAD_7)["item"] if row["type"] == "choice"]
    stem = "Over the past 2 weeks, how often have you been bothered by "
    theirs = [row["text"].removeprefix(stem).removesuffix("?") for row in rows]
    assert [item.text[0].lower() + item.text[1:] for item in GAD_7.items] == theirs
    guide = [row["text"].removesuffix(".") for row in sample(PCO_GAD_7)["item"] if row["type"] == "choice"]
    assert [item.text for item, text in zip(GAD_7.items, guide, strict=True) if item.text != text] == [
        "Not being able to stop or control worrying"
    ]


def test_the_lowest_answer_of_the_gad_7_is_not_at_all() -> None:
    """A printing error spread "Not at all sure" through publications."""
    assert {item.options[0].display for item in GAD_7.items} == {"Not at all"}
    assert all([option.points for option in item.options] == [0, 1, 2, 3] for item in GAD_7.items)


@pytest.mark.parametrize("file", [PCO_GAD_7, CIRG_GAD_7])
def test_a_published_gad_7_reads_whichever_third_answer_item_2_has(file: str) -> None:
    form = sample(file)
    for place in range(4):
        given = [answered(row["linkId"], offered(row, place)) for row in form["item"] if row["type"] == "choice"]
        response = {"resourceType": "QuestionnaireResponse", "questionnaire": form.get("url", ""), "item": given}
        found = read_answers(GAD_7, response, form)
        assert found.unread == ()
        assert score(GAD_7, found.answers).total == 7 * place
    assert {"LA18938-3"} == {offered(row, 2) for row in form["item"] if row["type"] == "choice"} - {"LA6570-1"}


def offered(row: JsonObject, place: int) -> str:
    return str(row["answerOption"][place]["valueCoding"]["code"])


def test_both_third_answers_of_item_2_are_worth_two_points_and_keep_their_words() -> None:
    item = GAD_7.items[1]
    assert [(option.code, option.points) for option in (item.options[2], *item.accepted)] == [
        ("LA6570-1", 2),
        ("LA18938-3", 2),
    ]
    assert item.option("LA18938-3") == item.accepted[0]
    assert GAD_7.items[0].option("LA18938-3") is None


@ALL
def test_the_total_is_a_score_a_goal_can_aim_at(found: Instrument) -> None:
    """The table of scores and the instruments tell one story: code, range, and who yields it."""
    for concept, scale in [(found.total, found.scale), *((p.code and p.code.concept, p.scale) for p in found.parts)]:
        if concept is None or scale is None:
            continue
        known = SCORES[concept.code]
        assert (known.concept, known.instrument) == (concept, found.id)
        assert (Decimal(known.lowest), known.highest) == (scale.lowest, scale.highest)


@ALL
def test_texts_are_shipped_only_where_anybody_may_have_them(found: Instrument) -> None:
    if found.licence.shipping != "A":
        assert found.without_texts
        assert all(re.search(r"Item \d+ of the", item.text) for item in found.items)
    if found.has_form and not found.without_texts:
        assert questionnaire(found.id)["copyright"]


@ALL
def test_no_code_of_loinc_stands_for_what_nobody_verified(found: Instrument) -> None:
    """PHQ-8 and GAD-2 have no verified code, nor have the answers of PCL-5 and CES-D."""
    coded = [concept for concept in (found.panel, found.total, *(item.concept for item in found.items)) if concept]
    assert {concept.system for concept in coded if not systems.is_ours(concept.system)} <= {systems.LOINC}
    if found.id in {"phq-8", "gad-2"}:
        assert found.panel is None
        assert found.total is not None
        assert found.total.system == systems.IPT_GOAL_MEASURE


def test_which_instruments_come_with_a_worrying_item() -> None:
    """decision-D21: with a form an answer opens the safety item, without one a person is asked."""
    asking = {found.id: found.safety.link_id for found in instruments().values() if found.safety}
    assert asking == {
        "phq-9": "/44260-8",
        "phq-9m": "/9",
        "epds": "10",
        "bdi-ii": "9",
        "core-10": "6",
        "ham-d-17": "3",
        "madrs": "10",
        "qids-sr16": "12",
    }
