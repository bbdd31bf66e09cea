"""The overview: where the therapy stands, in one look."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, url_for
from markupsafe import Markup
from werkzeug import Response

from ipt_fhir.model.episode import Setting
from ipt_fhir.model.goals import Achievement, GoalStatus
from ipt_fhir.model.problem_areas import ProblemArea
from ipt_fhir.model.sessions import Attendance
from ipt_fhir.protocol.course_guards import variant_of
from ipt_fhir.questionnaires.off_track import Track, off_track
from ipt_fhir.questionnaires.off_track_words import figures_words
from ipt_fhir.terminology import concepts
from ipt_fhir.terminology.therapy import DISPUTE_STAGES, FREQUENCIES, SETTINGS, TERMINATION_REASONS
from smart_app import language
from smart_app.charts.course import Stop, Stretch, course_line, course_strip
from smart_app.language import gettext as _
from smart_app.language import moment
from smart_app.services import charting
from smart_app.services.desk import Desk
from smart_app.services.filing import standing
from smart_app.services.first_steps import Step, first_steps, nothing_begun
from smart_app.services.goal_rating import GoalStanding, standing_of
from smart_app.services.overview import Course, course, ended, goals_past, measures, on_hold
from smart_app.services.planning import resume as resumed
from smart_app.services.reviewing import goals_that_count
from smart_app.services.titles import title_of
from smart_app.web import access, words
from smart_app.web.desks import changing, chart_notices, desk_of, page, practice
from smart_app.web.due_words import DueItem, due_items
from smart_app.web.duty import duty_words
from smart_app.web.filing import standing_words
from smart_app.web.goal_words import STATUSES, signed
from smart_app.web.measure_words import shown
from smart_app.web.off_track import reason_name, track_name
from smart_app.web.thread_words import thread_links
from smart_app.web.ways import first_way, measure_way, way

blueprint = Blueprint("overview", __name__)

_MOST_GOALS, _MOST_MEASURES = 4, 4
_GOOD = {Achievement.ACHIEVED, Achievement.SUSTAINING}
_MARKS = {
    Achievement.ACHIEVED: "✓",
    Achievement.SUSTAINING: "✓",
    Achievement.IMPROVING: "↗",
    Achievement.WORSENING: "▲",
    Achievement.NOT_ACHIEVED: "▲",
    Achievement.NOT_ATTAINABLE: "–",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalShown:
    """A goal with where it stands: the agreed sentence, what it aims at and has come to, and a tag."""

    text: str
    beside: str
    state: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepShown:
    """A step of the guide; ``url`` is "" for who only looks."""

    title: str
    why: str
    done: bool
    url: str


@blueprint.get("/")
def show(handle: str) -> str:
    """The page."""
    desk = desk_of(handle)
    filed = standing(practice(), desk)
    counted, items = course(desk.episode), due_items(desk, filed)
    measured = measures(desk.episode, practice().catalogue)
    goals = list(goals_that_count(desk.episode))
    past = goals_past(desk.episode, desk.today)
    goals.sort(key=lambda goal: goal not in past)
    most = _MOST_GOALS - (len(desk.episode.problem_areas) > 1 or len(goals) > _MOST_GOALS)  # the link takes a line too
    return page(
        "overview.html",
        desk,
        notices=chart_notices(desk),
        course=counted,
        heading=_heading(desk, counted),
        ended=ended(desk.episode),
        may_resume=on_hold(desk.episode) and access.may(desk.role, "overview.resume"),
        what=_what(desk),
        course_picture=_course_picture(counted, desk),
        off_track=_off_track(desk),
        guide=_guide(desk) if nothing_begun(desk.episode) and not ended(desk.episode) else [],
        focus=[_focus(area) for area in desk.episode.problem_areas],
        goals=[_goal(desk, standing_of(desk.episode, goal, desk.today, practice().catalogue)) for goal in goals[:most]],
        more_goals=max(0, len(goals) - most),
        measures=[shown(found) for found in measured[:_MOST_MEASURES]],
        more_measures=max(0, len(measured) - _MOST_MEASURES),
        thread=thread_links(desk),
        due=items,
        action=_action(desk, counted, items),
        filing=standing_words(filed),
        new=_new_from_patient(desk),
        duty=duty_words(practice(), desk),
        ways=_ways(desk),
    )


@blueprint.post("/resume")
def resume(handle: str) -> Response:
    """The course goes on where it was put on hold."""
    desk = changing(handle)
    episode = resumed(desk.episode, desk.today)
    if episode is not desk.episode:
        charting.save(practice(), desk, episode)
    return redirect(url_for("overview.show", handle=handle), 303)


def _ways(desk: Desk) -> dict[str, str]:
    """Where the cards lead, for those who may go there."""
    return {
        "measures": first_way(desk, "assessment.show", "history.show"),
        "plan": way(desk, "plan.show"),
        "focus": first_way(desk, "focus.show", "plan.show"),
        "filing": way(desk, "filing.show"),
    }


def _heading(desk: Desk, counted: Course) -> str:
    review = desk.episode.review
    if on_hold(desk.episode):
        return _("This course is on hold")
    if ended(desk.episode):
        if review is None:
            return _("This course has ended")
        reason = words.library(TERMINATION_REASONS[review.reason].label)
        return _("Ended on %(date)s: %(reason)s", date=words.day(review.ended_on), reason=reason)
    if counted.complete:
        return _("All %(count)s sessions are behind you", count=counted.contracted)
    if counted.open_session:
        return _("Session %(number)s of %(count)s is open", number=counted.today, count=counted.contracted)
    return _("Session %(number)s of %(count)s comes next", number=counted.today, count=counted.contracted)


def _what(desk: Desk) -> list[str]:
    """Which therapy this is, where, and what was agreed; a number of sessions that the title says is said once."""
    variant, contract, setting = variant_of(desk.episode), desk.episode.contract, desk.episode.setting
    said = [words.library(variant.title)]
    if isinstance(setting, Setting):
        said.append(words.library(SETTINGS[setting].label))
    if contract and contract.sessions == variant.sessions:
        often, end = words.library(FREQUENCIES[contract.frequency].label), words.day(contract.ends_on)
        said.append(_("%(minutes)s minutes, %(often)s, until %(end)s", minutes=contract.minutes, often=often, end=end))
    elif contract:
        said.append(words.contract(contract))
    left_out = words.skipped(desk.episode.skipped_phases)
    return [*said, _("left out: %(phases)s", phases="; ".join(left_out))] if left_out else said


def _action(desk: Desk, counted: Course, items: list[DueItem]) -> dict[str, str]:
    """The most likely next step: the one filled button."""
    session = way(desk, "session.show")
    pressing = next((item for item in items if item.tone == "danger" and item.url), None)
    if desk.only_reads:
        return {"label": _("See the plan"), "url": way(desk, "plan.show")}
    if pressing:
        return {
            "label": _("Record the safety step") if pressing.name == _("safety") else _("See Filing"),
            "url": pressing.url,
        }
    if on_hold(desk.episode):
        return {}
    if ended(desk.episode):
        return {"label": _("See what is filed"), "url": way(desk, "filing.show")}
    if counted.open_session:
        return {"label": _("Go on with session %(number)s", number=counted.today), "url": session}
    if counted.complete:
        ending = way(desk, "ending.show")
        if ending:
            return {"label": _("Review the course"), "url": ending}
        return {"label": _("See what is filed"), "url": way(desk, "filing.show")}
    return {"label": _("Start session %(number)s", number=counted.today), "url": session}


def _off_track(desk: Desk) -> dict[str, str]:
    """The mark of a course the site's rules call off track, with the first rule and what it looked at."""
    verdict = off_track(desk.episode, practice().site.off_track, practice().catalogue)
    if verdict is None or verdict.track is not Track.OFF:
        return {}
    first, here = verdict.reasons[0], language.current()
    return {
        "name": track_name(verdict.track),
        "reason": reason_name(first),
        "figures": figures_words(first, verdict.basis, here, language.day),
        "url": first_way(desk, "assessment.show", "session.show"),
    }


def _guide(desk: Desk) -> list[StepShown]:
    """What comes first in a course nobody has begun."""
    said = {
        Step.MEASURE: (_("First measure"), _("the baseline against which change is counted"), ()),
        Step.PEOPLE: (_("People"), _("who matters, how close, what is expected of each other"), ("people.show",)),
        Step.FOCUS: (_("Focus"), _("one problem area, agreed with the patient"), ("focus.show", "plan.show")),
        Step.PLAN: (_("Plan"), _("number of sessions, goals in the patient's words"), ("plan.show",)),
        Step.SESSION: (_("Session"), _("close each session in under a minute"), ("session.show",)),
    }
    leading = measures(desk.episode, practice().catalogue)[0].instrument
    steps = []
    for step, done in first_steps(desk.episode):
        title, why, pages = said[step]
        url = measure_way(desk, leading) if step is Step.MEASURE else first_way(desk, *pages)
        steps.append(StepShown(title=title_of(leading) if step is Step.MEASURE else title, why=why, done=done, url=url))
    return steps


def _focus(area: ProblemArea) -> dict[str, str]:
    """An area with the stage of a dispute: now, since when, and before."""
    stages = sorted(area.stages, key=lambda item: item.day)
    agreed = area.agreed_on if area.agreed_by_patient else None
    said = {
        "name": words.problem_area(area.code),
        "agreed": _("agreed with the patient on %(date)s", date=words.day(agreed)) if agreed else "",
        "stage": "",
        "since": "",
    }
    if stages:
        said["stage"] = words.library(DISPUTE_STAGES[stages[-1].stage].label)
        said["since"] = _("since %(date)s", date=words.day(stages[-1].day))
        if len(stages) > 1 and stages[-2].stage is not stages[-1].stage:
            before = words.library(DISPUTE_STAGES[stages[-2].stage].label)
            said["since"] = _("%(since)s, before: %(stage)s", since=said["since"], stage=before)
    return said


def _goal(desk: Desk, found: GoalStanding) -> GoalShown:
    goal = found.goal
    said = [words.target(goal)] if goal.target else []
    if found.readings:
        value = found.readings[-1].value
        said.append(_("now %(value)s", value=value if goal.target else signed(value)))
    said.append(_("due %(date)s", date=words.day(goal.due)))
    state, tone = _goal_state(desk, found)
    return GoalShown(text=goal.text, beside=" · ".join(said), state=state, tone=tone)


def _goal_state(desk: Desk, found: GoalStanding) -> tuple[str, str]:
    """What a person confirmed; else what the rule makes of the readings, said as such."""
    goal = found.goal
    if goal.achievement:
        mark = _MARKS.get(goal.achievement, "–")
        word = words.library(concepts.ACHIEVEMENTS[goal.achievement])
        return f"{mark} {word}", "good" if goal.achievement in _GOOD else "warn" if mark == "▲" else ""
    if goal.status is GoalStatus.CANCELLED:
        return f"– {STATUSES[goal.status]}", ""
    if goal.due < desk.today and goal.status is GoalStatus.ACTIVE:
        passed = _("date passed")
        return f"▲ {passed}", "warn"
    if found.suggested and found.suggested is not Achievement.IN_PROGRESS:
        word = words.library(concepts.ACHIEVEMENTS[found.suggested])
        return _("rule: %(state)s", state=word), ""
    return "", ""


def _new_from_patient(desk: Desk) -> list[str]:
    """What the patient entered alone and no clinician has filed yet, the newest first."""
    entered = [
        (item.authored, title_of(practice().catalogue.instrument(item.instrument)))
        for item in desk.episode.responses
        if item.self_entered and item.stands and item.id not in desk.chart
    ]
    entered += [
        (form.authored, form.title)
        for form in desk.episode.forms
        if form.self_entered and form.stands and form.id not in desk.chart
    ]
    newest = sorted(entered, reverse=True)
    return [_("%(form)s, entered by the patient on %(when)s", form=title, when=moment(at)) for at, title in newest]


def _course_picture(counted: Course, desk: Desk) -> Markup:
    by_number = {item.number: item for item in counted.sessions}
    over = ended(desk.episode)
    last = max(counted.contracted, counted.today if counted.open_session else 0)
    stops = []
    for number in range(1, last + 1):
        session = by_number.get(number)
        if session is None:
            state = "today" if number == counted.today and not over else "ahead"
            stops.append(Stop(number=number, state=state, label=str(number)))
        else:
            held = session.attendance is Attendance.ATTENDED
            label = str(number) if held else _("%(number)s missed", number=number)
            stops.append(Stop(number=number, state="held" if held else "missed", label=label))
    phases = [
        Stretch(name=f"{words.phase(phase)} {first}–{last}", first=first, last=last)
        for phase, first, last in counted.phases
        if first <= last
    ]
    title = _(
        "Course: %(held)s, %(phase)s",
        held=words.sessions_held(counted.held, counted.contracted),
        phase=words.phase(counted.phase),
    )
    return course_line(stops, phases, title) + course_strip(stops, title)
