"""How values read on a page: template filters and lists of choices, in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from flask import Flask, url_for

from ipt_fhir.locale.texts import text
from ipt_fhir.mapping import narrative
from ipt_fhir.mapping.site import Site
from ipt_fhir.model.episode import Contract
from ipt_fhir.model.goals import Goal
from ipt_fhir.model.problem_areas import ProblemAreaCode
from ipt_fhir.model.sessions import Phase, Session
from ipt_fhir.terminology import concepts
from ipt_fhir.terminology.therapy import FREQUENCIES
from smart_app import language
from smart_app.language import gettext, lazy_gettext, moment

Choice = TypeVar("Choice", bound=StrEnum)

NAVIGATION = (
    ("overview.show", lazy_gettext("Overview")),
    ("measure.show", lazy_gettext("PHQ-9")),
    ("plan.show", lazy_gettext("Plan")),
    ("session.show", lazy_gettext("Session")),
    ("filing.show", lazy_gettext("Filing")),
)
_SEXES = {
    "female": lazy_gettext("female"),
    "male": lazy_gettext("male"),
    "other": lazy_gettext("other"),
    "unknown": lazy_gettext("sex unknown"),
}


def site() -> Site:
    """The library's view of the page's language."""
    return Site(language=language.current())


def day(value: date | str) -> str:
    """A date in words: 5 Jan 2026."""
    return language.day(date.fromisoformat(value) if isinstance(value, str) else value)


def phase(value: Phase) -> str:
    """The name of a phase."""
    return text(concepts.PHASES[value].label, language.current())


def problem_area(value: ProblemAreaCode) -> str:
    """The name of a problem area."""
    return text(concepts.PROBLEM_AREAS[value].label, language.current())


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
        "problem_area": problem_area,
        "sex": lambda value: _SEXES.get(value, value),
        "contract": _contract,
        "session": _session,
        "target": _target,
    }
    app.jinja_env.filters.update(filters)
    app.jinja_env.globals.update(navigation=lambda: NAVIGATION, url_for=url_for)


def capitalised(sentence: str) -> str:
    """With a capital first letter."""
    return sentence[:1].upper() + sentence[1:]


def _contract(value: Contract) -> str:
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


def _target(value: Goal) -> str:
    return narrative.target_words(value, site())


def change_words(points: int, reliable: bool | None) -> str:
    """The change since the first reading, and whether it counts."""
    if points == 0:
        return gettext("no change since the start")
    moved = (
        gettext("down %(points)s since the start", points=-points)
        if points < 0
        else gettext("up %(points)s since the start", points=points)
    )
    if reliable:
        return gettext("%(moved)s, a reliable change", moved=moved)
    return gettext("%(moved)s, within measurement error", moved=moved)


def library(msgid: str) -> str:
    """A text of the library in the language of the page."""
    return text(msgid, language.current())
