"""Correct answers: the form opens with those it has; then the differences are shown and the reason is asked."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug import Response

from ipt_fhir.model.totals import EnteredTotal
from ipt_fhir.protocol.response_states import answering
from smart_app.services import form_filling, form_preparing
from smart_app.services.correcting import REASON, record_correction
from smart_app.services.correction_forms import bring_form, content_of, correction_key, get_correction
from smart_app.services.desk import Desk
from smart_app.services.drafting import owner_at
from smart_app.services.form_completing import score_of, worrying
from smart_app.services.form_filling import OpenForm
from smart_app.services.forms_at_hand import FormNotTaken, FormUnknown
from smart_app.services.history import Entry, entry_of
from smart_app.services.problems import Problems
from smart_app.web.answer_lines import Difference, differences, lines_of
from smart_app.web.desks import changing, desk_of, page, practice
from smart_app.web.history import standing_entry

blueprint = Blueprint("correcting", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What the page prints: the differences, the total before and after, the reason as typed, what is wrong."""

    differences: list[Difference]
    before: str
    after: str
    reason: str
    limit: int
    problems: Problems

    @property
    def wrong(self) -> dict[str, str]:
        """The sentence for each field that has one."""
        return self.problems.by_field()


@blueprint.get("/history/<response>/correct")
def begin(handle: str, response: str) -> str | Response:
    """Open the form with its answers; a form of the hospital is read from its server where it is not at hand."""
    desk = desk_of(handle)
    entry = standing_entry(desk, response)
    if isinstance(entry.version, EnteredTotal):
        return redirect(url_for("totals.correct", handle=handle, total=response), 303)
    try:
        bring_form(practice(), desk, response)
    except (FormUnknown, FormNotTaken):
        return page("history/no_form.html", desk, entry=entry)
    return redirect(url_for("forms.show", handle=handle, key=correction_key(response)), 303)


@blueprint.get("/history/<response>/correction")
def show(handle: str, response: str) -> str:
    """What would be corrected, and why."""
    desk = desk_of(handle)
    return _page(desk, standing_entry(desk, response), _opened(desk, response), "", Problems())


@blueprint.post("/history/<response>/correction")
def record(handle: str, response: str) -> str | Response:
    """Keep the corrected version."""
    desk = changing(handle)
    entry, opened, typed = standing_entry(desk, response), _opened(desk, response), request.form.get("reason", "")
    asking = worrying(opened, practice().catalogue)
    episode, problems = record_correction(practice(), desk, response, content_of(opened, entry.version), typed, asking)
    if problems:
        return _page(desk, entry, opened, typed, problems)
    form_filling.discard(practice(), owner_at(desk), opened.at_hand.key)
    new = next((item for item in episode.safety_items if item not in desk.episode.safety_items), None)
    if new:
        return redirect(url_for("safety.show", handle=handle, item=new.id), 303)
    corrected = entry_of(episode, response, practice().catalogue).corrected_by
    return redirect(url_for("history.view", handle=handle, response=corrected), 303)


def _opened(desk: Desk, response: str) -> OpenForm:
    """The form as it was left on its page."""
    try:
        at_hand = get_correction(practice(), owner_at(desk), correction_key(response))
    except FormUnknown:
        abort(404)
    if at_hand.closed:
        abort(404)
    known = form_preparing.known_of(practice(), owner_at(desk), desk, at_hand.key)
    around = form_preparing.surroundings(practice(), known)
    return form_filling.open_form(practice(), owner_at(desk), at_hand, around)


def _page(desk: Desk, entry: Entry, opened: OpenForm, typed: str, problems: Problems) -> str:
    catalogue = practice().catalogue
    after = lines_of(answering(entry.version, content_of(opened, entry.version)), catalogue)
    total, now = entry.result.total if entry.result else None, score_of(opened)
    form = Correction(
        differences=differences(lines_of(entry.version, catalogue), after),
        before="–" if total is None else f"{total:f}",
        after="–" if now is None or now.total is None else f"{now.total:f}",
        reason=typed,
        limit=REASON,
        problems=problems,
    )
    return page("history/correct.html", desk, entry=entry, form=form, key=opened.at_hand.key)
