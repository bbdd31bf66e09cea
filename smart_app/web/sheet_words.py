"""The words of the sheets: what an area aims at, its steps in their order, the fields, and how far a day is away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ipt_fhir.model.problem_areas import DisputeStage, ProblemAreaCode
from ipt_fhir.protocol.anniversaries import Anniversary
from smart_app import language
from smart_app.language import gettext as _
from smart_app.language import lazy_gettext, ngettext

_SOON = 28

AIM: Mapping[ProblemAreaCode, str] = {
    ProblemAreaCode.ROLE_DISPUTE: lazy_gettext(
        "Find out what the dispute is about, choose a plan, change what is expected or how it is said."
    ),
    ProblemAreaCode.ROLE_TRANSITION: lazy_gettext(
        "Mourn the old role, see more in the new one, gain skills and people for it."
    ),
    ProblemAreaCode.GRIEF: lazy_gettext("Let mourning happen, and find the way back to people and things to do."),
    ProblemAreaCode.INTERPERSONAL_DEFICITS: lazy_gettext("Be less alone: form ties and keep them."),
}
STRATEGY: Mapping[ProblemAreaCode, tuple[str, ...]] = {
    ProblemAreaCode.ROLE_DISPUTE: (
        lazy_gettext("Name the other person and what it is about"),
        lazy_gettext("Say where the dispute stands"),
        lazy_gettext("Find the expectations that do not meet"),
        lazy_gettext("Look at the options (decision analysis)"),
        lazy_gettext("Look at how they talk, and rehearse (communication analysis, role play)"),
        lazy_gettext("Try it, and look at what came of it"),
    ),
    ProblemAreaCode.ROLE_TRANSITION: (
        lazy_gettext("Name the old and the new role"),
        lazy_gettext("What was good and hard in the old one"),
        lazy_gettext("Feelings about the change itself"),
        lazy_gettext("What is good, hard and possible in the new one"),
        lazy_gettext("Skills the new role needs"),
        lazy_gettext("People who support it"),
    ),
    ProblemAreaCode.GRIEF: (
        lazy_gettext("Relate the symptoms to the death"),
        lazy_gettext("Tell the relationship again, good and bad"),
        lazy_gettext("What happened before, during and after the death"),
        lazy_gettext("Feelings that were avoided"),
        lazy_gettext("New ties and activities"),
    ),
    ProblemAreaCode.INTERPERSONAL_DEFICITS: (
        lazy_gettext("Look at important relationships of the past"),
        lazy_gettext("Find patterns that come again"),
        lazy_gettext("Look at the same between patient and therapist"),
        lazy_gettext("Rehearse"),
        lazy_gettext("Take social steps, small ones first"),
    ),
}
STAGES: Mapping[DisputeStage, str] = {
    DisputeStage.RENEGOTIATION: lazy_gettext("They still talk and look for a way."),
    DisputeStage.IMPASSE: lazy_gettext("Silence and resentment. The first aim may be to talk again at all."),
    DisputeStage.DISSOLUTION: lazy_gettext("It is ending. The work becomes mourning."),
}
ROLE_ROWS = (
    (
        lazy_gettext("The old role"),
        (("old_good", lazy_gettext("What was good")), ("old_bad", lazy_gettext("What was hard"))),
    ),
    (
        lazy_gettext("The new role"),
        (("new_good", lazy_gettext("What is good or possible")), ("new_bad", lazy_gettext("What is hard"))),
    ),
)
GRIEF_ROWS = (
    (
        lazy_gettext("The relationship"),
        (("good", lazy_gettext("What was good")), ("hard", lazy_gettext("What was hard"))),
    ),
    (
        lazy_gettext("Since the death"),
        (("changed", lazy_gettext("What changed")), ("ahead", lazy_gettext("New ties and activities"))),
    ),
)


def month(day: date) -> str:
    """The month of a date, where only that is known."""
    return language.month(day)


def years(count: int) -> str:
    """How long ago it will be by then."""
    return ngettext("%(num)s year", "%(num)s years", count)


def distance(item: Anniversary) -> str:
    """How far away it is."""
    if not item.exact:
        return _("day not known") if item.days else _("this month, day not known")
    return _("today") if not item.days else ngettext("in %(num)s day", "in %(num)s days", item.days)


def is_soon(item: Anniversary) -> bool:
    """Whether it lies within the next four weeks: time to speak of it in a session."""
    return item.days <= _SOON
