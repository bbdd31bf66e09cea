"""HL7's engine installs our package and finds nothing wrong in it, nor in what we emit, and finds what is planted."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from ipt_fhir import rawjson
from ipt_fhir.mapping.activitydefinition import write_activity_definition
from ipt_fhir.mapping.applying import Chosen, apply_protocol
from ipt_fhir.mapping.plandefinition import write_plan_definition
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.problem_areas import ProblemAreaCode
from ipt_fhir.profiles.claims import profile_of
from ipt_fhir.profiles.extensions import EXTENSIONS, Extension, Value
from ipt_fhir.profiles.package import FILE_NAME, build_package, definitions, package_examples, package_guide
from ipt_fhir.protocol.catalogue import activity_templates, variants
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from tests.conformance.courses import each_once, profiles_of, written
from tests.mapping.example import EXAMPLE
from tests.mapping.full import EVERYTHING, FULL
from tests.mapping.strategies import episodes
from tests.peers.fixtures import JudgeWith
from tests.peers.judge import Issue, Judge
from tests.profiles.elements import elements
from tests.protocol.cases import Week, case
from tests.protocol.walking import walk
from tests.published import published

pytestmark = pytest.mark.proof

WEEKS: tuple[Week, ...] = (0, 4, 8, "last")
OURS = [item for item in definitions() if item["resourceType"] == "StructureDefinition" and item["kind"] == "resource"]

SNAPSHOT = r"Error generating Snapshot: Unable to resolve package id hl7\.fhir\.r4\.core#null"
# Every error and warning that is passed over, with the reason. One that is never met fails the test.
IGNORED = {
    SNAPSHOT: "the engine says it of every extension, those of US Core too (see below); it makes the snapshot when it "
    "uses one, as the planted defects show",
    r"CodeSystem is unknown and can't be validated: http://loinc\.org": "LOINC is not loaded: its content is not ours",
    r"CodeSystem is unknown and can't be validated: http://hl7\.org/fhir/sid/icd-10-cm": "ICD-10-CM is not loaded",
    r"CodeSystem 'http://snomed\.info/sct' is ignored/not-present": "SNOMED CT is not loaded",
    r"this\.codeSystem\" is null validating CodeableConcept": "a US Core binding over LOINC, preferred, without LOINC",
    r"UCUM Codes that contain human readable annotations": "{score} is the unit Person-Centered Outcomes asks for",
    r"US Core Goal Codes": "a goal is a sentence of the patient; the binding lets text stand without a code",
    r"US Core Procedure Codes": "our activities have no code there; theirs stands beside ours where one was verified",
    r"Observation Interpretation Codes": "a band of an instrument is none of these codes; the binding allows text",
    r"The Target Code System .* is not fully defined": "ICD-10-CM and the Omaha System are not loaded",
    r"ImplementationGuide/hl7\.fhir\.us\.(core|pco) doesn't point to an actual": "guides are named, not loaded as such",
    r"The questionnaire 'http://hl7\.org/fhir/us/pco/Questionnaire/44249-1' has no derivation type": "R4 cannot say",
}


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as a file."""
    place = tmp_path_factory.mktemp("package") / FILE_NAME
    place.write_bytes(build_package())
    return place


@pytest.fixture(scope="session")
def installed(judge_with: JudgeWith, package: Path) -> Judge:
    """HL7's engine with US Core 6.1.0, Person-Centered Outcomes and our package."""
    return judge_with(packages=(package,))


def weighty(issues: Iterable[Issue]) -> Iterator[Issue]:
    return (issue for issue in issues if issue.is_error or issue.severity == "warning")


def ignored(issue: Issue) -> str | None:
    return next((pattern for pattern in IGNORED if re.search(pattern, issue.message)), None)


def test_everything_in_the_package_is_valid_and_nothing_is_passed_over_without_a_reason(installed: Judge) -> None:
    """Examples are held against our profiles by name."""
    met, found = set(), []
    for resource in (*definitions(), *package_examples(), package_guide()):
        for issue in weighty(installed.judge(resource, *filter(None, [profile_of(resource)])).issues):
            pattern = ignored(issue)
            met.add(pattern)
            if pattern is None or (issue.is_error and (pattern != SNAPSHOT or resource.get("type") != "Extension")):
                found.append(f"{resource['resourceType']}/{resource['id']}: {issue.location}: {issue.message}")
    assert found == []
    assert met == set(IGNORED)


@pytest.mark.parametrize("name", ["us-core-race", "us-core-sex"])
def test_the_engine_complains_of_the_extensions_of_us_core_as_it_does_of_ours(installed: Judge, name: str) -> None:
    """So that the first line of the list above is a fact about the engine, and falls when the engine is mended."""
    with tarfile.open(published("ig/hl7.fhir.us.core-6.1.0.tgz")) as tar:
        file = tar.extractfile(f"package/StructureDefinition-{name}.json")
        definition = file.read() if file else b""
    assert [ignored(error) for error in installed.judge(definition).errors] == [SNAPSHOT]


def courses() -> Iterator[Iterable[JsonObject]]:
    yield written(EXAMPLE)
    yield written(FULL, EVERYTHING)
    yield from (written(case(name, week)) for name in "ABCD" for week in WEEKS)
    yield from (written(walk(variant.id)[-1]) for variant in variants().values() if variant.supported)


def refusals(judge: Judge, resources: Iterable[JsonObject]) -> list[str]:
    found = []
    for resource in resources:
        errors = judge.judge(resource, *filter(None, [profile_of(resource)])).errors
        found += [f"{resource['resourceType']}: {error.location}: {error.message}" for error in errors]
    return found


@pytest.mark.parametrize("version", ["6.1.0", "7.0.0", "8.0.0"])
def test_what_we_emit_is_valid_under_our_own_profiles(judge_with: JudgeWith, package: Path, version: str) -> None:
    judge = judge_with(us_core=version, packages=(package,))
    assert refusals(judge, each_once(courses())) == []


@given(episode=episodes())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_course_is_valid_under_our_own_profiles(installed: Judge, episode: Episode) -> None:
    assert refusals(installed, written(episode)) == []


@pytest.mark.parametrize("name", [variant.id for variant in variants().values() if variant.supported])
def test_a_proposal_made_from_the_protocol_is_valid(installed: Judge, name: str) -> None:
    work = [write_activity_definition(template) for template in activity_templates().values()]
    made = apply_protocol(
        write_plan_definition(variants()[name]),
        work,
        Writing(patient="alma"),
        date(2026, 1, 5),
        chosen=Chosen(areas=tuple(ProblemAreaCode), baselines={"44261-6": 17}),
    )
    for resource in made.resources.values():
        profiles = [*profiles_of(resource), *filter(None, [profile_of(resource)])]
        assert not installed.judge(resource, *profiles).errors


# Planted defects: each is no defect for US Core, and one for us.


def without(*path: str) -> Callable[[JsonObject], None]:
    def take(resource: Any) -> None:
        for step in path[:-1]:
            resource = resource[step][0] if isinstance(resource[step], list) else resource[step]
        del resource[path[-1]]

    return take


def second_area(goal: JsonObject) -> None:
    area = {"system": systems.IPT_PROBLEM_AREA, "code": ProblemAreaCode.GRIEF.value}
    goal["category"] += [{"coding": [area]}, {"coding": [{**area, "code": ProblemAreaCode.ROLE_TRANSITION.value}]}]


def scored(goal: JsonObject) -> None:
    goal["target"][0].pop("detailCodeableConcept", None)
    goal["target"][0] |= {"measure": {"text": "a score"}, "detailQuantity": {"value": 5}}


DEFECTS: dict[str, tuple[Callable[[JsonObject], None], ...]] = {
    systems.IPT_CAREPLAN: (
        without("instantiatesCanonical"),
        without("identifier"),
        without("title"),
        lambda plan: plan.update(intent="option"),
        lambda plan: plan["extension"].clear() or plan.pop("extension"),
    ),
    systems.IPT_PROM_GOAL: (without("target", "dueDate"), without("identifier"), second_area),
    systems.IPT_GAS_GOAL: (without("target", "dueDate"), without("identifier", "value"), second_area),
    systems.IPT_PLAIN_GOAL: (without("target"), scored),
    systems.IPT_ENTERED_SCORE: (
        without("basedOn"),
        without("identifier"),
        lambda score: score.update(derivedFrom=[{"reference": "QuestionnaireResponse/x"}]),
    ),
    systems.IPT_SCORE: (
        without("derivedFrom"),
        without("identifier"),
        lambda score: score["code"].update(coding=[{"system": systems.LOINC, "code": "8480-6"}]),
    ),
}


def test_every_profile_has_a_defect_planted() -> None:
    assert set(DEFECTS) == {item["url"] for item in OURS}


@pytest.mark.parametrize(
    ("profile", "number"), [(profile, number) for profile, found in DEFECTS.items() for number in range(len(found))]
)
def test_a_planted_defect_of_each_profile_is_found(installed: Judge, profile: str, number: int) -> None:
    example = next(item for item in package_examples() if profile_of(item) == profile)
    broken: JsonObject = rawjson.copy(example)
    broken["meta"]["profile"].remove(profile)
    DEFECTS[profile][number](broken)
    assert not installed.judge(broken).errors
    assert installed.judge(broken, profile).errors


def holders(url: str) -> Iterator[tuple[JsonObject, JsonObject]]:
    """Copies of the examples that hold the extension, each with the extension in it."""
    for example in package_examples():
        copy: JsonObject = rawjson.copy(example)
        yield from ((copy, found) for found in elements(copy) if found.get("url") == url)


def breakages(extension: Extension) -> Iterator[tuple[str, Callable[[JsonObject], None]]]:
    """Ways to break an extension: a part taken out, a code nobody knows, a value of another type."""
    for name, part in (extension.parts or {}).items():
        if part.least:
            yield f"no {name}", partial(lose, name)
        if part.value_set and not part.suggested:
            yield f"{name} unknown", partial(spoil_part, name, part)
    if extension.value and extension.value.value_set:
        yield "unknown", partial(spoil, extension.value)
    yield "another type", change_type


def part_of(extension: JsonObject, name: str) -> JsonObject:
    found: JsonObject = next(item for item in extension["extension"] if item["url"] == name)
    return found


def lose(name: str, extension: JsonObject) -> None:
    extension["extension"].remove(part_of(extension, name))


def spoil_part(name: str, part: Value, extension: JsonObject) -> None:
    spoil(part, part_of(extension, name))


def spoil(value: Value, holder: JsonObject) -> None:
    if value.type == "Coding":
        holder["valueCoding"]["code"] = "nope"
    else:
        holder["valueCode"] = "nope"


def change_type(extension: JsonObject) -> None:
    holder = extension["extension"][0] if "extension" in extension else extension
    for name in [name for name in holder if name.startswith("value")]:
        del holder[name]
    holder["valueMoney"] = {"value": 1}


@pytest.mark.parametrize("extension", EXTENSIONS, ids=lambda item: item.title)
def test_every_planted_defect_of_an_extension_is_found(installed: Judge, extension: Extension) -> None:
    missed = []
    for name, breakage in breakages(extension):
        for whole, found in holders(extension.url):
            if name.endswith("unknown") and not holds(found, name.removesuffix(" unknown")):
                continue
            breakage(found)
            if not installed.judge(whole).errors:
                missed.append(name)
            break
        else:
            missed.append(f"{name}: no example holds it")
    assert missed == []


def holds(extension: JsonObject, name: str) -> bool:
    return "extension" not in extension or any(item["url"] == name for item in extension["extension"])


@pytest.mark.parametrize("extension", EXTENSIONS, ids=lambda item: item.title)
def test_an_extension_in_a_place_it_is_not_meant_for_is_found(installed: Judge, extension: Extension) -> None:
    patient: JsonObject = next(item for item in package_examples() if item["resourceType"] == "Patient")
    _, found = next(holders(extension.url))
    assert not installed.judge(patient).errors
    assert installed.judge({**patient, "extension": [found]}).errors
