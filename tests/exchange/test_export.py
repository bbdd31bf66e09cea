"""Out and in again: whatever the form, a course comes back as it was filed, and nothing else leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipt_fhir import rawjson
from ipt_fhir.exchange.export import FORMS, NotExported, export
from ipt_fhir.exchange.receiving import receive
from ipt_fhir.mapping.references import Writing
from ipt_fhir.mapping.site import Site
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.filed_parts import filed_part
from ipt_fhir.terminology import systems
from ipt_fhir.validation.issues import errors
from ipt_fhir.validation.validator import validate
from tests.exchange.given import AT, Heard, bundle_of, entry_of, exported, from_stdin
from tests.mapping.example import EXAMPLE
from tests.mapping.form_strategies import courses_with_forms
from tests.mapping.full import FULL


@given(courses_with_forms(), st.sampled_from(FORMS))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_what_was_exported_is_imported_as_it_was_filed(episode: Episode, form: str) -> None:
    """The law: import(export(episode)) == filed_part(episode), in every form."""
    heard = Heard()
    assert receive(from_stdin(exported(episode, form)), heard) == filed_part(episode)
    assert heard.words == []


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("course", [EXAMPLE, FULL], ids=["under way", "ended"])
def test_a_course_in_which_everything_says_something_comes_back(course: Episode, form: str) -> None:
    heard = Heard()
    assert receive(from_stdin(exported(course, form)), heard) == filed_part(course)
    assert heard.words == []


@pytest.mark.parametrize("form", FORMS)
def test_local_parts_do_not_leave(form: str) -> None:
    """decision-D20."""
    assert exported(FULL, form) == exported(filed_part(FULL), form)


@pytest.mark.parametrize("form", [form for form in FORMS if form != "ndjson"])
def test_a_bundle_is_valid_and_its_addresses_resolve(form: str) -> None:
    bundle = bundle_of(FULL, form)
    assert errors(validate(bundle)) == []
    addresses = {entry["fullUrl"] for entry in bundle["entry"]}
    assert {target for target in targets(bundle) if target.startswith("urn:")} <= addresses


def targets(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        value = list(value.values())
    if isinstance(value, list):
        for member in value:
            yield from targets(member)


def test_lines_stand_alone_by_their_ids() -> None:
    resources = [unit.value or {} for unit in from_stdin(exported(FULL, "ndjson"))]
    assert all(not target.startswith("urn:") for resource in resources for target in targets(resource))
    assert len({resource["id"] for resource in resources}) == len(resources)


def test_a_transaction_creates_under_the_condition_that_nothing_is_there_yet() -> None:
    requests = [entry["request"] for entry in bundle_of(EXAMPLE, "transaction")["entry"]]
    assert {request["method"] for request in requests} == {"POST"}
    assert all(request["ifNoneExist"].startswith("identifier=") for request in requests)


def test_a_document_begins_with_its_composition_and_lists_every_resource_once() -> None:
    bundle = bundle_of(FULL, "document")
    composition = bundle["entry"][0]["resource"]
    listed = [item["reference"] for section in composition["section"] for item in section["entry"]]
    others = {entry["fullUrl"] for entry in bundle["entry"] if entry["resource"]["resourceType"] != "Patient"}
    assert len(listed) == len(set(listed))
    assert {*listed, bundle["entry"][0]["fullUrl"]} == others
    assert [section["title"] for section in composition["section"]] == [
        "Care plan",
        "Goals",
        "Measures",
        "Planned work and safety",
    ]
    assert composition["author"] == [{"display": "ZZTEST Therapist"}]


def test_a_section_shows_the_narratives_of_what_it_lists() -> None:
    bundle = bundle_of(EXAMPLE, "document")
    section = bundle["entry"][0]["resource"]["section"][1]
    assert EXAMPLE.goals[0].text in section["text"]["div"]
    assert EXAMPLE.goals[1].text in section["text"]["div"]


@pytest.mark.parametrize(("course", "code"), [(EXAMPLE, "34904-3"), (FULL, "78263-1")], ids=["under way", "ended"])
def test_a_running_course_is_a_progress_note_and_an_ended_one_a_discharge_summary(course: Episode, code: str) -> None:
    assert entry_of(bundle_of(course, "document"), "Composition")["type"]["coding"][0]["code"] == code


def test_the_document_knows_its_time_and_has_a_name_of_its_own() -> None:
    first, later = (
        bundle_of(EXAMPLE, "document"),
        rawjson.parse_object(export(EXAMPLE, "document", Writing(patient="alma"), AT.replace(hour=10))),
    )
    assert first["timestamp"] == "2026-05-01T09:00:00+00:00"
    assert first["identifier"]["value"] != later["identifier"]["value"]
    assert exported(EXAMPLE, "document") == exported(EXAMPLE, "document")


def test_everything_in_a_document_speaks_of_the_patient_inside() -> None:
    bundle = bundle_of(FULL, "document")
    address = next(entry["fullUrl"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Patient")
    assert "Patient/alma" not in set(targets(bundle))
    assert address in set(targets(bundle))


def test_the_site_chooses_language_and_codes() -> None:
    site = Site(language="de", snomed=False)
    data = export(FULL, "document", Writing(patient="alma", site=site), AT)
    assert systems.SNOMED_CT.encode() not in data
    assert b'lang=\\"de\\"' in data


def test_a_course_that_would_not_be_valid_does_not_leave() -> None:
    """A record may not point to a type that cannot be there; the finding says where."""
    broken = replace(EXAMPLE, diagnoses=(replace(EXAMPLE.diagnoses[0], reference="Goal/1"),))
    with pytest.raises(NotExported) as refused:
        exported(broken)
    assert [finding.issue.location for finding in refused.value.findings] == ["CarePlan.addresses[0].reference"]
    assert refused.value.findings[0].place.entry is not None
