"""The interpersonal inventory: the list of people, and the closeness circle in which they are moved.

Nothing of it leaves this app (decision-D20).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, redirect, request, url_for
from werkzeug import Response

from ipt_fhir.model.episode import Episode
from ipt_fhir.model.inventory import InventoryEntry, Ring, Role
from smart_app.charts.circle import UNPLACED, Mark, Zone, closeness_circle
from smart_app.language import gettext as _
from smart_app.language import lazy_gettext, moment, ngettext
from smart_app.services import charting
from smart_app.services.desk import Desk
from smart_app.services.people import Time, place, ring_at, typed_of
from smart_app.services.problems import Problems
from smart_app.services.typed import Typed
from smart_app.web import people_words, words
from smart_app.web.desks import desk_of, page, practice
from smart_app.web.typed_forms import TypedForm, arrive, begun, done, kept_only, opened, returned

blueprint = Blueprint("people", __name__)

CHANGE = "change"
_FORM = "people/circle-"
_ZONES = (*Ring, None)
_FIRST_ROLES = (Role.DOMESTIC_PARTNER, Role.MOTHER, Role.FATHER, Role.CHILD, Role.SIBLING, Role.FRIEND, Role.MANAGER)
_QUESTIONS = (
    lazy_gettext("Who is in your life at present: at home, in the family, among friends, at work?"),
    lazy_gettext("Whom do you turn to when it gets hard? To whom do you tell what you tell nobody else?"),
    lazy_gettext("With whom is it difficult? What do you expect of each other?"),
    lazy_gettext("Whom have you lost, or lost touch with? What was going on when you began to feel unwell?"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """One person in the list: everything in words."""

    key: str
    name: str
    closeness: str
    contact: str
    support: str
    conflict: int | None
    conflict_words: str
    wanted: str
    attend: bool
    in_plan: bool


@blueprint.get("/people")
def show(handle: str) -> str:
    """List and circle."""
    desk = desk_of(handle)
    time = _time(request.args.get("view", ""))
    return _page(desk, time, _opened(desk, time) if time else None, Problems())


@blueprint.post("/people")
def save(handle: str) -> str | Response:
    """Move people in one of the circles."""
    time = _time(request.form.get("view", "")) or Time.NOW
    arrived = arrive(handle, _FORM + time)
    here = url_for("people.show", handle=handle, view=time.value)
    if arrived.act == "discard":
        done(arrived.desk, _FORM + time)
        return redirect(here, 303)
    rings = {entry.id: arrived.typed.one(f"ring-{entry.id}") for entry in _sent_people(arrived.desk, arrived.typed)}
    episode, problems = place(arrived.desk.episode, time, rings)
    if problems or (arrived.late and episode != arrived.desk.episode):
        return _page(arrived.desk, time, returned(arrived), problems)
    if episode != arrived.desk.episode:
        charting.save(practice(), arrived.desk, episode)
    done(arrived.desk, _FORM + time)
    return redirect(here, 303)


@blueprint.post("/people/keep")
def keep(handle: str) -> Response:
    """Keep moves that are not saved yet."""
    return kept_only(handle, _FORM + (_time(request.form.get("view", "")) or Time.NOW))


def _time(sent: str) -> Time | None:
    """Which circle; None for the picture with arrows, which is only looked at."""
    if sent == CHANGE:
        return None
    return Time(sent) if sent in set(Time) else Time.NOW


def _sent_people(desk: Desk, typed: Typed) -> list[InventoryEntry]:
    return [entry for entry in desk.episode.inventory if f"ring-{entry.id}" in typed.values]


def _rings_of(episode: Episode, time: Time) -> Typed:
    found = ((entry, ring_at(entry, time)) for entry in episode.inventory)
    return Typed({"view": (time.value,)} | {f"ring-{entry.id}": (ring or "",) for entry, ring in found})


def _opened(desk: Desk, time: Time) -> TypedForm:
    """The circle with moves that were not saved; of people who are in the list."""
    saved = _rings_of(desk.episode, time)
    form = opened(desk, _FORM + time, saved)
    known = {name: found for name, found in form.typed.values.items() if name in saved.values}
    moved = Typed({**saved.values, **known})
    return replace(form, typed=moved, notice=form.notice if moved.filled() != saved.filled() else "")


def _page(desk: Desk, time: Time | None, form: TypedForm | None, problems: Problems) -> str:
    view = time.value if time else CHANGE
    people = desk.episode.inventory
    return page(
        "people/people.html",
        desk,
        rows=[_row(entry) for entry in people],
        counts=_counts(people),
        view=view,
        views=[*((item.value, label) for item, label in people_words.TIMES.items()), (CHANGE, _("Now → wanted"))],
        picture=circle_picture(people, time, form) if people else "",
        places=[(entry.id, people_words.name(entry)) for entry in people] if form else [],
        rings=[("", people_words.NOWHERE), *((ring.value, label) for ring, label in people_words.RINGS.items())],
        form=form,
        problems=problems,
        questions=_QUESTIONS,
        first_roles=[(item.value, label) for item, label in _role_words(_FIRST_ROLES)],
        filed=_filing_words(),
        begun=_begun(desk),
    )


def circle_picture(people: Sequence[InventoryEntry], time: Time | None, form: TypedForm | None) -> str:
    """The circle of a time, with moves that are not saved; or from now to wanted."""
    moved = form.typed if form else Typed()
    marks = [_mark(entry, number, time, moved) for number, entry in enumerate(people, start=1)]
    named = ((ring or "", people_words.ring(ring)) for ring in _ZONES)
    zones = [Zone(code=code, name=name, title=words.capitalised(name)) for code, name in named]
    title = _("Closeness circle: %(view)s", view=people_words.TIMES[time] if time else _("Now → wanted"))
    said = "; ".join(mark.label for mark in marks)
    return closeness_circle(marks, zones, _("me"), title, said)


def _mark(entry: InventoryEntry, number: int, time: Time | None, moved: Typed) -> Mark:
    aim: int | None = None
    if time is None:
        where = entry.now
        aim = _zone(entry.wanted) if entry.wanted else None
        label = _("%(name)s: %(where)s", name=people_words.name(entry), where=_closeness(entry))
    else:
        sent = moved.one(f"ring-{entry.id}") if f"ring-{entry.id}" in moved.values else ring_at(entry, time) or ""
        where = Ring(sent) if sent in set(Ring) else None
        label = _("%(name)s: %(where)s", name=people_words.name(entry), where=people_words.ring(where))
    return Mark(
        key=entry.id,
        sign=entry.initial or str(number),
        role=people_words.role(entry),
        label=label,
        place=_zone(where),
        aim=aim,
    )


def _zone(ring: Ring | None) -> int:
    return UNPLACED if ring is None else list(Ring).index(ring)


def _closeness(entry: InventoryEntry) -> str:
    now = people_words.ring(entry.now)
    if entry.wanted is None or entry.wanted is entry.now:
        return now
    return _("%(now)s → %(wanted)s", now=now, wanted=people_words.ring(entry.wanted))


def _row(entry: InventoryEntry) -> PersonRow:
    contact = str(people_words.CONTACTS[entry.contact]) if entry.contact else ""
    home = _("same home") if entry.lives_with else ""
    confiding = str(people_words.CONFIDINGS[entry.confiding]) if entry.confiding else ""
    received, given = (people_words.support(kinds) for kinds in (entry.support_received, entry.support_given))
    support = (_("gets %(what)s", what=received) if received else "", _("gives %(what)s", what=given) if given else "")
    return PersonRow(
        key=entry.id,
        name=people_words.name(entry),
        closeness=_closeness(entry),
        contact=" · ".join(part for part in (contact, home, confiding) if part),
        support="; ".join(part for part in support if part),
        conflict=entry.conflict,
        conflict_words="" if entry.conflict is None else str(people_words.CONFLICTS[entry.conflict]),
        wanted=entry.changes_wanted or "",
        attend=entry.safety_concern,
        in_plan=entry.in_plan,
    )


def _counts(people: Sequence[InventoryEntry]) -> list[str]:
    """What the list adds up to; plain counts, no judgement."""
    confided = sum(entry.confiding in {"yes", "partly"} for entry in people)
    conflicts = sum(bool(entry.conflict) for entry in people)
    closer = sum(_comes_closer(entry) for entry in people)
    return [
        ngettext("%(num)s person", "%(num)s people", len(people)),
        ngettext("%(num)s to confide in", "%(num)s to confide in", confided),
        ngettext("conflict with %(num)s", "conflict with %(num)s", conflicts),
        ngettext("%(num)s to come closer", "%(num)s to come closer", closer),
    ]


def _comes_closer(entry: InventoryEntry) -> bool:
    return bool(entry.now and entry.wanted) and _zone(entry.wanted) < _zone(entry.now)


def _role_words(roles: Sequence[Role]) -> list[tuple[Role, str]]:
    known = dict(people_words.roles())
    return [(role, known[role.value]) for role in roles]


def _begun(desk: Desk) -> list[tuple[str, str, str]]:
    """Whoever was begun or changed and not saved: id, who, and when it was typed."""
    saved = {entry.id: entry for entry in desk.episode.inventory}
    found = []
    for item in begun(desk, "person"):
        entry = saved.get(item.key)
        if entry is None or typed_of(entry).filled() != item.draft.typed.filled():
            who = people_words.name(entry) if entry else people_words.typed_name(item.draft.typed)
            found.append((item.key, who, moment(item.draft.updated)))
    return found


def _filing_words() -> str:
    """What of an inventory this clinic files: the form of that name, if anything."""
    found = practice().catalogue.instruments().get("interpersonal-inventory")
    if found is not None and found.canonical in practice().site.forms:
        return _("This clinic files the form “Interpersonal inventory” when one is filled in. This page stays here.")
    return ""
