"""The golden thread in words: five links, and each gap with the way to the page that mends it."""

from __future__ import annotations

from dataclasses import dataclass

from ipt_fhir.questionnaires.off_track import leading_instrument
from smart_app.language import gettext as _
from smart_app.language import ngettext
from smart_app.services.desk import Desk
from smart_app.services.golden_thread import Gap, Thread, golden_thread
from smart_app.services.titles import title_of
from smart_app.web import words
from smart_app.web.desks import practice
from smart_app.web.ways import first_way

_LINKS = (
    (Gap.NO_DIAGNOSIS, Gap.DIAGNOSIS_NOT_LINKED, Gap.DIAGNOSIS_UNREAD),
    (Gap.NO_AREA, Gap.AREA_NOT_AGREED),
    (Gap.NO_GOALS, Gap.NO_GOAL_OF_AREA, Gap.GOAL_UNMEASURED),
    (Gap.NO_SESSION, Gap.OFF_FOCUS),
    (Gap.NO_SCORE, Gap.SCORE_BEHIND),
)
_PLACES = {
    Gap.DIAGNOSIS_NOT_LINKED: ("assessment.show",),
    Gap.NO_DIAGNOSIS: ("assessment.show",),
    Gap.NO_AREA: ("focus.show", "plan.show"),
    Gap.AREA_NOT_AGREED: ("focus.show", "plan.show"),
    Gap.NO_GOALS: ("plan.show",),
    Gap.NO_GOAL_OF_AREA: ("plan.show",),
    Gap.GOAL_UNMEASURED: ("assessment.show", "form_list.show"),
    Gap.NO_SESSION: ("session.show",),
    Gap.OFF_FOCUS: ("focus.show", "session.show"),
    Gap.NO_SCORE: ("assessment.show", "form_list.show"),
    Gap.SCORE_BEHIND: ("assessment.show", "form_list.show"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GapShown:
    """What is missing, and the way to mend it ("" where nobody here can)."""

    words: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link of the thread: its name, what is there, what is said beside it, and what is missing."""

    name: str
    there: tuple[str, ...]
    beside: str = ""
    gaps: tuple[GapShown, ...] = ()


def thread_links(desk: Desk) -> list[Link]:
    """The links, from the diagnosis to the score; without the diagnosis for those who do not work with it."""
    diagnoses = frozenset(item.reference for item in desk.background.diagnoses)
    unread = desk.background.diagnoses_unread
    found = golden_thread(desk.episode, diagnoses, practice().catalogue, readable=not unread)
    rows = (_diagnosis(desk), _area(desk), _goals(found), _sessions(found), _score(desk, found))
    links = [
        Link(name=name, there=there, beside=beside, gaps=_gaps(desk, found, kinds))
        for (name, there, beside), kinds in zip(rows, _LINKS, strict=True)
    ]
    return links if desk.sees_diagnoses else links[1:]


def _gaps(desk: Desk, found: Thread, kinds: tuple[Gap, ...]) -> tuple[GapShown, ...]:
    named = (gap for gap in found.gaps if gap in kinds)
    return tuple(GapShown(words=_gap_words()[gap], url=first_way(desk, *_PLACES.get(gap, ()))) for gap in named)


def _gap_words() -> dict[Gap, str]:
    return {
        Gap.NO_DIAGNOSIS: _("none in the chart"),
        Gap.DIAGNOSIS_NOT_LINKED: _("not linked to the course"),
        Gap.DIAGNOSIS_UNREAD: _("could not be read"),
        Gap.NO_AREA: _("not chosen yet"),
        Gap.AREA_NOT_AGREED: _("not agreed yet"),
        Gap.NO_GOALS: _("none agreed yet"),
        Gap.NO_GOAL_OF_AREA: _("none is about the problem area"),
        Gap.NO_SESSION: _("none held yet"),
        Gap.OFF_FOCUS: _("the last two were not about the focus"),
        Gap.NO_SCORE: _("none yet"),
        Gap.SCORE_BEHIND: _("none for the last session"),
        Gap.GOAL_UNMEASURED: _("a goal aims at a score nobody has taken"),
    }


def _diagnosis(desk: Desk) -> tuple[str, tuple[str, ...], str]:
    shown = tuple(item.display for item in desk.background.diagnoses)
    return _("Diagnosis, from the chart"), shown, ""


def _area(desk: Desk) -> tuple[str, tuple[str, ...], str]:
    areas = desk.episode.problem_areas
    first = desk.episode.primary_area
    agreed = first.agreed_on if first and first.agreed_by_patient else None
    beside = _("agreed %(date)s", date=words.day(agreed)) if agreed else ""
    return _("Problem area"), tuple(words.problem_area(area.code) for area in areas), beside


def _goals(found: Thread) -> tuple[str, tuple[str, ...], str]:
    count = len(found.goals)
    there = (ngettext("%(num)s goal", "%(num)s goals", count),) if count else ()
    said = [ngettext("%(num)s reached", "%(num)s reached", found.reached)] if found.reached else []
    if found.of_area:
        said.append(ngettext("%(num)s about the problem area", "%(num)s about the problem area", found.of_area))
    return _("Goals"), there, " · ".join(said)


def _sessions(found: Thread) -> tuple[str, tuple[str, ...], str]:
    there = (ngettext("%(num)s session held", "%(num)s sessions held", found.held),) if found.held else ()
    last = found.latest_session
    if last is None:
        return _("Sessions"), there, ""
    when = words.day(last.date)
    if last.focus is None:
        return _("Sessions"), there, _("last %(date)s", date=when)
    about = words.problem_area(last.focus)
    return _("Sessions"), there, _("last %(date)s, on %(area)s", date=when, area=about)


def _score(desk: Desk, found: Thread) -> tuple[str, tuple[str, ...], str]:
    if found.score is None:
        return _("Score"), (), ""
    title = title_of(leading_instrument(desk.episode, practice().catalogue))
    total = "–" if found.score.total is None else str(found.score.total)
    band = words.band(found.score.band.label) if found.score.band else ""
    when = words.day(found.score.at.date())
    return _("Score"), (f"{title} {total}",), f"{band} · {when}" if band else when
