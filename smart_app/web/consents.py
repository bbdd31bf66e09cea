"""What the patient allowed or refused: four separate questions, what each governs, what was said when, to whom."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, request, url_for
from werkzeug import Response

from ipt_fhir.model.consents import ConsentDecision, ConsentKind, newest
from ipt_fhir.model.people import Person
from ipt_fhir.terminology.therapy import CONSENTS
from smart_app.language import gettext as _
from smart_app.services import consenting
from smart_app.services.consenting import Answer, ConsentForm
from smart_app.services.desk import Desk
from smart_app.services.problems import Problems
from smart_app.web import words
from smart_app.web.desks import changing, desk_of, page, practice

blueprint = Blueprint("consents", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that was said: words, day, and who wrote it down."""

    said: str
    on: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One kind: what is asked, what it governs, where it stands, what was said until now, and the form."""

    kind: str
    title: str
    governs: str
    mark: str
    state: str
    tone: str
    lines: tuple[Line, ...]
    answers: tuple[tuple[str, str], ...]
    answer: str
    on: str


@blueprint.get("/consents")
def show(handle: str) -> str:
    """The four cards."""
    desk = desk_of(handle)
    return _page(desk, Problems(), None)


@blueprint.post("/consents")
def record(handle: str) -> str | Response:
    """Add what the patient said about one of them."""
    desk = changing(handle)
    kind = next((item for item in ConsentKind if item.value == request.form.get("kind")), ConsentKind.APP_USE)
    sent = request.form
    form = ConsentForm(kind=kind, answer=sent.get(f"{kind.value}-answer", ""), on=sent.get(f"{kind.value}-on", ""))
    problems = consenting.record(practice(), desk, form)
    if problems:
        return _page(desk, problems, form)
    return redirect(url_for("consents.show", handle=handle), 303)


def _page(desk: Desk, problems: Problems, form: ConsentForm | None) -> str:
    return page(
        "consents.html",
        desk,
        cards=[_card(desk, kind, form if form and form.kind is kind else None) for kind in ConsentKind],
        filed=consenting.is_filed(practice()),
        problems_found=problems,
        wrong=problems.by_field(),
    )


def _card(desk: Desk, kind: ConsentKind, form: ConsentForm | None) -> Card:
    last = newest(desk.episode.consents, kind)
    mark, state, tone = _state(last)
    said = [line for decision in desk.episode.consents if decision.kind is kind for line in _lines(decision)]
    in_force = last is not None and last.in_force
    answers = (
        ((Answer.WITHDRAWN.value, _("withdraws it")),)
        if in_force
        else ((Answer.ALLOWED.value, _("allows it")), (Answer.REFUSED.value, _("refuses it")))
    )
    return Card(
        kind=kind.value,
        title=words.library(CONSENTS[kind].label),
        governs=_governs(kind),
        mark=mark,
        state=state,
        tone=tone,
        lines=tuple(said),
        answers=answers,
        answer=form.answer if form else "",
        on=form.on if form else desk.today.isoformat(),
    )


def _lines(decision: ConsentDecision) -> list[Line]:
    first = _("allowed") if decision.permitted else _("refused")
    lines = [Line(said=first, on=words.day(decision.decided_on), by=_name(decision.recorded_by))]
    if decision.withdrawn_on:
        by = _name(decision.withdrawal_recorded_by)
        lines.append(Line(said=_("withdrawn"), on=words.day(decision.withdrawn_on), by=by))
    return lines


def _name(person: Person | None) -> str:
    return person.display if person else ""


def _state(last: ConsentDecision | None) -> tuple[str, str, str]:
    if last is None:
        return "–", _("not asked yet"), ""
    if last.in_force:
        return "✓", _("allowed"), "good"
    return ("■", _("withdrawn"), "danger") if last.permitted else ("■", _("refused"), "danger")


def _governs(kind: ConsentKind) -> str:
    """What follows from it here: what the app does by itself, and what people must keep to."""
    return {
        ConsentKind.APP_USE: _(
            "Whether the patient answers questionnaires in this app, on an own device or on the clinic's tablet. "
            "Refused or withdrawn: no form is shown to the patient any more; you can still keep the course."
        ),
        ConsentKind.DATA_SHARING: _(
            "Whether measures, goals and the plan are filed in the hospital's record, and whether a letter goes to the "
            "family doctor. Refused or withdrawn: the app files nothing but this decision, and keeping letters back is "
            "yours; what was filed before stays in the record."
        ),
        ConsentKind.RECORDING: _(
            "Whether you may record sessions, for supervision for example. This app records nothing; keeping to it is "
            "yours."
        ),
        ConsentKind.CONTACT: _(
            "Whether the person agreed on may be called, in a crisis or when contact is lost. This app calls nobody; "
            "keeping to it is yours."
        ),
    }[kind]
