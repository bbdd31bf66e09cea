"""axe-core on every page in every state (WCAG 2.0 to 2.2, levels A and AA): no violation, nothing undecided unread."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from smart_app.demo import Demo, running, seed
from tests.browser.axe import Mark, judge
from tests.browser.ehr import Ehr
from tests.browser.states import STATES
from tests.browser.walks import State
from tests.packs.given import DEMO
from tests.parts import need

pytestmark = [pytest.mark.proof, pytest.mark.xdist_group("accessibility")]


class Undecided(NamedTuple):
    """What axe-core leaves to a person: a rule, what it says, the elements meant, and what a person found."""

    rule: str
    why: str
    where: str
    found: str


UNDECIDED = (
    Undecided(
        "color-contrast", "image node|too short", r"^<text", "text of our SVG charts: app.css gives ink on paper"
    ),
    Undecided(
        "color-contrast", "too short", r"^<(span class=\"number\"|h\d)", "the number of a question, in ink on paper"
    ),
    Undecided(
        "color-contrast",
        "overlap(ped|s other)",
        ".",
        "under the sticky footer at this scroll position; same pair elsewhere",
    ),
    Undecided("color-contrast", "non-text", r"^<span[^>]*aria-hidden", "a shape beside its word, in ink, soft or good"),
    Undecided(
        "color-contrast", "obscured", "^<a href=.*</a>$", "an entry of the navigation bar, scrolled half out of sight"
    ),
    Undecided("color-contrast", "no value", "^<(textarea|input)", "an empty field: typed text is ink on white"),
)


@pytest.fixture(scope="module")
def met() -> set[Undecided]:
    """The lines of the table that were met; one that never is tells of a page that changed."""
    return set()


@pytest.fixture
def seeded(tmp_path: Path) -> Iterator[Demo]:
    """A demo with its courses; each state gets its own, because some of them change it."""
    with running(tmp_path, packs=[DEMO]) as demo:
        seed(demo)
        yield demo


@pytest.mark.parametrize("state", STATES, ids=str)
def test_page_in_state(state: State, seeded: Demo, open_ehr: Callable[..., Ehr], met: set[Undecided]) -> None:
    need("axe")
    ehr = open_ehr(seeded)
    ehr.launch_in_frame(state.patient)
    state.reach(ehr)
    judgement = judge(ehr.driver)
    assert judgement.passed > 5
    assert [str(mark) for mark in judgement.violations] == []
    undecided = {mark: _line(mark) for mark in judgement.incomplete}
    assert [str(mark) for mark, line in undecided.items() if line is None] == []
    met |= {line for line in undecided.values() if line}


def test_each_undecided_kind_is_met(met: set[Undecided]) -> None:
    assert set(UNDECIDED) - met == set()


def test_a_planted_violation_is_found(seeded: Demo, open_ehr: Callable[..., Ehr]) -> None:
    """A judge that sees nothing would let everything pass."""
    need("axe")
    ehr = open_ehr(seeded)
    ehr.launch_in_frame("zztest-alma")
    ehr.driver.execute_script("document.querySelector('h1').insertAdjacentHTML('afterend', '<input name=x>')")
    assert "label" in {mark.rule for mark in judge(ehr.driver).violations}


def _line(mark: Mark) -> Undecided | None:
    for line in UNDECIDED:
        if mark.rule == line.rule and re.search(line.why, mark.why) and re.search(line.where, mark.where):
            return line
    return None
