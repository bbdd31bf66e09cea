"""A course is called off track by the site's rules alone, with the figures, and never for lack of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir.instruments.catalogue import SHIPPED
from ipt_fhir.model.activities import COURSE, Activity, ActivityKind
from ipt_fhir.model.episode import Contract, Episode, Frequency
from ipt_fhir.model.sessions import Attendance, Phase, Session
from ipt_fhir.model.totals import EnteredTotal
from ipt_fhir.questionnaires.off_track import (
    DETERIORATION,
    LITTLE_GAIN,
    MISSED,
    NO_EARLY_GAIN,
    OffTrackPolicy,
    Track,
    Unasked,
    Verdict,
    off_track,
)
from ipt_fhir.questionnaires.off_track_words import (
    PROMPTS,
    figures_words,
    prompts,
    reason_words,
    rule_words,
    unasked_words,
)
from ipt_fhir.terminology.plan_words import OFF_TRACK_REASONS
from tests.protocol.cases import case

POLICY = OffTrackPolicy()
START = date(2026, 1, 5)
_H = Attendance.ATTENDED


def course(
    totals: dict[int, int],
    held: int,
    *,
    contracted: int = 16,
    missed: tuple[int, ...] = (),
    instrument: str = "phq-9",
    days_before: int = 0,
) -> Episode:
    """Weekly sessions, and totals by the number of their session (0: the intake)."""
    entered = tuple(
        EnteredTotal(
            id=f"00000000-0000-4000-8000-0000000000{number:02}",
            instrument=instrument,
            total=Decimal(total),
            authored=datetime.combine(START + timedelta(weeks=number, days=-days_before), time(9), UTC),
        )
        for number, total in sorted(totals.items())
    )
    sessions = tuple(
        Session(
            number=number,
            date=START + timedelta(weeks=number),
            phase=Phase.INITIAL,
            attendance=Attendance.MISSED if number in missed else _H,
        )
        for number in range(1, held + 1)
    )
    return Episode(
        id="00000000-0000-4000-8000-000000000100",
        variant="ipt-adult-16",
        started=START - timedelta(days=7),
        contract=Contract(
            sessions=contracted, frequency=Frequency.WEEKLY, minutes=50, agreed_on=START, ends_on=date(2026, 12, 31)
        ),
        activities=(
            Activity(
                id="00000000-0000-4000-8000-000000000101", kind=ActivityKind.SERVICE, code=COURSE, text="Sessions"
            ),
        ),
        sessions=sessions,
        totals=entered,
    )


def verdict_on(episode: Episode, policy: OffTrackPolicy = POLICY) -> Verdict:
    found = off_track(episode, policy)
    assert found is not None
    return found


def test_where_the_site_did_not_switch_the_rules_on_nothing_is_off_track() -> None:
    assert off_track(course({0: 18, 8: 25}, 8), None) is None


@pytest.mark.parametrize(
    ("name", "at_four", "at_eight"),
    [("A", (), ()), ("B", (), (LITTLE_GAIN,)), ("C", (), ()), ("D", (NO_EARLY_GAIN,), (LITTLE_GAIN,))],
)
def test_the_four_cases_are_judged_as_their_vignettes_say(
    name: str, at_four: tuple[str, ...], at_eight: tuple[str, ...]
) -> None:
    assert verdict_on(case(name, 4)).reasons == at_four
    assert verdict_on(case(name, 8)).reasons == at_eight


def test_bene_recovers_by_session_eleven() -> None:
    assert verdict_on(case("B", 11)).track is Track.ON


@pytest.mark.parametrize(
    ("totals", "held", "reasons"),
    [
        ({0: 15, 4: 15}, 4, (NO_EARLY_GAIN,)),
        ({0: 15, 4: 14}, 4, ()),
        ({0: 20, 8: 17}, 8, (LITTLE_GAIN,)),
        ({0: 20, 8: 16}, 8, ()),  # a fifth
        ({0: 27, 8: 22}, 8, (LITTLE_GAIN,)),
        ({0: 15, 2: 8, 5: 14}, 5, (DETERIORATION,)),
        ({0: 15, 2: 8, 5: 13}, 5, ()),
        ({0: 12, 2: 11, 4: 17}, 4, (NO_EARLY_GAIN, DETERIORATION)),
    ],
)
def test_a_rule_holds_at_its_border(totals: dict[int, int], held: int, reasons: tuple[str, ...]) -> None:
    found = verdict_on(course(totals, held))
    assert found.reasons == reasons
    assert (found.track is Track.OFF) == bool(reasons)


def test_half_way_is_half_of_the_contract() -> None:
    totals = {0: 20, 4: 19, 6: 18}
    assert verdict_on(course(totals, 6, contracted=12)).reasons == (LITTLE_GAIN,)
    assert verdict_on(course(totals, 6, contracted=16)).reasons == ()


def test_a_site_may_set_other_thresholds() -> None:
    strict = OffTrackPolicy(early_session=3, gain_percent=50, missed_in_a_row=3)
    assert verdict_on(course({0: 15, 3: 15}, 3), strict).reasons == (NO_EARLY_GAIN,)
    assert verdict_on(course({0: 11, 8: 6}, 8), strict).reasons == (LITTLE_GAIN,)
    assert MISSED not in verdict_on(course({0: 15, 3: 10}, 5, missed=(4, 5)), strict).reasons
    with pytest.raises(ValueError, match="percent"):
        OffTrackPolicy(gain_percent=0)


def test_two_missed_sessions_in_a_row_are_a_reason_until_one_is_held() -> None:
    assert verdict_on(course({0: 15, 2: 10}, 4, missed=(3, 4))).reasons == (MISSED,)
    assert verdict_on(course({0: 15, 2: 10}, 5, missed=(3, 4))).basis.missed == ()
    assert MISSED not in verdict_on(course({0: 15, 2: 10}, 4, missed=(2, 4))).reasons


def test_an_answer_of_the_evening_before_belongs_to_the_session() -> None:
    assert verdict_on(course({0: 15, 4: 15}, 4, days_before=1)).reasons == (NO_EARLY_GAIN,)


@pytest.mark.parametrize(
    ("episode", "why"),
    [
        (course({}, 4), Unasked.NO_TOTALS),
        (course({0: 15}, 4), Unasked.NO_TOTALS),
        (course({0: 15, 2: 15}, 2), Unasked.TOO_EARLY),
        (course({0: 15, 3: 15}, 4), Unasked.NO_LATER_TOTAL),
        (course({0: 4, 8: 4}, 8), Unasked.LOW_START),
        (course({0: 0, 8: 0}, 8), Unasked.LOW_START),
        (replace(course({0: 15, 8: 14}, 8), phase=Phase.MAINTENANCE), Unasked.ACUTE_PHASE_OVER),
    ],
)
def test_what_cannot_be_asked_is_never_on_track(episode: Episode, why: Unasked) -> None:
    found = verdict_on(episode)
    assert (found.track, found.reasons) == (Track.NOT_JUDGED, ())
    assert why in found.unasked
    assert unasked_words(why, found.basis)


def test_a_figure_nobody_checked_is_not_used() -> None:
    episode = course({0: 20, 8: 19}, 8, instrument="core-10")
    found = off_track(episode, POLICY, instrument="core-10")
    assert found is not None
    assert found.reasons == ()
    assert Unasked.NO_RELIABLE_CHANGE in found.unasked


def test_on_a_scale_where_more_is_better_a_fall_is_no_gain() -> None:
    found = off_track(course({0: 40, 4: 30}, 4, instrument="who-5"), POLICY, instrument="who-5")
    assert found is not None
    assert NO_EARLY_GAIN in found.reasons


def test_a_course_that_has_ended_is_not_judged() -> None:
    assert off_track(case("A", "last"), POLICY) is None


def test_the_words_name_rule_and_figures() -> None:
    found = verdict_on(case("B", 8))
    (reason,) = found.reasons
    assert reason_words(reason) == "Little gain half-way"
    assert "session 8 of 16" in rule_words(reason, found.basis)
    assert "20 %" in rule_words(reason, found.basis)
    assert "6 points" in rule_words(reason, found.basis)
    figures = figures_words(reason, found.basis)
    assert "PHQ-9 15 on 2026-03-03" in figures
    assert "first 18 on 2026-01-06: 3 points better (16 %)" in figures
    assert "Is the focus still the right one?" in prompts(found)


def test_every_reason_has_a_code_words_and_questions() -> None:
    assert set(PROMPTS) == set(OFF_TRACK_REASONS)
    found = verdict_on(course({0: 12, 2: 11, 4: 17, 5: 18}, 6, missed=(5, 6)))
    assert set(found.reasons) == {NO_EARLY_GAIN, DETERIORATION, MISSED}
    for reason in OFF_TRACK_REASONS:
        assert "{" not in rule_words(reason, found.basis) + figures_words(reason, found.basis)
    assert all(question.endswith("?") for question in prompts(found))


@given(
    totals=st.dictionaries(st.integers(0, 16), st.integers(0, 27), max_size=17),
    held=st.integers(0, 16),
    gain=st.integers(1, 99),
    better=st.integers(1, 27),
)
def test_a_better_latest_total_never_adds_a_reason(totals: dict[int, int], held: int, gain: int, better: int) -> None:
    policy = OffTrackPolicy(gain_percent=gain)
    before = set(verdict_on(course(totals, held), policy).reasons)
    if len(totals) > 1:
        last = max(totals)
        improved = totals | {last: max(0, totals[last] - better)}
        assert set(verdict_on(course(improved, held), policy).reasons) <= before


@given(totals=st.dictionaries(st.integers(0, 16), st.integers(0, 27), max_size=17), held=st.integers(0, 16))
def test_on_track_means_that_every_rule_was_asked(totals: dict[int, int], held: int) -> None:
    found = verdict_on(course(totals, held))
    assert (found.track is Track.ON) == (not found.reasons and not found.unasked)
    assert SHIPPED.instrument("phq-9") is found.basis.instrument
