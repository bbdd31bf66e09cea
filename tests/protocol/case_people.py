"""The people around the four cases, by role and initial, as the inventory has them."""

from __future__ import annotations

from dataclasses import replace

from ipt_fhir.model.inventory import Confiding, Contact, Expectation, InventoryEntry, Ring, Role, Support
from tests.protocol.acting import id_of
from tests.protocol.case_facts import CASES, Case

_I, _M, _O, _L, _D = Ring.INNER, Ring.MIDDLE, Ring.OUTER, Ring.LOST, Ring.DECEASED


def _entry(
    role: Role,
    initial: str,
    rings: tuple[Ring, Ring, Ring],
    contact: Contact,
    confiding: Confiding | None = None,
    support: tuple[Support, ...] = (),
    conflict: int = 0,
    *,
    mine: str | None = None,
    theirs: str | None = None,
    reciprocal: bool | None = None,
) -> InventoryEntry:
    before, now, wanted = rings
    expected = ((True, mine), (False, theirs))
    return InventoryEntry(
        id=initial,
        role=role,
        initial=initial,
        before=before,
        now=now,
        wanted=wanted,
        contact=contact,
        confiding=confiding,
        support_received=support,
        conflict=conflict,
        expectations=tuple(Expectation(mine=whose, text=text, agreed=False) for whose, text in expected if text),
        reciprocal=reciprocal,
    )


_PRACTICAL, _EMOTIONAL = (Support.PRACTICAL,), (Support.EMOTIONAL,)
_PEOPLE: dict[str, tuple[InventoryEntry, ...]] = {
    "A": (
        _entry(
            Role.HUSBAND,
            "H",
            (_I, _M, _I),
            Contact.DAILY,
            Confiding.STOPPED,
            _PRACTICAL,
            3,
            mine="Decide together",
            theirs="I provide and decide",
            reciprocal=False,
        ),
        _entry(Role.MOTHER, "M", (_M, _M, _M), Contact.WEEKLY, Confiding.PARTLY, _EMOTIONAL, reciprocal=True),
        _entry(Role.FRIEND, "L", (_M, _O, _M), Contact.NONE, Confiding.STOPPED, _EMOTIONAL, reciprocal=True),
        _entry(Role.SIBLING, "R", (_O, _O, _M), Contact.MONTHLY, Confiding.NO, _PRACTICAL, reciprocal=True),
        _entry(Role.MANAGER, "W", (_M, _M, _M), Contact.DAILY, Confiding.NO, conflict=1, reciprocal=True),
    ),
    "B": (
        _entry(Role.DOMESTIC_PARTNER, "P", (_I, _D, _D), Contact.NONE),
        _entry(Role.CHILD, "D", (_I, _I, _I), Contact.DAILY, Confiding.NO, conflict=1),
        _entry(Role.SIBLING, "S", (_M, _I, _M), Contact.WEEKLY, Confiding.PARTLY, _EMOTIONAL, 1),
        _entry(Role.NEIGHBOUR, "N", (_O, _M, _M), Contact.WEEKLY, Confiding.NO, _PRACTICAL),
        _entry(Role.COLLEAGUES, "C", (_M, _O, _M), Contact.AVOIDED, Confiding.NO),
    ),
    "C": (
        _entry(
            Role.MOTHER,
            "A",
            (_I, _I, _I),
            Contact.DAILY,
            Confiding.NO,
            _EMOTIONAL,
            1,
            mine="Listen",
            theirs="Good news only",
            reciprocal=False,
        ),
        _entry(
            Role.MANAGER,
            "B",
            (_O, _M, _M),
            Contact.DAILY,
            Confiding.NO,
            conflict=1,
            mine="A clear brief",
            theirs="Find out alone",
            reciprocal=False,
        ),
        _entry(Role.COLLEAGUES, "T", (_O, _O, _M), Contact.AVOIDED, Confiding.NO),
        _entry(Role.COUSIN, "K", (_M, _M, _I), Contact.RARE, Confiding.PARTLY, reciprocal=True),
        _entry(Role.EX_PARTNER, "E", (_I, _L, _L), Contact.NONE),
    ),
    "D": (
        _entry(Role.SIBLING, "B", (_O, _O, _M), Contact.MONTHLY, Confiding.NO, _PRACTICAL),
        _entry(Role.NEIGHBOUR, "N", (_O, _O, _O), Contact.WEEKLY, Confiding.NO),
        _entry(Role.COLLEAGUES, "X", (_M, _L, _O), Contact.NONE),
        _entry(Role.ONLINE_GROUP, "O", (_M, _M, _M), Contact.DAILY, Confiding.PARTLY, _EMOTIONAL),
    ),
}
_NORMS = {"C": "Success is reported home, asking for help reads as failure"}


def people(course_id: str, facts: Case) -> tuple[InventoryEntry, ...]:
    """The inventory of a case; the plan may speak of those a goal is about."""
    name = next(key for key, found in CASES.items() if found is facts)
    spoken_of = set(facts.goals.values())
    return tuple(
        replace(
            item,
            id=id_of(course_id, "person", item.initial),
            in_plan=item.initial in spoken_of,
            norms=_NORMS.get(name) if item.role is Role.MOTHER else None,
        )
        for item in _PEOPLE[name]
    )
