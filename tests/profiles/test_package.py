"""The package by itself: reproducible, whole, indexed, and without texts that are not ours to ship."""

from __future__ import annotations

import io
import json
import re
import tarfile
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ipt_fhir.cli import main
from ipt_fhir.instruments.catalogue import instruments
from ipt_fhir.mapping.publication import VERSION
from ipt_fhir.profiles.claims import profile_of
from ipt_fhir.profiles.crosswalks import OMAHA_NAMES
from ipt_fhir.profiles.example_course import ended_course
from ipt_fhir.profiles.package import FILE_NAME, build_package
from ipt_fhir.protocol.catalogue import activity_templates, variants
from ipt_fhir.protocol.rules import breaches
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from ipt_fhir.validation.issues import errors
from ipt_fhir.validation.schemas import covered_types
from ipt_fhir.validation.validator import validate
from tests.profiles.elements import elements

ROOT = Path(__file__).resolve().parents[2]
OTHERS = (systems.LOINC, systems.SNOMED_CT, systems.ICD_10_CM, "http://www.ama-assn.org/go/cpt")
FREE = {(systems.LOINC, "Questionnaire"), (systems.LOINC, "example")}
"""Where LOINC displays are shipped, unchanged and with their notice: forms, and what we write into records."""


def opened() -> dict[str, Any]:
    with tarfile.open(fileobj=io.BytesIO(build_package())) as tar:
        files = ((name, tar.extractfile(name)) for name in tar.getnames())
        return {name: json.loads(file.read()) for name, file in files if file}


@pytest.fixture(scope="module")
def package() -> dict[str, Any]:
    """Every file of the package by path."""
    return opened()


def resources(package: dict[str, Any]) -> Iterator[tuple[str, JsonObject]]:
    return ((path, item) for path, item in package.items() if "resourceType" in item)


def test_two_builds_are_equal_byte_for_byte() -> None:
    assert build_package() == build_package()


def test_names_are_sorted_and_times_and_owners_fixed() -> None:
    with tarfile.open(fileobj=io.BytesIO(build_package())) as tar:
        entries = tar.getmembers()
    assert [entry.name for entry in entries] == sorted(entry.name for entry in entries)
    assert {(entry.uid, entry.gid, entry.uname, entry.mode, entry.mtime) for entry in entries} == {
        (0, 0, "", 0o644, entries[0].mtime)
    }


def test_the_manifest_is_what_a_fhir_package_needs(package: dict[str, Any]) -> None:
    manifest = package["package/package.json"]
    assert re.fullmatch(r"[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+", manifest["name"])
    assert manifest["fhirVersions"] == ["4.0.1"]
    assert manifest["canonical"] == systems.CANONICAL_BASE
    assert manifest["dependencies"]["hl7.fhir.us.core"] == "6.1.0"
    assert manifest["version"] == VERSION == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


@pytest.mark.parametrize("folder", ["package", "package/example"])
def test_the_index_names_every_file_of_its_folder(package: dict[str, Any], folder: str) -> None:
    listed = {f"{folder}/{row['filename']}": row for row in package[f"{folder}/.index.json"]["files"]}
    held = {path: item for path, item in resources(package) if str(Path(path).parent) == folder}
    assert set(listed) == set(held)
    for path, row in listed.items():
        assert (row["resourceType"], row["id"]) == (held[path]["resourceType"], held[path]["id"])
        assert row.get("url") == held[path].get("url")


def test_the_guide_lists_everything_and_says_which_profile_an_example_is_of(package: dict[str, Any]) -> None:
    guide = next(item for _, item in resources(package) if item["resourceType"] == "ImplementationGuide")
    listed = {row["reference"]["reference"]: row for row in guide["definition"]["resource"]}
    held = {f"{item['resourceType']}/{item['id']}": item for _, item in resources(package) if item is not guide}
    assert set(listed) == set(held)
    for name, row in listed.items():
        assert row.get("exampleCanonical") == (profile_of(held[name]) if "ipt-example" in name else None)


def test_addresses_of_ours_lead_to_something_in_the_package(package: dict[str, Any]) -> None:
    """Canonicals, with and without version, code systems, value sets, profiles, extensions."""
    defined = {item["url"] for _, item in resources(package) if "url" in item}
    named = set()
    for _, item in resources(package):
        for element in elements({name: value for name, value in item.items() if name != "text"}):
            texts = (value for value in element.values() if isinstance(value, str | list))
            for value in texts:
                for text in [value] if isinstance(value, str) else value:
                    if isinstance(text, str) and re.fullmatch(rf"{re.escape(systems.CANONICAL_BASE)}/\S+", text):
                        named.add(text.split("|")[0])
    assert {name for name in named if "/NamingSystem/" not in name} <= defined
    assert len(named) > 100


def test_references_lead_to_something_in_the_package(package: dict[str, Any]) -> None:
    held = {f"{item['resourceType']}/{item['id']}" for _, item in resources(package)}
    named = {
        str(element["reference"])
        for _, item in resources(package)
        for element in elements(item)
        if isinstance(element.get("reference"), str)
    }
    assert named <= held
    assert len(named) > 50


def test_every_variant_activity_and_shipped_questionnaire_is_in_the_package(package: dict[str, Any]) -> None:
    assert {f"package/PlanDefinition-{name}.json" for name in variants()} <= set(package)
    assert {f"package/ActivityDefinition-{name}.json" for name in activity_templates()} <= set(package)
    shipped = {f"package/Questionnaire-{name}.json" for name, item in instruments().items() if item.publishable}
    assert shipped == {path for path in package if path.startswith("package/Questionnaire-")}


def test_displays_of_others_are_shipped_only_where_their_licence_lets_us(package: dict[str, Any]) -> None:
    """LOINC in forms and examples, unchanged and with its notice; SNOMED CT, ICD-10-CM and CPT nowhere."""
    for path, item in resources(package):
        place = "example" if "/example/" in path else item["resourceType"]
        for element in elements(item):
            system = element.get("system")
            if system in OTHERS and "display" in element:
                assert (system, place) in FREE, f"{path}: {element}"


def test_no_display_stands_in_the_omaha_map_but_names(package: dict[str, Any]) -> None:
    rows = package["package/ConceptMap-ipt-problem-area-to-omaha.json"]["group"][0]["element"]
    assert {row["code"]: row["target"][0]["display"] for row in rows} == OMAHA_NAMES
    assert not any("code" in row["target"][0] for row in rows)


def test_texts_of_instruments_come_with_the_notice_of_their_holder(package: dict[str, Any]) -> None:
    for path, item in resources(package):
        if item["resourceType"] == "Questionnaire":
            assert item["copyright"], path


def test_item_texts_stand_in_free_questionnaires_and_nowhere_else(package: dict[str, Any]) -> None:
    """An example names answered questions of the PHQ-9, which its holder lets anybody reproduce."""
    free = {item.text for found in instruments().values() if found.licence.shipping == "A" for item in found.items}
    for path, item in resources(package):
        if item["resourceType"] == "QuestionnaireResponse":
            assert {row["text"] for row in item["item"]} <= free, path


def test_everything_has_a_narrative_and_every_definition_says_who_publishes_it(package: dict[str, Any]) -> None:
    for path, item in resources(package):
        assert "text" in item or item["resourceType"] == "Questionnaire", path
        if "url" in item:
            assert item["publisher"], path
            assert item["experimental"] is False, path


def test_our_own_validator_finds_nothing_in_the_package(package: dict[str, Any]) -> None:
    held = [(path, item) for path, item in resources(package) if item["resourceType"] in covered_types()]
    assert len(held) > 100
    assert {path: found for path, item in held if (found := errors(validate(item)))} == {}


def test_the_example_breaks_no_rule_of_a_course() -> None:
    assert breaches(ended_course(), today=date(2026, 12, 31)) == ()


def test_the_verb_writes_the_package_and_says_where(tmp_path: Path) -> None:
    answer = CliRunner().invoke(main, ["package", "-o", str(tmp_path / "new")])
    assert answer.exit_code == 0
    assert answer.output.strip() == str(tmp_path / "new" / FILE_NAME)
    assert (tmp_path / "new" / FILE_NAME).read_bytes() == build_package()


def test_the_verb_says_in_one_line_when_it_cannot_write_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    answer = CliRunner().invoke(main, ["package", "-o", str(tmp_path / "file" / "new")])
    assert answer.exit_code == 2
    assert answer.output.startswith("Error: ")
    assert answer.output.count("\n") == 1
