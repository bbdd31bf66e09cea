"""The end of the course: look back together, plan against relapse, and close it or go on in maintenance."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, make_response, redirect, request, url_for
from werkzeug import Response

from ipt_fhir.model.ending import TerminationReason
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.goals import GoalStatus
from ipt_fhir.model.sessions import SkipReason
from ipt_fhir.protocol.course import Step, left_out
from ipt_fhir.terminology import concepts
from ipt_fhir.terminology.roles import ROLES
from ipt_fhir.terminology.therapy import DISPOSITIONS, FREQUENCIES, TERMINATION_REASONS
from smart_app.language import gettext as _
from smart_app.language import lazy_gettext
from smart_app.services import charting, ending, ending_forms
from smart_app.services.desk import Desk
from smart_app.services.ending_forms import EndingForm
from smart_app.services.goal_rating import GoalStanding, rule_words
from smart_app.services.overview import course, ended
from smart_app.services.problems import Problems
from smart_app.services.review_words import goal_words, measure_cells
from smart_app.services.reviewing import goals_pursued, measure_rows
from smart_app.web import words
from smart_app.web.desks import changing, desk_of, drafts_owner, page, practice

blueprint = Blueprint("ending", __name__)

_HELP = (
    lazy_gettext("family doctor"),
    lazy_gettext("this clinic"),
    lazy_gettext("crisis line"),
    lazy_gettext("a person I trust"),
)
_ACTS = {"begin", "keep", "maintain", "end"}


@blueprint.get("/ending")
def show(handle: str) -> str:
    """The form, or how the course ended."""
    desk = desk_of(handle)
    return _page(desk, ending_forms.form_of(practice(), desk), Problems())


@blueprint.post("/ending")
def save(handle: str) -> str | Response:
    """Keep what was typed, begin the ending early, go on in maintenance, or end the course. What came is kept before
    anything can refuse it."""
    owner = drafts_owner(handle)
    form, act = _from_request(), request.form.get("act", "keep")
    ending_forms.keep(practice(), owner, form)
    desk = changing(handle)
    episode, problems = _done(desk, form, act if act in _ACTS else "keep")
    if problems:
        return _page(desk, form, problems)
    if episode != desk.episode:
        charting.save(practice(), desk, episode)
    if act in {"maintain", "end"}:
        ending_forms.forget(practice(), owner)
    elif act != "begin":
        ending_forms.keep(practice(), owner, replace(form, saved=True))
    return redirect(url_for("ending.show", handle=handle), 303)


@blueprint.post("/ending/keep")
def keep(handle: str) -> Response:
    """Keep what is being typed, also of a launch that went idle; nothing of the page changes."""
    ending_forms.keep(practice(), drafts_owner(handle), _from_request())
    changing(handle)
    return make_response("", 204)


def _done(desk: Desk, form: EndingForm, act: str) -> tuple[Episode, Problems]:
    catalogue = practice().catalogue
    if act == "begin":
        return ending.begin(desk.episode, desk.today, catalogue, form.skip_reason)
    if act == "maintain":
        return ending.maintain(desk.episode, form, desk.today, catalogue)
    if act == "end":
        return ending.end(desk.episode, form, desk.today, catalogue)
    return ending.keep(desk.episode, form)


def _from_request() -> EndingForm:
    sent = request.form
    typed = ("reason", "ended_on", "reviewed_on", "gains", "unmet", "confidence", "signs", "actions", "review_on")
    return EndingForm(
        **{name: sent.get(name, "")[:10_000] for name in typed},
        ending_agreed=sent.get("ending_agreed") == "yes",
        final=sent.get("final") == "yes",
        saved=False,
        skip_reason=sent.get("skip_reason", SkipReason.AGREED_TOGETHER.value)[:40],
        dispositions=tuple(sent.getlist("disposition")[:20]),
        contacts=tuple(sent.getlist("contact")[:20]),
        sessions=sent.get("sessions", ""),
        frequency=sent.get("frequency", ""),
        minutes=sent.get("minutes", ""),
        achievements={
            name.removeprefix("achievement-"): value for name, value in sent.items() if name.startswith("achievement-")
        },
        stood=ending_forms.read_stood(sent.get("stood", "")[:100_000]),
    )


def _page(desk: Desk, values: EndingForm, problems: Problems) -> str:
    counted, waits = course(desk.episode), ending.can_begin(desk.episode, desk.today, practice().catalogue)
    form = {
        "filled": values,
        "stood": ending_forms.stood(desk),
        "problems": problems,
        "wrong": problems.by_field(),
        "obstacles": None if waits is None else [item.words(words.site().language) for item in waits],
        "over": ended(desk.episode),
        "ready": ending.is_due(desk.episode, desk.today),
        "reasons": words.choices_of(TERMINATION_REASONS),
        "dispositions": words.choices_of(DISPOSITIONS),
        "frequencies": words.choices_of(FREQUENCIES),
        "contacts": _contacts(desk.episode, values),
        "achievements": [("", _("not decided")), *words.choices_of(concepts.ACHIEVEMENTS)],
        "leaves_out": [words.phase(item) for item in left_out(desk.episode, Step.TERMINATION)],
        "goes_on_without": [words.phase(item) for item in left_out(desk.episode, Step.MAINTENANCE)],
        "skip_reasons": words.choices_of(concepts.SKIP_REASONS),
        "skipped": words.skipped(desk.episode.skipped_phases),
        "confidences": [(str(number), str(number)) for number in range(11)],
    }
    return page("ending.html", desk, form=form, course=counted, review=_review(desk))


def _review(desk: Desk) -> dict[str, object]:
    review = desk.episode.review
    return {
        "measures": [measure_cells(row) for row in measure_rows(desk.episode, practice().catalogue)],
        "goals": [_goal(item) for item in goals_pursued(desk.episode, desk.today, practice().catalogue)],
        "reason": words.library(TERMINATION_REASONS[review.reason].label) if review else "",
        "dispositions": [words.library(DISPOSITIONS[item].label) for item in review.dispositions] if review else [],
        "undone": [item.text for item in ending.undone(desk.episode)],
        "completed": review is not None and review.reason is TerminationReason.COMPLETED,
    }


def _goal(standing: GoalStanding) -> dict[str, object]:
    goal = standing.goal
    suggested = words.library(concepts.ACHIEVEMENTS[standing.suggested]) if standing.suggested else ""
    return {
        "id": goal.id,
        "text": goal.text,
        "course": goal_words(standing),
        "result": words.library(concepts.ACHIEVEMENTS[goal.achievement]) if goal.achievement else _("not decided"),
        "suggested": suggested,
        "rule": rule_words(goal),
        "decided": goal.status not in {GoalStatus.ACTIVE, GoalStatus.ON_HOLD},
    }


def _contacts(episode: Episode, values: EndingForm) -> list[tuple[str, str]]:
    """Whom to turn to, by role: the people of the inventory who live, those everybody may turn to, and those chosen."""
    people = [
        " ".join(filter(None, (words.library(ROLES[item.role].label), item.initial)))
        for item in episode.inventory
        if not item.is_deceased
    ]
    return [(item, item) for item in dict.fromkeys((*people, *map(str, _HELP), *values.contacts))]
