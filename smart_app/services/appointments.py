"""When both meet next: one entry of the plan that moves from session to session (decision-D84). Pure.

It is part of the plan itself, not an Appointment of the hospital's calendar: booking stays where the hospital books.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from ipt_fhir.locale.texts import text
from ipt_fhir.model.activities import Activity, ActivityKind, ActivityStatus
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.sessions import Session, SessionKind
from ipt_fhir.protocol.catalogue import activity_templates, usual_in
from ipt_fhir.protocol.pace import DAYS_BETWEEN
from smart_app.language import gettext as _
from smart_app.services.overview import course
from smart_app.services.problems import Problems, read_day

USUAL, OTHER, NONE = "usual", "other", "none"
_CODES = {SessionKind.GROUP: "group-sessions", SessionKind.CONJOINT: "conjoint-session"}
_FARTHEST = timedelta(days=400)


def planned(episode: Episode) -> Activity | None:
    """The next appointment as the plan has it."""
    return next((item for item in episode.activities if _is_ours(item) and item.status is ActivityStatus.PLANNED), None)


def offered(episode: Episode, held_on: date, start: str) -> datetime | None:
    """The most likely next start: what is planned already, or the same time one interval later.

    None after the last contracted session, while nobody has said at what time sessions begin, and where the setting has
    no fixed hour of the week.
    """
    found = planned(episode)
    if found and found.starts and found.starts.astimezone().date() > held_on:
        return found.starts.astimezone()
    counted = course(episode)
    usual = usual_in(episode.setting)
    if not start or not usual.weekly_slot or counted.today >= counted.contracted:
        return None
    try:
        begins = time.fromisoformat(start)
    except ValueError:
        return None
    frequency = episode.contract.frequency if episode.contract else usual.frequency
    return datetime.combine(held_on + timedelta(days=round(DAYS_BETWEEN[frequency])), begins).astimezone()


def read_next(chosen: str, day: str, clock: str, held_on: date | None, problems: Problems) -> datetime | bool | None:
    """What was chosen: a start, None for no further appointment, False where nothing was said."""
    if chosen in {"", USUAL}:
        return False
    if chosen == NONE:
        return None
    if chosen != OTHER:
        return _offered_start(chosen, held_on, problems)
    on = read_day("next_date", day, problems)
    try:
        begins = time.fromisoformat(clock)
    except ValueError:
        problems.add("next_time", _("Enter the time as hours and minutes, such as 14:00."))
        return False
    if on is None or held_on is None:
        return False
    return _checked(datetime.combine(on, begins.replace(tzinfo=None)).astimezone(), held_on, problems)


def with_next(episode: Episode, upcoming: datetime | bool | None, session: Session, language: str) -> Episode:
    """The plan with the next appointment; the one before becomes the next one, or is done with."""
    if upcoming is False:
        return episode
    before = planned(episode)
    others = tuple(item for item in episode.activities if item is not before)
    if not isinstance(upcoming, datetime):
        done = (replace(before, status=_over(before, session)),) if before else ()
        return replace(episode, activities=(*others, *done) if before else episode.activities)
    code = _CODES.get(session.kind, "individual-sessions")
    minutes = session.minutes or (episode.contract.minutes if episode.contract else usual_in(episode.setting).minutes)
    moved = (
        replace(before, starts=upcoming, minutes=before.minutes or minutes)
        if before
        else Activity(
            id=str(uuid.uuid4()),
            kind=ActivityKind.APPOINTMENT,
            code=code,
            text=text(activity_templates()[code].text, language),
            starts=upcoming,
            minutes=minutes,
            inline=True,
        )
    )
    kept = tuple(moved if item is before else item for item in episode.activities)
    return replace(episode, activities=kept if before else (*kept, moved))


def _is_ours(item: Activity) -> bool:
    return item.kind is ActivityKind.APPOINTMENT and item.by_us and item.inline


def _over(before: Activity, session: Session) -> ActivityStatus:
    past = before.starts is not None and before.starts.astimezone().date() <= session.date
    return ActivityStatus.COMPLETED if past else ActivityStatus.CANCELLED


def _offered_start(chosen: str, held_on: date | None, problems: Problems) -> datetime | bool:
    try:
        starts = datetime.fromisoformat(chosen)
    except ValueError:
        starts = None
    if starts is None or starts.tzinfo is None or held_on is None:
        problems.add("next", _("Choose when you meet next."))
        return False
    return _checked(starts, held_on, problems)


def _checked(starts: datetime, held_on: date, problems: Problems) -> datetime | bool:
    if not held_on < starts.astimezone().date() <= held_on + _FARTHEST:
        problems.add("next_date", _("The next appointment lies after this session, within a year."))
        return False
    return starts
