"""Points, bands and change of the PHQ-9, over everything a person can answer."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir.instruments.catalogue import instrument, instruments
from ipt_fhir.questionnaires.scoring import UnknownAnswer, change, score, value_of
from tests.questionnaires.given import CODES, DIFFICULTY, ITEM_9, PHQ_9, digits

points = st.integers(0, 3)
complete = st.lists(points, min_size=9, max_size=9)
some = st.lists(st.none() | points, min_size=9, max_size=9)


@dataclass(frozen=True)
class Course:
    """A demo course: a reading before the first session, then one a session; and what the scores must show when.

    An event is the number of the reading that shows it first; None if none does.
    """

    readings: str
    totals: list[int]
    item_9: list[int]
    reliable: int | None
    response: int | None
    remission: int | None


COURSES = {
    "A": Course(
        readings="""
            222222211 222222221 222222211 222222210 222222210 222212210 222212110 222212110 221212110 221211110
            121111110 111111110 111111100 111101100 111101000 110101000 110101000
        """,
        totals=[16, 17, 16, 15, 15, 14, 13, 13, 12, 11, 9, 8, 7, 6, 5, 4, 4],
        item_9=[0, 1, 2],
        reliable=10,
        response=11,
        remission=15,
    ),
    "B": Course(
        readings="""
            232222221 222222222 222222221 222222221 222222211 222222221 222212211 222212210 222222210 222212110
            222211110 222111110 122111110 121111110 121111110 111111110 111111100
        """,
        totals=[18, 18, 17, 17, 16, 17, 15, 14, 15, 13, 12, 11, 10, 9, 9, 8, 7],
        item_9=[0, 1, 2, 3, 4, 5, 6],
        reliable=10,
        response=13,
        remission=None,
    ),
    "C": Course(
        readings="""
            222212210 222212210 222211210 222211110 122211110 122211110 112211110 112111110 111111110 111111100
            111101100 111100100 111100000
        """,
        totals=[14, 14, 13, 12, 11, 11, 10, 9, 8, 7, 6, 5, 4],
        item_9=[],
        reliable=8,
        response=9,
        remission=12,
    ),
    "D": Course(
        readings="""
            222222210 222222210 222222210 221212211 222222210 221222210 221222210 221222210 221212210 221222210
            221212210 221212110 221212110 221112110 221112110 211112110 211112110
        """,
        totals=[15, 15, 15, 14, 15, 14, 14, 14, 13, 14, 13, 12, 12, 11, 11, 10, 10],
        item_9=[3],
        reliable=None,
        response=None,
        remission=None,
    ),
}


@given(complete)
def test_a_complete_form_has_the_sum_as_total_and_lies_in_one_band(answered: list[int]) -> None:
    found = score(PHQ_9, digits("".join(map(str, answered))))
    assert found.total == sum(answered)
    assert found.band is not None
    assert found.band.low <= sum(answered) <= found.band.high
    assert (found.answered, found.of, found.missing) == (9, 9, ())


@given(some.filter(lambda answered: None in answered))
def test_an_incomplete_form_has_no_total_and_names_what_is_missing(answered: list[int | None]) -> None:
    spelled = "".join("-" if point is None else str(point) for point in answered)
    found = score(PHQ_9, digits(spelled))
    assert found.total is None
    assert found.band is None
    open_items = [link_id for link_id, point in zip(PHQ_9.counted, answered, strict=True) if point is None]
    assert found.missing == tuple(open_items)
    assert found.answered == 9 - len(open_items)


@given(some, st.sampled_from([None, *CODES]))
def test_the_safety_item_counts_with_and_without_a_total_decision_d21(
    others: list[int | None], code: str | None
) -> None:
    answers = digits("".join("-" if point is None else str(point) for point in others))
    answers.pop(ITEM_9, None)
    found = score(PHQ_9, answers | ({ITEM_9: code} if code else {}))
    assert found.safety_unanswered is (code is None)
    assert (found.safety.positive if found.safety else None) == {None: None, CODES[0]: False}.get(code, True)


@pytest.mark.parametrize("link_id", PHQ_9.counted)
def test_each_item_gives_each_answer_its_points_by_code_decision_d7(link_id: str) -> None:
    nothing = digits("000000000")
    assert [score(PHQ_9, nothing | {link_id: code}).total for code in CODES] == [0, 1, 2, 3]


def test_eight_of_nine_answers_are_no_total() -> None:
    found = score(PHQ_9, digits("33333333-"))
    assert (found.total, found.answered, found.of, found.missing) == (None, 8, 9, (ITEM_9,))


def test_the_difficulty_item_does_not_count() -> None:
    hardest = {DIFFICULTY: "LA6574-3"}
    assert score(PHQ_9, digits("000000000") | hardest).total == 0
    assert score(PHQ_9, hardest).answered == 0


def test_every_total_from_0_to_27_has_exactly_one_band() -> None:
    words = [[band.label for band in PHQ_9.bands if band.low <= total <= band.high] for total in range(28)]
    expected = ["none"] * 5 + ["mild"] * 5 + ["moderate"] * 5 + ["moderately severe"] * 5 + ["severe"] * 8
    assert words == [[word] for word in expected]
    assert PHQ_9.band(-1) is PHQ_9.band(28) is None


def test_a_response_that_was_stopped_has_no_total_but_its_safety_answer() -> None:
    found = score(PHQ_9, digits("222222221"), scorable=False)
    assert found.total is None
    assert found.safety is not None
    assert found.safety.positive


@pytest.mark.parametrize("answers", [{"/44250-9": "LA6572-7"}, {"/00000-0": CODES[1]}, {ITEM_9: "1"}])
def test_an_answer_the_form_does_not_have_is_never_scored(answers: dict[str, str]) -> None:
    with pytest.raises(UnknownAnswer):
        score(PHQ_9, answers)


@pytest.mark.parametrize("case", COURSES)
def test_the_demo_courses_score_and_change_as_written(case: str) -> None:
    course = COURSES[case]
    scores = [score(PHQ_9, digits(reading)) for reading in course.readings.split()]
    changes = [change(PHQ_9, course.totals[0], total) for total in course.totals]
    assert [found.total for found in scores] == course.totals
    assert [at for at, found in enumerate(scores) if found.safety and found.safety.positive] == course.item_9
    assert next((at for at, found in enumerate(changes) if found.reliable), None) == course.reliable
    assert next((at for at, found in enumerate(changes) if found.response), None) == course.response
    assert next((at for at, found in enumerate(changes) if found.remission), None) == course.remission


@given(st.integers(0, 27), st.integers(0, 27))
def test_change_follows_the_published_rules(baseline: int, now: int) -> None:
    found = change(PHQ_9, baseline, now)
    assert found.points == now - baseline
    assert found.reliable is (abs(now - baseline) >= 6)
    assert found.applicable is (baseline >= 10)
    assert found.response == ((2 * now <= baseline) if baseline >= 10 else None)
    assert found.remission == ((now < 5) if baseline >= 10 else None)


def test_a_reliable_worsening_is_seen_too() -> None:
    found = change(PHQ_9, 10, 16)
    assert (found.points, found.reliable, found.response) == (Decimal(6), True, False)


@pytest.mark.parametrize(("baseline", "now", "recovered"), [(10, 9, True), (12, 10, False), (9, 4, None)])
def test_recovery_is_to_leave_the_case_line(baseline: int, now: int, recovered: bool | None) -> None:
    """NHS: from 10 or more to below 10 on the PHQ-9; who was no case cannot recover."""
    assert change(PHQ_9, baseline, now).recovery is recovered


@pytest.mark.parametrize(("now", "meaningful", "reliable"), [(17, False, False), (14, True, False), (22, True, False)])
def test_what_matters_to_patients_is_another_question_than_measurement_error(
    now: int, meaningful: bool, reliable: bool
) -> None:
    found = change(PHQ_9, 18, now)
    assert (found.meaningful, found.reliable, found.better) == (meaningful, reliable, now < 18)


@pytest.mark.parametrize(("now", "meaningful"), [(10, True), (11, False), (16, False), (17, True)])
def test_for_the_worse_another_change_may_matter(now: int, meaningful: bool) -> None:
    """EPDS: 4 points for the better, 3 for the worse."""
    assert change(instrument("epds"), 14, now).meaningful is meaningful


def test_where_more_is_better_a_rise_is_the_good_direction() -> None:
    found = change(instrument("who-5"), 40, 52)
    assert (found.points, found.better, found.meaningful) == (Decimal(12), True, True)
    assert change(instrument("who-5"), 52, 40).better is False


@pytest.mark.parametrize("name", [name for name, found in instruments().items() if found.scale])
def test_a_rule_nobody_published_says_nothing(name: str) -> None:
    found = instrument(name)
    assert found.scale is not None
    judged = change(found, found.scale.highest or 10, found.scale.lowest)
    for rule, said in (
        (found.change.reliable, judged.reliable),
        (found.change.meaningful, judged.meaningful),
        (found.change.response_percent, judged.response),
        (found.change.remission_below, judged.remission),
    ):
        assert said is None or rule is not None


@pytest.mark.parametrize(("name", "verified"), [("phq-9", True), ("wsas", False)])
def test_a_change_says_whether_all_its_figures_were_checked_at_their_source(name: str, verified: bool) -> None:
    assert change(instrument(name), 20, 10).verified is verified


def test_an_instrument_without_a_total_has_no_change() -> None:
    with pytest.raises(ValueError, match="weekly-count has no total"):
        change(instrument("weekly-count"), 1, 2)


def test_a_score_is_found_by_its_code() -> None:
    counts = instrument("weekly-count")
    found = score(counts, {"contact-week": Decimal(3)})
    assert value_of(found, counts, "contact-week") == 3
    assert value_of(found, counts, "hostile-week") is None
    assert value_of(score(PHQ_9, digits("111111111")), PHQ_9, "44261-6") == 9
    assert value_of(found, counts, "44261-6") is None
