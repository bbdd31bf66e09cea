"""What R4 says of its elements is what its own definitions say."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator

import pytest

from ipt_fhir.questionnaires.extracting.elements import REPEATING, Step, step
from tests.published import published

PACKAGE = "ig/hl7.fhir.r4.core-4.0.1-conformance-subset.tgz"
EVERYWHERE = {"extension", "modifierExtension", "contained"}


def definitions() -> Iterator[tuple[str, frozenset[str]]]:
    """The elements of each type that repeat, by the official definitions."""
    with tarfile.open(published(PACKAGE)) as package:
        for member in package.getmembers():
            name = member.name.removeprefix("package/StructureDefinition-").removesuffix(".json")
            held = package.extractfile(member) if name in REPEATING else None
            if held:
                elements = json.loads(held.read())["snapshot"]["element"]
                many = [element["path"] for element in elements if element.get("base", element)["max"] == "*"]
                paths = {path.partition(".")[2] for path in many if "." in path}
                yield name, frozenset(path for path in paths if path.rpartition(".")[2] not in EVERYWHERE)


def test_repeating_elements_are_those_of_the_official_definitions() -> None:
    assert dict(definitions()) == REPEATING


@pytest.mark.parametrize(
    ("kind", "path", "expected"),
    [
        ("Patient", "name", Step("HumanName", "", True)),
        ("HumanName", "family", Step("string", "", False)),
        ("Patient", "contact", Step("Patient", "contact", True)),
        ("Patient", "contact.name", Step("HumanName", "", False)),
        ("Observation", "valueQuantity", Step("Quantity", "", False)),
        ("Observation", "nothing", None),
        ("Device", "status", None),
    ],
)
def test_an_element_leads_to_its_type(kind: str, path: str, expected: Step | None) -> None:
    assert step(kind, path) == expected


def test_an_element_of_several_types_names_them() -> None:
    found = step("Observation", "value")
    assert found
    assert {"Quantity", "CodeableConcept", "Boolean"} <= set(found.choices)
