"""What must be there before a course takes a step. Each guard answers with the obstacles that stand in the way.

The first phase ends with a diagnosis, a first measure, a problem area, a contract, and safety looked at. The ending
begins two sessions before the last, or when both decide so. A course closes with a reason, a completed one with its
review and the plan against relapse too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ipt_fhir.instruments.catalogue import SHIPPED, Catalogue, Instrument
from ipt_fhir.locale.texts import N_, text
from ipt_fhir.model.ending import TerminationReason
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.problem_areas import FocusChange, ProblemAreaCode
from ipt_fhir.model.sessions import Phase, SkipReason
from ipt_fhir.protocol.catalogue import Variant, measure_of, measures_of, variants
from ipt_fhir.protocol.schools import School

_ENDING_AHEAD = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """What people decided and the course itself does not say: to leave out phases (why), to begin the ending early.

    ``school`` decides where the ending begins; None is the split of the variant.
    """

    skip: SkipReason | None = None
    ending_agreed: bool = False
    school: School | None = None


NOTHING_DECIDED = Decisions()


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason that blocks a step: its code, and the sentence for a person (a message id)."""

    code: str
    msgid: str

    def words(self, language: str = "en") -> str:
        """The sentence in that language."""
        return text(self.msgid, language)


NOT_FROM_HERE = Obstacle("not-from-here", N_("The course cannot take this step from where it stands."))
SKIP_REASON = Obstacle("skip-reason", N_("This step leaves out a phase. Choose why."))
FIRST_SESSION = Obstacle("first-session", N_("The course begins with its first session. Record it."))
DIAGNOSIS = Obstacle("diagnosis", N_("No diagnosis is linked. Choose one from the chart."))
BASELINE = Obstacle("baseline-measure", N_("The first questionnaire is missing or incomplete. Fill it in."))
PROBLEM_AREA = Obstacle("problem-area", N_("No problem area is chosen. Choose the leading one."))
CONTRACT = Obstacle("contract", N_("The contract is not agreed. Agree number, frequency and length of sessions."))
SAFETY = Obstacle("safety", N_("A safety answer waits. Record what was done."))
TOO_EARLY = Obstacle(
    "too-early", N_("The ending begins two sessions before the last one, or when both decide so. Record the decision.")
)
LAST_SESSION = Obstacle("last-session", N_("The contracted sessions are not over. Hold them, or record that both end."))
CONTRACT_END = Obstacle("contract-end", N_("The maintenance contract is not over. Hold it, or record that both end."))
REASON = Obstacle("reason", N_("The reason for the ending is missing. Choose one."))
REVIEW = Obstacle("termination-review", N_("A completed course ends with its review. Record the day it was held."))
RELAPSE_PLAN = Obstacle("relapse-plan", N_("A completed course ends with a relapse plan. Write it together."))
FOCUS_REASON = Obstacle(
    "focus-reason",
    N_("The middle phase has begun. The focus may still change when something new is learnt. Choose why it changes."),
)
STARTED_ALREADY = Obstacle(
    "started-already", N_("The course has begun, so it was not declined. Choose another reason.")
)


def variant_of(episode: Episode) -> Variant:
    """The variant of the course; one this version does not know reads as the form of 16 sessions."""
    return variants().get(episode.variant) or variants()["ipt-adult-16"]


def measure_in(episode: Episode, instrument_id: str, catalogue: Catalogue = SHIPPED) -> Instrument:
    """An instrument as the variant of the course reads it. Raises UnknownInstrument."""
    return measure_of(variant_of(episode), instrument_id, catalogue)


def has_begun(episode: Episode) -> Iterator[Obstacle]:
    """S1: a contracted session is open or behind us."""
    if _number(episode) < 1:
        yield FIRST_SESSION


def initial_is_done(episode: Episode, catalogue: Catalogue = SHIPPED) -> Iterator[Obstacle]:
    """Leave the initial phase: diagnosis, baseline measure, problem area, contract, safety."""
    if not episode.diagnoses:
        yield DIAGNOSIS
    if not has_baseline(episode, catalogue):
        yield BASELINE
    if episode.primary_area is None:
        yield PROBLEM_AREA
    if episode.contract is None:
        yield CONTRACT
    if episode.open_safety_items:
        yield SAFETY


def focus_may_change(
    episode: Episode, area: ProblemAreaCode | None, reason: FocusChange | None = None
) -> Iterator[Obstacle]:
    """Change an agreed leading area: freely in the first phase, later with a reason (the contract rests on it)."""
    before = episode.primary_area
    if before and before.code is not area and reason is None and focus_change_needs_reason(episode):
        yield FOCUS_REASON


def focus_change_needs_reason(episode: Episode) -> bool:
    """Whether another leading area may only be taken with a reason: the one agreed with the patient is being worked."""
    return episode.primary_area is not None and episode.primary_area.agreed_by_patient and is_past_initial(episode)


def is_past_initial(episode: Episode) -> bool:
    """Whether the middle phase began: the course says so, or a session was held in it."""
    late = {Phase.MIDDLE, Phase.TERMINATION, Phase.MAINTENANCE}
    held = any(item.kind.counts and item.closed and item.phase in late for item in episode.sessions)
    return episode.phase in late or held


def ending_is_near(episode: Episode, decisions: Decisions) -> Iterator[Obstacle]:
    """Enter the ending: two sessions before the last, where the school begins it, or by joint decision."""
    if decisions.ending_agreed:
        return
    if episode.contract is None:
        yield CONTRACT
        return
    contracted = episode.contract.sessions
    _, ending = variant_of(episode).split(contracted, decisions.school)
    if _number(episode) < min(contracted - _ENDING_AHEAD, contracted - ending + 1):
        yield TOO_EARLY


def acute_course_is_over(episode: Episode, decisions: Decisions) -> Iterator[Obstacle]:
    """The last contracted session is behind us, or both decided to end."""
    if not decisions.ending_agreed and not _all_held(episode):
        yield LAST_SESSION


def may_close(episode: Episode, today: date, decisions: Decisions, *, begun: bool) -> Iterator[Obstacle]:
    """Close: a reason; and if completed, at the end, with review and relapse plan."""
    review = episode.review
    if review is None:
        yield REASON
        return
    if review.reason is TerminationReason.DECLINED and begun:
        yield STARTED_ALREADY
    if review.reason is not TerminationReason.COMPLETED:
        return
    if episode.phase is Phase.MAINTENANCE:
        over = _all_held(episode) or (episode.contract is not None and today >= episode.contract.ends_on)
        if not over and not decisions.ending_agreed:
            yield CONTRACT_END
    elif episode.phase is not Phase.TERMINATION:
        yield NOT_FROM_HERE
    else:
        yield from acute_course_is_over(episode, decisions)
    if review.reviewed_on is None:
        yield REVIEW
    if episode.relapse_plan is None:
        yield RELAPSE_PLAN


def has_baseline(episode: Episode, catalogue: Catalogue = SHIPPED) -> bool:
    """Whether one of the variant's measures has a total that stands: filled in, or entered from its sheet."""
    if any(item.stands and item.instrument in measures_of(variant_of(episode), catalogue) for item in episode.totals):
        return True
    for response in episode.responses:
        if response.stands and response.instrument in measures_of(variant_of(episode), catalogue):
            answered = {answer.link_id for answer in response.answers}
            if answered >= set(measure_in(episode, response.instrument, catalogue).counted):
                return True
    return False


def _number(episode: Episode) -> int:
    """The number of the contracted session that is open or was the last."""
    return max((session.number for session in episode.sessions if session.kind.counts), default=0)


def _all_held(episode: Episode) -> bool:
    closed = (session.number for session in episode.sessions if session.kind.counts and session.closed)
    return episode.contract is not None and max(closed, default=0) >= episode.contract.sessions
