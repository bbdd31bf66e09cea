"""Our profiles of CarePlan, Goal and Observation, as differentials on US Core 6.1.0 and Person-Centered Outcomes 1.0.0.

The definitions they build on are named without a version, so that they hold under US Core 7.0.0 and 8.0.0 too
(decision-D6); the package depends on the versions we judge by.
"""

from __future__ import annotations

from collections.abc import Iterator

from ipt_fhir.mapping.publication import heading
from ipt_fhir.profiles.foreign_codes import SCORE_CODES
from ipt_fhir.profiles.vocabulary import value_set_of
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import concepts, systems

_ANNOTATION = "CarePlan.activity.progress"


def profile_definitions() -> Iterator[JsonObject]:
    """R4 StructureDefinition of each profile."""
    yield _profile(
        systems.IPT_CAREPLAN,
        "IPT CarePlan",
        "One course of Interpersonal Psychotherapy: variant, contract, phase, focus, goals, work and sessions held.",
        systems.US_CORE_CAREPLAN,
        _of_plan(),
    )
    yield _profile(
        systems.IPT_PROM_GOAL,
        "IPT goal with a score",
        "A goal that names a score to reach.",
        systems.PCO_PROM_GOAL,
        _of_score_goal(),
    )
    yield _profile(
        systems.IPT_GAS_GOAL,
        "IPT goal with a scale",
        "A goal with five described levels (Goal Attainment Scaling).",
        systems.PCO_GAS_GOAL,
        _of_scaled_goal(),
    )
    yield _profile(
        systems.IPT_PLAIN_GOAL,
        "IPT goal, reached or not",
        "A goal without score and scale: it is reached or not, or a role dispute is to reach a stage.",
        systems.PCO_GOAL,
        _of_plain_goal(),
    )
    yield _profile(
        systems.IPT_SCORE,
        "IPT score",
        "The total of a completed questionnaire. An incomplete one has no total, so there is no such Observation.",
        systems.PCO_PROM_SCORE,
        _of_score(),
    )
    yield _profile(
        systems.IPT_ENTERED_SCORE,
        "IPT score entered by hand",
        "A total that somebody read off a sheet whose texts are not ours to ship. It is derived from nothing.",
        systems.PCO_PROM_SCORE,
        _of_entered_score(),
    )


def _profile(url: str, title: str, description: str, base: str, elements: Iterator[JsonObject]) -> JsonObject:
    written = list(elements)
    return {
        **heading("StructureDefinition", url.rsplit("/", 1)[1], title, description),
        "fhirVersion": "4.0.1",
        "kind": "resource",
        "abstract": False,
        "type": written[0]["path"],
        "baseDefinition": base,
        "derivation": "constraint",
        "differential": {"element": written},
    }


def _of_plan() -> Iterator[JsonObject]:
    intent = {
        "key": "ipt-plan-1",
        "severity": "error",
        "human": "A course is a plan; what the protocol proposes is a proposal.",
        "expression": "intent = 'plan' or intent = 'proposal'",
    }
    definition = {
        "key": "ipt-plan-2",
        "severity": "error",
        "human": "The plan names the protocol of its variant.",
        "expression": f"instantiatesCanonical.where(startsWith('{systems.PLAN_DEFINITION}/')).exists()",
    }
    yield {"id": "CarePlan", "path": "CarePlan", "constraint": [intent, definition]}
    yield from _extensions(
        "CarePlan.extension",
        ("phase", systems.EXTENSION_PHASE, 1, "1"),
        ("contract", systems.EXTENSION_CONTRACT, 0, "1"),
        ("problemArea", systems.EXTENSION_PROBLEM_AREA, 0, "2"),
        ("setting", systems.EXTENSION_SETTING, 0, "1"),
        ("ending", systems.EXTENSION_ENDING, 0, "1"),
    )
    yield from _identifier("CarePlan")
    yield _element("CarePlan.instantiatesCanonical", min=1, mustSupport=True)
    yield {
        "id": "CarePlan.category:planType",
        "path": "CarePlan.category",
        "sliceName": "planType",
        "short": "Mental health care plan, where the site sends SNOMED CT",
        "min": 0,
        "max": "1",
        "patternCodeableConcept": _pattern(concepts.MENTAL_HEALTH_CARE_PLAN),
    }
    yield _element("CarePlan.title", min=1)
    yield _element("CarePlan.period", min=1, mustSupport=True)
    yield _element("CarePlan.period.start", min=1)
    yield _element("CarePlan.goal", mustSupport=True)
    yield _element("CarePlan.activity", mustSupport=True)
    yield from _extensions(f"{_ANNOTATION}.extension", ("session", systems.EXTENSION_SESSION, 0, "1"))


def _of_score_goal() -> Iterator[JsonObject]:
    yield from _of_any_goal()
    yield _element("Goal.target", min=1, max="1")
    yield _element("Goal.target.measure", min=1, binding={"strength": "required", "valueSet": SCORE_CODES})
    yield _element("Goal.target.due[x]", min=1, type=[{"code": "date"}])


def _of_scaled_goal() -> Iterator[JsonObject]:
    yield from _of_any_goal()
    yield _element("Goal.target", min=1)
    yield _element("Goal.target.measure", min=1)
    yield _element("Goal.target.due[x]", min=1, type=[{"code": "date"}])


def _of_plain_goal() -> Iterator[JsonObject]:
    scored = {
        "key": "ipt-goal-1",
        "severity": "error",
        "human": "A plain goal has neither a score nor a scale.",
        "expression": "target.detail.ofType(Quantity).empty() and target.measure.coding.where("
        f"system = '{concepts.GAS_GOAL_MEASURE.system}' and code = '{concepts.GAS_GOAL_MEASURE.code}').empty()",
    }
    root, *others = _of_any_goal()
    yield {**root, "constraint": [scored]}
    yield from others
    yield _element("Goal.target", min=1)
    yield _element("Goal.target.due[x]", min=1, type=[{"code": "date"}])


def _of_any_goal() -> Iterator[JsonObject]:
    yield {"id": "Goal", "path": "Goal"}
    yield from _extensions("Goal.extension", ("template", systems.EXTENSION_GOAL_TEMPLATE, 0, "1"))
    yield from _identifier("Goal")
    yield {
        "id": "Goal.category:problemArea",
        "path": "Goal.category",
        "sliceName": "problemArea",
        "short": "The problem area the goal belongs to",
        "min": 0,
        "max": "1",
        "binding": {"strength": "required", "valueSet": value_set_of(systems.IPT_PROBLEM_AREA)},
    }
    yield _element("Goal.description.text", min=1)


def _of_score() -> Iterator[JsonObject]:
    yield from _of_any_score()
    yield _element("Observation.derivedFrom", min=1, mustSupport=True)


def _of_entered_score() -> Iterator[JsonObject]:
    yield from _of_any_score(_element("Observation.basedOn", min=1, mustSupport=True))
    yield _element("Observation.derivedFrom", max="0")


def _of_any_score(*first: JsonObject) -> Iterator[JsonObject]:
    """Elements in the order of the resource; ``first`` stand before the code."""
    yield {"id": "Observation", "path": "Observation"}
    yield from _identifier("Observation")
    yield from first
    yield _element("Observation.code", binding={"strength": "required", "valueSet": SCORE_CODES})
    yield _element("Observation.value[x]", min=1, type=[{"code": "Quantity"}], mustSupport=True)
    yield _element("Observation.value[x].value", min=1)
    yield _element("Observation.value[x].code", min=1, patternCode="{score}")
    yield _element("Observation.dataAbsentReason", max="0")


def _identifier(kind: str) -> Iterator[JsonObject]:
    """The slice for our identifier, by its system."""
    path = f"{kind}.identifier"
    slicing = {"discriminator": [{"type": "value", "path": "system"}], "rules": "open"}
    yield {"id": path, "path": path, "slicing": slicing, "min": 1}
    yield {
        "id": f"{path}:ipt",
        "path": path,
        "sliceName": "ipt",
        "short": "A UUID without any patient data, by which the artefact is found again",
        "min": 1,
        "max": "1",
        "mustSupport": True,
    }
    yield {"id": f"{path}:ipt.system", "path": f"{path}.system", "min": 1, "fixedUri": systems.IDENTIFIER}
    yield {"id": f"{path}:ipt.value", "path": f"{path}.value", "min": 1}


def _extensions(path: str, *slices: tuple[str, str, int, str]) -> Iterator[JsonObject]:
    slicing = {"discriminator": [{"type": "value", "path": "url"}], "ordered": False, "rules": "open"}
    yield {"id": path, "path": path, "slicing": slicing, "min": sum(least for _, _, least, _ in slices)}
    for name, url, least, most in slices:
        yield {
            "id": f"{path}:{name}",
            "path": path,
            "sliceName": name,
            "min": least,
            "max": most,
            "type": [{"code": "Extension", "profile": [url]}],
        }


def _element(path: str, **facts: object) -> JsonObject:
    return {"id": path, "path": path, **facts}


def _pattern(concept: concepts.Concept) -> JsonObject:
    return {"coding": [{"system": concept.system, "code": concept.code}]}
