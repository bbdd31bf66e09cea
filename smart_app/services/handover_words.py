"""Phrases that the documents about a course share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from ipt_fhir.locale.texts import text
from ipt_fhir.model.ending import Disposition
from ipt_fhir.model.goals import Achievement
from ipt_fhir.model.measures import SafetyItem
from ipt_fhir.model.problem_areas import Rank
from ipt_fhir.model.sessions import Phase, SkippedPhase
from ipt_fhir.terminology import concepts
from ipt_fhir.terminology.therapy import DISPOSITIONS, FREQUENCIES, SETTINGS, TECHNIQUES, TERMINATION_REASONS
from smart_app import language
from smart_app.documents.sheet import Table
from smart_app.language import day, lazy_gettext, ngettext
from smart_app.language import gettext as _
from smart_app.services.handover import Handover, OpenPoint
from smart_app.services.review_words import goal_words, measure_cells

_SEXES = {"female": lazy_gettext("female"), "male": lazy_gettext("male"), "other": lazy_gettext("other")}


def library(msgid: str) -> str:
    """A text of the library in the language of the page."""
    return text(msgid, language.current())


def phase(value: Phase) -> str:
    """The name of a phase."""
    return library(concepts.PHASES[value].label)


def born(found: Handover) -> str:
    """Day of birth and age, as exact as the chart is."""
    patient = found.patient
    age = patient.age(found.today)
    if patient.birth_date is None:
        return _("not known")
    return patient.birth_date if age is None else _("%(day)s (%(age)s years)", day=_iso(patient.birth_date), age=age)


def about(found: Handover) -> tuple[tuple[str, str], ...]:
    """Whom a document is about."""
    patient = found.patient
    rows = [(_("Name"), patient.name), (_("Born"), born(found))]
    if patient.sex in _SEXES:
        rows.append((_("Sex"), str(_SEXES[patient.sex])))
    if patient.record_number:
        rows.append((_("Record number"), patient.record_number))
    return tuple(rows)


def running(found: Handover) -> str:
    """Whose page it is, on every page but the first."""
    return " · ".join(part for part in (found.patient.name, born(found), found.patient.record_number) if part)


def diagnoses(found: Handover) -> str:
    """The diagnoses the course addresses, as the chart words them."""
    return "; ".join(found.diagnoses) or _("none linked to this course")


def area_names(found: Handover) -> str:
    """The problem areas, the leading one first."""
    ordered = sorted(found.areas, key=lambda area: area.rank is not Rank.PRIMARY)
    return ", ".join(library(concepts.PROBLEM_AREAS[area.code].label) for area in ordered)


def contract(found: Handover) -> str:
    """What was agreed; empty while nothing is."""
    agreed = found.contract
    if agreed is None:
        return ""
    return _(
        "%(count)s sessions of %(minutes)s minutes, %(often)s, until %(end)s",
        count=agreed.sessions,
        minutes=agreed.minutes,
        often=library(FREQUENCIES[agreed.frequency].label),
        end=day(agreed.ends_on),
    )


def attended(found: Handover) -> str:
    """How many sessions were held, missed and are to come."""
    parts = [ngettext("%(num)s session held", "%(num)s sessions held", found.held)]
    if found.missed:
        parts.append(ngettext("%(num)s missed or cancelled", "%(num)s missed or cancelled", found.missed))
    if found.beside:
        parts.append(ngettext("%(num)s meeting beside them", "%(num)s meetings beside them", found.beside))
    if found.remaining:
        parts.append(ngettext("%(num)s to come", "%(num)s to come", found.remaining))
    return ", ".join(parts)


def setting(found: Handover) -> str:
    """Where the therapy takes place; empty where that is not recorded."""
    return library(SETTINGS[found.setting].label) if found.setting else ""


def techniques(found: Handover) -> tuple[str, ...]:
    """How often each technique was used."""
    return tuple(
        ngettext("%(name)s: %(num)s session", "%(name)s: %(num)s sessions", count, name=library(TECHNIQUES[item].label))
        for item, count in found.techniques
    )


def ended(found: Handover) -> str:
    """When and why the course ended; empty while it goes on."""
    if found.ended is None:
        return ""
    return _(
        "%(reason)s, %(day)s", reason=library(TERMINATION_REASONS[found.ended.reason].label), day=day(found.ended.on)
    )


def skipped(found: Sequence[SkippedPhase], name_of: Callable[[Phase], str]) -> list[str]:
    """The phases that were left out, each with why and when."""
    return [
        _(
            "%(phase)s: %(reason)s, %(date)s",
            phase=name_of(item.phase),
            reason=library(concepts.SKIP_REASONS[item.reason]),
            date=day(item.day),
        )
        for item in found
    ]


def next_steps(found: Handover) -> str:
    """What was agreed for the time after."""
    chosen = found.ended.dispositions if found.ended else ()
    return ", ".join(library(DISPOSITIONS[Disposition(item)].label) for item in chosen)


def safety(found: Handover) -> tuple[str, ...]:
    """That answers asked somebody to act, and what was done about the last one; never how high a risk is."""
    if not found.safety:
        return (_("No answer of a questionnaire asked somebody to act."),)
    last = found.safety[-1]
    said = ngettext(
        "%(num)s answer asked somebody to act, on %(day)s.",
        "%(num)s answers asked somebody to act, the last one on %(day)s.",
        len(found.safety),
        day=day(last.opened.astimezone().date()),
    )
    return (said, _act(last))


def measures(found: Handover) -> Table | None:
    """The table of the measures; None while there is no total."""
    if not found.measures:
        return None
    head = (_("Measure"), _("First"), _("Last"), _("Difference"), _("What it means by the published rule"))
    return Table(
        name=_("Measures"),
        widths=(18, 23, 23, 15, 36),
        head=head,
        rows=tuple(measure_cells(row) for row in found.measures),
    )


def goals(found: Handover) -> Table | None:
    """The table of the goals; None while there is none."""
    if not found.goals:
        return None
    rows = tuple(
        (item.goal.text, goal_words(item) or "–", result(item.goal.achievement, found)) for item in found.goals
    )
    return Table(
        name=_("Goals"), widths=(46, 36, 20), head=(_("Goal"), _("Measured by"), _("Where it stands")), rows=rows
    )


def result(achievement: Achievement | None, found: Handover) -> str:
    """What a person said a goal came to."""
    if achievement is None:
        return _("not decided") if found.ended else _("not judged yet")
    return library(concepts.ACHIEVEMENTS[achievement])


def open_points(found: Handover) -> tuple[str, ...]:
    """What is not done."""
    sentences = {
        OpenPoint.SAFETY: _("A safety answer waits: nobody has recorded what was done."),
        OpenPoint.FOCUS: _("No problem area is agreed with the patient yet."),
        OpenPoint.CONTRACT: _("No contract is agreed yet."),
        OpenPoint.GOALS: _("No goals are agreed yet."),
        OpenPoint.UNDECIDED: _("What a goal came to was not decided."),
        OpenPoint.NO_MEASURE: _("No questionnaire was filled in."),
    }
    return tuple(sentences[point] for point in found.open_points)


def _act(item: SafetyItem) -> str:
    if item.act is None or item.settled is None:
        return _("Nobody has recorded what was done.")
    act, when = library(concepts.SAFETY_ACTS[item.act].label), day(item.settled.astimezone().date())
    return _("Last step: %(act)s, %(day)s.", act=act, day=when)


def _iso(birth_date: str) -> str:
    return day(date.fromisoformat(birth_date))
