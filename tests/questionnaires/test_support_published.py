"""Everything R4 and Structured Data Capture define for Questionnaires, and everything real forms use, has a row."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from ipt_fhir.questionnaires.support import ROWS, Kind
from ipt_fhir.rawjson import JsonObject
from tests.published import published
from tests.questionnaires.given import packed, sample

R4 = "ig/hl7.fhir.r4.core-4.0.1-conformance-subset.tgz"
SDC = "ig/hl7.fhir.uv.sdc-4.0.0-differential.tgz"
PLACES = ("Questionnaire", "Questionnaire.item", "Questionnaire.item.answerOption", "Questionnaire.item.code")
NAMES = {row.name for row in ROWS}
# Ours to ignore by the stated default: extensions of single publishers.
OF_SINGLE_PUBLISHERS = ("http://standards.healthconnex.com.au/", "https://github.com/google/", "http://phr.kanta.fi/")
UNDEFINED = {
    # client-py and lforms samples: addresses nobody defines.
    "http://hl7.org/fhir/StructureDefinition/questionnaire-answerRepeats",
    "http://hl7.org/fhir/StructureDefinition/questionnaire-instruction",
    "http://example.org/test",
}


@cache
def definitions(package: str) -> tuple[JsonObject, ...]:
    with tarfile.open(published(package)) as archive:
        files = (archive.extractfile(member) for member in archive if "StructureDefinition-" in member.name)
        return tuple(json.loads(file.read()) for file in files if file)


@pytest.mark.parametrize("package", [R4, SDC])
def test_every_extension_that_may_stand_on_a_questionnaire_has_a_row(package: str) -> None:
    allowed = {
        definition["url"]
        for definition in definitions(package)
        if definition.get("type") == "Extension"
        and {context.get("expression") for context in definition.get("context", ())} & set(PLACES)
    }
    assert allowed
    assert allowed - NAMES == set()


def test_every_element_of_r4_has_a_row() -> None:
    snapshot = packed(R4, "package/StructureDefinition-Questionnaire.json")["snapshot"]["element"]
    paths = {element["path"].removeprefix("Questionnaire.") for element in snapshot[1:]}
    own = {f"Questionnaire.{path}" for path in paths if "." not in path}
    below = {path for path in paths if path.startswith("item.")}
    nested = {path.removeprefix("item.") for path in below if path.count(".") == 2}
    parts = ("id", "extension", "modifierExtension")
    expected = own | {path for path in below if path.count(".") == 1}
    expected |= {path for path in nested if path.rpartition(".")[2] not in parts}
    assert expected - NAMES == set()


def test_every_extension_of_a_real_form_has_a_row_or_belongs_to_a_single_publisher() -> None:
    folders = ("samples/questionnaires", "qr-validation")
    files = [path for folder in folders for path in sorted(published(folder).rglob("*.json"))]
    root = published("samples").parent
    used = {url for path in files for url in urls(sample(path.relative_to(root).as_posix()))}
    strangers = {url for url in used - NAMES if not url.startswith(OF_SINGLE_PUBLISHERS)}
    assert strangers == UNDEFINED


def urls(node: Any) -> Iterator[str]:
    """Addresses of the extensions in every Questionnaire in a tree, parts of extensions left out."""
    if isinstance(node, list):
        for each in node:
            yield from urls(each)
    elif isinstance(node, dict):
        if node.get("resourceType") == "Questionnaire":
            yield from _of_form({name: value for name, value in node.items() if name != "contained"})
        else:
            yield from (url for value in node.values() for url in urls(value))


def _of_form(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from _of_form(each)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name in {"extension", "modifierExtension"}:
                yield from (str(extension["url"]) for extension in value)
            else:
                yield from _of_form(value)


def test_every_kind_of_row_is_used() -> None:
    assert {row.kind for row in ROWS} == set(Kind)
