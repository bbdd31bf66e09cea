"""Members of a therapist's group, on both databases: one group a patient and therapist, labels sealed, by order."""

from __future__ import annotations

from sqlalchemy import select

from smart_app.store import groups
from smart_app.store.lanes import Lane
from smart_app.store.store import Store
from smart_app.store.tables import group_members
from tests.store.given import ANNA, BORIS, SetClock, at_once

ELSEWHERE = Lane("https://other.example/fhir", "anna")


def joined(store: Store, lane: Lane, group: str = "one", owner: str = "sub-1") -> None:
    with store.write() as tx:
        groups.join(tx, lane, group, owner, f"ZZ-{lane.patient} · A")


def members(store: Store, owner: str = "sub-1") -> list[tuple[str, str]]:
    with store.read() as tx:
        return [(item.lane.patient, item.group) for item in groups.of_owner(tx, ANNA.issuer, owner)]


def test_members_stand_in_the_order_in_which_they_came(store: Store, clock: SetClock) -> None:
    joined(store, BORIS)
    clock.move(minutes=1)
    joined(store, ANNA)
    assert members(store) == [("boris", "one"), ("anna", "one")]


def test_a_patient_is_in_one_group_of_a_therapist_and_may_be_in_one_of_another(store: Store) -> None:
    joined(store, ANNA)
    joined(store, ANNA, "two")
    joined(store, ANNA, "three", "sub-2")
    assert (members(store), members(store, "sub-2")) == ([("anna", "two")], [("anna", "three")])


def test_who_is_put_in_twice_at_once_is_in_once(store: Store) -> None:
    at_once(4, lambda number: joined(store, ANNA, f"group-{number}"))
    assert len(members(store)) == 1


def test_another_hospital_and_another_therapist_see_nobody(store: Store) -> None:
    joined(store, ANNA)
    joined(store, ELSEWHERE)
    assert members(store) == [("anna", "one")]
    assert members(store, "sub-2") == []
    with store.write() as tx:
        groups.leave(tx, ANNA, "sub-2")
        groups.leave(tx, ANNA, "sub-1")
    assert members(store) == []


def test_how_a_member_is_named_is_sealed(store: Store) -> None:
    joined(store, ANNA)
    with store.read() as tx:
        assert b"ZZ-anna" not in tx.connection.execute(select(group_members.c.content)).scalar_one()
        (member,) = groups.of_owner(tx, ANNA.issuer, "sub-1")
    assert member.label == "ZZ-anna · A"
