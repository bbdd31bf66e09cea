"""One person of the inventory, on a page of their own: added, changed, taken out."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug import Response

from ipt_fhir.model.episode import Episode
from ipt_fhir.model.inventory import Confiding, Contact, InventoryEntry, Ring, Role, Support
from ipt_fhir.model.limits import TEXT_LIMITS
from smart_app.language import gettext as _
from smart_app.language import lazy_gettext
from smart_app.services.desk import Desk
from smart_app.services.people import (
    TEXTS,
    WHOSE,
    expectation_rows,
    find_person,
    keep_person,
    read_person,
    remove_person,
    ties_of,
    typed_of,
)
from smart_app.services.problems import Problems
from smart_app.services.typed import Typed
from smart_app.web import entries, people_words, words
from smart_app.web.desks import page
from smart_app.web.typed_forms import Arrived, TypedForm

blueprint = Blueprint("person", __name__)

_TEXT_LABELS = {
    "strengths": (lazy_gettext("What is good between them"), ""),
    "difficulties": (lazy_gettext("What is difficult"), ""),
    "changes_wanted": (lazy_gettext("What is to be different"), ""),
    "effect_of_symptoms": (lazy_gettext("What the illness has changed between them"), ""),
    "norms": (
        lazy_gettext("Culture and norms attached to this role"),
        lazy_gettext("What family, community, culture or faith expects of somebody in it."),
    ),
}


@blueprint.get("/people/person")
def add(handle: str) -> str:
    """A new person; a role may be chosen already."""
    role = request.args.get("role", "")
    return entries.add(_PERSON, handle, role=(role,) if role in set(Role) else ())


@blueprint.get("/people/person/<key>")
def show(handle: str, key: str) -> str:
    """A person of the list, or one who was begun and not saved."""
    return entries.show(_PERSON, handle, key)


@blueprint.post("/people/person/<key>")
def save(handle: str, key: str) -> str | Response:
    """Keep the person, take them out, or give up what was typed."""
    return entries.save(_PERSON, handle, key)


@blueprint.post("/people/person/<key>/keep")
def keep(handle: str, key: str) -> Response:
    """Keep what is being typed."""
    return entries.keep(_PERSON, handle, key)


def _read(arrived: Arrived, key: str) -> tuple[Episode, Problems]:
    entry, problems = read_person(key, arrived.typed)
    return keep_person(arrived.desk.episode, entry) if entry else (arrived.desk.episode, problems)


def _page(desk: Desk, key: str, saved: InventoryEntry | None, form: TypedForm, problems: Problems) -> str:
    return page(
        "people/person.html",
        desk,
        **entries.standing(key, saved, form, problems),
        name=people_words.name(saved) if saved else "",
        values=form.typed.all,
        saved_now=_saved_now(saved, form.typed) if form.notice else [],
        choices=_choices(),
        texts=[(field, *_TEXT_LABELS[field], TEXT_LIMITS[f"InventoryEntry.{own}"]) for field, own in TEXTS.items()],
        expectations=_expectations(form.typed),
        ties=ties_of(desk.episode, key),
    )


_PERSON = entries.Kind(
    name="person",
    back="people.show",
    find=find_person,
    typed_of=typed_of,
    read=_read,
    remove=remove_person,
    page=_page,
)


def _choices() -> dict[str, list[tuple[str, str]]]:
    return {
        "roles": [("", _("choose a role")), *people_words.roles()],
        "rings": [("", str(people_words.NOWHERE)), *((ring.value, str(people_words.RINGS[ring])) for ring in Ring)],
        "contacts": [("", _("not asked yet")), *((item.value, str(people_words.CONTACTS[item])) for item in Contact)],
        "confidings": [
            ("", _("not asked yet")),
            *((item.value, str(people_words.CONFIDINGS[item])) for item in Confiding),
        ],
        "supports": [(item.value, words.capitalised(str(people_words.SUPPORTS[item]))) for item in Support],
        "conflicts": [
            ("", _("not asked yet")),
            *((str(step), f"{step} · {label}") for step, label in people_words.CONFLICTS.items()),
        ],
        "agreed": [("", _("not asked yet")), ("yes", _("both see it so")), ("no", _("they differ"))],
        "reciprocal": [("", _("not asked yet")), ("yes", _("give and take match")), ("no", _("they do not match"))],
    }


def _expectations(typed: Typed) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The two sides of what is expected: heading, and the names of the fields of each row."""
    headings = {"mine": _("The patient expects"), "theirs": _("The other person expects")}
    return [
        (
            whose,
            headings[whose],
            [(f"{whose}-{place}", f"{whose}-agreed-{place}") for place in range(expectation_rows(typed, whose))],
        )
        for whose in WHOSE
    ]


def _saved_now(saved: InventoryEntry | None, typed: Typed) -> list[tuple[str, str]]:
    """The fields of which something else is saved than stands in the form: label, and what is saved."""
    if saved is None:
        return []
    kept, here = typed_of(saved), typed.filled()
    labels = _labels()
    there = kept.filled()
    return [
        (labels[name], _in_words(saved, name, kept)) for name in labels if there.get(name, ()) != here.get(name, ())
    ]


def _labels() -> dict[str, str]:
    names = {
        "role": _("Role"),
        "initial": _("Initial"),
        "before": _("Before"),
        "now": _("Now"),
        "wanted": _("Wanted"),
        "contact": _("Contact"),
        "confiding": _("Confiding"),
        "received": _("Support received"),
        "given": _("Support given"),
        "conflict": _("Conflict"),
        "lives_with": _("Lives with the patient"),
    }
    names |= {name: str(label) for name, (label, _hint) in _TEXT_LABELS.items()}
    sides = {"mine": _("The patient expects"), "theirs": _("The other person expects")}
    return names | {f"{whose}-{place}": label for whose, label in sides.items() for place in range(4)}


def _in_words(saved: InventoryEntry, name: str, kept: Typed) -> str:
    """A field of a saved entry as a person reads it."""
    blank = _("nothing")
    if name in {"before", "now", "wanted"}:
        return people_words.ring(getattr(saved, name))
    if name == "role":
        return people_words.role(saved)
    if name in {"received", "given"}:
        kinds = saved.support_received if name == "received" else saved.support_given
        return people_words.support(kinds) or blank
    if name == "contact":
        return str(people_words.CONTACTS[saved.contact]) if saved.contact else blank
    if name == "confiding":
        return str(people_words.CONFIDINGS[saved.confiding]) if saved.confiding else blank
    if name == "conflict":
        return blank if saved.conflict is None else str(people_words.CONFLICTS[saved.conflict])
    if name == "lives_with":
        return _("yes") if saved.lives_with else _("no")
    return kept.one(name) or blank
