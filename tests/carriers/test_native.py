"""Rung L1: one transaction, conditional for what is new, versioned for what changed."""

from __future__ import annotations

from urllib.parse import parse_qs

from ipt_fhir.carriers.native import Change, Missing, ServerCopy, missing_for, transaction
from ipt_fhir.ehr.capabilities import Capabilities, TypeCapabilities
from ipt_fhir.terminology import systems

NEW = Change(key="11111111-1111-4111-8111-111111111111", resource={"resourceType": "Goal"})
KNOWN = ServerCopy(resource_type="CarePlan", id="7", version="3", resource={"resourceType": "CarePlan", "id": "7"})
CHANGED = Change(key="2", resource={"resourceType": "CarePlan", "id": "7", "title": "new"}, base=KNOWN)
BOTH = TypeCapabilities(interactions=frozenset({"create", "update"}))
ALL = frozenset({"patient/Goal.crus", "patient/CarePlan.crus"})


def capabilities(**types: TypeCapabilities) -> Capabilities:
    return Capabilities(fhir_version="4.0.1", transaction=True, types=types)


def test_what_is_new_is_created_only_if_our_identifier_is_not_there() -> None:
    (entry,) = transaction([NEW])["entry"]
    assert entry["fullUrl"] == f"urn:uuid:{NEW.key}"
    assert (entry["request"]["method"], entry["request"]["url"]) == ("POST", "Goal")
    assert parse_qs(entry["request"]["ifNoneExist"]) == {"identifier": [f"{systems.IDENTIFIER}|{NEW.key}"]}


def test_what_changed_replaces_exactly_the_version_it_was_made_from() -> None:
    (entry,) = transaction([CHANGED])["entry"]
    assert entry["request"] == {"method": "PUT", "url": "CarePlan/7", "ifMatch": 'W/"3"'}


def test_nothing_is_missing_where_server_and_scope_allow_it() -> None:
    assert missing_for([NEW, CHANGED], capabilities(Goal=BOTH, CarePlan=BOTH), ALL) == []


def test_each_thing_that_stands_in_the_way_is_named() -> None:
    """fault-F21, fault-F42."""
    read_only = TypeCapabilities(interactions=frozenset({"read"}))
    found = missing_for(
        [NEW, CHANGED], capabilities(Goal=BOTH, CarePlan=read_only), frozenset({"patient/CarePlan.crus"})
    )
    assert found == [
        Missing(resource_type="CarePlan", interaction="update", granted=True),
        Missing(resource_type="Goal", interaction="create", granted=False),
    ]
    without = Capabilities(fhir_version="4.0.1", transaction=False, types={"Goal": BOTH})
    assert missing_for([NEW], without, ALL) == [
        Missing(resource_type="Bundle", interaction="transaction", granted=True)
    ]
