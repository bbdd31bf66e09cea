"""End a course of therapy: the look back, the plan against relapse, and what comes next. Pure.

The rules are the protocol's (``protocol.course``): what blocks a step is said with its reason, and nothing is ended by
the software. A course that has ended is not opened again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from ipt_fhir.instruments.catalogue import SHIPPED, Catalogue
from ipt_fhir.model.activities import COURSE, Activity, ActivityKind, ActivityStatus
from ipt_fhir.model.ending import Disposition, RelapsePlan, TerminationReason, TerminationReview
from ipt_fhir.model.episode import Contract, Episode, Frequency
from ipt_fhir.model.goals import Achievement, Goal, GoalStatus
from ipt_fhir.model.limits import TEXT_LIMITS, clean_text
from ipt_fhir.model.sessions import Phase, SkipReason
from ipt_fhir.protocol.catalogue import activity_templates
from ipt_fhir.protocol.course import Step, allowed_steps, maintenance_contract, step_of, take
from ipt_fhir.protocol.course_guards import NOT_FROM_HERE, Decisions, Obstacle
from ipt_fhir.protocol.goal_states import move
from smart_app import language
from smart_app.language import gettext as _
from smart_app.services.contracting import sessions_begun
from smart_app.services.ending_forms import EndingForm
from smart_app.services.overview import course, ended
from smart_app.services.problems import Problems, read_day, read_number, read_text

MOST_LINES = 12
"""Of signs, of actions: a plan that is longer is not read in a bad week."""
_OPEN_WORK = {ActivityStatus.PROPOSED, ActivityStatus.PLANNED, ActivityStatus.ON_HOLD}
_PURSUED = {GoalStatus.ACTIVE, GoalStatus.ON_HOLD}


def is_due(episode: Episode, today: date) -> bool:
    """Whether every agreed session is behind us, or the time of a maintenance contract is over."""
    contract = episode.contract
    over = episode.phase is Phase.MAINTENANCE and contract is not None and today >= contract.ends_on
    return over or course(episode).complete


def can_begin(episode: Episode, today: date, catalogue: Catalogue = SHIPPED) -> tuple[Obstacle, ...] | None:
    """What keeps the ending phase from beginning; None where it has begun, or the course is over."""
    if step_of(episode) in {Step.TERMINATION, Step.MAINTENANCE, Step.CLOSED}:
        return None
    return allowed_steps(episode, today, _skipping(), catalogue).get(Step.TERMINATION, (NOT_FROM_HERE,))


def begin(
    episode: Episode, today: date, catalogue: Catalogue = SHIPPED, why: str = SkipReason.AGREED_TOGETHER
) -> tuple[Episode, Problems]:
    """The course in its ending phase, earlier than counted: because patient and therapist decided so. ``why`` is the
    reason for a phase that is left out."""
    problems = Problems()
    decisions = _skipping(why, ending_agreed=True)
    _blocked(episode, Step.TERMINATION, today, decisions, catalogue, problems)
    if problems:
        return episode, problems
    begun = take(episode, Step.TERMINATION, today, decisions, catalogue=catalogue)
    return replace(begun, ending_agreed_on=today), problems


def undone(episode: Episode) -> list[Activity]:
    """The planned work nobody marked as done, which the end of the course cancels."""
    return [
        item
        for item in episode.activities
        if item.by_us and item.status in _OPEN_WORK and item.code != COURSE and _is_work(item)
    ]


def _is_work(item: Activity) -> bool:
    return item.kind is not ActivityKind.APPOINTMENT and _ends_with_the_course(item, ())


def keep(episode: Episode, form: EndingForm) -> tuple[Episode, Problems]:
    """The course with the plan against relapse and with what the goals came to; nothing ends."""
    problems = Problems()
    if ended(episode):
        problems.add("reason", _("This course has ended already."))
        return episode, problems
    kept = _with_parts(episode, form, problems)
    _review_texts(form, problems)
    return (episode if problems else kept), problems


def maintain(
    episode: Episode, form: EndingForm, today: date, catalogue: Catalogue = SHIPPED
) -> tuple[Episode, Problems]:
    """The course in maintenance: the acute sessions are over, more were agreed (decision-D41)."""
    problems = Problems()
    kept = _with_parts(episode, form, problems)
    _safe(episode, problems)
    contract = _maintenance(episode, form, today, problems)
    decisions = _skipping(form.skip_reason, ending_agreed=form.ending_agreed)
    _blocked(kept, Step.MAINTENANCE, today, decisions, catalogue, problems)
    if problems or contract is None:
        return episode, problems
    went_on = take(kept, Step.MAINTENANCE, today, decisions, catalogue=catalogue)
    return replace(went_on, contract=contract), problems


def end(episode: Episode, form: EndingForm, today: date, catalogue: Catalogue = SHIPPED) -> tuple[Episode, Problems]:
    """The course after its end: completed only where the reason says so, revoked otherwise."""
    problems = Problems()
    if ended(episode):
        problems.add("reason", _("This course has ended already."))
        return episode, problems
    kept = episode if form.without_patient else _with_parts(episode, form, problems)
    _safe(episode, problems)
    review = _review(episode, form, today, problems)
    if not form.final:
        problems.add("final", _("Confirm that the course ends; it is not opened again."))
    if review is None:
        return episode, problems
    reviewed = replace(kept, review=review)
    decisions = _skipping(form.skip_reason, ending_agreed=form.ending_agreed)
    if review.reason is TerminationReason.COMPLETED and form.ending_agreed and can_begin(reviewed, today, catalogue):
        _blocked(reviewed, Step.TERMINATION, today, decisions, catalogue, problems)
        reviewed = reviewed if problems else take(reviewed, Step.TERMINATION, today, decisions, catalogue=catalogue)
    _blocked(reviewed, Step.CLOSED, today, decisions, catalogue, problems)
    if problems:
        return episode, problems
    closed = take(reviewed, Step.CLOSED, today, decisions, catalogue=catalogue)
    goals = tuple(_settled(goal, review.ended_on) for goal in closed.goals)
    work = tuple(_settled_work(item, review) for item in closed.activities)
    return replace(closed, goals=goals, activities=work), problems


def _skipping(why: str = "", *, ending_agreed: bool = False) -> Decisions:
    """Whoever ends a course from an earlier phase leaves out the phases between; usually both agreed to that."""
    known = {item.value for item in SkipReason}
    return Decisions(skip=SkipReason(why if why in known else SkipReason.AGREED_TOGETHER), ending_agreed=ending_agreed)


def _blocked(
    episode: Episode, step: Step, today: date, decisions: Decisions, catalogue: Catalogue, problems: Problems
) -> None:
    """Each obstacle of a step, at the field where a person can mend it."""
    fields = {
        "reason": "reason",
        "termination-review": "reviewed_on",
        "relapse-plan": "signs",
        "last-session": "ending_agreed",
        "contract-end": "ending_agreed",
        "too-early": "ending_agreed",
    }
    for obstacle in allowed_steps(episode, today, decisions, catalogue).get(step, (NOT_FROM_HERE,)):
        words = obstacle.words(language.current())
        if obstacle.code == "not-from-here":
            words = _("A course is completed in its ending phase. Choose another reason, or record that both end.")
        problems.add(fields.get(obstacle.code, "reason"), words)


def _safe(episode: Episode, problems: Problems) -> None:
    if episode.open_safety_items:
        problems.add("safety", _("A safety answer waits: record what was done first."))
    if any(not session.closed for session in episode.sessions):
        problems.add("open-session", _("A session is still open: close it first."))


def _with_parts(episode: Episode, form: EndingForm, problems: Problems) -> Episode:
    goals = tuple(_decided(goal, form, problems) for goal in episode.goals)
    return replace(episode, goals=goals, relapse_plan=_relapse_plan(episode, form, problems))


def _decided(goal: Goal, form: EndingForm, problems: Problems) -> Goal:
    said = form.achievements.get(goal.id)
    if said is None or goal.status not in _PURSUED:
        return goal
    if said and said not in {item.value for item in Achievement}:
        problems.add(f"achievement-{goal.id}", _("Choose one of the answers."))
        return goal
    return replace(goal, achievement=Achievement(said) if said else None)


def _settled(goal: Goal, day: date) -> Goal:
    """No goal is pursued after the end: with its result it is completed, without one it was given up."""
    if goal.status not in _PURSUED:
        return goal
    return move(goal, GoalStatus.COMPLETED if goal.achievement else GoalStatus.CANCELLED, day)


def _settled_work(item: Activity, review: TerminationReview) -> Activity:
    """Nobody is asked to do what belonged to the course any more: what was not marked as done is cancelled
    (decision-D107)."""
    if not item.by_us or item.status not in _OPEN_WORK:
        return item
    if item.code == COURSE and review.reason is TerminationReason.COMPLETED:
        return replace(item, status=ActivityStatus.COMPLETED)
    if review.reason is TerminationReason.DIED or _ends_with_the_course(item, review.dispositions):
        return replace(item, status=ActivityStatus.CANCELLED)
    return item


def _ends_with_the_course(item: Activity, dispositions: Collection[Disposition]) -> bool:
    """Whether it is part of the course; a referral, or what comes next as both agreed, outlives it."""
    if item.code == COURSE or item.kind is ActivityKind.APPOINTMENT:
        return True
    template = activity_templates().get(item.code)
    phase = template.phase if template else None
    if phase is Phase.MAINTENANCE and Disposition.MAINTENANCE in dispositions:
        return False
    return phase is not None


def _relapse_plan(episode: Episode, form: EndingForm, problems: Problems) -> RelapsePlan | None:
    signs, actions = (_lines(name, getattr(form, name), problems) for name in ("signs", "actions"))
    contacts = tuple(dict.fromkeys(text for item in form.contacts if (text := clean_text(item))))
    if any(len(item) > TEXT_LIMITS["RelapsePlan.contacts"] for item in contacts):
        problems.add("contact", _("This is longer than %(limit)s characters.", limit=80))
    review_on = read_day("review_on", form.review_on, problems) if form.review_on else None
    if review_on and review_on < episode.started:
        problems.add("review_on", _("This day lies before the start of the course."))
    if problems:
        return episode.relapse_plan
    if not (signs or actions or contacts or review_on):
        return None
    return RelapsePlan(signs=signs, actions=actions, contacts=contacts, review_on=review_on)


def _lines(field: str, typed: str, problems: Problems) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(line for part in typed.splitlines() if (line := clean_text(part))))
    limit = TEXT_LIMITS[f"RelapsePlan.{field}"]
    if len(found) > MOST_LINES:
        problems.add(field, _("These are more than %(count)s lines.", count=MOST_LINES))
    if any(len(line) > limit for line in found):
        problems.add(field, _("A line here is longer than %(limit)s characters.", limit=limit))
    return found


def _review_texts(form: EndingForm, problems: Problems) -> tuple[str | None, str | None, int | None]:
    gains = read_text("gains", form.gains, TEXT_LIMITS["TerminationReview.gains"], problems)
    unmet = read_text("unmet", form.unmet, TEXT_LIMITS["TerminationReview.unmet"], problems)
    confidence = read_number("confidence", form.confidence, 0, 10, problems) if form.confidence else None
    return gains or None, unmet or None, confidence


def _review(episode: Episode, form: EndingForm, today: date, problems: Problems) -> TerminationReview | None:
    if form.reason not in {reason.value for reason in TerminationReason}:
        problems.add("reason", _("The reason for the ending is missing. Choose one."))
        return None
    gains, unmet, confidence = (None, None, None) if form.without_patient else _review_texts(form, problems)
    ended_on = _day("ended_on", form.ended_on, episode, today, problems)
    last = max((session.date for session in episode.sessions if session.closed), default=episode.started)
    if ended_on and ended_on < last:
        problems.add("ended_on", _("The course cannot end before its last session."))
    asks_review = form.reviewed_on and not form.without_patient
    reviewed_on = _day("reviewed_on", form.reviewed_on, episode, today, problems) if asks_review else None
    if ended_on is None or problems.by_field().keys() & {"ended_on", "reviewed_on", "gains", "unmet", "confidence"}:
        return None
    known = {item.value for item in Disposition}
    died = form.reason == TerminationReason.DIED.value
    return TerminationReview(
        reason=TerminationReason(form.reason),
        ended_on=ended_on,
        dispositions=() if died else tuple(sorted(Disposition(item) for item in {*form.dispositions} & known)),
        reviewed_on=reviewed_on,
        gains=gains,
        unmet=unmet,
        confidence=confidence,
    )


def _day(field: str, typed: str, episode: Episode, today: date, problems: Problems) -> date | None:
    day = read_day(field, typed, problems)
    if day is None:
        return None
    if day > today:
        problems.add(field, _("This day lies in the future."))
    if day < episode.started:
        problems.add(field, _("This day lies before the start of the course."))
    return day


def _maintenance(episode: Episode, form: EndingForm, today: date, problems: Problems) -> Contract | None:
    sessions = read_number("sessions", form.sessions, 1, 36, problems)
    minutes = read_number("minutes", form.minutes, 15, 120, problems)
    if form.frequency not in {item.value for item in Frequency}:
        problems.add("frequency", _("Choose one of the answers."))
        return None
    if sessions is None or minutes is None or episode.contract is None:
        return None
    begun = sessions_begun(episode)
    contract = maintenance_contract(episode.contract, sessions, Frequency(form.frequency), today, begun)
    return replace(contract, minutes=minutes)
