"""The words of the inventory and the timeline, in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping

from ipt_fhir.model.inventory import Confiding, Contact, InventoryEntry, Ring, Role, Support
from ipt_fhir.model.timeline import EventKind
from ipt_fhir.terminology.roles import ROLES
from smart_app.language import gettext, lazy_gettext
from smart_app.services.people import Time
from smart_app.services.typed import Typed
from smart_app.web import words

RINGS: Mapping[Ring, str] = {
    Ring.INNER: lazy_gettext("inner ring"),
    Ring.MIDDLE: lazy_gettext("middle ring"),
    Ring.OUTER: lazy_gettext("outer ring"),
    Ring.LOST: lazy_gettext("contact lost"),
    Ring.DECEASED: lazy_gettext("deceased"),
}
NOWHERE = lazy_gettext("not placed yet")
TIMES: Mapping[Time, str] = {
    Time.BEFORE: lazy_gettext("Before"),
    Time.NOW: lazy_gettext("Now"),
    Time.WANTED: lazy_gettext("Wanted"),
}
CONTACTS: Mapping[Contact, str] = {
    Contact.DAILY: lazy_gettext("daily"),
    Contact.WEEKLY: lazy_gettext("weekly"),
    Contact.MONTHLY: lazy_gettext("monthly"),
    Contact.RARE: lazy_gettext("rarely"),
    Contact.AVOIDED: lazy_gettext("avoided"),
    Contact.NONE: lazy_gettext("no contact"),
}
CONFIDINGS: Mapping[Confiding, str] = {
    Confiding.YES: lazy_gettext("confides"),
    Confiding.PARTLY: lazy_gettext("confides partly"),
    Confiding.STOPPED: lazy_gettext("stopped confiding"),
    Confiding.NO: lazy_gettext("does not confide"),
}
SUPPORTS: Mapping[Support, str] = {
    Support.PRACTICAL: lazy_gettext("practical help"),
    Support.EMOTIONAL: lazy_gettext("comfort"),
    Support.INFORMATIONAL: lazy_gettext("advice"),
}
CONFLICTS: Mapping[int, str] = {
    0: lazy_gettext("no conflict"),
    1: lazy_gettext("some conflict"),
    2: lazy_gettext("much conflict"),
    3: lazy_gettext("constant conflict"),
}
KINDS: Mapping[EventKind, str] = {
    EventKind.ONSET: lazy_gettext("onset of symptoms"),
    EventKind.DEATH: lazy_gettext("death"),
    EventKind.LOSS: lazy_gettext("loss"),
    EventKind.DISPUTE: lazy_gettext("dispute"),
    EventKind.TRANSITION: lazy_gettext("transition"),
    EventKind.GAIN: lazy_gettext("something gained"),
    EventKind.ILLNESS: lazy_gettext("illness"),
    EventKind.TREATMENT: lazy_gettext("treatment"),
    EventKind.ANNIVERSARY: lazy_gettext("anniversary"),
    EventKind.OTHER: lazy_gettext("other event"),
}
MOODS: Mapping[int, str] = {
    -3: lazy_gettext("much worse"),
    -2: lazy_gettext("worse"),
    -1: lazy_gettext("a little worse"),
    0: lazy_gettext("no change"),
    1: lazy_gettext("a little better"),
    2: lazy_gettext("better"),
    3: lazy_gettext("much better"),
}


def role(entry: InventoryEntry) -> str:
    """Who somebody is to the patient."""
    return words.library(ROLES[entry.role].label)


def name(entry: InventoryEntry) -> str:
    """Initial and role: M, mother. Only the role where there is no initial."""
    if not entry.initial:
        return words.capitalised(role(entry))
    return gettext("%(initial)s, %(role)s", initial=entry.initial, role=role(entry))


def typed_name(typed: Typed) -> str:
    """Whoever a form that is not saved is about, as far as it says."""
    code, initial = typed.one("role"), typed.one("initial").strip()
    if code not in set(Role):
        return initial or gettext("a person")
    label = words.library(ROLES[Role(code)].label)
    return gettext("%(initial)s, %(role)s", initial=initial, role=label) if initial else words.capitalised(label)


def ring(place: Ring | None) -> str:
    """A place in the circle."""
    return str(RINGS[place] if place else NOWHERE)


def support(kinds: tuple[Support, ...]) -> str:
    """Kinds of support in one line."""
    return ", ".join(str(SUPPORTS[kind]) for kind in kinds)


def roles() -> list[tuple[str, str]]:
    """The coded roles to choose from, in the order of their words."""
    found = [(code.value, words.library(concept.label)) for code, concept in ROLES.items() if code is not Role.OTHER]
    last = (Role.OTHER.value, words.library(ROLES[Role.OTHER].label))
    return [*sorted(found, key=lambda item: item[1].casefold()), last]
