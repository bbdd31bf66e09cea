"""Filing: what waits, what the chart will say, what is in the record, and what needs a choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from flask import Blueprint, redirect, request, url_for
from markupsafe import Markup
from werkzeug import Response

from ipt_fhir import rawjson
from ipt_fhir.carriers.native import Change, Missing
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.sync.intent import IntentState
from ipt_fhir.validation.issues import Severity
from smart_app.language import gettext as _
from smart_app.language import moment, ngettext
from smart_app.services import describing, filing
from smart_app.services.desk import Desk
from smart_app.services.failures import Failure, failure_by_code
from smart_app.services.filing import Standing, StoredCopy
from smart_app.web import words
from smart_app.web.desks import changing, desk_of, page, practice

blueprint = Blueprint("filing", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A state as a tag: word, shape, tone."""

    words: str
    mark: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the overview and the filing page say about where things are."""

    state: State
    sentence: str
    detail: str = ""


@blueprint.get("/filing")
def show(handle: str) -> str:
    """The page."""
    desk = desk_of(handle)
    return page("filing.html", desk, filing=_filing(desk))


@blueprint.post("/filing")
def file(handle: str) -> Response:
    """File to the chart."""
    desk = changing(handle)
    filing.file(practice(), desk)
    return redirect(url_for("filing.show", handle=handle), 303)


@blueprint.post("/filing/choice")
def settle(handle: str) -> Response:
    """Settle a disagreement, or drop a kept draft."""
    desk = changing(handle)
    choice = request.form.get("choice")
    if choice == "discard":
        filing.discard_draft(practice(), desk)
    elif choice in {"theirs", "draft"}:
        filing.settle(practice(), desk, keep_draft=choice == "draft")
    return redirect(url_for("filing.show", handle=handle), 303)


def standing_words(found: Standing) -> Shown:
    """Where the course stands, in one tag and one sentence."""
    intent = found.intent
    if intent and intent.state is not IntentState.DONE:
        if found.of_colleague:
            waits = _("a colleague's filing waits until that colleague opens this chart again")
            return Shown(state=_state(intent.state), sentence=waits)
        return Shown(state=_state(intent.state), sentence=_open_sentence(intent.state))
    if found.pending:
        waiting = ngettext(
            "%(num)s item is not in the record yet", "%(num)s items are not in the record yet", found.pending
        )
        return Shown(state=State(words=_("saved here"), mark="▲", tone="warn"), sentence=waiting)
    if not found.receipts:
        return Shown(state=State(words=_("nothing filed"), mark="–", tone=""), sentence="")
    filed = max(copy.filed_at for copy in found.receipts)
    sentence = ngettext("%(num)s item", "%(num)s items", len(found.receipts))
    if any(copy.differences for copy in found.receipts):
        kept = _("the hospital's server did not keep everything: see Filing")
        return Shown(
            state=State(words=_("in the record, not all of it"), mark="▲", tone="warn"), sentence=sentence, detail=kept
        )
    read = _("read back %(when)s", when=moment(filed))
    return Shown(state=State(words=_("in the record"), mark="✓", tone="good"), sentence=sentence, detail=read)


def _state(state: IntentState) -> State:
    return {
        IntentState.WAITING: State(words=_("saved here, not sent"), mark="▲", tone="warn"),
        IntentState.SENDING: State(words=_("sending"), mark="…", tone=""),
        IntentState.UNKNOWN: State(words=_("not known yet"), mark="▲", tone="warn"),
        IntentState.CONFLICT: State(words=_("needs your choice"), mark="●", tone="danger"),
        IntentState.HELD: State(words=_("refused"), mark="●", tone="danger"),
        IntentState.NEEDS_SIGN_IN: State(words=_("waiting for sign-in"), mark="▲", tone="warn"),
        IntentState.DONE: State(words=_("in the record"), mark="✓", tone="good"),
    }[state]


def _open_sentence(state: IntentState) -> str:
    return {
        IntentState.WAITING: _("it will be sent when you press the button again"),
        IntentState.SENDING: _("the hospital has not answered yet"),
        IntentState.UNKNOWN: _("the hospital may or may not have it: the app will look before it sends again"),
        IntentState.CONFLICT: _("the chart changed meanwhile"),
        IntentState.HELD: _("nothing of it is in the record"),
        IntentState.NEEDS_SIGN_IN: _("open the app from the chart again"),
    }.get(state, "")


def _filing(desk: Desk) -> dict[str, object]:
    found = filing.standing(practice(), desk)
    preview, failure = _preview(desk)
    names = describing.names_of(desk.episode, words.site())
    shown = standing_words(found)
    intent = found.intent
    conflict = intent if intent and intent.state is IntentState.CONFLICT else None
    errors = [issue for issue in preview.issues if issue.severity is Severity.ERROR]
    waits = intent is not None and intent.state in {
        IntentState.WAITING,
        IntentState.UNKNOWN,
        IntentState.SENDING,
        IntentState.NEEDS_SIGN_IN,
    }
    return {
        "state": shown.state,
        "sentence": shown.sentence,
        "failure": failure
        or (
            failure_by_code(intent.reason, intent.detail or "")
            if intent and intent.state is not IntentState.DONE and not conflict
            else None
        ),
        "disagreements": _disagreements(desk, found) if conflict else [],
        "kept": [Markup(text) for text in filing.kept_draft(practice(), desk)],  # noqa: S704 - made of escaped values
        "pending": _pending(preview.changes, names),
        "invalid": [f"{issue.location}: {issue.message}" for issue in errors],
        "missing": [_missing(item) for item in preview.missing],
        "can_file": not errors and not preview.missing and conflict is None,
        "verb": _("Check the record, then send again") if waits else _("File to chart"),
        "receipts": _receipts(found, names),
        "narrative": Markup(describing.description_of(desk.episode.id, desk.episode, practice().site)),  # noqa: S704 - made of escaped values
        "as_fhir": [
            {"name": names.get(item.key, item.key), "json": _pretty(item.resource)} for item in preview.changes
        ],
        "seen_by": _seen_by(),
        "record_language": practice().site.language,
    }


def _preview(desk: Desk) -> tuple[filing.Preview, Failure | None]:
    """What filing would do; when the hospital cannot be asked, that is said and the rest is shown all the same."""
    try:
        return filing.preview(practice(), desk), None
    except Failure as failure:
        return filing.preview_offline(practice(), desk), failure


def _disagreements(desk: Desk, found: Standing) -> list[dict[str, object]]:
    if found.intent is None:
        return []
    theirs_course, theirs = filing.disagreements(practice(), desk, found.intent)
    listed: list[dict[str, object]] = []
    for key, copy in theirs.items():
        ours = describing.description_of(key, desk.episode, practice().site)
        chart = describing.description_of(key, theirs_course, practice().site) if copy else ""
        listed.append(
            {
                "theirs": Markup(chart),  # noqa: S704 - made of escaped values
                "ours": Markup(ours),  # noqa: S704 - made of escaped values
                "when": _changed_at(copy.resource) if copy else None,
                "rows": filing.differing(practice(), desk, key, copy.resource) if copy else [],
            }
        )
    return listed


def _changed_at(resource: JsonObject) -> datetime | None:
    try:
        return datetime.fromisoformat(resource.get("meta", {}).get("lastUpdated", ""))
    except ValueError:
        return None


def _pending(changes: Sequence[Change], names: dict[str, str]) -> list[dict[str, object]]:
    """What waits, a group a kind, the plan first."""
    groups: list[dict[str, object]] = []
    for kind, label in describing.counted().items():
        waiting = [names.get(item.key, item.resource_type) for item in changes if item.resource_type == kind]
        if waiting:
            groups.append({"name": label(len(waiting)), "entries": waiting})
    return groups


def _receipts(found: Standing, names: dict[str, str]) -> list[dict[str, object]]:
    """What the record holds, a group a kind, the plan first."""
    groups = []
    for kind, label in describing.counted().items():
        copies = sorted(
            (copy for copy in found.receipts if copy.resource_type == kind), key=lambda copy: names.get(copy.key, "")
        )
        if copies:
            groups.append(
                {
                    "name": label(len(copies)),
                    "when": max(copy.filed_at for copy in copies),
                    "lost": any(copy.differences for copy in copies),
                    "entries": [_receipt(copy, names) for copy in copies],
                }
            )
    return groups


def _receipt(copy: StoredCopy, names: dict[str, str]) -> dict[str, object]:
    return {
        "name": names.get(copy.key, copy.resource_type),
        "where": f"{copy.resource_type}/{copy.server_id}",
        "version": copy.version or "–",
        "lost": ", ".join(copy.differences),
    }


def _missing(item: Missing) -> str:
    if item.interaction == "transaction":
        return _("The hospital's server does not take several entries as one (transaction).")
    kind = describing.kinds()[item.resource_type]
    if not item.granted:
        return _(
            "Your sign-in does not allow writing a %(kind)s (scope for %(type)s).", kind=kind, type=item.resource_type
        )
    return _(
        "The hospital's server does not accept a %(kind)s from apps (%(type)s %(what)s).",
        kind=kind,
        type=item.resource_type,
        what=item.interaction,
    )


def _seen_by() -> list[str]:
    return [
        _("Everybody with access to this chart sees the plan, goals, sessions held, answers and scores."),
        _("Many hospitals show them to the patient, and to people the patient has named, in their portal."),
        _("Why you chose the area, and the reason typed at a safety step, stay in this app: nobody else sees them."),
    ]


def _pretty(resource: JsonObject) -> str:
    return msgspec.json.format(rawjson.write(resource), indent=2).decode()
