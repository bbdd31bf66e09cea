"""The store under several hands at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from smart_app.sandbox.hospital import HospitalApp
from smart_app.sandbox.store import FhirStore
from tests.sandbox.fake_app import Clock
from tests.sandbox.given import Clinician, goal


def test_what_is_handed_out_is_a_copy(clock: Clock) -> None:
    store = FhirStore(clock)
    given = goal()
    version = store.create(given)
    given["description"]["text"] = version.resource["description"]["text"] = "Changed outside"
    assert version.resource["description"]["text"] == "Sleep"


def test_a_failure_undoes_deletions_too(clock: Clock) -> None:
    store = FhirStore(clock)
    kept = store.create(goal())

    def fail_half_way() -> None:
        with store.all_or_nothing():
            store.delete("Goal", kept.id)
            store.create(goal())
            raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        fail_half_way()
    assert store.existing() == [kept]


def test_of_many_updates_of_one_version_one_wins(hospital: HospitalApp, at_alma: Clinician) -> None:
    ours = at_alma.create(goal()).get_json()
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: at_alma.put(ours, If_Match='W/"1"').status_code, range(8)))
    assert sorted(statuses) == [200] + [412] * 7
    assert len(hospital.store.versions("Goal", ours["id"])) == 2


def test_of_many_conditional_creates_one_creates(at_alma: Clinician) -> None:
    ours = goal(identifier=[{"value": "g-1"}])
    with ThreadPoolExecutor(8) as pool:
        made = [pool.submit(at_alma.create, ours, If_None_Exist="identifier=g-1") for _ in range(8)]
    assert sorted(item.result().status_code for item in made) == [200] * 7 + [201]
