"""The history of a course: each set of answers, what it came to, who entered it, and whether it is in the record."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from flask import Blueprint, abort, url_for
from markupsafe import Markup

from ipt_fhir.model.filed_parts import is_filed
from ipt_fhir.model.forms import FilledForm
from ipt_fhir.model.measures import ResponseStatus
from ipt_fhir.model.totals import EnteredTotal
from ipt_fhir.protocol.response_states import Answered, UnknownResponse
from ipt_fhir.questionnaires.scoring import Score
from smart_app.language import gettext as _
from smart_app.language import moment
from smart_app.services import course_resources
from smart_app.services.correcting import note_reading
from smart_app.services.desk import Desk
from smart_app.services.history import Entry, Series, entry_of, history
from smart_app.web import access, words
from smart_app.web.answer_lines import lines_of
from smart_app.web.desks import desk_of, page, practice
from smart_app.web.measure_words import measure_picture

blueprint = Blueprint("history", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A state as a tag: word with its shape, and tone."""

    words: str
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One version of answers as the page prints it."""

    url: str
    when: str
    total: str
    band: str
    since_first: str
    since_last: str
    meaning: tuple[str, ...]
    who: str
    tags: tuple[Tag, ...]
    counts: bool


@blueprint.get("/history")
def show(handle: str) -> str:
    """The page."""
    desk = desk_of(handle)
    waiting = course_resources.unfiled(practice(), desk).keys()
    found = [item for item in history(desk.episode, practice().catalogue) if _is_for(desk, item.entries[0].version)]
    return page("history/list.html", desk, series=[_series(item, desk, waiting) for item in found])


@blueprint.get("/history/<response>")
def view(handle: str, response: str) -> str:
    """One version of answers, to read."""
    desk = desk_of(handle)
    entry = entry_or_404(desk, response)
    note_reading(practice(), desk, response)
    row = row_of(entry, desk, course_resources.unfiled(practice(), desk).keys())
    answered = {"lines": lines_of(entry.version, practice().catalogue), "facts": _facts(entry)}
    return page("history/entry.html", desk, entry=entry, row=row, answered=answered)


def entry_or_404(desk: Desk, response_id: str) -> Entry:
    """The version of that id; nobody finds one of another course."""
    try:
        found = entry_of(desk.episode, response_id, practice().catalogue)
    except UnknownResponse:
        abort(404)
    return found if _is_for(desk, found.version) else abort(404)


def _is_for(desk: Desk, version: Answered) -> bool:
    """Whether these answers are for this person (``access.may_read_form``)."""
    if not isinstance(version, FilledForm):
        return access.may_read_form(desk.role, version.instrument)
    known = practice().catalogue.instrument_for(version.address)
    return known is None or access.may_read_form(desk.role, known.id)


def standing_entry(desk: Desk, response_id: str) -> Entry:
    """A version that counts: what was withdrawn already is neither corrected nor withdrawn again."""
    entry = entry_or_404(desk, response_id)
    return entry if entry.version.stands else abort(404)


def _series(series: Series, desk: Desk, waiting: Set[str]) -> dict[str, object]:
    drawn = series.measure and any(item.total is not None for item in series.measure.readings)
    picture = measure_picture(series.measure) if series.measure and drawn else Markup("")
    rows = [row_of(entry, desk, waiting) for entry in series.entries]
    return {"title": series.title, "picture": picture, "rows": rows, "scored": series.measure is not None}


def row_of(entry: Entry, desk: Desk, waiting: Set[str]) -> Row:
    """A version of answers as pages print it; ``waiting`` are the keys that wait to be filed."""
    result, version = entry.result, entry.version
    total = result.total if result else None
    return Row(
        url=url_for("history.view", handle=desk.handle, response=version.id),
        when=_given(entry),
        total="–" if total is None else f"{total:f}",
        band=_band(entry),
        since_first=words.points_moved(entry.since_first),
        since_last=words.points_moved(entry.since_last),
        meaning=tuple(words.change_meaning(entry.since_first)) if entry.since_first else (),
        who=_("the patient") if version.self_entered else version.author.display if version.author else "–",
        tags=(*_states(entry), _filed(entry, desk, waiting)),
        counts=version.stands,
    )


def _band(entry: Entry) -> str:
    """The words beside a total; of an instrument that has parts and no total the parts."""
    result = entry.result
    if result is None:
        return ""
    if result.total is None and result.parts and not result.missing:
        return "; ".join(_parts(result))
    if result.total is None:
        return _("no total: %(done)s of %(all)s answered", done=result.answered, all=result.of)
    return words.band(result.band.label) if result.band else ""


def _given(entry: Entry) -> str:
    """When it was answered; nobody asked at what hour a sheet was."""
    of_sheet = isinstance(entry.version, EnteredTotal)
    return words.day(entry.at.astimezone().date()) if of_sheet else moment(entry.at)


def _parts(result: Score) -> list[str]:
    """Each part of a score with its value."""
    told = ((words.library(item.part.title), item.value) for item in result.parts)
    return [f"{title} {'–' if value is None else f'{value:f}'}" for title, value in told]


def _states(entry: Entry) -> tuple[Tag, ...]:
    version = entry.version
    alone: tuple[Tag, ...] = (Tag(words=_("entered by the patient")),) if version.self_entered else ()
    if isinstance(version, EnteredTotal):
        alone = (Tag(words=_("read off a sheet")),)
    if version.status is ResponseStatus.AMENDED:
        return (*alone, Tag(words=_("corrected version")))
    if version.status is ResponseStatus.ENTERED_IN_ERROR:
        gone = _("replaced by a correction") if entry.corrected_by else _("entered in error")
        return (*alone, Tag(words=f"▲ {gone}", tone="warn"))
    if version.status is ResponseStatus.IN_PROGRESS:
        unfinished = _("not finished")
        return (*alone, Tag(words=f"▲ {unfinished}", tone="warn"))
    return alone


def _filed(entry: Entry, desk: Desk, waiting: Set[str]) -> Tag:
    """Of what was never filed nobody says that it is in the record."""
    key, version = entry.version.id, entry.version
    if not is_filed(version, practice().site.carried):
        return Tag(words=_("stays in this app"))
    if key in desk.chart and key not in waiting:
        filed = _("in the record")
        return Tag(words=f"✓ {filed}", tone="good")
    changed = _("change not filed yet") if key in desk.chart else _("not filed yet")
    return Tag(words=f"▲ {changed}", tone="warn")


def _facts(entry: Entry) -> list[tuple[str, str]]:
    """What is known of the version beside its answers, label and words."""
    version = entry.version
    who = _("the patient") if version.self_entered else version.author.display if version.author else "–"
    facts = [(_("Answered"), _given(entry)), (_("Entered by"), who)]
    if entry.result and entry.result.parts:
        facts.insert(0, (_("Parts"), "; ".join(_parts(entry.result))))
    if version.authored != entry.at:
        facts.append((_("Corrected"), moment(version.authored)))
    if isinstance(version, FilledForm):
        facts.append((_("Form"), version.form))
    if version.withdrawn:
        gone = version.withdrawn
        facts.append((_("Reason"), gone.reason))
        by = gone.by.display if gone.by else "–"
        facts.append((_("Withdrawn"), _("%(when)s, %(who)s", when=moment(gone.at), who=by)))
    return facts
