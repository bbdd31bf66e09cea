"""The overview: where the therapy stands, in one look."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, url_for

from ipt_fhir.model.sessions import Attendance
from smart_app.charts.course import Stop, Stretch, course_line
from smart_app.charts.trend import Zone, trend
from smart_app.language import gettext as _
from smart_app.language import ngettext
from smart_app.services.desk import Desk
from smart_app.services.filing import standing
from smart_app.services.overview import Course, Due, Measure, course, due, measure
from smart_app.web import words
from smart_app.web.desks import desk_of, page, practice
from smart_app.web.filing import standing_words

blueprint = Blueprint("overview", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueItem:
    """One thing to do: a tag (word, shape and tone), a sentence, and the way there."""

    name: str
    mark: str
    tone: str
    sentence: str
    label: str
    url: str


@blueprint.get("/")
def show(handle: str) -> str:
    """The page."""
    desk = desk_of(handle)
    filed = standing(practice(), desk)
    counted, measured = course(desk.episode), measure(desk.episode)
    items = [_due_item(item, desk, counted) for item in due(desk.episode, desk.today, filed.pending)]
    return page(
        "overview.html",
        desk,
        course=counted,
        course_picture=_course_picture(counted),
        measure=measured,
        measure_words=_measure_words(measured),
        measure_picture=_measure_picture(measured),
        due=items,
        action=_action(desk, counted, items),
        filing=standing_words(filed),
    )


def _action(desk: Desk, counted: Course, items: list[DueItem]) -> dict[str, str]:
    """The most likely next step: the one filled button."""
    session = url_for("session.show", handle=desk.handle)
    pressing = next((item for item in items if item.tone == "danger"), None)
    if pressing:
        return {"label": _("Record the safety step"), "url": pressing.url}
    if counted.open_session:
        return {"label": _("Go on with session %(number)s", number=counted.today), "url": session}
    if counted.complete:
        return {"label": _("See what is filed"), "url": url_for("filing.show", handle=desk.handle)}
    return {"label": _("Start session %(number)s", number=counted.today), "url": session}


def _due_item(item: Due, desk: Desk, counted: Course) -> DueItem:
    if item is Due.SAFETY:
        first = desk.episode.open_safety_items[0]
        url = url_for("safety.show", handle=desk.handle, item=first.id)
        sentence = _('Item 9 was answered above "not at all": step not recorded')
        return DueItem(name=_("safety"), mark="●", tone="danger", sentence=sentence, label=_("Record"), url=url)
    return {
        Due.MEASURE: DueItem(
            name=_("PHQ-9"),
            mark="▲",
            tone="warn",
            sentence=_("opens every session"),
            label=_("Fill in"),
            url=url_for("measure.show", handle=desk.handle),
        ),
        Due.PLAN: DueItem(
            name=_("plan"),
            mark="▲",
            tone="warn",
            sentence=_("focus, contract or goals are not agreed yet"),
            label=_("Open"),
            url=url_for("plan.show", handle=desk.handle),
        ),
        Due.SESSION: DueItem(
            name=_("session"),
            mark="▲",
            tone="warn",
            sentence=_("session %(number)s is not closed", number=counted.today),
            label=_("Close"),
            url=url_for("session.show", handle=desk.handle),
        ),
        Due.FILING: DueItem(
            name=_("filing"),
            mark="▲",
            tone="warn",
            sentence=_("some entries are not in the record yet"),
            label=_("File"),
            url=url_for("filing.show", handle=desk.handle),
        ),
    }[item]


def _course_picture(counted: Course) -> str:
    by_number = {item.number: item for item in counted.sessions}
    stops = []
    for number in range(1, max(counted.contracted, counted.today if counted.open_session else 0) + 1):
        session = by_number.get(number)
        if session is None:
            state = "today" if number == counted.today else "ahead"
            note = _("open") if counted.open_session and state == "today" else ""
            stops.append(Stop(number=number, state=state, label=str(number), note=note))
        else:
            held = session.attendance is Attendance.ATTENDED
            label = str(number) if held else _("%(number)s missed", number=number)
            stops.append(Stop(number=number, state="held" if held else "missed", label=label))
    phases = [
        Stretch(name=f"{words.phase(phase)} {first}–{last}", first=first, last=last)
        for phase, first, last in counted.phases
    ]
    title = _(
        "Course: %(held)s of %(count)s sessions held, %(phase)s",
        held=counted.held,
        count=counted.contracted,
        phase=words.phase(counted.phase),
    )
    return course_line(stops, phases, title)


def _measure_words(measured: Measure) -> dict[str, str]:
    latest = measured.latest
    if latest is None:
        return {}
    when = words.day(latest.response.authored.date())
    if latest.result.total is None:
        band = _("no total: %(done)s of %(all)s answered", done=latest.result.answered, all=latest.result.of)
    else:
        band = words.library(latest.result.band.label) if latest.result.band else ""
    moved = measured.change
    return {
        "band": band,
        "change": words.change_words(moved.points, moved.reliable) if moved else _("baseline, %(date)s", date=when),
        "basis": _("A change of 6 points or more counts as reliable. Last filled in %(date)s.", date=when),
        "short": f"{latest.result.total if latest.result.total is not None else '–'} ({band})",
    }


def _measure_picture(measured: Measure) -> str:
    totals = [item.result.total for item in measured.readings]
    zones = [Zone(name=words.library(band.label), low=band.low, high=band.high) for band in measured.bands]
    listed = ", ".join("–" if total is None else str(total) for total in totals)
    title = ngettext(
        "%(name)s, %(num)s reading: %(list)s",
        "%(name)s, %(num)s readings: %(list)s",
        len(totals),
        name=measured.title,
        list=listed,
    )
    return trend(totals, zones, measured.highest, title)
