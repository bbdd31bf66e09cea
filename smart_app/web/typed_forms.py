"""Forms whose text survives everything: kept before anything can refuse them, given back when they come too late."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass

from flask import Response, abort, make_response, request

from smart_app.language import gettext as _
from smart_app.language import moment
from smart_app.services import typed
from smart_app.services.desk import Desk
from smart_app.services.drafting import owner_at
from smart_app.services.typed import Begun, Typed
from smart_app.web.desks import changing, desk_of, drafts_owner, practice, sent_window
from smart_app.web.guarding import Refusal

_GUARDS = frozenset({"token", "patient", "revision", "window"})


@dataclass(frozen=True, slots=True)
class Arrived:
    """What came: the desk, what was typed, the button. ``late``: another window changed the course meanwhile."""

    desk: Desk
    typed: Typed
    act: str
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedForm:
    """A form as its page needs it: values, the page's own name, and a sentence where they are not what is saved."""

    typed: Typed
    window: str
    notice: str = ""
    tone: str = ""


def kept_from(handle: str, form: str, *, known: bool, button: str = "act") -> Typed:
    """Keep what came for the browser and patient the page was made for: also of a launch that went idle, and of a page
    that is out of date. Those are refused afterwards. Nobody finds a form that is not ``known``; ``button`` is the name
    of the buttons. Raises Refusal."""
    owner = drafts_owner(handle)
    if not known:
        abort(404)
    left_out = {*_GUARDS, button}
    values = Typed({name: tuple(found) for name, found in request.form.lists() if name not in left_out})
    typed.keep(practice(), owner, form, values, sent_window())
    return values


def arrive(handle: str, form: str, *, known: bool = True, button: str = "act") -> Arrived:
    """What came, kept; of a page that is out of date nothing may be saved. Raises Refusal."""
    values = kept_from(handle, form, known=known, button=button)
    act = request.form.get(button, "")
    try:
        return Arrived(changing(handle), values, act, late=False)
    except Refusal as refusal:
        if refusal.code != "page-out-of-date":
            raise
        return Arrived(desk_of(handle), values, act, late=True)


def kept_only(handle: str, form: str, *, known: bool = True, button: str = "act") -> Response:
    """The answer to a page that keeps what is being typed: nothing of it changes."""
    kept_from(handle, form, known=known, button=button)
    changing(handle)
    return make_response("", 204)


def done(desk: Desk, form: str) -> None:
    """Forget the draft: it was saved, or given up."""
    typed.close(practice(), owner_at(desk), form, sent_window())


def opened(desk: Desk, form: str, saved: Typed) -> TypedForm:
    """The form with what was typed and not saved, where it says something else than what is saved."""
    window = secrets.token_urlsafe(9)
    draft = typed.kept(practice(), owner_at(desk), form)
    if draft is None or draft.typed.filled() == saved.filled():
        return TypedForm(typed=saved, window=window)
    words = _("What you entered until %(when)s is back. It is not saved yet.", when=moment(draft.updated))
    return TypedForm(typed=draft.typed, window=window, notice=words)


def begun(desk: Desk, kind: str) -> list[Begun]:
    """What this person began to type about this patient into forms of a kind, and did not save."""
    return [
        item
        for item in typed.begun(practice(), owner_at(desk), kind)
        if is_key(item.key) and item.draft.typed.filled().keys() - {"key", "role"}
    ]


def returned(arrived: Arrived) -> TypedForm:
    """The form as it came, to be mended, or to be looked at again where somebody was faster."""
    late = _("The course was changed in another window. What you entered is below; nothing of it is saved yet.")
    notice = late if arrived.late else ""
    return TypedForm(typed=arrived.typed, window=secrets.token_urlsafe(9), notice=notice, tone="warn" if notice else "")


def fresh_key() -> str:
    """The id of an entry to come. It stands in the page, so that a form sent twice adds one entry."""
    return str(uuid.uuid4())


def is_key(text: str) -> bool:
    """Whether this can be the id of a new entry: a UUID as we write them."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
