"""What a form sends, taken as answers: nothing typed is lost, nothing unknown is believed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir.instruments.catalogue import instrument
from ipt_fhir.questionnaires.answers import AnswerProblemKind, accept
from ipt_fhir.questionnaires.scoring import score
from tests.questionnaires.given import CODES, DIFFICULTY, ITEM_9, PHQ_9, digits

fields = st.sampled_from([item.link_id for item in PHQ_9.items]) | st.text(max_size=12)
typed = st.sampled_from([*CODES, "", "LA6574-3"]) | st.text(max_size=12)


def test_a_complete_form_is_taken_without_a_word() -> None:
    raw = digits("012301230") | {DIFFICULTY: "LA6573-5"}
    assert accept(PHQ_9, raw) == (raw, ())


def test_the_difficulty_item_may_stay_open() -> None:
    assert accept(PHQ_9, digits("012301230") | {DIFFICULTY: ""}).problems == ()


def test_open_items_are_listed_in_the_order_of_the_form_and_the_rest_is_kept() -> None:
    accepted = accept(PHQ_9, digits("-1111111-"))
    assert accepted.answers == digits("-1111111-")
    assert [problem.link_id for problem in accepted.problems] == ["/44250-9", ITEM_9]
    assert accepted.problems[0].words() == "Not answered yet: 1. Little interest or pleasure in doing things"


def test_a_bad_code_is_named_with_its_item_and_kept_as_typed() -> None:
    accepted = accept(PHQ_9, digits("000000000") | {ITEM_9: "<script>{0}"})
    (problem,) = accepted.problems
    assert (problem.kind, problem.link_id) == (AnswerProblemKind.UNKNOWN_ANSWER, ITEM_9)
    assert problem.typed == "<script>{0}"
    assert problem.words().startswith("9. Thoughts that you would be better off dead")
    assert ITEM_9 not in accepted.answers


def test_an_answer_of_another_item_is_no_answer_here() -> None:
    (problem,) = accept(PHQ_9, digits("000000000") | {ITEM_9: "LA6572-7"}).problems
    assert problem.kind is AnswerProblemKind.UNKNOWN_ANSWER


def test_a_field_the_form_does_not_have_is_named() -> None:
    (problem,) = accept(PHQ_9, digits("000000000") | {"/99999-9": CODES[0]}).problems
    assert (problem.kind, problem.typed) == (AnswerProblemKind.UNKNOWN_ITEM, CODES[0])
    assert "/99999-9" in problem.words()


@given(st.dictionaries(fields, typed, max_size=12))
def test_whatever_is_sent_is_either_an_answer_or_named_in_a_problem(raw: dict[str, str]) -> None:
    accepted = accept(PHQ_9, raw)
    refused = {problem.link_id: problem.typed for problem in accepted.problems if problem.typed}
    assert accepted.answers | refused == {link_id: sent for link_id, sent in raw.items() if sent}
    assert all(problem.words() for problem in accepted.problems)


@given(st.dictionaries(fields, typed, max_size=12))
def test_accepted_answers_can_always_be_scored(raw: dict[str, str]) -> None:
    accepted = accept(PHQ_9, raw)
    unanswered = {problem.link_id for problem in accepted.problems if problem.link_id in PHQ_9.counted}
    assert set(score(PHQ_9, accepted.answers).missing) == unanswered


def test_an_answer_only_other_forms_offer_is_read_and_not_taken_from_ours() -> None:
    """decision-D59."""
    gad_7 = instrument("gad-7")
    problems = accept(gad_7, {"/68509-9": "LA18938-3"}).problems
    assert [(found.kind, found.typed) for found in problems if found.typed] == [
        (AnswerProblemKind.UNKNOWN_ANSWER, "LA18938-3")
    ]
    assert score(gad_7, {"/68509-9": "LA18938-3"}).answered == 1
