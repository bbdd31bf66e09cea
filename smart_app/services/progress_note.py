"""A progress note out of the structure of one session: plain text, to copy. Pure; nothing is stored and nothing filed.

It says what the fields say and no more. The step until the next session is the only typed text in it: goals go by
their number in the plan, events of the timeline by their date.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ipt_fhir.instruments.catalogue import SHIPPED, Catalogue
from ipt_fhir.locale.texts import text
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.goals import GoalStatus
from ipt_fhir.model.sessions import Session
from ipt_fhir.questionnaires.readings import readings
from ipt_fhir.terminology import concepts
from ipt_fhir.terminology.form_words import MOOD_LINKS
from ipt_fhir.terminology.therapy import OUTCOMES, SESSION_KINDS, TECHNIQUES
from smart_app import language
from smart_app.language import gettext as _
from smart_app.language import ngettext
from smart_app.services.appointments import planned
from smart_app.services.overview import course


def progress_note(episode: Episode, session: Session, catalogue: Catalogue = SHIPPED) -> str:
    """The note of a session in the language of the page, one line a fact."""
    return "\n".join(line for line in _lines(episode, session, catalogue) if line)


def _lines(episode: Episode, session: Session, catalogue: Catalogue) -> Iterator[str]:
    yield _head(episode, session)
    yield _held(session)
    yield from _measures(episode, session, catalogue)
    yield from _safety(episode, session.date)
    before = _before(episode, session)
    if before and before.step_outcome:
        yield _("Step from last time: %(outcome)s", outcome=_word(OUTCOMES[before.step_outcome].label))
    yield _mood(episode, session)
    if session.focus:
        yield _("Focus worked on: %(area)s", area=_word(concepts.PROBLEM_AREAS[session.focus].label))
    if session.techniques:
        names = ", ".join(_word(TECHNIQUES[item].label) for item in session.techniques)
        yield _("Techniques: %(names)s", names=names)
    yield from _goals(episode, session.date)
    if session.step:
        yield _("Until next time: %(step)s", step=session.step)
    yield _next(episode, session)
    yield _left(episode, session)


def _head(episode: Episode, session: Session) -> str:
    kind = _word(SESSION_KINDS[session.kind].label)
    phase = _word(concepts.PHASES[session.phase].label)
    if not session.kind.counts:
        return _("Interpersonal Psychotherapy: %(kind)s %(number)s", kind=kind, number=session.number)
    said = {"number": session.number, "count": course(episode).contracted, "kind": kind, "phase": phase}
    if session.number > course(episode).contracted:
        return _(
            "Interpersonal Psychotherapy: session %(number)s, beyond the %(count)s agreed (%(kind)s, %(phase)s)", **said
        )
    return _("Interpersonal Psychotherapy: session %(number)s of %(count)s (%(kind)s, %(phase)s)", **said)


def _held(session: Session) -> str:
    parts = [language.day(session.date)]
    if session.starts:
        parts.append(f"{session.starts.astimezone():%H:%M}")
    if session.minutes:
        parts.append(_("%(minutes)s minutes", minutes=session.minutes))
    parts += [_word(concepts.ATTENDANCE[session.attendance]), _word(concepts.MODES[session.mode])]
    return ", ".join(parts)


def _measures(episode: Episode, session: Session, catalogue: Catalogue) -> Iterator[str]:
    for found in catalogue.instruments().values():
        if not any(item.instrument == found.id for item in episode.measured):
            continue
        today = [item for item in readings(episode, found) if item.at.astimezone().date() == session.date]
        if not today:
            continue
        latest = today[-1]
        if latest.total is None:
            yield _("%(measure)s: no total, answers are missing", measure=_word(found.title))
        elif latest.band:
            yield f"{_word(found.title)}: {latest.total:f} ({_word(latest.band.label)})"
        else:
            yield f"{_word(found.title)}: {latest.total:f}"


def _safety(episode: Episode, day: date) -> Iterator[str]:
    """That an answer asked for a step and what a person did; never the answer itself, never a level of risk."""
    for item in episode.safety_items:
        if item.act and item.settled and item.settled.astimezone().date() == day:
            yield _("Safety step: %(act)s", act=_word(concepts.SAFETY_ACTS[item.act].label))


def _mood(episode: Episode, session: Session) -> str:
    if session.mood_link is None:
        return ""
    link = _word(MOOD_LINKS[session.mood_link].label)
    event = next((item for item in episode.timeline if item.id == session.mood_event), None)
    if event is None:
        return _("Mood and events: %(link)s", link=link)
    return _("Mood and events: %(link)s (event of %(when)s)", link=link, when=event.when)


def _goals(episode: Episode, day: date) -> Iterator[str]:
    live = [goal for goal in episode.goals if goal.status is not GoalStatus.CANCELLED]
    for number, goal in enumerate(live, start=1):
        rated = [item for item in goal.ratings if item.rated.astimezone().date() == day]
        if rated:
            level = rated[-1].level
            meaning = _word(concepts.GAS_LEVELS[level].label)
            yield _(
                "Goal %(number)s of the plan: %(level)s (%(words)s)",
                number=number,
                level=_sign(level),
                words=meaning,
            )


def _next(episode: Episode, session: Session) -> str:
    found = planned(episode)
    if found is None or found.starts is None or found.starts.astimezone().date() <= session.date:
        return ""
    starts = found.starts.astimezone()
    return _("Next appointment: %(date)s, %(time)s", date=language.day(starts.date()), time=f"{starts:%H:%M}")


def _left(episode: Episode, session: Session) -> str:
    if not session.kind.counts or episode.contract is None:
        return ""
    left = max(0, episode.contract.sessions - session.number)
    return ngettext("%(num)s session of the contract is left.", "%(num)s sessions of the contract are left.", left)


def _before(episode: Episode, session: Session) -> Session | None:
    """The session whose step was looked at in this one."""
    earlier = [item for item in episode.sessions if item.kind.counts and item.place < session.place and item.step]
    return earlier[-1] if earlier and session.kind.counts else None


def _sign(level: int) -> str:
    return f"{level:+d}" if level else "0"


def _word(msgid: str) -> str:
    return text(msgid, language.current())
