"""The law of the mapping, and what survives when a hospital keeps only standard elements."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir import rawjson
from ipt_fhir.mapping.episode import RESOURCE_TYPES, NoCourse, changed, from_fhir, to_fhir
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.filed_parts import filed_part
from tests.mapping.form_strategies import courses_with_forms
from tests.mapping.full import EVERYTHING, FULL

WRITING = Writing(patient="alma")


def server_copies(written: dict[str, dict[str, Any]]) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """What a server holds after a transaction: ids, versions, and references that name them; and where each is."""
    known = {key: f"{resource['resourceType']}/s{index}" for index, (key, resource) in enumerate(written.items())}
    names = {f"urn:uuid:{key}": target for key, target in known.items()}

    def resolve(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: resolve(member) for name, member in value.items()}
        if isinstance(value, list):
            return [resolve(item) for item in value]
        return names.get(value, value) if isinstance(value, str) else value

    copies = {key: resolve(resource) for key, resource in written.items()}
    for key, copy in copies.items():
        copy["id"] = known[key].split("/")[1]
        copy["meta"] = {**copy.get("meta", {}), "versionId": "1", "lastUpdated": "2026-01-05T10:00:00.000+00:00"}
    return copies, known


@given(courses_with_forms())
def test_reading_what_was_written_gives_the_filed_part(episode: Episode) -> None:
    """The law: from_fhir(to_fhir(episode)) == filed_part(episode)."""
    reading = from_fhir(to_fhir(episode, WRITING).values())
    assert reading.episode == filed_part(episode)
    assert reading.unread == ()


@given(courses_with_forms())
def test_the_law_holds_where_a_site_files_everything(episode: Episode) -> None:
    """What only a resource beside the plan carries comes back too."""
    reading = from_fhir(to_fhir(episode, Writing(patient="alma", site=EVERYTHING)).values())
    assert reading.episode == filed_part(episode, EVERYTHING.carried)
    assert reading.unread == ()


def test_a_full_course_comes_back_from_a_site_that_files_everything() -> None:
    written = to_fhir(FULL, Writing(patient="alma", site=EVERYTHING))
    assert {item["resourceType"] for item in written.values()} == {*RESOURCE_TYPES, *EVERYTHING.files, "Appointment"}
    copies, known = server_copies(written)
    assert from_fhir(copies.values()).episode == filed_part(FULL, EVERYTHING.carried)
    assert changed(to_fhir(FULL, Writing(patient="alma", known=known, site=EVERYTHING), copies), copies) == []


def test_a_session_whose_note_is_gone_is_still_known_from_its_encounter() -> None:
    written = to_fhir(FULL, Writing(patient="alma", site=EVERYTHING))
    for element in written[FULL.id]["activity"]:
        element.pop("progress", None)
    assert from_fhir(written.values()).episode == filed_part(FULL, EVERYTHING.carried)


@given(courses_with_forms(), st.randoms(use_true_random=False))
def test_the_law_holds_through_a_server_that_gives_ids_and_any_order(episode: Episode, chance: random.Random) -> None:
    copies, _ = server_copies(to_fhir(episode, WRITING))
    stored = [rawjson.parse(rawjson.write(copy)) for copy in copies.values()]
    chance.shuffle(stored)
    assert from_fhir(stored).episode == filed_part(episode)


@given(courses_with_forms())
def test_an_edit_that_changes_nothing_writes_nothing(episode: Episode) -> None:
    copies, known = server_copies(to_fhir(episode, Writing(patient="alma", site=EVERYTHING)))
    again = to_fhir(episode, Writing(patient="alma", known=known, site=EVERYTHING), copies)
    assert changed(again, copies) == []
    assert all(again[key] is copies[key] for key in copies)


@given(courses_with_forms())
def test_local_parts_never_leave(episode: Episode) -> None:
    """decision-D20: rationale and reason are in no resource."""
    written = rawjson.write(list(to_fhir(episode, WRITING).values())).decode()
    again = rawjson.write(list(to_fhir(filed_part(episode), WRITING).values())).decode()
    assert written == again


def test_a_proposal_in_the_chart_is_no_course() -> None:
    written = to_fhir(FULL, WRITING)
    later = {**written[FULL.id], "intent": "proposal", "period": {"start": "2030-01-01"}}
    later["identifier"] = [{**later["identifier"][0], "value": "11111111-1111-4111-8111-111111111111"}]
    assert from_fhir([later, *written.values()]).episode.id == FULL.id
    with pytest.raises(NoCourse):
        from_fhir([later])
