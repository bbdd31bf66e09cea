"""The course as a state machine: which steps it may take, what blocks each, and taking one.

    referral > suitability > planned > initial > middle > termination > maintenance > closed

Any step but the last may be put on hold or closed with a reason; steps are left out only with a reason. CarePlan.status
follows: draft until the first session, active, on-hold, completed, or revoked where it ended otherwise.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum

from ipt_fhir.instruments.catalogue import SHIPPED, Catalogue
from ipt_fhir.locale.texts import text
from ipt_fhir.model.activities import Activity, ActivityStatus
from ipt_fhir.model.ending import TerminationReason
from ipt_fhir.model.episode import Contract, Episode, EpisodeStatus, Frequency
from ipt_fhir.model.sessions import Phase, SkippedPhase
from ipt_fhir.protocol import course_guards as guards
from ipt_fhir.protocol.catalogue import activity_templates
from ipt_fhir.protocol.course_guards import NOTHING_DECIDED, Decisions, Obstacle, variant_of
from ipt_fhir.protocol.pace import day_of_session

EVALUATION = "diagnostic-evaluation"
"""The activity whose state tells a referral (none, or only proposed) from an assessment of suitability."""
_NAMESPACE = uuid.UUID("0b9a6f0e-52c4-5d0b-8f65-3f1d8a2f4c77")


class Step(StrEnum):
    """Where a course stands."""

    REFERRAL = "referral"
    SUITABILITY = "suitability"
    PLANNED = "planned"
    INITIAL = "initial"
    MIDDLE = "middle"
    TERMINATION = "termination"
    MAINTENANCE = "maintenance"
    CLOSED = "closed"
    ON_HOLD = "on-hold"


_ORDER = (
    Step.REFERRAL,
    Step.SUITABILITY,
    Step.PLANNED,
    Step.INITIAL,
    Step.MIDDLE,
    Step.TERMINATION,
    Step.MAINTENANCE,
)
# What a course of maintenance sessions only goes through.
_MAINTENANCE_ORDER = (Step.REFERRAL, Step.SUITABILITY, Step.PLANNED, Step.MAINTENANCE)
_PHASES = {
    Step.REFERRAL: Phase.SUITABILITY,
    Step.SUITABILITY: Phase.SUITABILITY,
    Step.PLANNED: Phase.INITIAL,
    Step.INITIAL: Phase.INITIAL,
    Step.MIDDLE: Phase.MIDDLE,
    Step.TERMINATION: Phase.TERMINATION,
    Step.MAINTENANCE: Phase.MAINTENANCE,
    Step.CLOSED: Phase.CLOSED,
}
_DRAFTS = {Step.REFERRAL, Step.SUITABILITY, Step.PLANNED}


class StepRefused(ValueError):
    """The course cannot take the step; ``obstacles`` say what a person has to do first."""

    def __init__(self, step: Step, obstacles: tuple[Obstacle, ...]) -> None:
        super().__init__(f"{step.value}: " + " ".join(item.words() for item in obstacles))
        self.step = step
        self.obstacles = obstacles


def step_of(episode: Episode) -> Step:
    """Where the course stands, read from its phase, its status and its sessions."""
    if episode.phase is Phase.CLOSED or episode.status in {EpisodeStatus.COMPLETED, EpisodeStatus.REVOKED}:
        return Step.CLOSED
    if episode.status is EpisodeStatus.ON_HOLD:
        return Step.ON_HOLD
    return _step_of_phase(episode, draft=episode.status is EpisodeStatus.DRAFT)


def allowed_steps(
    episode: Episode, today: date, decisions: Decisions = NOTHING_DECIDED, catalogue: Catalogue = SHIPPED
) -> Mapping[Step, tuple[Obstacle, ...]]:
    """Each step that lies ahead and the obstacles that block it; one without obstacles may be taken."""
    return {step: tuple(dict.fromkeys(found)) for step, found in _ahead(episode, today, decisions, catalogue)}


def take(
    episode: Episode,
    step: Step,
    today: date,
    decisions: Decisions = NOTHING_DECIDED,
    language: str = "en",
    catalogue: Catalogue = SHIPPED,
) -> Episode:
    """The course after the step, with the phase and the status that belong to it. Raises StepRefused.

    ``language`` is the language of the record, for planned work that the step adds.
    """
    obstacles = allowed_steps(episode, today, decisions, catalogue).get(step, (guards.NOT_FROM_HERE,))
    if obstacles:
        raise StepRefused(step, obstacles)
    if step is Step.ON_HOLD:
        return replace(episode, status=EpisodeStatus.ON_HOLD)
    activities = _evaluated(episode, step, language)
    between = left_out(episode, step) if decisions.skip else ()
    skipped = [SkippedPhase(phase=item, reason=decisions.skip, day=today) for item in between if decisions.skip]
    return replace(
        episode,
        phase=_phase(episode, step),
        status=_status(episode, step),
        activities=activities,
        skipped_phases=(*episode.skipped_phases, *skipped),
    )


def left_out(episode: Episode, step: Step) -> tuple[Phase, ...]:
    """The phases between where the course stands and the step: whoever takes it leaves them out."""
    here = step_of(episode)
    order = _order(episode, here)
    if here not in order or step not in order:
        return ()
    between = order[order.index(here) + 1 : order.index(step)]
    ends = {_PHASES[here], _PHASES[step]}
    return tuple(dict.fromkeys(_PHASES[item] for item in between if _PHASES[item] not in ends))


def maintenance_contract(
    contract: Contract, sessions: int, frequency: Frequency, agreed_on: date, counted: int = 0
) -> Contract:
    """The contract for ``sessions`` more that follow the acute course, the first one an interval after ``agreed_on``.

    Numbers go on, so the new contract counts from the first session of the course. ``counted`` is the number of the
    last one, where not just those that were agreed were held: more, or fewer because both ended early.
    """
    ends_on = day_of_session(agreed_on, sessions + 1, frequency)
    total = (counted or contract.sessions) + sessions
    return replace(contract, sessions=total, frequency=frequency, agreed_on=agreed_on, ends_on=ends_on)


def _ahead(
    episode: Episode, today: date, decisions: Decisions, catalogue: Catalogue
) -> Iterator[tuple[Step, list[Obstacle]]]:
    here = step_of(episode)
    if here is Step.CLOSED:
        return
    if here is Step.ON_HOLD:
        before = _step_of_phase(episode, draft=not any(session.kind.counts for session in episode.sessions))
        yield before, []
    else:
        before = here
        order = _order(episode, here)
        for place, step in enumerate(order[order.index(here) + 1 :]):
            skipped = [guards.SKIP_REASON] if place and decisions.skip is None else []
            yield step, [*skipped, *_obstacles(episode, here, step, decisions, catalogue)]
        yield Step.ON_HOLD, []
    yield Step.CLOSED, list(guards.may_close(episode, today, decisions, begun=before not in _DRAFTS))


def _order(episode: Episode, here: Step) -> tuple[Step, ...]:
    # A colleague may have put an acute phase into the chart of a course that is maintenance only.
    short = variant_of(episode).only_maintenance and here in _MAINTENANCE_ORDER
    return _MAINTENANCE_ORDER if short else _ORDER


def _obstacles(
    episode: Episode, here: Step, step: Step, decisions: Decisions, catalogue: Catalogue
) -> Iterator[Obstacle]:
    """Everything between here and there: whoever leaves out a phase does not leave out its guards."""
    if step in _DRAFTS:
        return
    yield from guards.has_begun(episode)
    if variant_of(episode).only_maintenance:
        if episode.contract is None:
            yield guards.CONTRACT
        return
    if step is not Step.INITIAL and _ORDER.index(here) <= _ORDER.index(Step.INITIAL):
        yield from guards.initial_is_done(episode, catalogue)
    if step is Step.TERMINATION:
        yield from guards.ending_is_near(episode, decisions)
    if step is Step.MAINTENANCE:
        yield from guards.acute_course_is_over(episode, decisions)


def _step_of_phase(episode: Episode, *, draft: bool) -> Step:
    if episode.phase is Phase.SUITABILITY:
        assessed = any(
            item.code == EVALUATION and item.status is not ActivityStatus.PROPOSED for item in _work(episode)
        )
        return Step.SUITABILITY if assessed else Step.REFERRAL
    first = Phase.MAINTENANCE if variant_of(episode).only_maintenance else Phase.INITIAL
    if draft and episode.phase is first:
        return Step.PLANNED
    return Step(episode.phase.value)


def _phase(episode: Episode, step: Step) -> Phase:
    if step is Step.PLANNED and variant_of(episode).only_maintenance:
        return Phase.MAINTENANCE
    return _PHASES[step]


def _status(episode: Episode, step: Step) -> EpisodeStatus:
    if step is Step.CLOSED:
        completed = episode.review is not None and episode.review.reason is TerminationReason.COMPLETED
        return EpisodeStatus.COMPLETED if completed else EpisodeStatus.REVOKED
    return EpisodeStatus.DRAFT if step in _DRAFTS else EpisodeStatus.ACTIVE


def _evaluated(episode: Episode, step: Step, language: str) -> tuple[Activity, ...]:
    """The evaluation is planned once suitability is looked at, and done once the course is accepted."""
    if step is Step.SUITABILITY:
        if any(item.code == EVALUATION for item in _work(episode)):
            return _with_status(episode, ActivityStatus.PLANNED)
        template = activity_templates()[EVALUATION]
        planned = Activity(
            id=str(uuid.uuid5(_NAMESPACE, f"{episode.id}/{EVALUATION}")),
            kind=template.kind,
            code=EVALUATION,
            text=text(template.text, language),
        )
        return (*episode.activities, planned)
    return _with_status(episode, ActivityStatus.COMPLETED) if step is Step.PLANNED else episode.activities


def _with_status(episode: Episode, status: ActivityStatus) -> tuple[Activity, ...]:
    return tuple(
        replace(item, status=status) if item.code == EVALUATION and item.by_us else item for item in episode.activities
    )


def _work(episode: Episode) -> Iterator[Activity]:
    return (item for item in episode.activities if item.by_us)
