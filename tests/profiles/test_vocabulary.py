"""What the code can write is what the package defines: codes, extensions and their parts."""

from __future__ import annotations

import importlib
import pkgutil
import tomllib
from collections.abc import Iterable, Iterator
from importlib import resources
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

import ipt_fhir
from ipt_fhir.locale.texts import text
from ipt_fhir.mapping.editing import parts, value_of
from ipt_fhir.model.episode import Episode
from ipt_fhir.profiles.extensions import EXTENSIONS
from ipt_fhir.profiles.vocabulary import (
    UndefinedCode,
    code_systems,
    definition_of,
    systems_of_ours,
    value_set_of,
    value_sets,
)
from ipt_fhir.protocol.catalogue import activity_templates, goal_templates, variants
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from ipt_fhir.terminology.concepts import Concept
from tests.conformance.courses import written
from tests.mapping.example import EXAMPLE
from tests.mapping.full import EVERYTHING, FULL
from tests.mapping.strategies import episodes
from tests.profiles.elements import elements

CODES = {system: {concept.code for concept in held} for system, held in systems_of_ours().items()}
KNOWN = {item.url: item for item in EXTENSIONS}
SYSTEMS = {
    value
    for value in vars(systems).values()
    if isinstance(value, str) and value.startswith(f"{systems.CANONICAL_BASE}/CodeSystem/")
}


def unknown_codes(found: Iterable[JsonObject]) -> set[tuple[str, str]]:
    """Codes in systems of ours that the package does not define."""
    codings = (item for item in elements(list(found)) if systems.is_ours(str(item.get("system", ""))))
    named = {(item["system"], item["code"]) for item in codings if "code" in item}
    return {(system, code) for system, code in named if code not in CODES.get(system, set())}


def unknown_parts(course: Iterable[JsonObject]) -> set[str]:
    """Extensions of ours, their parts and their codes that the package does not define."""
    found = set()
    for item in elements(list(course)):
        url = item.get("url", "")
        if systems.is_ours(url) and "/StructureDefinition/" in url:
            found |= {f"{url} {wrong}" for wrong in wrongs_of(item)}
    return found


def wrongs_of(extension: JsonObject) -> Iterator[str]:
    known = KNOWN.get(extension["url"])
    if known is None:
        yield "is not defined"
        return
    held = parts(extension) if known.parts else {"": value_of(extension)}
    for name, value in held.items():
        part = (known.parts or {}).get(name) if known.parts else known.value
        if part is None:
            yield f"{name} is not defined"
        elif part.value_set and not part.suggested:
            code = value["code"] if isinstance(value, dict) else value
            if code not in codes_of_set(part.value_set):
                yield f"{name} {code} is not defined"


def codes_of_set(value_set: str) -> set[str]:
    return next(codes for system, codes in CODES.items() if value_set_of(system) == value_set)


def test_every_code_system_named_in_the_code_is_published() -> None:
    assert set(systems_of_ours()) == SYSTEMS
    assert [item["url"] for item in code_systems()] == sorted(SYSTEMS)
    assert {item["compose"]["include"][0]["system"] for item in value_sets()} == SYSTEMS


def test_every_extension_named_in_the_code_is_defined() -> None:
    named = {value for name, value in vars(systems).items() if name.startswith("EXTENSION_") and systems.is_ours(value)}
    assert set(KNOWN) == named


def test_every_concept_anywhere_in_the_library_is_published() -> None:
    """Every table and every single concept of every module, whoever adds one."""
    found = {concept for module in modules() for concept in concepts_in(list(vars(module).values()))}
    assert len(found) > 150
    missing = {item for item in found if systems.is_ours(item.system) and item.code not in CODES[item.system]}
    assert not missing


def modules() -> Iterator[Any]:
    for info in pkgutil.walk_packages(ipt_fhir.__path__, "ipt_fhir."):
        if "validation.generate" not in info.name and info.name != "ipt_fhir.validation.generation":
            yield importlib.import_module(info.name)


def concepts_in(values: Iterable[Any]) -> Iterator[Concept]:
    for value in values:
        if isinstance(value, Concept):
            yield value
        elif isinstance(value, dict):
            yield from (item for item in value.values() if isinstance(item, Concept))
        elif isinstance(value, tuple | list):
            yield from (item for item in value if isinstance(item, Concept))


@pytest.mark.parametrize("course", [EXAMPLE, FULL], ids=["under way", "everything"])
def test_every_code_and_extension_that_is_written_is_published(course: Episode) -> None:
    assert unknown_codes(written(course, EVERYTHING)) == set()
    assert unknown_parts(written(course, EVERYTHING)) == set()


@given(episode=episodes())
@settings(deadline=None, suppress_health_check=list(HealthCheck))
def test_every_code_and_extension_of_any_course_is_published(episode: Episode) -> None:
    assert unknown_codes(written(episode, EVERYTHING)) == set()
    assert unknown_parts(written(episode, EVERYTHING)) == set()


def test_a_code_and_a_part_that_are_not_published_are_found() -> None:
    stray = {"url": systems.EXTENSION_PHASE, "valueCoding": {"system": systems.IPT_PHASE, "code": "nope"}}
    assert unknown_codes([{"extension": [stray]}])
    assert unknown_parts([{"extension": [stray]}])
    assert unknown_parts([{"url": f"{systems.CANONICAL_BASE}/StructureDefinition/nope"}])
    assert unknown_parts([{"url": systems.EXTENSION_CONTRACT, "extension": [{"url": "nope", "valueCode": "x"}]}])


def test_every_code_has_one_sentence_of_definition_of_its_own() -> None:
    for held in systems_of_ours().values():
        sentences = [definition_of(concept) for concept in held]
        assert all(sentence.endswith(".") and sentence[0].isupper() for sentence in sentences), sentences
        assert len(set(sentences)) == len(sentences)


def test_a_code_without_a_sentence_is_refused_by_name() -> None:
    with pytest.raises(UndefinedCode, match="nope"):
        definition_of(Concept(systems.IPT_PHASE, "nope", "Nope"))


def test_the_file_of_definitions_holds_no_code_that_does_not_exist() -> None:
    for system, defined in defined_codes().items():
        assert defined <= CODES[system], system


def defined_codes() -> dict[str, set[str]]:
    file = resources.files("ipt_fhir.profiles") / "definitions.toml"
    sections = tomllib.loads(file.read_text("utf-8"))
    return {
        f"{systems.CANONICAL_BASE}/CodeSystem/{name}": set(section.get("codes", {}))
        for name, section in sections.items()
    }


def test_rows_of_the_protocol_are_codes() -> None:
    assert CODES[systems.IPT_VARIANT] == set(variants())
    assert CODES[systems.IPT_GOAL_TEMPLATE] == set(goal_templates())
    assert set(activity_templates()) < CODES[systems.IPT_ACTIVITY]


def test_systems_are_complete_and_codes_stand_once_with_a_german_word_where_there_is_one() -> None:
    for system in code_systems():
        codes = [concept["code"] for concept in system["concept"]]
        assert len(codes) == len(set(codes)) == system["count"]
        assert system["content"] == "complete"
        assert system["caseSensitive"]
        for concept in system["concept"]:
            german = [item["value"] for item in concept.get("designation", [])]
            translated = text(concept["display"], "de")
            assert german == ([translated] if translated != concept["display"] else [])
