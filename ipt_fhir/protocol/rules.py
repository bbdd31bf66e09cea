"""The ten rules of a course, and where each is held.

ipt-1   A goal has a due date, and a score target exactly where a score measures it: ``model.goals.Goal``.
ipt-2   A score belongs to a response of the same patient, lies in range, and is absent where answers are missing: asked
        of what is sent (``validation``).
ipt-3   Phases follow each other, and status and phase agree: here. Leaving one out needs a reason: ``protocol.course``.
ipt-4   Past the first phase one area leads, and grief has somebody who died: here. At most two: ``model.episode``.
ipt-5   Sessions follow each other in days as in numbers, none in a phase not reached: here. Numbers: ``model.episode``.
ipt-6   A closed course has a reason, a last day, and if completed a relapse plan: here.
ipt-7   A positive safety answer has its item, acted on before a session closes: here.
ipt-8   Birth, start, sessions and today stand in this order, and answers have a zone: here. Other times: their values.
ipt-9   Who supervises is not who treats: here.
ipt-10  No name of a third person is in anything that is sent: asked of what is sent (``validation``); the inventory has
        no field for one (``model.inventory``).

The whole course is asked for, with its local parts: the inventory and the timeline are not in the chart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from ipt_fhir.instruments.catalogue import SHIPPED, Catalogue
from ipt_fhir.locale.texts import N_, text
from ipt_fhir.model.ending import TerminationReason
from ipt_fhir.model.episode import Episode, EpisodeStatus
from ipt_fhir.model.people import Person
from ipt_fhir.model.problem_areas import ProblemAreaCode
from ipt_fhir.model.sessions import Phase, Session
from ipt_fhir.model.timeline import EventKind
from ipt_fhir.protocol.response_states import asks_for_an_act

_PHASES = tuple(Phase)
_PAST_INITIAL = {Phase.MIDDLE, Phase.TERMINATION, Phase.MAINTENANCE}
_ENDED = {EpisodeStatus.COMPLETED, EpisodeStatus.REVOKED}


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule that a course breaks: its id, the place in the model, the sentence for a person (a message id)."""

    rule: str
    place: str
    msgid: str

    def words(self, language: str = "en") -> str:
        """The sentence in that language."""
        return text(self.msgid, language)


def breaches(
    episode: Episode, *, today: date, born: date | None = None, catalogue: Catalogue = SHIPPED
) -> tuple[Breach, ...]:
    """Every rule the course breaks, by rule and place; empty for a sound one."""
    return (
        *_phase_order(episode),
        *_areas(episode),
        *_sessions(episode),
        *_ending(episode),
        *_safety(episode, catalogue),
        *_dates(episode, today, born),
        *_people(episode),
    )


def _phase_order(episode: Episode) -> Iterator[Breach]:
    counted = [item for item in episode.sessions if item.kind.counts]
    for first, second in pairwise(counted):
        if _PHASES.index(second.phase) < _PHASES.index(first.phase):
            msgid = N_("A session lies in an earlier phase than the one before it. Correct the phase.")
            yield Breach("ipt-3", _place(episode, second, "phase"), msgid)
    if (episode.phase is Phase.CLOSED) != (episode.status in _ENDED):
        msgid = N_("Phase and status of the course do not agree: one says that it ended, the other that it goes on.")
        yield Breach("ipt-3", "phase", msgid)


def _areas(episode: Episode) -> Iterator[Breach]:
    held = any(session.kind.counts and session.closed for session in episode.sessions)
    if held and episode.phase in _PAST_INITIAL and episode.primary_area is None:
        yield Breach("ipt-4", "problem_areas", N_("The first phase is over and no problem area leads. Choose one."))
    for index, area in enumerate(episode.problem_areas):
        if area.code is ProblemAreaCode.GRIEF and not _somebody_died(episode):
            msgid = N_("Grief is chosen, but nobody in the inventory died and the timeline has no death.")
            yield Breach("ipt-4", f"problem_areas[{index}]", msgid)


def _somebody_died(episode: Episode) -> bool:
    return any(item.is_deceased for item in episode.inventory) or any(
        item.kind is EventKind.DEATH for item in episode.timeline
    )


def _sessions(episode: Episode) -> Iterator[Breach]:
    for first, second in pairwise(item for item in episode.sessions if item.kind.counts):
        if second.date < first.date:
            msgid = N_("A later session lies before an earlier one. Correct the day.")
            yield Breach("ipt-5", _place(episode, second, "date"), msgid)
    for session in episode.sessions:
        if _PHASES.index(session.phase) > _PHASES.index(episode.phase):
            msgid = N_("A session lies in a phase that the course has not reached. Correct the phase.")
            yield Breach("ipt-5", _place(episode, session, "phase"), msgid)


def _ending(episode: Episode) -> Iterator[Breach]:
    if episode.status not in _ENDED and episode.phase is not Phase.CLOSED:
        return
    review = episode.review
    if review is None:
        yield Breach("ipt-6", "review", N_("The course ended without a reason. Choose one."))
        return
    if any(session.date > review.ended_on for session in episode.sessions):
        yield Breach("ipt-6", "review.ended_on", N_("A session was held after the day on which the course ended."))
    if review.reason is TerminationReason.COMPLETED and episode.relapse_plan is None:
        yield Breach("ipt-6", "relapse_plan", N_("A completed course has a relapse plan. Write it together."))


def _safety(episode: Episode, catalogue: Catalogue) -> Iterator[Breach]:
    asked = {item.response for item in episode.safety_items}
    for index, response in enumerate(episode.responses):
        if asks_for_an_act(response, catalogue) and response.id not in asked:
            msgid = N_("An answer asks a person to act, and nothing waits for it. Open its safety item.")
            yield Breach("ipt-7", f"responses[{index}]", msgid)
    for index, total in enumerate(episode.totals):
        if total.stands and total.worrying and total.id not in asked:
            msgid = N_(
                "A total says that an answer asks a person to act, and nothing waits for it. Open its safety item."
            )
            yield Breach("ipt-7", f"totals[{index}]", msgid)
    for item in episode.open_safety_items:
        for session in episode.sessions:
            if session.closed and session.date >= item.opened.date():
                msgid = N_("A session was closed while a safety answer waited. Record what was done.")
                yield Breach("ipt-7", _place(episode, session), msgid)


def _dates(episode: Episode, today: date, born: date | None) -> Iterator[Breach]:
    if born and episode.started < born:
        yield Breach("ipt-8", "started", N_("The course began before the patient was born."))
    if episode.started > today:
        yield Breach("ipt-8", "started", N_("The course begins in the future."))
    for session in episode.sessions:
        if session.date < episode.started:
            yield Breach(
                "ipt-8", _place(episode, session, "date"), N_("A session lies before the start of the course.")
            )
        if session.closed and session.date > today:
            yield Breach("ipt-8", _place(episode, session, "date"), N_("A session that was held lies in the future."))
    for index, response in enumerate(episode.responses):
        if response.authored.tzinfo is None:
            yield Breach("ipt-8", f"responses[{index}].authored", N_("The time of the answers has no zone."))
        elif response.authored.date() > today:
            yield Breach("ipt-8", f"responses[{index}].authored", N_("The answers lie in the future."))
    for index, total in enumerate(episode.totals):
        if total.authored.date() > today:
            yield Breach("ipt-8", f"totals[{index}].authored", N_("The sheet of a total lies in the future."))


def _people(episode: Episode) -> Iterator[Breach]:
    if episode.therapist and episode.supervisor and _same(episode.therapist, episode.supervisor):
        yield Breach("ipt-9", "supervisor", N_("Who treats does not supervise the same course. Choose somebody else."))


def _same(one: Person, other: Person) -> bool:
    if one.reference and other.reference:
        return one.reference == other.reference
    return one.display == other.display


def _place(episode: Episode, session: Session, field: str = "") -> str:
    place = f"sessions[{episode.sessions.index(session)}]"
    return f"{place}.{field}" if field else place
