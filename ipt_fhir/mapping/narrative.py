"""The text a clinician reads in an EHR that shows nothing else: short, complete, good on its own.

Several servers show only ``text.div`` of a CarePlan, so the narrative says everything the structured elements say.
It is XHTML as FHIR allows it (Narrative, R4 section 2.4.0): headings, paragraphs, lists and tables, no style, no links.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from html import escape as _escape_all

from ipt_fhir.locale.texts import N_, text
from ipt_fhir.mapping.site import Site
from ipt_fhir.model.activities import Activity
from ipt_fhir.model.ending import TerminationReview
from ipt_fhir.model.episode import Contract, Episode
from ipt_fhir.model.goals import Comparator, Goal
from ipt_fhir.model.problem_areas import ProblemArea, Rank
from ipt_fhir.model.sessions import Session, SessionKind
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import concepts
from ipt_fhir.terminology.scores import SCORES
from ipt_fhir.terminology.therapy import (
    DISPOSITIONS,
    DISPUTE_STAGES,
    FREQUENCIES,
    OUTCOMES,
    SESSION_KINDS,
    SETTINGS,
    TERMINATION_REASONS,
)

COMPARATORS = {
    Comparator.LESS: N_("below {value}"),
    Comparator.AT_MOST: N_("{value} or less"),
    Comparator.AT_LEAST: N_("{value} or more"),
    Comparator.MORE: N_("above {value}"),
}
_GOAL_STATUS = {
    "proposed": N_("proposed"),
    "planned": N_("planned"),
    "accepted": N_("accepted"),
    "active": N_("active"),
    "on-hold": N_("on hold"),
    "completed": N_("completed"),
    "cancelled": N_("cancelled"),
    "rejected": N_("declined"),
    "entered-in-error": N_("entered in error"),
}


_SPECIAL = re.compile("[&<>\"']")


def escape(words: str) -> str:
    """XML-safe; most texts hold nothing to escape and are looked at once."""
    return _escape_all(words) if _SPECIAL.search(words) else words


def _escaped(texts: Sequence[str]) -> Sequence[str]:
    """Each text XML-safe; all are looked at together first."""
    return [*map(escape, texts)] if _SPECIAL.search("".join(texts)) else texts


def put_text(resource: JsonObject, body: str, site: Site) -> None:
    """Set the narrative unless somebody else wrote it: only a text with status ``generated`` is ours to renew."""
    present = resource.get("text")
    if present and present.get("status") != "generated":
        return
    div = f"{_opening(site.language)}{body}</div>"
    if not present or present.get("div") != div:
        resource["text"] = {**(present or {}), "status": "generated", "div": div}


@cache
def _opening(language: str) -> str:
    safe = escape(language)
    return f'<div xmlns="http://www.w3.org/1999/xhtml" lang="{safe}" xml:lang="{safe}">'


def body_of(resource: JsonObject) -> str:
    """What stands inside the narrative of a resource of ours, without the element around it; empty without one."""
    div: str = resource.get("text", {}).get("div", "")
    return div[div.find(">") + 1 : div.rfind("</div>")] if div else ""


def of_plan(episode: Episode, site: Site, told: Sequence[str] | None = None) -> str:
    """The whole plan. ``told`` are the sentences of its sessions where they are made already."""
    sessions = [session_sentence(item, site) for item in episode.sessions] if told is None else told
    return "".join(
        (
            _heading(plan_title(episode, site)),
            _paragraphs(_standing(episode, site)),
            _list(text(N_("Problem area"), site.language), [_area(item, site) for item in episode.problem_areas]),
            _list(text(N_("Goals"), site.language), [goal_sentence(item, site) for item in episode.goals]),
            _list(text(N_("Planned work"), site.language), [_activity(item, site) for item in episode.activities]),
            _list(text(N_("Sessions"), site.language), sessions),
        )
    )


def of_goal(goal: Goal, site: Site) -> str:
    """One goal with its levels."""
    levels = [f"{level.level:+d}: {level.text}" if level.level else f"0: {level.text}" for level in goal.levels]
    return _paragraphs([goal_sentence(goal, site)]) + _list(text(N_("Levels"), site.language), levels)


def of_sentences(*sentences: str) -> str:
    """Plain sentences, one paragraph each."""
    return _paragraphs(sentences)


def of_answers(title: str, rows: Sequence[tuple[str, str]]) -> str:
    """A questionnaire: title, then question and answer."""
    return _paragraphs([title]) + _table(rows)


def of_sections(title: str, sections: Iterable[tuple[str, Sequence[tuple[str, str]]]], after: str = "") -> str:
    """Questions and answers under their headings (empty for none), and a sentence at the end."""
    tables = (f"<h3>{escape(heading)}</h3>{_table(rows)}" if heading else _table(rows) for heading, rows in sections)
    return _paragraphs([title]) + "".join(tables) + (_paragraphs([after]) if after else "")


def plan_title(episode: Episode, site: Site) -> str:
    """The title of the plan, in CarePlan.title and in the narrative."""
    return title_for(episode.contract.sessions if episode.contract else None, site.language)


def title_for(sessions: int | None, language: str) -> str:
    """The title of a plan with that contract, or with none yet."""
    if sessions is None:
        return text(N_("Interpersonal Psychotherapy (IPT)"), language)
    return text(N_("Interpersonal Psychotherapy (IPT), {count} sessions"), language, count=sessions)


def goal_sentence(goal: Goal, site: Site) -> str:
    """The goal, what it aims at, when it is due, and where it stands."""
    aim = ""
    if goal.target:
        aim = f" {target_words(goal, site)}."
    if goal.stage:
        aim = f" {text(DISPUTE_STAGES[goal.stage].label, site.language)}."
    due = text(N_("Due {date}, {status}."), site.language, date=day(goal.due), status=_status(goal, site))
    return f"{goal.text}{aim} {due}"


def target_words(goal: Goal, site: Site) -> str:
    """What a score goal aims at: ``PHQ-9 below 5``."""
    if goal.target is None:
        return ""
    title = text(SCORES[goal.target.measure].title, site.language)
    reach = text(COMPARATORS[goal.target.comparator], site.language, value=f"{goal.target.value.normalize():f}")
    return f"{title} {reach}"


def session_sentence(session: Session, site: Site) -> str:
    """One session: number, day, held or not, how; of a meeting that is no usual session also what it was."""
    if session.kind is SessionKind.INDIVIDUAL:
        return _held(N_("Session {number}, {date}: {attendance}, {mode}"), session, site)
    kind = text(SESSION_KINDS[session.kind].label, site.language)
    return _held(N_("{kind} {number}, {date}: {attendance}, {mode}"), session, site, kind=kind)


def _held(msgid: str, session: Session, site: Site, **words: str) -> str:
    return text(
        msgid,
        site.language,
        **words,
        number=session.number,
        date=day(session.date),
        attendance=text(concepts.ATTENDANCE[session.attendance], site.language),
        mode=text(concepts.MODES[session.mode], site.language),
    )


def contract_sentence(contract: Contract, site: Site) -> str:
    """The contract in one sentence."""
    return text(
        N_("{count} sessions of {minutes} minutes, {frequency}, agreed {agreed}, until {end}."),
        site.language,
        count=contract.sessions,
        minutes=contract.minutes,
        frequency=text(FREQUENCIES[contract.frequency].label, site.language),
        agreed=day(contract.agreed_on),
        end=day(contract.ends_on),
    )


def day(value: date) -> str:
    """A date that reads the same in every country: ``5 Jan 2026`` would need a language, ``2026-01-05`` does not."""
    return value.isoformat()


def _standing(episode: Episode, site: Site) -> list[str]:
    phase = text(concepts.PHASES[episode.phase].label, site.language)
    held = sum(session.attendance.value == "attended" for session in episode.sessions)
    sentences = [
        text(
            N_("{phase}, sessions held: {held}, started {date}."),
            site.language,
            phase=phase,
            held=held,
            date=day(episode.started),
        )
    ]
    if episode.setting:
        sentences.append(f"{text(SETTINGS[episode.setting].label, site.language)}.")
    if episode.contract:
        sentences.append(contract_sentence(episode.contract, site))
    if episode.review:
        sentences.append(_ending(episode.review, site))
    return sentences


def _ending(review: TerminationReview, site: Site) -> str:
    words = [text(TERMINATION_REASONS[review.reason].label, site.language)]
    words += [text(DISPOSITIONS[item].label, site.language) for item in review.dispositions]
    return text(N_("Ended {date}: {words}."), site.language, date=day(review.ended_on), words="; ".join(words))


def _activity(activity: Activity, site: Site) -> str:
    """The planned work, when it is due or starts, and what came of it."""
    words = [activity.text]
    if activity.starts:
        words.append(activity.starts.isoformat(" ", "minutes"))
    if activity.due:
        words.append(text(N_("until {date}"), site.language, date=day(activity.due)))
    if activity.outcome:
        words.append(text(OUTCOMES[activity.outcome].label, site.language))
    return ", ".join(words)


def _area(area: ProblemArea, site: Site) -> str:
    name = text(concepts.PROBLEM_AREAS[area.code].label, site.language)
    rank = text(N_("leading") if area.rank is Rank.PRIMARY else N_("second"), site.language)
    if area.agreed_on is None:
        return text(N_("{area} ({rank}), not yet agreed with the patient"), site.language, area=name, rank=rank)
    return text(
        N_("{area} ({rank}), agreed with the patient {date}"),
        site.language,
        area=name,
        rank=rank,
        date=day(area.agreed_on),
    )


def _status(goal: Goal, site: Site) -> str:
    if goal.achievement:
        return text(concepts.ACHIEVEMENTS[goal.achievement], site.language)
    return text(_GOAL_STATUS[goal.status.value], site.language)


def _table(rows: Sequence[tuple[str, str]]) -> str:
    safe = zip(_escaped([left for left, _ in rows]), _escaped([right for _, right in rows]), strict=True)
    cells = "".join([f"<tr><td>{left}</td><td>{right}</td></tr>" for left, right in safe])
    return f"<table><tbody>{cells}</tbody></table>"


def _heading(title: str) -> str:
    return f"<h2>{escape(title)}</h2>"


def _paragraphs(sentences: Sequence[str]) -> str:
    return "".join([f"<p>{sentence}</p>" for sentence in _escaped(sentences)])


def _list(title: str, items: Sequence[str]) -> str:
    if not items:
        return ""
    return f"<h3>{escape(title)}</h3><ul>{''.join([f'<li>{item}</li>' for item in _escaped(items)])}</ul>"
