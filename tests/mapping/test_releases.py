"""A resource says in which release it is written, and only R4 is ever written (decision-D6)."""

from __future__ import annotations

import json
import tarfile
import typing
from functools import cache
from importlib import import_module
from typing import Any

import pytest

from ipt_fhir.mapping.episode import to_fhir
from ipt_fhir.mapping.releases import ELEMENTS, OtherRelease, Release, check_writable, release_of, sentence
from tests.mapping.example import EXAMPLE
from tests.mapping.test_episode import WRITING
from tests.published import published
from tests.validation import examples

CORE = "ig/hl7.fhir.r4.core-4.0.1-conformance-subset.tgz"
PLAN: dict[str, Any] = {"resourceType": "CarePlan", "status": "active", "intent": "plan", "subject": {"display": "x"}}


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("1.0.2", Release.DSTU2),
        ("3.0.1", Release.STU3),
        ("4.0.0", Release.R4),
        ("4.0.1", Release.R4),
        ("4.1.0", Release.R4B),
        ("4.3.0", Release.R4B),
        ("4.3.0-cibuild", Release.R4B),
        ("5.0.0", Release.R5),
        ("6.0.0-ballot3", Release.R6),
        ("4.6.0", Release.UNKNOWN),
        ("", Release.UNKNOWN),
        ("four", Release.UNKNOWN),
    ],
)
def test_the_word_of_the_server_decides(version: str, release: Release) -> None:
    """Even against the elements: a server's stray element is reported, it does not change the release."""
    assert release_of({**PLAN, "custodian": {"display": "x"}}, version) is release


@pytest.mark.parametrize(
    ("members", "release"),
    [
        ({}, Release.UNKNOWN),
        ({"context": {"display": "visit"}}, Release.STU3),
        ({"relatedPlan": [{}]}, Release.UNKNOWN),  # with intent: DSTU2 has no intent, so this contradicts itself
        ({"activity": [{"detail": {"kind": "Task", "status": "scheduled"}}]}, Release.R4),
        ({"author": {"display": "x"}}, Release.R4),
        ({"encounter": {"display": "x"}, "activity": [{"reference": {"display": "x"}}]}, Release.R4),
        ({"addresses": [{"reference": {"reference": "Condition/1"}}]}, Release.R5),
        ({"custodian": {"display": "x"}}, Release.R5),
        ({"activity": [{"plannedActivityReference": {"display": "x"}}]}, Release.R5),
    ],
)
def test_without_it_the_elements_decide(members: dict[str, Any], release: Release) -> None:
    assert release_of({**PLAN, **members}) is release


def test_goals_and_responses_are_told_apart_too() -> None:
    goal = {"resourceType": "Goal", "description": {"text": "x"}}
    assert release_of({**goal, "lifecycleStatus": "active", "source": {"display": "x"}}) is Release.R5
    assert release_of({**goal, "lifecycleStatus": "active", "expressedBy": {"display": "x"}}) is Release.R4
    assert release_of({"resourceType": "Goal", "description": "x", "status": "proposed"}) is Release.DSTU2
    response = {"resourceType": "QuestionnaireResponse", "status": "completed"}
    assert release_of({**response, "group": {}}) is Release.DSTU2
    assert release_of({**response, "questionnaire": {"reference": "Questionnaire/1"}, "item": []}) is Release.STU3
    assert release_of({**response, "identifier": [{"value": "1"}]}) is Release.R5
    assert release_of({**response, "item": [{"linkId": "1"}]}) is Release.UNKNOWN


@pytest.mark.parametrize(
    "odd", [{}, {"resourceType": ["CarePlan"]}, {"resourceType": "CarePlan", "activity": [[1], "x"]}]
)
def test_what_makes_no_sense_is_of_unknown_release(odd: dict[str, Any]) -> None:
    assert release_of(odd) is Release.UNKNOWN


def test_files_of_other_releases_are_recognised() -> None:
    others = {name: item for name, item in examples.samples().items() if name.startswith("other-versions/")}
    found = {name: release_of(item) for name, item in others.items()}
    assert set(found.values()) <= {Release.DSTU2, Release.STU3, Release.BEFORE_R4}
    assert all(release is Release.STU3 for name, release in found.items() if "/STU3-" in name)


def test_no_r4_file_is_taken_for_another_release() -> None:
    """Official examples and real samples of the three types: R4, or not decided by the elements alone."""
    published_files = [*examples.r4().values(), *examples.us_core("6.1.0").values()]
    samples = [item for name, item in examples.samples().items() if not name.startswith("other-versions/")]
    wrong = [
        (examples.name_of(item), release_of(item))
        for item in published_files + samples
        if release_of(item) not in {Release.R4, Release.UNKNOWN}
    ]
    # A QuestionnaireResponse of a test kit has a list of identifiers, as R5 has and R4 refuses.
    assert [release for _, release in wrong] == [Release.R5]


def test_what_we_write_ourselves_is_r4() -> None:
    ours = [item for item in to_fhir(EXAMPLE, WRITING).values() if item["resourceType"] in ELEMENTS]
    assert {release_of(item) for item in ours} == {Release.R4}


@pytest.mark.parametrize(
    ("version", "name"),
    [("1.0.2", "DSTU2"), ("3.0.2", "STU3"), ("4.3.0", "R4B"), ("5.0.0", "R5"), ("6.0.0", "R6"), ("9", "Nothing says")],
)
def test_only_r4_is_written_and_the_refusal_names_the_release(version: str, name: str) -> None:
    check_writable(PLAN, "4.0.1")
    with pytest.raises(OtherRelease, match=name):
        check_writable(PLAN, version)
    assert sentence(Release.R4) == ""


# The table against the definitions themselves.


@cache
def r4_paths(resource_type: str) -> frozenset[str]:
    """Every element of a type by path, choices spelled out."""
    with tarfile.open(published(CORE)) as archive:
        stream = archive.extractfile(f"package/StructureDefinition-{resource_type}.json")
        assert stream
        elements = json.load(stream)["snapshot"]["element"]
    found = set()
    for element in elements:
        path = element["path"].partition(".")[2]
        kinds = [kind["code"] for kind in element.get("type", [])] if path.endswith("[x]") else [""]
        found |= {path.removesuffix("[x]") + kind[:1].upper() + kind[1:] for kind in kinds}
    return frozenset(found)


def model_has(package: str, resource_type: str, path: str) -> bool:
    """Whether the fhir.resources models of a release have the element; data types are looked into as well."""
    model = f"{package}.{resource_type.lower()}.{resource_type}"
    *owners, name = path.split(".")
    for owner in owners:
        kinds = leaves(fields(model)[owner].annotation) if owner in fields(model) else []
        found = [kind._model_klass for kind in kinds if hasattr(kind, "_model_klass")]
        if not found:
            return False
        model = found[0]
    return name in fields(model)


def fields(model: str) -> dict[str, Any]:
    module, _, name = model.rpartition(".")
    return {field.alias or key: field for key, field in getattr(import_module(module), name).model_fields.items()}


def leaves(annotation: Any) -> list[Any]:
    inside = typing.get_args(annotation)
    return [leaf for part in inside for leaf in leaves(part)] if inside else [annotation]


MODELS = {
    Release.STU3: "fhir.resources.STU3",
    Release.R4: "fhir.resources.R4B",
    Release.R5: "fhir.resources",
}
ROWS = [
    (resource_type, path, releases)
    for resource_type, table in ELEMENTS.items()
    for releases, paths in table.items()
    for path in paths.split()
    if ":" not in path
]


@pytest.mark.parametrize(("resource_type", "path", "releases"), ROWS, ids=[f"{row[0]}.{row[1]}" for row in ROWS])
def test_each_row_is_true_of_the_definitions(resource_type: str, path: str, releases: frozenset[Release]) -> None:
    """STU3, R4B (which stands for R4) and R5 by the models of fhir.resources; DSTU2 has no models any more."""
    having = {release for release, package in MODELS.items() if model_has(package, resource_type, path)}
    assert having == releases - {Release.DSTU2}


def test_the_rows_agree_with_the_official_r4_definitions() -> None:
    for resource_type, path, releases in ROWS:
        if not path.startswith("addresses."):
            assert (path in r4_paths(resource_type)) == (Release.R4 in releases), path
