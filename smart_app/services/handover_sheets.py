"""The three documents about a course, made from one ``Handover``: for a colleague, for the patient, for the doctor.

Every word of them stands in a ``Sheet``; page and PDF print that and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from ipt_fhir.model.ending import TerminationReason
from ipt_fhir.model.goals import Achievement
from ipt_fhir.model.problem_areas import ProblemAreaCode
from smart_app import language
from smart_app.documents.sheet import Section, Sheet, Table
from smart_app.language import day, ngettext
from smart_app.language import gettext as _
from smart_app.services import handover_words as said
from smart_app.services.handover import Handover
from smart_app.services.reviewing import MeasureRow

_REACHED = {Achievement.ACHIEVED, Achievement.SUSTAINING}
_MISSED = {Achievement.NOT_ACHIEVED, Achievement.NOT_ATTAINABLE}


class Paper(StrEnum):
    """The documents; stable words of their addresses."""

    SUMMARY = "summary"
    PATIENT = "patient"
    LETTER = "letter"


def sheet_of(paper: Paper, found: Handover, *, with_plan: bool = False) -> Sheet | None:
    """A document; None where there is none: nothing is written to a patient who has died.

    ``with_plan`` prints the plan against relapse also for others: a clinician said that the patient agreed.
    """
    if paper is Paper.PATIENT:
        return None if found.died else for_patient(found)
    make: Callable[..., Sheet] = {Paper.SUMMARY: summary, Paper.LETTER: letter}[paper]
    return make(found, with_plan=with_plan)


def summary(found: Handover, *, with_plan: bool = False) -> Sheet:
    """One page for the colleague who takes over."""
    facts = (
        (_("Diagnoses"), said.diagnoses(found)),
        (_("Problem area"), said.area_names(found) or _("not chosen yet")),
        (_("Contract"), said.contract(found) or _("not agreed yet")),
        (_("Setting"), said.setting(found)),
        (_("Therapist"), found.therapist),
        (_("Started"), day(found.started)),
        (_("Sessions"), said.attended(found)),
        (_("Phase"), "" if found.ended else said.phase(found.phase)),
        (_("Left out"), "; ".join(said.skipped(found.skipped, said.phase))),
        (_("Ended"), said.ended(found)),
        (_("What comes next"), said.next_steps(found)),
    )
    sections = (
        Section(title=_("The course"), facts=_filled(facts)),
        Section(title=_("Measures"), table=said.measures(found)),
        Section(title=_("Goals agreed with the patient"), table=said.goals(found)),
        Section(title=_("What was worked on"), sentences=_joined(said.techniques(found))),
        Section(title=_("Safety"), sentences=said.safety(found)),
        *(_plan(found) if with_plan else ()),
        Section(title=_("Open points"), points=said.open_points(found)),
    )
    return Sheet(
        language=language.current(),
        title=_("Summary of Interpersonal Psychotherapy"),
        letterhead=found.hospital,
        day=day(found.today),
        about=said.about(found),
        running=said.running(found),
        sections=_printed(sections),
        foot=_("Made from the structured record of the therapy; it holds nothing of what was said in sessions."),
    )


def letter(found: Handover, *, with_plan: bool = False) -> Sheet:
    """The letter to the family doctor: what was treated, how it went, what comes next."""
    over = found.ended is not None
    facts = (
        (_("Diagnoses"), said.diagnoses(found)),
        (_("Treatment"), _("Interpersonal Psychotherapy (IPT)")),
        (_("Focus"), said.area_names(found)),
        (_("From"), day(found.started)),
        (_("Until"), day(found.last_session) if over and found.last_session else ""),
        (_("Sessions"), said.attended(found)),
        (_("Ended"), said.ended(found)),
    )
    sections = (
        Section(title=_("Treatment"), facts=_filled(facts)),
        Section(title=_("How the symptoms went"), table=said.measures(found)),
        Section(title=_("Goals agreed with the patient"), table=said.goals(found)),
        Section(title=_("Safety"), sentences=said.safety(found)),
        Section(title=_("What comes next"), sentences=_next_in_letter(found)),
        *(_plan(found) if with_plan else ()),
    )
    return Sheet(
        language=language.current(),
        title=_("Report on Interpersonal Psychotherapy"),
        letterhead=found.hospital,
        address=(_("To the family doctor"),),
        day=day(found.today),
        about=said.about(found),
        running=said.running(found),
        opening=_("Dear colleague, we report on the treatment of our mutual patient."),
        sections=_printed(sections),
        closing=(_("With kind regards"), " ", " ", found.therapist, found.hospital),
        foot=_("Confidential medical information. Please tell us if this letter reached you in error."),
    )


def for_patient(found: Handover) -> Sheet:
    """The patient's own sheet: plain words, second person, no codes, nobody else's words."""
    sections = (
        Section(title=_("What we did together"), sentences=_together(found)),
        Section(title=_("Your goals"), table=_goals(found)),
        Section(title=_("How you have been"), sentences=_scores(found)),
        Section(title=_("What comes next"), sentences=_next_for_patient(found)),
        *_plan(found, own=True),
        Section(title=_("If you are in danger"), sentences=(found.crisis,) if found.crisis else ()),
    )
    return Sheet(
        language=language.current(),
        title=_("Your therapy at a glance"),
        letterhead=found.hospital,
        day=day(found.today),
        about=((_("For"), found.patient.name), (_("From"), found.therapist)),
        running=found.patient.name,
        sections=_printed(sections),
        foot=_("This sheet is yours. You decide who else sees it."),
        large=True,
    )


def _together(found: Handover) -> tuple[str, ...]:
    until = found.last_session or found.today
    areas = [_area_plainly(area.code) for area in found.areas]
    came = ngettext(
        "You came to %(num)s session of Interpersonal Psychotherapy, from %(start)s to %(end)s.",
        "You came to %(num)s sessions of Interpersonal Psychotherapy, from %(start)s to %(end)s.",
        found.held,
        start=day(found.started),
        end=day(until),
    )
    worked_on = (_("Together we worked on this: %(area)s.", area=area) for area in areas)
    return (*([came] if found.held else []), *worked_on)


def _area_plainly(code: ProblemAreaCode) -> str:
    return {
        ProblemAreaCode.ROLE_DISPUTE: _("a conflict with somebody who matters to you"),
        ProblemAreaCode.ROLE_TRANSITION: _("a change in your life and the new role it brings"),
        ProblemAreaCode.GRIEF: _("the death of somebody close to you"),
        ProblemAreaCode.INTERPERSONAL_DEFICITS: _("being alone, and finding and keeping ties to others"),
    }[code]


def _goals(found: Handover) -> Table | None:
    if not found.goals:
        return None
    rows = tuple((item.goal.text, _where(item.goal.achievement)) for item in found.goals)
    return Table(name=_("Your goals"), widths=(70, 30), head=(_("Goal"), _("Where it stands")), rows=rows)


def _where(achievement: Achievement | None) -> str:
    if achievement is None:
        return _("we have not looked at this together yet")
    if achievement in _REACHED:
        return _("reached")
    return _("not reached") if achievement in _MISSED else _("on the way")


def _scores(found: Handover) -> tuple[str, ...]:
    sentences = []
    for row in found.measures:
        if row.change is None:
            continue
        title = said.library(row.title)
        direction = (
            _("Fewer points mean fewer complaints.")
            if row.lower_is_better
            else _("More points mean that you are better.")
        )
        sentence = _(
            "Questionnaire %(measure)s: %(first)s points at first, %(last)s points at last.",
            measure=title,
            **_points(row),
        )
        sentences.append(f"{sentence} {direction}")
    return tuple(sentences)


def _points(row: MeasureRow) -> dict[str, object]:
    return {"first": row.first.total, "last": row.last.total}


def _next_for_patient(found: Handover) -> tuple[str, ...]:
    if found.ended is None:
        return (
            (ngettext("%(num)s session lies ahead of us.", "%(num)s sessions lie ahead of us.", found.remaining),)
            if found.remaining
            else ()
        )
    ended = _("Our sessions ended on %(day)s.", day=day(found.ended.on))
    agreed = said.next_steps(found)
    return (ended, _("Agreed for the time after: %(what)s.", what=agreed)) if agreed else (ended,)


def _next_in_letter(found: Handover) -> tuple[str, ...]:
    if found.died:
        return (_("The treatment ended because the patient died."),)
    if found.ended is None:
        contract = said.contract(found)
        return (
            (_("The treatment goes on. Agreed: %(contract)s.", contract=contract),)
            if contract
            else (_("The treatment goes on."),)
        )
    agreed = said.next_steps(found)
    sentences = [_("Agreed for the time after: %(what)s.", what=agreed)] if agreed else []
    if found.ended.reason is TerminationReason.LOST_CONTACT:
        sentences.append(_("We have not been able to reach the patient."))
    return tuple(sentences) or (_("Nothing was agreed for the time after."),)


def _plan(found: Handover, *, own: bool = False) -> tuple[Section, ...]:
    """The plan against relapse, for the patient (``own``) or for others: the patient's words, and people by role."""
    plan = found.relapse
    if plan is None:
        return ()
    contacts = (", ".join(plan.contacts),) if plan.contacts else ()
    again: tuple[str, ...] = ()
    if plan.review_on:
        when = day(plan.review_on)
        again = (
            _("Look at this plan again on %(day)s.", day=when) if own else _("To be reviewed on %(day)s.", day=when),
        )
    return (
        Section(title=_("Early warning signs"), points=plan.signs),
        Section(title=_("What helps then"), points=plan.actions),
        Section(title=_("Whom to turn to") if own else _("Whom the patient turns to"), sentences=(*contacts, *again)),
    )


def _filled(rows: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((label, value) for label, value in rows if value)


def _joined(parts: tuple[str, ...]) -> tuple[str, ...]:
    return (" · ".join(parts),) if parts else ()


def _printed(sections: tuple[Section, ...]) -> tuple[Section, ...]:
    return tuple(section for section in sections if not section.is_empty)
