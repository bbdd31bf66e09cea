"""What the session page prints: choices with their words, what was measured, what stands around the session."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta

from flask import url_for

from ipt_fhir.model.activities import Outcome
from ipt_fhir.model.goals import GoalKind, GoalStatus
from ipt_fhir.model.problem_areas import ProblemAreaCode
from ipt_fhir.model.sessions import MoodLink, SessionKind, Technique
from ipt_fhir.protocol.course_guards import DIAGNOSIS, Obstacle
from ipt_fhir.questionnaires.off_track import leading_instrument
from ipt_fhir.terminology import concepts
from ipt_fhir.terminology.therapy import OUTCOMES, SESSION_KINDS, TECHNIQUES
from smart_app.language import gettext as _
from smart_app.language import lazy_gettext, ngettext
from smart_app.services.appointments import OTHER, USUAL, offered
from smart_app.services.desk import Desk
from smart_app.services.goal_rating import LEVELS, rating_field, standing_of
from smart_app.services.overview import course, measure
from smart_app.services.practice import Practice
from smart_app.services.problems import Problems, read_day
from smart_app.services.session_standing import Reminder, Standing, standing
from smart_app.services.sessions import SessionForm, last_step, place_of
from smart_app.web import access, desks, words
from smart_app.web.off_track import Panel, panel_of
from smart_app.web.ways import measure_way

# What is used most stands first; what was used last time goes before it.
_USUAL = (
    Technique.MOOD_EVENT_LINKING,
    Technique.COMMUNICATION_ANALYSIS,
    Technique.DECISION_ANALYSIS,
    Technique.ROLE_PLAY,
    Technique.ENCOURAGEMENT_OF_AFFECT,
)
_FITTING = {
    ProblemAreaCode.ROLE_DISPUTE: (Technique.COMMUNICATION_ANALYSIS, Technique.ROLE_EXPECTATIONS, Technique.ROLE_PLAY),
    ProblemAreaCode.ROLE_TRANSITION: (Technique.EXPLORATION, Technique.SUPPORT_MOBILISATION),
    ProblemAreaCode.GRIEF: (Technique.ENCOURAGEMENT_OF_AFFECT, Technique.EXPLORATION),
    ProblemAreaCode.INTERPERSONAL_DEFICITS: (Technique.ROLE_PLAY, Technique.THERAPEUTIC_RELATIONSHIP),
}
_IN_SIGHT = 4
# The concepts of ipt-mood-link in few words; their labels are sentences of a form.
_MOOD = {
    MoodLink.BETTER_AFTER_EVENT: lazy_gettext("better after an event"),
    MoodLink.WORSE_AFTER_EVENT: lazy_gettext("worse after an event"),
    MoodLink.EVENT_AFTER_MOOD: lazy_gettext("event after the mood"),
    MoodLink.NO_LINK: lazy_gettext("no link found"),
}
_LEAD_TO = {
    "diagnosis": "overview.show",
    "baseline-measure": "forms.show",
    "problem-area": "focus.show",
    "contract": "plan.show",
}

Choices = list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalLine:
    """A goal to rate: its sentence, its five levels with their words, the level chosen, what it was last."""

    field: str
    text: str
    levels: list[tuple[str, str, str]]
    chosen: str
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What stands around the session: why it does not close yet, what the phase needs, what is easily forgotten."""

    standing: Standing
    title: str
    left: str
    blocks: list[tuple[str, str, str]]
    missing: list[tuple[str, str]]
    missing_title: str
    reminders: list[str]
    track: Panel | None

    @property
    def mark(self) -> str:
        """Changes when anything of it does."""
        said = repr((self.title, self.left, self.blocks, self.missing, self.reminders, self.track))
        return hashlib.sha256(said.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """The page's choices, beside the values that were entered."""

    filled: SessionForm
    around: Around
    attendances: Choices
    modes: Choices
    kinds: Choices
    outcomes: Choices
    last_step: str
    last_step_from: str
    mood_links: Choices
    events: Choices
    areas: Choices
    techniques: Choices
    more_techniques: Choices
    goals: list[GoalLine]
    measure: dict[str, str]
    next_value: str
    next_words: str
    next_chosen: str
    next_date: str
    next_time: str
    may_begin_ending: bool
    summary: str


def session_view(desk: Desk, values: SessionForm, practice: Practice) -> SessionView:
    """Everything the page prints, for a form as it stands."""
    episode = desk.episode
    first, more = _techniques(desk, values)
    before = last_step(episode)
    held_on = read_day("date", values.date, Problems()) or desk.today
    next_value, next_words = _next_offer(desk, values, held_on)
    found = around(desk, values, practice)
    return SessionView(
        filled=values,
        around=found,
        attendances=[(code, words.capitalised(label)) for code, label in words.choices_of(concepts.ATTENDANCE)],
        modes=[(code, words.capitalised(label)) for code, label in words.choices_of(concepts.MODES)],
        kinds=words.choices_of(SESSION_KINDS),
        outcomes=[(code.value, words.library(OUTCOMES[code].label)) for code in Outcome],
        last_step=(before.step or "") if before else "",
        last_step_from=words.day(before.date) if before else "",
        mood_links=[(link.value, str(label)) for link, label in _MOOD.items()],
        events=[(event.id, f"{event.when} · {event.text}") for event in reversed(episode.timeline)],
        areas=[(area.code.value, words.problem_area(area.code)) for area in episode.problem_areas],
        techniques=first,
        more_techniques=more,
        goals=_goals(desk, values, practice),
        measure=_measure(desk, practice),
        next_value=next_value,
        next_words=next_words,
        next_chosen=_next_chosen(values, next_value),
        next_date=values.next_date or (held_on + timedelta(days=7)).isoformat(),
        next_time=values.next_time or values.start,
        may_begin_ending=found.standing.next_phase is not None and episode.contract is not None,
        summary=_summary(values, held_on),
    )


def around(desk: Desk, values: SessionForm, practice: Practice) -> Around:
    """What stands around the session, for the choices made so far."""
    kind = SessionKind(values.kind)
    found = standing(desk.episode, kind, practice.catalogue)
    return Around(
        standing=found,
        title=_title(desk, kind, found),
        left=_left(found),
        blocks=_blocks(desk, found),
        missing=[(_obstacle(item), _link(desk, item)) for item in found.missing if _is_for(desk, item)],
        missing_title=_missing_title(found),
        reminders=[_reminder(item, found) for item in found.reminders] if values.attended else [],
        track=panel_of(desk),
    )


def _title(desk: Desk, kind: SessionKind, found: Standing) -> str:
    if found.counts and found.number > found.contracted:
        return _("Session %(number)s", number=found.number)
    if found.counts:
        return _("Session %(number)s of %(count)s", number=found.number, count=found.contracted)
    number = place_of(desk.episode, kind)
    return _("%(kind)s %(number)s, beside the contract", kind=words.library(SESSION_KINDS[kind].label), number=number)


def _left(found: Standing) -> str:
    if not found.counts:
        return _("does not count against the contract")
    if found.left:
        return ngettext("%(num)s left after this one", "%(num)s left after this one", found.left)
    return _("the last one") if found.number == found.contracted else _("beyond the contract")


def _blocks(desk: Desk, found: Standing) -> list[tuple[str, str, str]]:
    """Why the session does not close: the sentence, the words of the way out, and where it leads."""
    if found.ended:
        return [(_("The course has ended. No session can be added to it."), "", "")]
    if found.on_hold:
        overview = url_for("overview.show", handle=desk.handle)
        return [(_("The course is on hold. Resume it first."), _("See the overview"), overview)]
    return [
        (
            _("A safety answer waits. Say what a person did; then the session closes."),
            _("Record what was done"),
            url_for("safety.show", handle=desk.handle, item=item.id),
        )
        for item in desk.episode.open_safety_items
    ]


def _missing_title(found: Standing) -> str:
    if found.next_phase and found.is_first_phase:
        phase = words.phase(found.next_phase)
        return _("%(phase)s from session %(number)s on. Still missing:", phase=phase, number=found.begins)
    return _("The first phase is over, and this is missing:")


def _is_for(desk: Desk, item: Obstacle) -> bool:
    return desk.sees_diagnoses or item is not DIAGNOSIS


def _obstacle(item: Obstacle) -> str:
    return words.library(item.msgid)


def _link(desk: Desk, item: Obstacle) -> str:
    endpoint = _LEAD_TO.get(item.code, "")
    if not access.may(desk.role, endpoint):
        return ""
    if endpoint == "forms.show":
        return _fill_in(desk)
    return url_for(endpoint, handle=desk.handle)


def _reminder(item: Reminder, found: Standing) -> str:
    return {
        Reminder.REVIEW_CONTRACT: _("Half of the contract is over: review contract and goals together."),
        Reminder.NAME_THE_ENDING: ngettext(
            "Name the ending: %(num)s session is left after this one.",
            "Name the ending: %(num)s sessions are left after this one.",
            found.left,
        ),
        Reminder.LAST_SESSION: _("The last session of the contract: review, relapse plan, good-bye."),
        Reminder.BEYOND_CONTRACT: _("The contract is used up. Agree a new one, or end the course."),
        Reminder.NO_CONTRACT: _("No contract is agreed: how many sessions, how often, how long."),
    }[item]


def _techniques(desk: Desk, values: SessionForm) -> tuple[Choices, Choices]:
    """The techniques in sight, and the others: first what is chosen or was used last time, then what fits the focus."""
    before = course(desk.episode).sessions
    used = before[-1].techniques if before else ()
    area = desk.episode.primary_area
    fitting = _FITTING.get(area.code, ()) if area else ()
    review = (Technique.CONTRACT_REVIEW,) if Reminder.REVIEW_CONTRACT in standing(desk.episode).reminders else ()
    ranked = list(dict.fromkeys((*used, *review, *fitting, *_USUAL, *Technique)))[:_IN_SIGHT]
    in_sight = {item.value for item in ranked} | set(values.techniques)
    choices = [(item.value, words.library(TECHNIQUES[item].label)) for item in dict.fromkeys((*ranked, *Technique))]
    return [item for item in choices if item[0] in in_sight], [item for item in choices if item[0] not in in_sight]


def _goals(desk: Desk, values: SessionForm, practice: Practice) -> list[GoalLine]:
    lines = []
    for goal in desk.episode.goals:
        if goal.kind is not GoalKind.GAS or goal.status is not GoalStatus.ACTIVE:
            continue
        found = standing_of(desk.episode, goal, desk.today, practice.catalogue)
        texts = {level.level: level.text for level in goal.levels}
        today = str(found.rated_today.level) if found.rated_today else ""
        last = found.readings[-1] if found.readings else None
        lines.append(
            GoalLine(
                field=rating_field(goal.id),
                text=goal.text,
                levels=[(str(level), _level(level), texts.get(level, "")) for level in LEVELS],
                chosen=values.ratings.get(goal.id, today),
                before=_("last: %(level)s, %(date)s", level=_level(int(last.value)), date=words.day(last.on))
                if last
                else "",
            )
        )
    return lines


def _level(level: int) -> str:
    return f"{level:+d}" if level else "0"


def _measure(desk: Desk, practice: Practice) -> dict[str, str]:
    """What the leading measure of this form of IPT says: done today with its band and change, or due."""
    found = measure(desk.episode, catalogue=practice.catalogue)
    latest = found.latest
    title = words.library(found.title)
    if latest is None or latest.at.astimezone().date() != desk.today:
        known = latest and latest.total is not None
        last = f"{latest.total:f}, {words.day(latest.at.astimezone().date())}" if latest and known else ""
        return {"title": title, "due": "yes", "last": last, "url": _fill_in(desk)}
    if latest.total is None:
        return {"title": title, "total": "–", "words": _("no total, answers are missing")}
    band = words.band(latest.band.label) if latest.band else ""
    change = words.change_words(found.change.points, found.change.reliable) if found.change else _("the first one")
    return {"title": title, "total": f"{latest.total:f}", "words": f"{band} · {change}" if band else change}


def _fill_in(desk: Desk) -> str:
    catalogue = desks.practice().catalogue
    return measure_way(desk, leading_instrument(desk.episode, catalogue))


def _next_offer(desk: Desk, values: SessionForm, held_on: date) -> tuple[str, str]:
    found = offered(desk.episode, held_on, values.start)
    if found is None:
        return "", ""
    return found.isoformat(), _("%(date)s at %(time)s", date=words.day(found.date()), time=f"{found:%H:%M}")


def _next_chosen(values: SessionForm, offer: str) -> str:
    if values.next in {"", USUAL}:
        return offer
    return values.next if values.next in {OTHER, "none", offer} else offer


def _summary(values: SessionForm, held_on: date) -> str:
    """Day, time, length and way in one line; the fields behind it are opened to change them."""
    parts = [words.day(held_on)]
    if values.start:
        parts.append(values.start[:5])
    if values.minutes and values.attended:
        parts.append(_("%(minutes)s minutes", minutes=values.minutes))
    return " · ".join(parts)
