"""Assessment: what is due and done, each measure over the course, safety answers, what the chart says. Read only."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from flask import Blueprint, url_for

from ipt_fhir.model.diagnoses import Medication
from ipt_fhir.model.measures import SafetyItem
from ipt_fhir.questionnaires.off_track import Track
from smart_app.language import gettext as _
from smart_app.services import asking, charting, course_resources
from smart_app.services.assessing import MeasureState, Rhythm, measure_states, trends
from smart_app.services.describing import asked_words
from smart_app.services.desk import Desk
from smart_app.services.packs import why_form_is_closed
from smart_app.services.titles import title_of
from smart_app.web import words
from smart_app.web.desks import desk_of, page, practice
from smart_app.web.measure_view import MeasureCard, measure_card, with_total
from smart_app.web.off_track import panel_of, track_name
from smart_app.web.ways import filling_words, measure_way

blueprint = Blueprint("assessment", __name__)

_SETTLED_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRow:
    """One measure of the list: its state as a tag, its newest reading in words, and where it leads."""

    title: str
    mark: str
    state: str
    tone: str
    rhythm: str
    last: str
    by: str
    total: str
    band: str
    change: str
    act: str
    url: str
    why: str
    is_due: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyRow:
    """One safety answer: which item, since when, and what became of it."""

    url: str
    asked: str
    when: str
    open: bool
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicationRow:
    """A prescription of the chart: its words and dosage as written there, its status and its day in ours."""

    words: str
    dosage: tuple[str, ...]
    state: str
    since: str


@blueprint.get("/assessment")
def show(handle: str) -> str:
    """The page."""
    desk = desk_of(handle)
    items = _safety_shown(desk)
    if items:
        charting.note(practice(), desk, *(f"Task/{item.id}" for item in items))
    asked = (
        {item.key: item.requested for item in asking.due(practice(), desk) if item.requested} if desk.devices else {}
    )
    states = measure_states(desk.episode, practice().catalogue, asked, desk.today)
    return page(
        "assessment.html",
        desk,
        measures=[_measure_row(item, desk) for item in states],
        cards=_cards(desk, course_resources.unfiled(practice(), desk).keys()),
        panel=panel_of(desk),
        off_track_name=track_name(Track.OFF),
        safety=[_safety_row(item, desk) for item in items],
        older=len(desk.episode.safety_items) - len(items),
        medications=[_medication_row(item) for item in desk.background.wider.medications],
        withheld=desk.background.wider.withheld_of("MedicationRequest"),
    )


def _medication_row(item: Medication) -> MedicationRow:
    known = {
        "active": _("active"),
        "on-hold": _("on hold"),
        "completed": _("completed"),
        "stopped": _("stopped"),
        "cancelled": _("cancelled"),
        "draft": _("draft"),
    }
    return MedicationRow(
        words=words.library(item.words),
        dosage=item.dosage,
        state=known.get(item.status, item.status),
        since=_written(item.authored),
    )


def _written(authored: str | None) -> str:
    """The day of a prescription; as it stands there when it is none in full."""
    try:
        return words.day(authored[:10]) if authored else ""
    except ValueError:
        return authored or ""


def _cards(desk: Desk, waiting: Set[str]) -> list[MeasureCard]:
    found = trends(desk.episode, practice().catalogue, practice().site.off_track)
    return [measure_card(item, desk, waiting) for item in found]


def _measure_row(item: MeasureState, desk: Desk) -> MeasureRow:
    mark, state, tone = _state(item)
    found, latest = item.instrument, item.latest
    total, band = with_total(latest) if latest else ("", "")
    by = latest.source.author.display if latest and latest.source.author else ""
    return MeasureRow(
        title=title_of(found),
        mark=mark,
        state=state,
        tone=tone,
        rhythm=_rhythm(item),
        last=words.day(latest.at.astimezone().date()) if latest else _("never"),
        by=_("the patient") if latest and latest.source.self_entered else by,
        total=total,
        band=band,
        change=words.change_words(item.change.points, item.change.reliable) if item.change else "",
        act=filling_words(found),
        url=measure_way(desk, found),
        why=why_form_is_closed(practice(), found),
        is_due=item.is_due,
    )


def _state(item: MeasureState) -> tuple[str, str, str]:
    if item.asked:
        return "▲", _("asked of the patient"), "warn"
    if item.is_due:
        return "▲", _("due"), "warn"
    return ("✓", _("done"), "good") if item.latest else ("○", _("not filled in"), "")


def _rhythm(item: MeasureState) -> str:
    if item.asked:
        return _("asked for on %(when)s", when=words.day(item.asked.astimezone().date()))
    return {
        Rhythm.EVERY_SESSION: _("at every session"),
        Rhythm.EVERY_FOURTH: _("every 4 sessions"),
        Rhythm.NONE: _("when somebody chooses it"),
    }[item.rhythm]


def _safety_shown(desk: Desk) -> list[SafetyItem]:
    """What waits, then what was settled last."""
    settled = [item for item in desk.episode.safety_items if not item.open]
    return [*desk.episode.open_safety_items, *reversed(settled[-_SETTLED_SHOWN:])]


def _safety_row(item: SafetyItem, desk: Desk) -> SafetyRow:
    version = next((found for found in desk.episode.measured if found.id == item.response), None)
    measure = practice().catalogue.instruments().get(version.instrument) if version else None
    return SafetyRow(
        url=url_for("safety.show", handle=desk.handle, item=item.id),
        asked=asked_words(measure, item.link_id) if measure else _("An answer of a form that was not sent"),
        when=words.day(item.opened.astimezone().date()),
        open=item.open,
        told=_told(item),
    )


def _told(item: SafetyItem) -> str:
    if item.act is None or item.settled is None:
        return _("to act: %(name)s", name=item.owner.display) if item.owner else ""
    act = words.safety_act(item.act)
    who = item.settled_by.display if item.settled_by else "–"
    return _("%(act)s · %(who)s, %(when)s", act=act, who=who, when=words.day(item.settled.astimezone().date()))
