"""An entry of the inventory or the timeline on a page of its own: what the two kinds share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import abort, redirect, url_for
from werkzeug import Response

from ipt_fhir.model.episode import Episode
from smart_app.services import charting
from smart_app.services.desk import Desk
from smart_app.services.problems import Problems
from smart_app.services.typed import Typed
from smart_app.web.desks import desk_of, practice
from smart_app.web.typed_forms import Arrived, TypedForm, arrive, done, fresh_key, is_key, kept_only, opened, returned

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[T]):
    """What one kind has of its own.

    ``name`` is the blueprint and stands before the key of a draft, ``back`` the endpoint of the list; ``read`` gives
    the course with what the form says; ``page`` prints the form.
    """

    name: str
    back: str
    find: Callable[[Episode, str], T | None]
    typed_of: Callable[[T], Typed]
    read: Callable[[Arrived, str], tuple[Episode, Problems]]
    remove: Callable[[Episode, str], Episode]
    page: Callable[[Desk, str, T | None, TypedForm, Problems], str]


def add(kind: Kind[T], handle: str, **typed: tuple[str, ...]) -> str:
    """The form of a new entry. Its key stands in it, so that a form sent twice adds one."""
    desk, key = desk_of(handle), fresh_key()
    form = TypedForm(typed=Typed({"key": (key,), **typed}), window=fresh_key()[:8])
    return kind.page(desk, key, None, form, Problems())


def show(kind: Kind[T], handle: str, key: str) -> str:
    """An entry, or one that was begun and not saved."""
    desk = desk_of(handle)
    entry = kind.find(desk.episode, key)
    form = opened(desk, f"{kind.name}/{key}", kind.typed_of(entry) if entry else Typed()) if is_key(key) else None
    if form is None or not (entry or form.notice):
        abort(404)
    return kind.page(desk, key, entry, form, Problems())


def save(kind: Kind[T], handle: str, key: str) -> str | Response:
    """Keep the entry, take it out, or give up what was typed."""
    name = f"{kind.name}/{key}"
    arrived = arrive(handle, name, known=is_key(key))
    desk, act = arrived.desk, arrived.act
    saved = kind.find(desk.episode, key)
    back = url_for(kind.back, handle=handle)
    if act == "discard":
        done(desk, name)
        return redirect(url_for(f"{kind.name}.show", handle=handle, key=key) if saved else back, 303)
    if act == "remove":
        episode, problems = kind.remove(desk.episode, key), Problems()
    else:
        episode, problems = kind.read(arrived, key)
    if problems or (arrived.late and episode != desk.episode):
        return kind.page(desk, key, saved, returned(arrived), problems)
    if episode != desk.episode:
        charting.save(practice(), desk, episode)
    done(desk, name)
    return redirect(url_for(f"{kind.name}.add", handle=handle) if act == "next" else back, 303)


def keep(kind: Kind[T], handle: str, key: str) -> Response:
    """Keep what is being typed."""
    return kept_only(handle, f"{kind.name}/{key}", known=is_key(key))


def standing(key: str, saved: object, form: TypedForm, problems: Problems) -> dict[str, object]:
    """What the page of either kind prints around its fields."""
    is_new = saved is None and form.typed.one("key") == key
    return {
        "key": key,
        "is_new": is_new,
        "gone": saved is None and not is_new,
        "form": form,
        "value": form.typed.one,
        "problems": problems,
        "wrong": problems.by_field(),
    }
