"""Filing: what waits, what the chart will say, what is in the record, and what needs a choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, redirect, request, url_for
from markupsafe import Markup
from werkzeug import Response

from ipt_fhir.carriers.native import Change, Missing
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.sync.intent import IntentState
from ipt_fhir.validation.issues import Severity
from smart_app.language import gettext as _
from smart_app.language import moment, ngettext
from smart_app.services import course_resources, describing, filing
from smart_app.services.comparing import differences_between
from smart_app.services.course_resources import Drawn
from smart_app.services.desk import Desk
from smart_app.services.failures import Failure, failure_by_code
from smart_app.services.filing import Receipt, Standing
from smart_app.web import words
from smart_app.web.desks import changing, chart_notices, desk_of, page, practice
from smart_app.web.preview_rows import entry_values, for_eyes_of, in_order, place_of, preview_values

blueprint = Blueprint("filing", __name__)

_MOST_DIFFERENCES = 12


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
    return page("filing.html", desk, filing=_filing(desk), notices=chart_notices(desk))


@blueprint.get("/filing/preview")
def preview(handle: str) -> str:
    """What filing now would change in the chart, entry by entry, and who will see it."""
    desk = desk_of(handle)
    drawn = course_resources.drawn(practice(), desk)
    found, failure = _preview(desk, drawn)
    standing = filing.standing(practice(), desk, drawn)
    values = _obstacles(standing, found, failure)
    names = describing.names_of(desk.episode, words.site())
    shown = standing_words(standing)
    values |= preview_values(desk, drawn, found.changes, names)
    filed = {"state": shown.state, "sentence": shown.sentence, **values}
    return page("filing_preview.html", desk, filing=filed, notices=chart_notices(desk))


@blueprint.get("/filing/preview/<entry>")
def entry(handle: str, entry: str) -> str:
    """One entry of the preview in full: in words, element by element, and as FHIR."""
    desk = desk_of(handle)
    names = describing.names_of(desk.episode, words.site())
    found = entry_values(desk, filing.to_send(practice(), desk), entry, names)
    if found is None:
        abort(404)
    return page("filing_entry.html", desk, entry=found)


@blueprint.post("/filing")
def file(handle: str) -> Response:
    """File to the chart."""
    desk = changing(handle)
    # What a patient sent since the page was shown is filed when a clinician has seen it (decision-D66).
    if desk.before == desk.revision:
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
    if found.not_shared and not found.pending:
        shown = State(words=_("not shared"), mark="■", tone="")
        return Shown(state=shown, sentence=_("the patient does not allow sharing: nothing more is filed"))
    if found.held_back:
        held = _("nothing is filed for now; the reason stands at the top of the page")
        return Shown(state=State(words=_("held back"), mark="▲", tone="warn"), sentence=held)
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
    drawn = course_resources.drawn(practice(), desk)
    found = filing.standing(practice(), desk, drawn)
    preview, failure = _preview(desk, drawn)
    names = describing.names_of(desk.episode, words.site())
    shown = standing_words(found)
    conflict = found.intent is not None and found.intent.state is IntentState.CONFLICT
    return {
        "state": shown.state,
        "sentence": shown.sentence,
        **_obstacles(found, preview, failure),
        "disagreements": _disagreements(desk, found, drawn) if conflict else [],
        "kept": [Markup(text) for text in filing.kept_draft(practice(), desk)],  # noqa: S704 - made of escaped values
        "pending": _pending(preview.changes, names),
        "receipts": _receipts(found, names),
        "record_language": practice().site.language,
    }


def _obstacles(found: Standing, preview: filing.Preview, failure: Failure | None) -> dict[str, object]:
    """What stands in the way of filing, and the button."""
    intent = found.intent
    conflict = intent is not None and intent.state is IntentState.CONFLICT
    errors = [issue for issue in preview.issues if issue.severity is Severity.ERROR]
    waits = intent is not None and intent.state in {
        IntentState.WAITING,
        IntentState.UNKNOWN,
        IntentState.SENDING,
        IntentState.NEEDS_SIGN_IN,
    }
    return {
        "failure": failure
        or (
            failure_by_code(intent.reason, intent.detail or "")
            if intent and intent.state is not IntentState.DONE and not conflict
            else None
        ),
        "conflict": conflict,
        "held_back": found.held_back,
        "invalid": [f"{issue.location}: {issue.message}" for issue in errors],
        "missing": [_missing(item) for item in preview.missing],
        "can_file": not errors and not preview.missing and not conflict and not found.held_back,
        "verb": _("Check the record, then send again") if waits else _("File to chart"),
    }


def _preview(desk: Desk, drawn: Drawn) -> tuple[filing.Preview, Failure | None]:
    """What filing would do; when the hospital cannot be asked, that is said and the rest is shown all the same."""
    try:
        return filing.preview(practice(), desk, drawn), None
    except Failure as failure:
        return filing.preview_offline(practice(), desk, drawn), failure


def _disagreements(desk: Desk, found: Standing, drawn: Drawn) -> list[dict[str, object]]:
    if found.intent is None:
        return []
    reading, theirs = filing.disagreements(practice(), desk, found.intent)
    listed: list[dict[str, object]] = []
    for key, copy in theirs.items():
        ours = describing.description_of(key, desk.episode, practice().site)
        chart = describing.description_of(key, reading.episode, practice().site) if copy and reading else ""
        differing = differences_between(copy.resource, drawn.resources[key]) if copy else []
        listed.append(
            {
                "theirs": Markup(chart),  # noqa: S704 - made of escaped values
                "gone": copy is None,
                "ours": Markup(ours),  # noqa: S704 - made of escaped values
                "when": _changed_at(copy.resource) if copy else None,
                "rows": for_eyes_of(desk, differing)[:_MOST_DIFFERENCES],
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
    waiting: dict[str, list[str]] = {}
    for item in in_order(changes):
        waiting.setdefault(item.resource_type, []).append(names.get(item.key, item.resource_type))
    return [
        {"name": describing.counted_words(kind, len(entries)), "entries": entries} for kind, entries in waiting.items()
    ]


def _receipts(found: Standing, names: dict[str, str]) -> list[dict[str, object]]:
    """What the record holds, a group a kind, the plan first."""
    named: dict[str, list[Receipt]] = {}
    for copy in sorted(found.receipts, key=lambda copy: (place_of(copy.resource_type), names.get(copy.key, ""))):
        named.setdefault(copy.resource_type, []).append(copy)
    return [
        {
            "name": describing.counted_words(kind, len(copies)),
            "when": max(copy.filed_at for copy in copies),
            "lost": any(copy.differences for copy in copies),
            "entries": [_receipt(copy, names) for copy in copies],
        }
        for kind, copies in named.items()
    ]


def _receipt(copy: Receipt, names: dict[str, str]) -> dict[str, object]:
    return {
        "name": names.get(copy.key, copy.resource_type),
        "where": f"{copy.resource_type}/{copy.server_id}",
        "version": copy.version or "–",
        "lost": ", ".join(copy.differences),
    }


def _missing(item: Missing) -> str:
    if item.interaction == "transaction":
        return _("The hospital's server does not take several entries as one (transaction).")
    kind = describing.kind_of(item.resource_type)
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
