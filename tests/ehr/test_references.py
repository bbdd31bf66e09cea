"""Grammar before URL (attack-A33), and reading where a server put something."""

from __future__ import annotations

import pytest

from ipt_fhir.ehr.errors import ReferenceRefused
from ipt_fhir.ehr.references import Target, address, is_id, local_target, target_of_location
from tests.ehr.given import BASE


@pytest.mark.parametrize(
    ("resource_type", "resource_id"),
    [
        ("Patient", "../../Patient/2"),
        ("Patient", ".."),
        ("Patient", "."),
        ("Patient", "1%2f2"),
        ("Patient", "1?_elements=name"),
        ("Patient", "1/$everything"),
        ("Patient", "1\r\n"),
        ("Patient", "1" * 65),
        ("Patient", "1" * 10_000),
        ("Patient", ""),
        ("$everything", "1"),
        ("Patient/2/Goal", "1"),
    ],
)
def test_attack_a33_what_is_no_type_and_id_never_becomes_an_address(resource_type: str, resource_id: str) -> None:
    with pytest.raises(ReferenceRefused):
        address(resource_type, resource_id)


def test_an_id_is_text_in_fhirs_grammar() -> None:
    assert is_id("a.B-1")
    assert not any(map(is_id, [None, 1, ["a"], "a_b", "ä", "a "]))


@pytest.mark.parametrize("reference", ["Goal/7", f"{BASE}/Goal/7"])
def test_a_reference_is_local_relative_or_below_the_base(reference: str) -> None:
    assert local_target(reference, BASE) == Target("Goal", "7")


@pytest.mark.parametrize(
    "reference",
    [
        "https://evil.example/Goal/7",
        "https://ehr.example/fhir2/Goal/7",
        "urn:uuid:7",
        "#g",
        "Goal/7?x",
        "/Goal/7",
        7,
        None,
    ],
)
def test_attack_a34_every_other_reference_is_not_local(reference: object) -> None:
    assert local_target(reference, BASE) is None


@pytest.mark.parametrize(
    ("location", "target"),
    [
        (f"{BASE}/Goal/7/_history/3", Target("Goal", "7", "3")),
        ("Goal/7", Target("Goal", "7")),
        ("http://internal:8080/r4/Goal/7/_history/abc-1", Target("Goal", "7", "abc-1")),
        ("/fhir/Goal/7/", Target("Goal", "7")),
    ],
)
def test_a_location_gives_type_id_and_version_whatever_host_it_names(location: str, target: Target) -> None:
    assert target_of_location(location) == target


@pytest.mark.parametrize("location", ["Goal/7\r\nSet-Cookie: a", "https://ehr.example/login", "Goal/..", "", None, 5])
def test_attack_a62_a_location_that_is_none_gives_nothing(location: object) -> None:
    assert target_of_location(location) is None
