"""What a change between two totals means, in the words of its published rules."""

from __future__ import annotations

from decimal import Decimal

from ipt_fhir.questionnaires.scoring import Change
from smart_app.language import gettext


def points_moved(moved: Change | None) -> str:
    """A change in points with its sign; a dash where there is none to tell."""
    if moved is None:
        return "–"
    return f"{moved.points:+f}" if moved.points else "0"


def change_words(points: Decimal, reliable: bool | None) -> str:
    """The change since the first reading, and whether it counts."""
    if points == 0:
        return gettext("no change since the start")
    moved = (
        gettext("down %(points)s since the start", points=-points)
        if points < 0
        else gettext("up %(points)s since the start", points=points)
    )
    if reliable is None:
        return moved
    if reliable:
        return gettext("%(moved)s, a reliable change", moved=moved)
    return gettext("%(moved)s, within measurement error", moved=moved)


def change_meaning(moved: Change) -> list[str]:
    """What a change since the baseline means by the published rules of the instrument; nothing where there are none."""
    said = []
    if moved.reliable is not None:
        better = gettext("reliable improvement") if moved.better else gettext("reliable worsening")
        said.append(better if moved.reliable else gettext("within measurement error"))
    if moved.meaningful:
        said.append(gettext("as large as matters to patients"))
    for holds, word in ((moved.response, gettext("response")), (moved.remission, gettext("remission"))):
        said += [word] if holds else []
    if moved.recovery:
        said.append(gettext("recovery"))
    if not moved.applicable:
        said.append(gettext("response and remission do not apply: the baseline is too low"))
    if said and not moved.verified:
        said.append(gettext("by figures that were not checked at their source"))
    return said
