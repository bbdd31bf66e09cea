"""Close a session, or keep it open: what one screen asks, and what becomes of the course (decisions D20, D21, D35).

Pure. Everything but the day has a usual answer; a session that was missed or cancelled asks less.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from types import MappingProxyType

from ipt_fhir.model.activities import ActivityStatus, Outcome
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.limits import TEXT_LIMITS, clean_text
from ipt_fhir.model.problem_areas import ProblemAreaCode
from ipt_fhir.model.sessions import Attendance, Mode, MoodLink, Phase, Session, SessionKind, Technique
from ipt_fhir.protocol.catalogue import usual_in
from smart_app.language import day as language_day
from smart_app.language import gettext as _
from smart_app.services.appointments import USUAL, planned, read_next, with_next
from smart_app.services.goal_rating import rate
from smart_app.services.overview import course, ended, on_hold
from smart_app.services.planning import with_standing
from smart_app.services.problems import Problems, read_day

REVIEW = "mid-point-review"
"""The planned work that a review of the contract is (protocol/activities.toml)."""
_LONGEST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionForm:
    """What the person entered, as typed. ``ratings`` are levels by goal, ``last_outcome`` what came of the last step.

    ``next`` is when both meet next: the start that was offered (ISO 8601), ``other`` with a day and a time of one's
    own, ``none``, or empty for nothing said. ``ending`` tells that both decided to begin the ending now.
    """

    date: str
    kind: str = SessionKind.INDIVIDUAL.value
    attendance: str = Attendance.ATTENDED.value
    mode: str = Mode.IN_PERSON.value
    start: str = ""
    minutes: str = ""
    last_outcome: str = ""
    mood_link: str = ""
    mood_event: str = ""
    focus: str = ""
    techniques: tuple[str, ...] = ()
    ratings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    step: str = ""
    next: str = ""
    next_date: str = ""
    next_time: str = ""
    ending: bool = False
    close: bool = False

    @property
    def attended(self) -> bool:
        """Whether it took place: only then there is something to say about it."""
        return self.attendance == Attendance.ATTENDED.value


def prefilled(episode: Episode, today: date) -> SessionForm:
    """The form as it opens: the session that was kept open, or the next one with what was usual last time."""
    counted = course(episode)
    session = counted.open_session
    if session:
        return _as_form(episode, session)
    attended = [item for item in counted.sessions if item.kind.counts and item.attendance is Attendance.ATTENDED]
    last = attended[-1] if attended else None
    appointment = planned(episode)
    begins = last.starts if last else None
    if appointment and appointment.starts and appointment.starts.astimezone().date() == today:
        begins = appointment.starts
    minutes = (last.minutes if last else None) or (episode.contract.minutes if episode.contract else None)
    area = episode.primary_area
    return SessionForm(
        date=today.isoformat(),
        kind=last.kind.value if last and last.kind is SessionKind.GROUP else SessionKind.INDIVIDUAL.value,
        mode=(last.mode if last else usual_in(episode.setting).mode).value,
        start=_clock(begins),
        minutes=str(minutes or ""),
        focus=area.code.value if area else "",
        next=USUAL,
    )


_WHEN_CLOSED = ("last_outcome", "ratings", "next", "next_date", "next_time", "ending")


def left_open(episode: Episode, today: date, typed: SessionForm) -> SessionForm:
    """The form of a session that was kept open: as the course has it, and what counts once it is closed as entered."""
    return replace(prefilled(episode, today), **{name: getattr(typed, name) for name in _WHEN_CLOSED})


def last_step(episode: Episode) -> Session | None:
    """The last session that was closed with a step, when nothing has been said yet about what came of it."""
    closed = [item for item in episode.sessions if item.closed and item.kind.counts]
    found = next((item for item in reversed(closed) if item.step), None)
    return found if found and found.step_outcome is None else None


def place_of(episode: Episode, kind: SessionKind) -> int:
    """The number the next session of that kind gets; meetings beside the contract are counted on their own."""
    if kind.counts:
        return course(episode).today
    return 1 + max((item.number for item in episode.sessions if item.kind is kind), default=0)


def record(
    episode: Episode,
    form: SessionForm,
    today: date,
    *,
    now: datetime | None = None,
    filed: Collection[str] = (),
    language: str = "en",
) -> tuple[Episode, Problems]:
    """The course with the session as entered, kept open or closed; where there are problems the course as it was.

    ``now`` is when goals were rated, the middle of the day otherwise; ``filed`` are the keys the chart has;
    ``language`` is that of the record, for the appointment.
    """
    problems = Problems()
    kind = SessionKind(form.kind)
    _may_record(episode, form, kind, problems)
    held_on = _day(form.date, episode, kind, today, problems)
    session = _session(episode, form, kind, held_on, problems)
    upcoming = read_next(form.next, form.next_date, form.next_time, held_on, problems)
    if problems or session is None or held_on is None:
        return episode, problems
    at = now if now and held_on == today else datetime.combine(held_on, time(12)).astimezone()
    changed = _with_outcome(episode, form)
    if form.attended and form.close:
        changed, problems = rate(changed, form.ratings, at, filed)
        changed = _reviewed(changed, session)
    if problems:
        return episode, problems
    others = [item for item in changed.sessions if item.place != session.place]
    changed = replace(changed, sessions=tuple(sorted((*others, session), key=lambda item: item.place)))
    if form.ending and form.close:
        changed = replace(changed, ending_agreed_on=changed.ending_agreed_on or held_on)
    if form.close:
        changed = with_next(changed, upcoming, session, language)
    return with_standing(changed), problems


def _may_record(episode: Episode, form: SessionForm, kind: SessionKind, problems: Problems) -> None:
    if ended(episode):
        problems.add("ended", _("The course has ended. No session can be added to it."))
    if on_hold(episode):
        problems.add("on-hold", _("The course is on hold. Resume it on the overview, then record the session."))
    if form.close and episode.open_safety_items:
        problems.add("safety", _("A safety answer waits: record what was done before closing the session."))
    if not form.close and not kind.counts:
        problems.add("kind", _("A meeting beside the contract is recorded once it is over: close it."))


def _session(
    episode: Episode, form: SessionForm, kind: SessionKind, held_on: date | None, problems: Problems
) -> Session | None:
    starts = _start(form.start, held_on, problems)
    minutes = _minutes(form.minutes, problems) if form.attended else None
    step = clean_text(form.step)
    if len(step) > TEXT_LIMITS["Session.step"]:
        problems.add("step", _("This is longer than %(limit)s characters.", limit=TEXT_LIMITS["Session.step"]))
    if problems or held_on is None:
        return None
    counted = course(episode)
    session = Session(
        number=place_of(episode, kind),
        date=held_on,
        phase=Phase.TERMINATION if form.ending and counted.phase in _BEFORE_THE_ENDING else counted.phase,
        kind=kind,
        attendance=Attendance(form.attendance),
        mode=Mode(form.mode),
        starts=starts,
        minutes=minutes,
        closed=form.close,
        step=step or None,
    )
    return _with_work(episode, session, form) if form.attended else session


_BEFORE_THE_ENDING = frozenset({Phase.INITIAL, Phase.MIDDLE})


def _with_work(episode: Episode, session: Session, form: SessionForm) -> Session:
    """What was worked on; a choice that is not on offer reads as none."""
    areas = {area.code.value for area in episode.problem_areas}
    events = {event.id for event in episode.timeline}
    return replace(
        session,
        focus=ProblemAreaCode(form.focus) if form.focus in areas else None,
        mood_link=MoodLink(form.mood_link) if form.mood_link in set(MoodLink) else None,
        mood_event=form.mood_event if form.mood_event in events else None,
        techniques=tuple(item for item in Technique if item.value in form.techniques),
    )


def _with_outcome(episode: Episode, form: SessionForm) -> Episode:
    before = last_step(episode)
    if before is None or form.last_outcome not in set(Outcome) or not form.close:
        return episode
    said = replace(before, step_outcome=Outcome(form.last_outcome))
    return replace(episode, sessions=tuple(said if item is before else item for item in episode.sessions))


def _reviewed(episode: Episode, session: Session) -> Episode:
    """A review of the contract does the planned work of that name."""
    if Technique.CONTRACT_REVIEW not in session.techniques:
        return episode
    done = (
        replace(item, status=ActivityStatus.COMPLETED)
        if item.code == REVIEW and item.by_us and item.status is ActivityStatus.PLANNED
        else item
        for item in episode.activities
    )
    return replace(episode, activities=tuple(done))


def _as_form(episode: Episode, session: Session) -> SessionForm:
    appointment = planned(episode)
    return SessionForm(
        date=session.date.isoformat(),
        kind=session.kind.value,
        attendance=session.attendance.value,
        mode=session.mode.value,
        start=_clock(session.starts),
        minutes=str(session.minutes or ""),
        mood_link=session.mood_link.value if session.mood_link else "",
        mood_event=session.mood_event or "",
        focus=session.focus.value if session.focus else _usual_focus(episode, session),
        techniques=tuple(item.value for item in session.techniques),
        step=session.step or "",
        next=USUAL if appointment or session.starts else "",
    )


def _usual_focus(episode: Episode, session: Session) -> str:
    """The focus of the course, while nothing was entered of an open session but that it began."""
    area = episode.primary_area
    begun = session.techniques or session.mood_link or session.step
    return area.code.value if area and not begun else ""


def _clock(moment: datetime | None) -> str:
    return f"{moment.astimezone():%H:%M}" if moment else ""


def _day(typed: str, episode: Episode, kind: SessionKind, today: date, problems: Problems) -> date | None:
    day = read_day("date", typed, problems)
    if day is None:
        return None
    if day > today:
        problems.add("date", _("A session cannot lie in the future."))
    if day < episode.started and kind.counts:
        problems.add("date", _("A session cannot lie before the start of the course."))
    before = [item for item in episode.sessions if item.closed and item.kind.counts] if kind.counts else []
    if before and day < before[-1].date:
        last = before[-1]
        problems.add(
            "date",
            _(
                "Session %(number)s was on %(date)s. This one cannot lie before it.",
                number=last.number,
                date=language_day(last.date),
            ),
        )
    return day


def _start(typed: str, held_on: date | None, problems: Problems) -> datetime | None:
    if not typed:
        return None
    try:
        begins = time.fromisoformat(typed)
    except ValueError:
        problems.add("start", _("Enter the time as hours and minutes, such as 14:00."))
        return None
    if held_on is None or begins.tzinfo:
        return None
    return datetime.combine(held_on, begins.replace(second=0, microsecond=0)).astimezone()


def _minutes(typed: str, problems: Problems) -> int | None:
    if not typed:
        return None
    if typed.isascii() and typed.isdigit() and len(typed) < 4 and 1 <= int(typed) <= _LONGEST:
        return int(typed)
    problems.add("minutes", _("Enter a number from %(least)s to %(most)s.", least=1, most=_LONGEST))
    return None
