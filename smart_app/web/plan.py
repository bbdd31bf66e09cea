"""The plan: contract, goals, planned work, the larger plan it is part of. The problem area has its own page."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, request, url_for
from werkzeug import Response

from ipt_fhir.model.episode import Frequency
from ipt_fhir.protocol.catalogue import variants
from smart_app.services import charting, drafting, plan_drafts
from smart_app.services.desk import Desk
from smart_app.services.drafting import Owner
from smart_app.services.overview import ended
from smart_app.services.plan_form import PlanForm
from smart_app.services.plan_links import tie
from smart_app.services.planning import agree
from smart_app.services.problems import Problems
from smart_app.web.desks import changing, chart_notices, chosen, desk_of, drafts_owner, page, practice
from smart_app.web.plan_view import Draft, form_of_course, plan_values, with_usual

blueprint = Blueprint("plan", __name__)

_TEXT_PREFIXES = ("text-", "due-", "level-", "person-", "number-", "target-", "link-")


@blueprint.get("/plan")
def show(handle: str) -> str:
    """The form with the plan as it stands, or as it was typed and not saved."""
    desk = desk_of(handle)
    stands = form_of_course(desk)
    found = None if desk.only_reads else plan_drafts.load(practice(), drafting.owner_at(desk))
    if found is None or found.form == stands:
        return _page(desk, stands, Problems())
    if found.basis == plan_drafts.basis_of(desk.episode):
        return _page(desk, found.form, Problems(), Draft(kept=found.kept))
    aside = plan_drafts.unsaved_texts(found.form, stands)
    return _page(desk, stands, Problems(), Draft(kept=found.kept, aside=tuple(aside)) if aside else None)


@blueprint.post("/plan")
def save(handle: str) -> str | Response:
    """Keep the plan here; "preview" goes on to what the chart will say. What came is kept before anything can refuse
    it."""
    owner = _keep(handle)
    desk = changing(handle)
    act, form = request.form.get("act", "keep"), _from_request()
    if act == "again":
        plan_drafts.discard(practice(), owner)
        return redirect(url_for("plan.show", handle=handle), 303)
    if act == "usual":
        form = with_usual(form)
        plan_drafts.keep(practice(), owner, form, request.form.get("basis", ""))
        return _page(desk, form, Problems())
    episode, problems = agree(desk.episode, form, desk.today, set(desk.chart), practice().site)
    if problems:
        return _page(desk, form, problems)
    charting.save(practice(), desk, tie(episode, desk.background.wider, form.texts))
    plan_drafts.discard(practice(), owner)
    onward = "filing.preview" if act == "preview" else "plan.show"
    return redirect(url_for(onward, handle=handle), 303)


@blueprint.post("/plan/keep")
def keep(handle: str) -> Response:
    """Keep what is being typed, also of a launch that went idle and of a page that is out of date; those are refused
    afterwards."""
    _keep(handle)
    changing(handle)
    return make_response("", 204)


def _keep(handle: str) -> Owner:
    """What came, for the browser and the patient the page was made for: whose draft it is now. Raises Refusal."""
    owner = drafts_owner(handle)
    plan_drafts.keep(practice(), owner, _from_request(), request.form.get("basis", ""))
    return owner


def _from_request() -> PlanForm:
    sent = request.form
    return PlanForm(
        variant=sent.get("variant", "") if sent.get("variant") in variants() else "",
        setting=sent.get("setting", ""),
        sessions=sent.get("sessions", ""),
        frequency=chosen("frequency", Frequency, Frequency.WEEKLY),
        minutes=sent.get("minutes", ""),
        contract_agreed=sent.get("contract_agreed") == "yes",
        contract_on=sent.get("contract_on", ""),
        ends_on=sent.get("ends_on", ""),
        goals=tuple(sent.getlist("goal")),
        activities=tuple(sent.getlist("activity")),
        done=tuple(sent.getlist("done")),
        texts={name: value for name, value in sent.items() if name.startswith(_TEXT_PREFIXES)},
    )


def _page(desk: Desk, values: PlanForm, problems: Problems, draft: Draft | None = None) -> str:
    template = "plan/ended.html" if ended(desk.episode) else "plan/page.html"
    return page(
        template,
        desk,
        notices=chart_notices(desk),
        **plan_values(desk, values, problems, draft),
    )
