"""What no page and no mapping may break."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from ipt_fhir.model import snapshot
from ipt_fhir.model.activities import COURSE, Activity, ActivityKind
from ipt_fhir.model.episode import Contract, Episode, Frequency
from ipt_fhir.model.goals import Comparator, Goal, GoalKind, ScaleLevel, ScoreTarget
from ipt_fhir.model.limits import TEXT_LIMITS, TextTooLong
from ipt_fhir.model.measures import SafetyAct, SafetyItem
from ipt_fhir.model.problem_areas import ProblemArea, ProblemAreaCode, Rank
from ipt_fhir.model.sessions import Phase, Session

DAY = date(2026, 1, 5)
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
COURSE_ACTIVITY = Activity(id="c", kind=ActivityKind.SERVICE, code=COURSE, text="Course")
EPISODE = Episode(id="e", variant="ipt-adult-16", started=DAY, activities=(COURSE_ACTIVITY,))
TARGET = ScoreTarget(measure="44261-6", comparator=Comparator.LESS, value=Decimal(5))
GOAL = Goal(id="g", kind=GoalKind.PROM, text="Feel better", start=DAY, due=DAY, target=TARGET)
OPEN = SafetyItem(id="s", response="r", link_id="/44260-8", answer="LA6569-3", opened=NOON)


def test_one_area_leads_and_at_most_one_stands_beside_it() -> None:
    grief = ProblemArea(code=ProblemAreaCode.GRIEF)
    dispute = ProblemArea(code=ProblemAreaCode.ROLE_DISPUTE, rank=Rank.SECONDARY)
    assert replace(EPISODE, problem_areas=(grief, dispute)).primary_area == grief
    for wrong in (
        (dispute,),
        (grief, replace(dispute, rank=Rank.PRIMARY)),
        (grief, replace(grief, rank=Rank.SECONDARY)),
    ):
        with pytest.raises(ValueError, match="one primary problem area"):
            replace(EPISODE, problem_areas=wrong)


def test_session_numbers_rise_and_belong_to_a_course() -> None:
    first, second = (Session(number=number, date=DAY, phase=Phase.INITIAL) for number in (1, 2))
    assert replace(EPISODE, sessions=(first, second)).sessions == (first, second)
    with pytest.raises(ValueError, match="unique and rise"):
        replace(EPISODE, sessions=(second, first))
    with pytest.raises(ValueError, match="progress of the course"):
        replace(EPISODE, sessions=(first,), activities=())


def test_a_goal_is_measured_one_way() -> None:
    with pytest.raises(ValueError, match="score target"):
        replace(GOAL, target=None)
    with pytest.raises(ValueError, match="score target"):
        replace(GOAL, kind=GoalKind.GAS)
    with pytest.raises(ValueError, match="levels"):
        replace(GOAL, levels=(ScaleLevel(level=0, text="as expected"),))
    with pytest.raises(ValueError, match="due after"):
        replace(GOAL, due=DAY - timedelta(days=1))


def test_a_safety_item_says_who_took_it_over() -> None:
    assert OPEN.open
    with pytest.raises(ValueError, match="accepted"):
        replace(OPEN, act=SafetyAct.HANDED_OVER, settled=NOON)
    with pytest.raises(ValueError, match="has a time"):
        replace(OPEN, act=SafetyAct.DISCUSSED)


def test_ids_are_unique_within_a_course() -> None:
    with pytest.raises(ValueError, match="unique"):
        replace(EPISODE, goals=(GOAL, GOAL))


@pytest.mark.parametrize("text", ["", "  ", " padded ", "bell \x07", "tab\x0b"])
def test_text_that_no_fhir_server_can_keep_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="blank"):
        replace(GOAL, text=text)


def test_text_beyond_its_field_is_refused_by_name_and_limit() -> None:
    with pytest.raises(TextTooLong) as refused:
        replace(GOAL, text="x" * (TEXT_LIMITS["Goal.text"] + 1))
    assert (refused.value.field, refused.value.limit) == ("Goal.text", 300)
    assert "xxx" not in str(refused.value)


def test_a_contract_has_sessions_and_an_end() -> None:
    terms = Contract(sessions=12, frequency=Frequency.WEEKLY, minutes=50, agreed_on=DAY, ends_on=DAY)
    with pytest.raises(ValueError, match="sessions"):
        replace(terms, sessions=0)
    with pytest.raises(ValueError, match="ends after"):
        replace(terms, ends_on=DAY - timedelta(days=1))


def test_a_snapshot_holds_everything_local_parts_too() -> None:
    full = replace(
        EPISODE, goals=(GOAL,), safety_items=(replace(OPEN, act=SafetyAct.DISCUSSED, settled=NOON, reason="why"),)
    )
    assert snapshot.load(snapshot.dump(full)) == full
