"""Enter a total read off a sheet, or correct one (decision-D58)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from ipt_fhir.instruments.catalogue import Instrument
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.totals import EnteredTotal
from ipt_fhir.protocol.total_states import TotalRefused, amend_total, check_total, enter_total
from smart_app import language
from smart_app.language import gettext as _
from smart_app.services import charting
from smart_app.services.correcting import entity_of, read_reason
from smart_app.services.desk import Desk
from smart_app.services.practice import Practice
from smart_app.services.problems import Problems, read_day
from smart_app.store.audit import Action

_OLDEST = date(1950, 1, 1)
"""Before any of these measures was printed: a slip of the keyboard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalForm:
    """What the person entered; ``reason`` is asked of a correction."""

    total: str = ""
    date: str = ""
    worrying: str = ""
    reason: str = ""


def filled(total: EnteredTotal) -> TotalForm:
    """The form as it was when the total was entered."""
    said = {None: "", True: "yes", False: "no"}[total.worrying]
    return TotalForm(total=f"{total.total:f}", date=_day_of(total).isoformat(), worrying=said)


def record_total(
    practice: Practice, desk: Desk, measure: Instrument, form: TotalForm, corrects: EnteredTotal | None = None
) -> tuple[Episode, Problems]:
    """Keep a total, or the corrected version of one. Raises StaleRevision."""
    now = practice.clock().replace(microsecond=0)
    problems = Problems()
    total = _read(measure, form, desk, now, corrects, problems)
    reason = read_reason(form.reason, problems) if corrects else None
    if total is None or problems:
        return desk.episode, problems
    if corrects is None:
        episode = enter_total(desk.episode, total, now, practice.catalogue)
        charting.save(practice, desk, episode)
        return episode, problems
    episode = amend_total(desk.episode, corrects.id, total, now, reason, practice.catalogue)
    charting.save(practice, desk, episode, Action.CORRECT, entity_of(desk.episode, corrects.id))
    return episode, problems


def _read(
    measure: Instrument, form: TotalForm, desk: Desk, now: datetime, corrects: EnteredTotal | None, problems: Problems
) -> EnteredTotal | None:
    points, day = _points(form.total, problems), _day(form.date, desk.today, problems)
    worrying = {"yes": True, "no": False}.get(form.worrying) if measure.safety else None
    if measure.safety and worrying is None:
        problems.add("worrying", _("Say what was answered there: somebody may have to act on it."))
    if points is None or day is None or problems:
        return None
    try:
        check_total(measure, points, worrying)
    except TotalRefused as refused:
        problems.add("total", refused.sentence(language.current()))
        return None
    same_day = corrects is not None and _day_of(corrects) == day
    total = EnteredTotal(
        id=str(uuid.uuid4()),
        instrument=measure.id,
        total=points,
        authored=corrects.authored if corrects and same_day else _moment(day, desk.today, now),
        author=desk.therapist,
        worrying=worrying,
    )
    if corrects and same_day and (total.total, total.worrying) == (corrects.total, corrects.worrying):
        problems.add("total", _("Nothing was changed. Correct the total, or leave it as it is."))
    return total


def _points(typed: str, problems: Problems) -> Decimal | None:
    """A number as people write it, with a point or a comma."""
    try:
        points = Decimal(typed.strip().replace(",", "."))
    except InvalidOperation:
        points = Decimal("NaN")
    if not points.is_finite() or len(typed) > 12:
        problems.add("total", _("Enter the total as a number."))
        return None
    return points


def _day(typed: str, today: date, problems: Problems) -> date | None:
    day = read_day("date", typed, problems)
    if day and day > today:
        problems.add("date", _("A sheet cannot be filled in in the future."))
    if day and day < _OLDEST:
        problems.add("date", _("Check the year."))
    return day


def _moment(day: date, today: date, now: datetime) -> datetime:
    """When a sheet was filled in: nobody asks for the hour, so noon stands for a day that is past."""
    zone = now.astimezone().tzinfo
    return now if day == today else datetime.combine(day, time(12), tzinfo=zone)


def _day_of(total: EnteredTotal) -> date:
    return total.authored.astimezone().date()
