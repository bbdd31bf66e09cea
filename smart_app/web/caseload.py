"""The list of whoever signed in: the patients they launched, what needs them, and the way to each chart.

The page is nobody's chart: it has no banner, and of other patients it shows the note of the list only (decision-D74).
Every other chart opens through the hospital's own launch, never with the token of this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug import Response

from ipt_fhir.model.problem_areas import ProblemAreaCode
from ipt_fhir.questionnaires.off_track import Track
from ipt_fhir.questionnaires.off_track_words import POLICY
from smart_app import language
from smart_app.language import gettext as _
from smart_app.language import ngettext
from smart_app.services import caseload
from smart_app.services.caseload import LISTED_FOR, OLD, Case, CourseNote, Need
from smart_app.services.desk import Desk
from smart_app.web import words
from smart_app.web.desks import desk_of, page, practice
from smart_app.web.guarding import fingerprint
from smart_app.web.off_track import reason_name, track_name

blueprint = Blueprint("caseload", __name__)

PAGE_SIZE = 25
_MOST_PAGES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One thing that needs the person: word with its shape, and tone."""

    words: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One patient of the list as the page prints it; ``url`` is the way to the chart, empty where there is none."""

    initials: str
    record_number: str
    course: str
    phase: str
    areas: str
    score: str
    moved: str
    tags: tuple[Tag, ...]
    reasons: tuple[str, ...]
    on_focus: str
    last_session: str
    known: str
    days: int
    old: bool
    moved_on: bool
    url: str
    is_open: bool


@blueprint.get("/caseload")
def show(handle: str) -> str:
    """The list."""
    desk = desk_of(handle)
    supervision = request.args.get("view") == "supervision"
    number = _page_number()
    found = caseload.list_cases(practice(), desk, number - 1, PAGE_SIZE, supervision=supervision)
    pages = max(1, -(-found.total // PAGE_SIZE))
    if number > pages:
        abort(404)
    now = practice().clock()
    return page(
        "caseload.html",
        handle=handle,
        person=desk.therapist.display,
        hospital=desk.background.hospital,
        rows=[_row(case, desk, now) for case in found.cases],
        total=found.total,
        needing=found.needing,
        supervision=supervision,
        number=number,
        pages=pages,
        days=LISTED_FOR.days,
        track=words.capitalised(track_name(Track.OFF)),
        policy=words.library(POLICY) if practice().site.off_track else "",
    )


@blueprint.get("/caseload/<case>/chart")
def chart(handle: str, case: str) -> Response:
    """On to the hospital's own page of that chart, from which the app is opened."""
    desk = desk_of(handle)
    address = caseload.chart_of(practice(), desk, lambda lane: fingerprint(handle, lane.patient) == case)
    return redirect(address, 303) if address else abort(404)


def _page_number() -> int:
    typed = request.args.get("page", "1")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else 0
    return number if 0 < number <= _MOST_PAGES else abort(404)


def _row(case: Case, desk: Desk, now: datetime) -> Row:
    note = case.note
    link = bool(practice().chart_of(case.lane.issuer, case.lane.patient)) and not case.is_open
    return Row(
        initials=note.initials,
        record_number=note.record_number,
        course=words.session_place(note.session, note.contracted),
        phase=words.phase(note.phase),
        areas=", ".join(words.problem_area(ProblemAreaCode(area)) for area in note.areas),
        score=_score(note),
        moved=_("first %(total)s", total=note.first) if note.first and note.first != note.score else "",
        tags=tuple(_tag(need, case.counts[need], note) for need in case.needs),
        reasons=tuple(reason_name(reason) for reason in note.reasons),
        on_focus=_on_focus(note),
        last_session=words.day(note.last_session) if note.last_session else "",
        known=language.moment(case.noted),
        days=max(0, (now - case.noted).days),
        old=now - case.noted >= OLD,
        moved_on=case.moved_on,
        url=url_for("caseload.chart", handle=desk.handle, case=fingerprint(desk.handle, case.lane.patient))
        if link
        else "",
        is_open=case.is_open,
    )


def _score(note: CourseNote) -> str:
    if not note.measured_on:
        return ""
    band = words.band(note.band) if note.band else ""
    return f"{note.measure} {note.score or '–'} {band}".rstrip()


def _on_focus(note: CourseNote) -> str:
    if not note.counted:
        return ""
    return _("%(done)s of the last %(all)s sessions", done=note.on_focus, all=note.counted)


def _tag(need: Need, count: int, note: CourseNote) -> Tag:
    counted = {
        Need.SAFETY: (ngettext("%(num)s safety answer", "%(num)s safety answers", count), "●", "danger"),
        Need.HELD: (ngettext("%(num)s filing held", "%(num)s filings held", count), "▲", "warn"),
        Need.RECEIVED: (ngettext("%(num)s new answer", "%(num)s new answers", count), "▲", "warn"),
        Need.UNFILED: (ngettext("%(num)s entry not filed", "%(num)s entries not filed", count), "○", ""),
    }
    plain = {
        Need.OFF_TRACK: (track_name(Track.OFF), "▲", "warn"),
        Need.SESSION: (_("session %(number)s is open", number=note.session), "▲", "warn"),
        Need.PLAN: (_("plan not agreed"), "○", ""),
        Need.MEASURE: (_("%(measure)s due", measure=note.measure), "○", ""),
    }
    said, mark, tone = (counted | plain)[need]
    return Tag(words=f"{mark} {said}", tone=tone)
