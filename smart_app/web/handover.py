"""Hand a course over: a summary, the patient's own sheet, a letter; as a page, on paper, as PDF."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, request

from smart_app.documents.pdf import SheetTooLong, pdf_of
from smart_app.language import gettext as _
from smart_app.services import charting
from smart_app.services.failures import Failure
from smart_app.services.handover import handover_of
from smart_app.services.handover_sheets import Paper, sheet_of
from smart_app.web.desks import desk_of, page, practice

blueprint = Blueprint("handover", __name__)


@blueprint.get("/handover")
@blueprint.get("/handover/<paper>")
def show(handle: str, paper: str = Paper.SUMMARY.value) -> str:
    """A document as a page; that somebody looked is audited."""
    desk, kind = desk_of(handle), _paper(paper)
    found = handover_of(desk, practice().catalogue)
    sheet = sheet_of(kind, found, with_plan=_with_plan()) if found else None
    if sheet:
        charting.note(practice(), desk, f"CarePlan/{desk.episode.id}")
    names = {Paper.SUMMARY: _("Summary"), Paper.PATIENT: _("For the patient"), Paper.LETTER: _("Letter to the doctor")}
    return page(
        "handover.html",
        desk,
        sheet=sheet,
        paper=kind.value,
        papers=[(item.value, name) for item, name in names.items()],
        begun=found is not None,
        with_plan=_with_plan(),
        has_plan=desk.episode.relapse_plan is not None and kind is not Paper.PATIENT,
    )


@blueprint.get("/handover/<paper>.pdf")
def download(handle: str, paper: str) -> Response:
    """A document as PDF; its name says what it is and never whom it is about."""
    desk, kind = desk_of(handle), _paper(paper)
    found = handover_of(desk, practice().catalogue) or abort(404)
    sheet = sheet_of(kind, found, with_plan=_with_plan()) or abort(404)
    try:
        made = pdf_of(sheet, practice().clock())
    except SheetTooLong as wrong:
        raise Failure(
            code="document-too-long",
            happened=_("This document is too long for a PDF."),
            what_to_do=_("Print the page instead."),
            status=413,
        ) from wrong
    charting.exported(practice(), desk, f"CarePlan/{desk.episode.id}")
    answer = make_response(made)
    answer.mimetype = "application/pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="ipt-{kind.value}.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _with_plan() -> bool:
    """Whether the patient agreed that the plan against relapse is shown to others."""
    return request.args.get("plan") == "yes"


def _paper(name: str) -> Paper:
    if name not in {item.value for item in Paper}:
        abort(404)
    return Paper(name)
