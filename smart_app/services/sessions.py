"""Count a session: open it, close it, and do not close it while a safety answer waits (decision-D21)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from ipt_fhir.model.episode import Episode
from ipt_fhir.model.sessions import Attendance, Mode, Session
from smart_app.language import gettext as _
from smart_app.services.overview import course
from smart_app.services.planning import with_standing
from smart_app.services.problems import Problems, read_day


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionForm:
    """What the person entered."""

    date: str
    attendance: str = Attendance.ATTENDED.value
    mode: str = Mode.IN_PERSON.value
    close: bool = False


def record(episode: Episode, form: SessionForm, today: date) -> tuple[Episode, Problems]:
    """The course with the current session as entered, kept open or closed."""
    problems = Problems()
    held_on = _day(form.date, episode, today, problems)
    if form.close and episode.open_safety_items:
        problems.add("safety", _("A safety answer waits: record what was done before closing the session."))
    if problems or held_on is None:
        return episode, problems
    counted = course(episode)
    session = Session(
        number=counted.today,
        date=held_on,
        phase=counted.phase,
        attendance=Attendance(form.attendance),
        mode=Mode(form.mode),
        closed=form.close,
    )
    sessions = sorted((*counted.sessions, session), key=lambda item: item.place)
    return with_standing(replace(episode, sessions=tuple(sessions))), problems


def _day(typed: str, episode: Episode, today: date, problems: Problems) -> date | None:
    day = read_day("date", typed, problems)
    if day is None:
        return None
    if day > today:
        problems.add("date", _("A session cannot lie in the future."))
    if day < episode.started:
        problems.add("date", _("A session cannot lie before the start of the course."))
    return day
