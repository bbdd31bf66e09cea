"""The generated schemas are what the generator makes of the published packages, and it leaves nothing out silently."""

from __future__ import annotations

from pathlib import Path

import pytest

from ipt_fhir.validation import generate, schemas
from ipt_fhir.validation.generation.bindings import CodeTable
from ipt_fhir.validation.generation.elements import TypeWriter
from ipt_fhir.validation.generation.packages import NotPublished, Package, Published, read_package
from ipt_fhir.validation.generation.structure import rule_of, tree
from ipt_fhir.validation.generation.valuesets import expand
from tests.published import published

pytestmark = pytest.mark.proof

FHIR = "http://hl7.org/fhir/ValueSet"


@pytest.fixture(scope="module")
def core() -> Package:
    return read_package(published(generate.CORE))


def data_folder() -> Path:
    return published(generate.CORE).parents[1]


def test_generating_again_gives_the_same_files() -> None:
    made = {name: generate.as_text(content) for name, content in generate.generate(data_folder()).items()}
    kept = {path.relative_to(schemas.FOLDER).as_posix(): path.read_text() for path in schemas.FOLDER.rglob("*.json")}
    assert made == kept


def test_every_file_says_which_package_it_comes_from() -> None:
    for path in schemas.FOLDER.rglob("*.json"):
        if path.name != "profiles.json":
            source = schemas.document(path.relative_to(schemas.FOLDER).as_posix())["source"]
            for package in source if isinstance(source, list) else [source]:
                assert package.keys() == {"package", "version", "sha256"}


def test_an_invariant_nobody_has_written_stops_the_generator(core: Package) -> None:
    structure = core.definitions["StructureDefinition", "http://hl7.org/fhir/StructureDefinition/Period"]
    root, *others = structure["snapshot"]["element"]
    news = {**root, "constraint": [{"key": "new-1", "severity": "error"}]}
    writer = TypeWriter(Published([core]), CodeTable(Published([core]), ""))
    with pytest.raises(KeyError, match="new-1"):
        writer.write({**structure, "snapshot": {"element": [news, *others]}})


def test_a_definition_no_package_holds_is_named(core: Package) -> None:
    with pytest.raises(NotPublished, match="NoSuchType"):
        Published([core]).structure("NoSuchType")


@pytest.mark.parametrize(
    ("value_set", "systems"),
    [
        ("request-status", {"http://hl7.org/fhir/request-status": 7}),
        (
            "event-timing",
            {"http://hl7.org/fhir/event-timing": 12, "http://terminology.hl7.org/CodeSystem/v3-TimingEvent": 14},
        ),
        ("care-plan-activity-kind", {"http://hl7.org/fhir/resource-types": 8}),
    ],
)
def test_value_sets_are_expanded_from_the_package(core: Package, value_set: str, systems: dict[str, int]) -> None:
    codes = expand(Published([core]), f"{FHIR}/{value_set}") or {}
    assert {system: len(listed) for system, listed in codes.items()} == systems


def test_a_value_set_whose_codes_live_elsewhere_is_not_guessed(core: Package) -> None:
    assert expand(Published([core]), f"{FHIR}/mimetypes") is None


def test_an_abstract_code_is_not_a_code_to_use(core: Package) -> None:
    codes = expand(Published([core]), f"{FHIR}/item-type") or {}
    assert "question" not in codes["http://hl7.org/fhir/item-type"]


def test_no_key_of_an_invariant_means_two_things(core: Package) -> None:
    """A key used again for another rule would be taken for the first one; US Core has done that."""
    meanings: dict[str, set[str]] = {}
    for file, names in {generate.CORE: generate.TYPES, **generate.PROFILES}.items():
        shelf = Published([read_package(published(file)), core])
        for element in (found for name in names for found in tree(shelf.structure(name)).walk()):
            for row in element.raw.get("constraint", []):
                if row["severity"] == "error":
                    meanings.setdefault(rule_of(row), set()).add(row.get("expression", "").lower())
    assert {rule: said for rule, said in meanings.items() if len(said) > 1} == {}
