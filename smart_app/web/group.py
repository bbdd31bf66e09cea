"""A group: put the patient into one, and close one session for all members, each into the own course."""

from __future__ import annotations

import secrets

from flask import Blueprint, make_response, redirect, request, url_for
from werkzeug import Response

from ipt_fhir.model.sessions import Attendance, Mode
from ipt_fhir.terminology import concepts
from ipt_fhir.terminology.therapy import TECHNIQUES
from smart_app.services import group_drafts, groups
from smart_app.services.desk import Desk
from smart_app.services.drafting import owner_at
from smart_app.services.group_drafts import GroupDraft
from smart_app.services.groups import Group, GroupForm
from smart_app.services.problems import Problems
from smart_app.services.sessions import prefilled
from smart_app.web import access, words
from smart_app.web.desks import changing, chosen, desk_of, drafts_owner, page, practice, sent_window
from smart_app.web.session_closed import last_closed_url

blueprint = Blueprint("group", __name__)

_ATTENDANCE, _STEP, _REVISION, _PLACE, _DRAFT = "attendance-", "step-", "revision-", "place-", "draft-"


@blueprint.get("/group")
def show(handle: str) -> str:
    """The session of the group, or the way into one."""
    desk = desk_of(handle)
    found = groups.group_of(practice(), desk)
    if found is None:
        return page("group.html", desk, group=None, offered=groups.sizes(practice(), desk))
    usual = prefilled(desk.episode, desk.today)
    form = GroupForm(
        date=usual.date,
        start=usual.start,
        minutes=usual.minutes,
        mode=usual.mode,
        attendance={member.key: Attendance.ATTENDED.value for member in found.members},
    )
    draft = group_drafts.load(practice(), owner_at(desk), found, form)
    return _page(desk, found, draft.form, Problems(), draft)


@blueprint.post("/group")
def save(handle: str) -> str | Response:
    """Close the session for everybody, or for nobody; what came is kept before anything can refuse it."""
    owner, window = drafts_owner(handle), sent_window()
    if group_drafts.is_done(practice(), owner, window):
        return redirect(last_closed_url(desk_of(handle)), 303)
    group_drafts.keep(practice(), owner, _form(), window)
    desk = changing(handle)
    if request.form.get("act") == "again":
        group_drafts.close(practice(), owner)
    if request.form.get("act") != "close":
        return redirect(url_for("group.show", handle=handle), 303)
    found = groups.group_of(practice(), desk)
    if found is None:
        return redirect(url_for("group.show", handle=handle), 303)
    form = _form()
    problems = groups.close(practice(), desk, found, form)
    if problems:
        return _page(desk, found, form, problems)
    group_drafts.close(practice(), owner, window)
    number = next(member.number for member in found.members if member.is_here)
    return redirect(url_for("session_closed.show", handle=handle, kind="group", number=number), 303)


@blueprint.post("/group/keep")
def keep(handle: str) -> Response:
    """Keep what is being entered, also of a launch that went idle and of a page that is out of date; those are refused
    afterwards."""
    group_drafts.keep(practice(), drafts_owner(handle), _form(), sent_window())
    changing(handle)
    return make_response("", 204)


@blueprint.post("/group/member")
def join(handle: str) -> Response:
    """Put this patient into a group, or take them out."""
    desk = changing(handle)
    if request.form.get("act") == "leave":
        groups.leave(practice(), desk)
        group_drafts.leave(practice(), owner_at(desk))
    else:
        groups.join(practice(), desk, request.form.get("group", ""))
    return redirect(url_for("group.show", handle=handle), 303)


def _form() -> GroupForm:
    sent = request.form

    def by_member(prefix: str) -> dict[str, str]:
        return {name.removeprefix(prefix): value for name, value in sent.items() if name.startswith(prefix)}

    return GroupForm(
        date=sent.get("date", ""),
        start=sent.get("start", ""),
        minutes=sent.get("minutes", ""),
        mode=chosen("mode", Mode, Mode.IN_PERSON),
        techniques=tuple(sent.getlist("technique")),
        attendance=by_member(_ATTENDANCE),
        steps=by_member(_STEP),
        revisions=by_member(_REVISION),
        places=by_member(_PLACE),
        drafts=by_member(_DRAFT),
    )


def _page(desk: Desk, group: Group, values: GroupForm, problems: Problems, draft: GroupDraft | None = None) -> str:
    attendances = [(code, words.capitalised(label)) for code, label in words.choices_of(concepts.ATTENDANCE)]
    return page(
        "group.html",
        desk,
        group=group,
        filled=values,
        attendances=attendances,
        modes=[(code, words.capitalised(label)) for code, label in words.choices_of(concepts.MODES)],
        techniques=words.choices_of(TECHNIQUES),
        problems_found=problems,
        wrong=problems.by_field(),
        may_save=access.may(desk.role, "group.save"),
        draft=draft,
        window=sent_window() or secrets.token_urlsafe(9),
    )
