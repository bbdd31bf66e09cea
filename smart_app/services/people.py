"""The interpersonal inventory: who matters, added, changed, taken out, moved in the closeness circle. Pure.

All of it stays in this app (decision-D20); nobody has a name here, only a role and one or two letters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from ipt_fhir.model.episode import Episode
from ipt_fhir.model.inventory import Confiding, Contact, Expectation, InventoryEntry, Ring, Role, Support
from ipt_fhir.model.limits import clean_text
from smart_app.language import gettext as _
from smart_app.services.problems import Problems
from smart_app.services.typed import Typed, read_choice, read_text

MOST_PEOPLE = 60
MOST_EXPECTATIONS = 4
"""Of each of the two; what came from elsewhere and is more stays."""
TEXTS = {
    "strengths": "strengths",
    "difficulties": "problems",
    "changes_wanted": "changes_wanted",
    "effect_of_symptoms": "effect_of_symptoms",
    "norms": "norms",
}
"""The typed fields of the form and what they are called in the model."""
WHOSE = ("mine", "theirs")
_YES = "yes"


class Time(StrEnum):
    """The three pictures of a closeness circle."""

    BEFORE = "before"
    NOW = "now"
    WANTED = "wanted"


@dataclass(frozen=True, slots=True)
class Ties:
    """What else names somebody of the inventory, and loses the link when they are taken out."""

    events: int
    focus: bool


def typed_of(entry: InventoryEntry) -> Typed:
    """An entry as its form shows it."""
    values: dict[str, tuple[str, ...]] = {
        "role": (entry.role.value,),
        "initial": _given(entry.initial),
        "contact": _given(entry.contact),
        "confiding": _given(entry.confiding),
        "received": tuple(entry.support_received),
        "given": tuple(entry.support_given),
        "conflict": _given(entry.conflict),
        "reciprocal": _given(_yes_or_no(entry.reciprocal)),
        "lives_with": (_YES,) if entry.lives_with else (),
        "safety_concern": (_YES,) if entry.safety_concern else (),
        "in_plan": (_YES,) if entry.in_plan else (),
    }
    values |= {time.value: _given(ring_at(entry, time)) for time in Time}
    values |= {name: _given(getattr(entry, of_model)) for name, of_model in TEXTS.items()}
    for whose in WHOSE:
        of_one = (item for item in entry.expectations if item.mine == (whose == "mine"))
        for place, item in enumerate(of_one):
            values[f"{whose}-{place}"] = (item.text,)
            values[f"{whose}-agreed-{place}"] = _given(_yes_or_no(item.agreed))
    return Typed(values)


def ring_at(entry: InventoryEntry, time: Time) -> Ring | None:
    """Where somebody stood, stands or shall stand."""
    found: Ring | None = getattr(entry, time.value)
    return found


def read_person(key: str, typed: Typed) -> tuple[InventoryEntry | None, Problems]:
    """The entry a form says, or what is wrong with it. ``key`` is a UUID and becomes the entry's id."""
    problems = Problems()
    role = read_choice(typed, "role", Role, problems)
    if role is None:
        problems.add("role", _("Choose who this is, by role."))
    initial = clean_text(typed.one("initial"))
    if initial and not (len(initial) <= 2 and initial.isalpha()):
        problems.add("initial", _("One or two letters, never a name."))
    rings = {time: read_choice(typed, time, Ring, problems) for time in Time}
    contact = read_choice(typed, "contact", Contact, problems)
    confiding = read_choice(typed, "confiding", Confiding, problems)
    received, given = (_support(typed, name) for name in ("received", "given"))
    conflict = _conflict(typed, problems)
    texts = {own: read_text(typed, name, f"InventoryEntry.{own}", problems) for name, own in TEXTS.items()}
    expectations = tuple(_expectations(typed, problems))
    if problems or role is None:
        return None, problems
    entry = InventoryEntry(
        id=key,
        role=role,
        initial=initial or None,
        before=rings[Time.BEFORE],
        now=rings[Time.NOW],
        wanted=rings[Time.WANTED],
        contact=contact,
        lives_with=_YES in typed.all("lives_with"),
        confiding=confiding,
        support_received=received,
        support_given=given,
        conflict=conflict,
        expectations=expectations,
        reciprocal=_answered(typed.one("reciprocal")),
        safety_concern=_YES in typed.all("safety_concern"),
        in_plan=_YES in typed.all("in_plan"),
        **texts,
    )
    return entry, problems


def find_person(episode: Episode, key: str) -> InventoryEntry | None:
    """The entry with that id."""
    return next((entry for entry in episode.inventory if entry.id == key), None)


def keep_person(episode: Episode, entry: InventoryEntry) -> tuple[Episode, Problems]:
    """The course with this entry in its place, or at the end."""
    problems = Problems()
    if find_person(episode, entry.id):
        people = tuple(entry if item.id == entry.id else item for item in episode.inventory)
        return replace(episode, inventory=people), problems
    if len(episode.inventory) >= MOST_PEOPLE:
        problems.add("role", _("This list holds %(most)s people. Put some into one group.", most=MOST_PEOPLE))
        return episode, problems
    return replace(episode, inventory=(*episode.inventory, entry)), problems


def ties_of(episode: Episode, key: str) -> Ties:
    """What names this person: events of the timeline, a problem area."""
    events = sum(event.person == key for event in episode.timeline)
    return Ties(events=events, focus=any(area.about == key for area in episode.problem_areas))


def remove_person(episode: Episode, key: str) -> Episode:
    """The course without this entry; events and areas stay and name nobody."""
    return replace(
        episode,
        inventory=tuple(entry for entry in episode.inventory if entry.id != key),
        timeline=tuple(replace(event, person=None) if event.person == key else event for event in episode.timeline),
        problem_areas=tuple(replace(area, about=None) if area.about == key else area for area in episode.problem_areas),
    )


def place(episode: Episode, time: Time, rings: Mapping[str, str]) -> tuple[Episode, Problems]:
    """The course with people moved in one of the three circles. ``rings`` holds a ring, or "" for none, by entry."""
    problems = Problems()
    known = {"", *Ring}
    for key, ring in rings.items():
        if ring not in known:
            problems.add(f"ring-{key}", _("Choose one of the list."))
    if problems:
        return episode, problems
    people = tuple(
        _moved(entry, time, Ring(rings[entry.id]) if rings[entry.id] else None) if entry.id in rings else entry
        for entry in episode.inventory
    )
    return replace(episode, inventory=people), problems


def _moved(entry: InventoryEntry, time: Time, ring: Ring | None) -> InventoryEntry:
    match time:
        case Time.BEFORE:
            return replace(entry, before=ring)
        case Time.NOW:
            return replace(entry, now=ring)
        case Time.WANTED:
            return replace(entry, wanted=ring)


def _support(typed: Typed, name: str) -> tuple[Support, ...]:
    return tuple(kind for kind in Support if kind in typed.all(name))


def _conflict(typed: Typed, problems: Problems) -> int | None:
    value = typed.one("conflict")
    if value in {"0", "1", "2", "3"}:
        return int(value)
    if value:
        problems.add("conflict", _("Choose one of the list."))
    return None


def _expectations(typed: Typed, problems: Problems) -> Iterator[Expectation]:
    for whose in WHOSE:
        for place_ in range(expectation_rows(typed, whose)):
            text = read_text(typed, f"{whose}-{place_}", "Expectation.text", problems)
            if text:
                agreed = _answered(typed.one(f"{whose}-agreed-{place_}"))
                yield Expectation(mine=whose == "mine", text=text, agreed=agreed)


def expectation_rows(typed: Typed, whose: str) -> int:
    """How many fields a form has for one side: those in use and an empty one, up to the limit."""
    used = [int(name.rpartition("-")[2]) for name in typed.filled() if _is_row(name, whose)]
    return max(min(max(used, default=-1) + 2, MOST_EXPECTATIONS), max(used, default=-1) + 1)


def _is_row(name: str, whose: str) -> bool:
    before, _dash, number = name.partition("-")
    return before == whose and number.isascii() and number.isdigit() and len(number) < 3


def _given(value: object) -> tuple[str, ...]:
    return () if value is None else (str(value),)


def _yes_or_no(value: bool | None) -> str | None:
    return None if value is None else (_YES if value else "no")


def _answered(value: str) -> bool | None:
    return {_YES: True, "no": False}.get(value)
