"""How values read on a page: template filters and lists of choices, in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

from flask import Flask, g, request, url_for

from ipt_fhir.locale.texts import text
from ipt_fhir.mapping import narrative
from ipt_fhir.mapping.site import Site
from ipt_fhir.model.consents import ConsentKind, is_stopped
from ipt_fhir.model.episode import Contract, Setting
from ipt_fhir.model.goals import Goal
from ipt_fhir.model.measures import SafetyAct
from ipt_fhir.model.problem_areas import ProblemAreaCode
from ipt_fhir.model.sessions import Phase, Session, SkippedPhase
from ipt_fhir.questionnaires.scoring import Change
from ipt_fhir.terminology import concepts
from ipt_fhir.terminology.therapy import FREQUENCIES
from smart_app import language
from smart_app.language import gettext, lazy_gettext, moment
from smart_app.services import change_words as changes
from smart_app.services import handover_words
from smart_app.services.desk import Desk
from smart_app.web import access
from smart_app.web.desks import practice

Choice = TypeVar("Choice", bound=StrEnum)

NAVIGATION: tuple[tuple[str, Mapping[str, str], str], ...] = (
    ("overview.show", {}, lazy_gettext("Overview")),
    ("assessment.show", {}, lazy_gettext("Assessment")),
    ("people.show", {}, lazy_gettext("People")),
    ("focus.show", {}, lazy_gettext("Focus")),
    ("plan.show", {}, lazy_gettext("Plan")),
    ("session.show", {}, lazy_gettext("Session")),
    ("ending.show", {}, lazy_gettext("Ending")),
    ("handover.show", {}, lazy_gettext("Handover")),
    ("filing.show", {}, lazy_gettext("Filing")),
    ("form_list.show", {}, lazy_gettext("Forms")),
    ("history.show", {}, lazy_gettext("History")),
    ("consents.show", {}, lazy_gettext("Consent")),
)
"""The pages of a launch: endpoint, the values of its address, and its name."""
_WITH_PATIENTS_DEVICES: tuple[tuple[str, Mapping[str, str], str], ...] = (
    ("patient_device.show", {}, lazy_gettext("Patient")),
    ("duty.show", {}, lazy_gettext("Duty")),
)
_OF_THE_PERSON: tuple[tuple[str, Mapping[str, str], str], ...] = (("caseload.show", {}, lazy_gettext("Caseload")),)
"""Pages of whoever signed in, about no one chart."""
_PLAIN_AREAS = {
    ProblemAreaCode.ROLE_DISPUTE: lazy_gettext("disagreement"),
    ProblemAreaCode.ROLE_TRANSITION: lazy_gettext("life change"),
    ProblemAreaCode.GRIEF: lazy_gettext("grief"),
    ProblemAreaCode.INTERPERSONAL_DEFICITS: lazy_gettext("loneliness"),
}
_PLAIN_PHASES = {
    Phase.SUITABILITY: lazy_gettext("Getting to know each other"),
    Phase.INITIAL: lazy_gettext("Beginning"),
    Phase.MIDDLE: lazy_gettext("Working time"),
    Phase.TERMINATION: lazy_gettext("Saying goodbye"),
    Phase.MAINTENANCE: lazy_gettext("Staying well"),
    Phase.CLOSED: lazy_gettext("Finished"),
}
_PLAIN_BANDS: Mapping[str, str] = {
    "none": lazy_gettext("hardly any complaints"),
    "minimal": lazy_gettext("hardly any complaints"),
    "mild": lazy_gettext("some complaints"),
    "moderate": lazy_gettext("clear complaints"),
    "moderately severe": lazy_gettext("strong complaints"),
    "severe": lazy_gettext("very strong complaints"),
    "very severe": lazy_gettext("very strong complaints"),
    "remission": lazy_gettext("hardly any complaints"),
    "subclinical": lazy_gettext("hardly any complaints"),
    "subthreshold": lazy_gettext("some complaints"),
}
"""Bands that name how bad it is. What names an illness or a group of people has no plain word and is left out."""
_PLAIN_ACTS: Mapping[str, str] = {
    SafetyAct.DISCUSSED.value: lazy_gettext("We talked about it"),
    SafetyAct.PLAN_REVIEWED.value: lazy_gettext("We went through the plan for bad moments"),
    SafetyAct.MEANS_RESTRICTION.value: lazy_gettext("We made the home safer"),
    SafetyAct.CONTACT_CALLED.value: lazy_gettext("I called the person we had agreed on"),
    SafetyAct.ESCALATED_ON_CALL.value: lazy_gettext("I called the specialist on duty"),
    SafetyAct.REFERRED_EMERGENCY.value: lazy_gettext("I sent the person to the emergency service"),
    SafetyAct.HANDED_OVER.value: lazy_gettext("A colleague, named below, took over"),
    SafetyAct.NOT_APPLICABLE.value: lazy_gettext("None of these; the reason is below"),
}
_BELONGS_TO = {
    "formulation": "focus",
    "sheets": "focus",
    "forms": "form_list",
    "totals": "form_list",
    "totals.record": "history",
    "totals.correct": "history",
    "correcting": "history",
    "withdrawing": "history",
    "goals": "plan",
    "safety": "overview",
    "person": "people",
    "timeline": "people",
    "event": "people",
    "session_closed": "session",
    "group": "session",
}
"""Pages without an entry of their own, by group or singly: the group whose entry is marked meanwhile."""
points_moved = changes.points_moved
_NEXT_MEETING: dict[Setting | None, str] = {
    Setting.WARD: lazy_gettext("Next time on the ward"),
    Setting.COMMUNITY: lazy_gettext("Next meeting at the centre"),
    Setting.SCHOOL: lazy_gettext("Next meeting at school"),
}
_SEXES = {
    "female": lazy_gettext("female"),
    "male": lazy_gettext("male"),
    "other": lazy_gettext("other"),
    "unknown": lazy_gettext("sex unknown"),
}


def site() -> Site:
    """The hospital's choices, in the language of the page."""
    return replace(practice().site, language=language.current())


def day(value: date | str) -> str:
    """A date in words: 5 Jan 2026."""
    return language.day(date.fromisoformat(value) if isinstance(value, str) else value)


def are_plain() -> bool:
    """Whether this page is for a coordinator: no specialist's term, no rule of a measure."""
    return bool(g.get("plain_words"))


def session_place(number: int, contracted: int) -> str:
    """Which session it is and of how many; of one beyond the contract only which."""
    if number > contracted:
        return gettext("session %(number)s", number=number)
    return gettext("session %(number)s of %(count)s", number=number, count=contracted)


def sessions_held(held: int, contracted: int) -> str:
    """How many sessions were held of those agreed, or beside what was agreed where they are more."""
    if held > contracted:
        return gettext("%(held)s sessions held, %(count)s agreed", held=held, count=contracted)
    return gettext("%(held)s of %(count)s sessions held", held=held, count=contracted)


def phase(value: Phase) -> str:
    """The name of a phase; for a coordinator without a specialist's term."""
    if are_plain():
        return str(_PLAIN_PHASES[value])
    return text(concepts.PHASES[value].label, language.current())


def problem_area(value: ProblemAreaCode) -> str:
    """The name of a problem area; for a coordinator as WHO's group manual says it to everybody."""
    if are_plain():
        return str(_PLAIN_AREAS[value])
    return text(concepts.PROBLEM_AREAS[value].label, language.current())


def band(label: str) -> str:
    """The word for a total; for a coordinator plain, and nothing where only a specialist's word exists."""
    if are_plain():
        return str(_PLAIN_BANDS.get(label, ""))
    return text(label, language.current())


def change_words(points: Decimal, reliable: bool | None) -> str:
    """The change since the first reading; whether it counts is a specialist's to read."""
    return changes.change_words(points, None if are_plain() else reliable)


def change_meaning(moved: Change) -> list[str]:
    """What a change means by the published rules; for a coordinator better, worse or the same."""
    if not are_plain():
        return changes.change_meaning(moved)
    if moved.reliable is None:
        return []
    if not moved.reliable:
        return [gettext("about the same")]
    return [gettext("clearly better") if moved.better else gettext("clearly worse")]


def safety_act(value: SafetyAct) -> str:
    """What was done about a safety answer."""
    if are_plain():
        return str(_PLAIN_ACTS[value.value])
    return text(concepts.SAFETY_ACTS[value].label, language.current())


def skipped(found: Sequence[SkippedPhase]) -> list[str]:
    """The phases that were left out, each with its reason and its day."""
    return handover_words.skipped(found, phase)


def choices_of(labels: Mapping[Choice, str] | Mapping[Choice, concepts.Concept]) -> list[tuple[str, str]]:
    """Value and label of each choice, in the order of the table."""
    return [
        (code.value, text(label.label if isinstance(label, concepts.Concept) else label, language.current()))
        for code, label in labels.items()
    ]


def install(app: Flask) -> None:
    """Teach the templates these words."""
    filters = {
        "day": day,
        "moment": moment,
        "phase": phase,
        "session_place": session_place,
        "sessions_held": sessions_held,
        "problem_area": problem_area,
        "sex": lambda value: _SEXES.get(value, value),
        "contract": contract,
        "session": _session,
        "next_meeting": next_meeting,
        "target": target,
    }
    app.jinja_env.filters.update(filters)
    app.jinja_env.globals.update(stopped=_stopped, navigation=_navigation, url_for=url_for)


class Entry(NamedTuple):
    """One entry of the bar. ``current`` is page on its own page, true on a page below it, else empty."""

    url: str
    label: str
    current: str


def _stopped(desk: Desk, kind: str) -> bool:
    """Whether the patient refused or withdrew this kind of consent (``data-sharing`` ...)."""
    return is_stopped(desk.episode.consents, ConsentKind(kind))


def _navigation(desk: Desk) -> list[Entry]:
    """The pages of a course this person may open; two more where the clinic lets patients answer by themselves."""
    offered = (*NAVIGATION, *(_WITH_PATIENTS_DEVICES if desk.devices else ()), *_OF_THE_PERSON)
    pages = [page for page in offered if access.may(desk.role, page[0])]
    room = request.blueprint or ""
    group = _BELONGS_TO.get(request.endpoint or "") or _BELONGS_TO.get(room, room)
    entries = []
    for endpoint, values, label in pages:
        here = endpoint.partition(".")[0] == group
        current = ("page" if request.endpoint == endpoint else "true") if here else ""
        address: dict[str, Any] = {"handle": desk.handle, **values}
        entries.append(Entry(url_for(endpoint, **address), label, current))
    return entries


def capitalised(sentence: str) -> str:
    """With a capital first letter."""
    return sentence[:1].upper() + sentence[1:]


def contract(value: Contract) -> str:
    """What was agreed, in one line."""
    often = library(FREQUENCIES[value.frequency].label)
    return gettext(
        "%(count)s sessions of %(minutes)s minutes, %(often)s, until %(end)s",
        count=value.sessions,
        minutes=value.minutes,
        often=often,
        end=day(value.ends_on),
    )


def _session(value: Session) -> str:
    return gettext(
        "Session %(number)s, %(date)s: %(attendance)s, %(mode)s",
        number=value.number,
        date=day(value.date),
        attendance=library(concepts.ATTENDANCE[value.attendance]),
        mode=library(concepts.MODES[value.mode]),
    )


def target(value: Goal) -> str:
    """The score a goal aims at."""
    return narrative.target_words(value, site())


def next_meeting(setting: Setting | None) -> str:
    """What the next session is called where the therapy takes place."""
    return str(_NEXT_MEETING.get(setting, gettext("Next appointment")))


def library(msgid: str) -> str:
    """A text of the library in the language of the page."""
    return text(msgid, language.current())
