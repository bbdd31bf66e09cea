"""Goal <-> FHIR Goal, as the Person-Centered Outcomes guide 1.0.0 profiles it (PROM goal, GAS goal), or plain."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ipt_fhir import rawjson
from ipt_fhir.mapping import editing, narrative
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.goals import (
    Achievement,
    Comparator,
    ExpressedBy,
    Goal,
    GoalKind,
    GoalStatus,
    ScaleLevel,
    ScoreTarget,
)
from ipt_fhir.model.people import Person
from ipt_fhir.model.problem_areas import DisputeStage, ProblemAreaCode
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import concepts, systems
from ipt_fhir.terminology.scores import SCORES
from ipt_fhir.terminology.therapy import DISPUTE_STAGES

_OUR_MEASURES = {*SCORES, concepts.GAS_GOAL_MEASURE.code, concepts.DISPUTE_STAGE_MEASURE.code}
_LEVEL_OF = {concept.code: level for level, concept in concepts.GAS_LEVELS.items()}


def write_goal(goal: Goal, writing: Writing, therapist: Person | None, old: JsonObject) -> JsonObject:
    """The Goal resource; ``old`` is the server's copy (changed in place and returned), empty for a new one."""
    site = writing.site
    old.setdefault("resourceType", "Goal")
    editing.put_profile(old, systems.US_CORE_GOAL, writing.site)
    editing.put_identifier(old, goal.id)
    editing.put(old, "lifecycleStatus", goal.status.value)
    if goal.status_date:
        editing.put_date(old, "statusDate", goal.status_date)
    editing.put_concept(old, "achievementStatus", _achievement(goal, writing))
    editing.put_ours(old, "category", _categories(goal, writing), category_key)
    _put_description(old, goal.text)
    editing.put_reference(old, "subject", writing.subject)
    editing.put_date(old, "startDate", goal.start)
    _put_target(old, goal, writing)
    expressed = writing.subject if goal.expressed_by is ExpressedBy.PATIENT else _directory_entry(therapist)
    editing.put_reference(old, "expressedBy", expressed)
    template = {"valueCode": goal.template} if goal.template else None
    editing.put_extension(old, systems.EXTENSION_GOAL_TEMPLATE, template)
    editing.put_extensions(old, systems.EXTENSION_GAS, [_write_level(level, writing) for level in goal.levels])
    narrative.put_text(old, narrative.of_goal(goal, site), site)
    return old


def read_goal(resource: JsonObject) -> Goal:
    """The goal of one of our Goal resources, without its ratings: they are Observations of their own.

    Raises KeyError or ValueError when it lost what makes it a goal.
    """
    target = _our_target(resource)
    score = _read_target(target)
    scaled = concepts.GAS_GOAL_MEASURE.code in editing.codes_of(target.get("measure"), systems.LOINC)
    return Goal(
        id=editing.identifier_of(resource) or resource["id"],
        kind=GoalKind.PROM if score else GoalKind.GAS if scaled else GoalKind.PLAIN,
        text=resource["description"]["text"],
        template=_template(resource),
        area=_area(resource),
        status=GoalStatus(resource["lifecycleStatus"]),
        achievement=_read_achievement(resource.get("achievementStatus")),
        start=editing.required_date(resource["startDate"]),
        due=editing.required_date(target["dueDate"]),
        target=score,
        stage=_read_stage(target),
        status_date=editing.read_date(resource["statusDate"]) if "statusDate" in resource else None,
        levels=tuple(_read_level(item) for item in editing.extensions(resource, systems.EXTENSION_GAS)),
        expressed_by=_read_expressed_by(resource),
    )


def _directory_entry(person: Person | None) -> str | None:
    """A Practitioner; Goal.expressedBy takes no PractitionerRole (R4), so a role is left out."""
    target = person.reference if person else None
    return target if target and target.startswith("Practitioner/") else None


def _achievement(goal: Goal, writing: Writing) -> JsonObject | None:
    if goal.achievement is None:
        return None
    label = concepts.ACHIEVEMENTS[goal.achievement]
    concept = concepts.Concept(systems.GOAL_ACHIEVEMENT, goal.achievement.value, label)
    return editing.codeable(writing.site, concept)


def _categories(goal: Goal, writing: Writing) -> list[JsonObject]:
    domain = concepts.EMOTIONAL_HEALTH if goal.kind is GoalKind.PROM else concepts.SOCIAL_FUNCTIONING
    area = [concepts.PROBLEM_AREAS[goal.area]] if goal.area else []
    return [editing.codeable(writing.site, concept) for concept in (domain, *area)]


def category_key(category: JsonObject) -> str | None:
    """We own the one outcome domain and the one problem area; other categories belong to others."""
    for system in (systems.PCO_GOAL_DOMAINS, systems.IPT_PROBLEM_AREA):
        if editing.codes_of(category, system):
            return system
    return None


def _put_description(resource: JsonObject, wording: str) -> None:
    """The sentence; codings that others put beside it stay."""
    description = resource.setdefault("description", {})
    editing.put(description, "text", wording)


def place_of_target(resource: JsonObject) -> int:
    """Which target is ours: the one measured as our goals are, else the first without a measure, else a new one.

    Others may have put theirs before it.
    """
    targets = resource.get("target", [])
    ours = (index for index, target in enumerate(targets) if _is_measured_by_us(target))
    plain = (index for index, target in enumerate(targets) if "measure" not in target)
    return next(ours, next(plain, len(targets)))


def _is_measured_by_us(target: JsonObject) -> bool:
    codes = set(_codes(target))
    return bool(codes & _OUR_MEASURES)


def _our_target(resource: JsonObject) -> JsonObject:
    found: list[JsonObject] = resource.get("target", [])[place_of_target(resource) :]
    return found[0] if found else {}


def _put_target(resource: JsonObject, goal: Goal, writing: Writing) -> None:
    targets, place = list(resource.get("target", [])), place_of_target(resource)
    targets[place : place + 1] = [_write_target(goal, _our_target(resource), writing)]
    editing.put(resource, "target", targets)


def _write_target(goal: Goal, present: JsonObject, writing: Writing) -> JsonObject:
    target = rawjson.copy(present)
    measure = _measure(goal)
    editing.put_concept(target, "measure", editing.codeable(writing.site, measure) if measure else None)
    editing.put(target, "detailQuantity", _quantity(goal.target, target.get("detailQuantity")))
    stage = editing.codeable(writing.site, DISPUTE_STAGES[goal.stage]) if goal.stage else None
    editing.put_concept(target, "detailCodeableConcept", stage)
    editing.put_date(target, "dueDate", goal.due)
    written: JsonObject = target
    return written


def _measure(goal: Goal) -> concepts.Concept | None:
    """What the goal is measured by; a plain goal without a stage is reached or not."""
    if goal.target:
        return SCORES[goal.target.measure].concept
    if goal.stage:
        return concepts.DISPUTE_STAGE_MEASURE
    return concepts.GAS_GOAL_MEASURE if goal.kind is GoalKind.GAS else None


def _quantity(target: ScoreTarget | None, present: Any) -> JsonObject | None:
    if target is None:
        return None
    quantity = dict(present or {})
    editing.put(quantity, "value", target.value)
    editing.put(quantity, "comparator", target.comparator.value)
    editing.put(quantity, "unit", "{score}")
    editing.put(quantity, "system", systems.UCUM)
    editing.put(quantity, "code", "{score}")
    return quantity


def _read_stage(target: JsonObject) -> DisputeStage | None:
    codes = editing.codes_of(target.get("detailCodeableConcept"), systems.IPT_DISPUTE_STAGE)
    return DisputeStage(codes[0]) if codes else None


def _read_target(target: JsonObject) -> ScoreTarget | None:
    measures = [code for code in _codes(target) if code in SCORES]
    quantity = target.get("detailQuantity")
    if not measures or not quantity:
        return None
    value = rawjson.number(quantity["value"])
    return ScoreTarget(measure=measures[0], comparator=Comparator(quantity["comparator"]), value=Decimal(value))


def _codes(target: JsonObject) -> list[str]:
    return [
        code
        for system in (systems.LOINC, systems.IPT_GOAL_MEASURE)
        for code in editing.codes_of(target.get("measure"), system)
    ]


def _write_level(level: ScaleLevel, writing: Writing) -> JsonObject:
    code = editing.coding(concepts.GAS_LEVELS[level.level], writing.site)
    return {
        "extension": [{"url": "level", "valueCoding": code}, {"url": "progressText", "valueString": level.text}],
    }


def _read_level(extension: JsonObject) -> ScaleLevel:
    found = editing.parts(extension)
    return ScaleLevel(level=_LEVEL_OF[found["level"]["code"]], text=found["progressText"])


def _template(resource: JsonObject) -> str | None:
    found = editing.extensions(resource, systems.EXTENSION_GOAL_TEMPLATE)
    return str(editing.value_of(found[0])) if found else None


def _area(resource: JsonObject) -> ProblemAreaCode | None:
    codes = [
        code
        for category in resource.get("category", [])
        for code in editing.codes_of(category, systems.IPT_PROBLEM_AREA)
    ]
    return ProblemAreaCode(codes[0]) if codes else None


def _read_achievement(concept: Any) -> Achievement | None:
    codes = editing.codes_of(concept, systems.GOAL_ACHIEVEMENT)
    return Achievement(codes[0]) if codes else None


def _read_expressed_by(resource: JsonObject) -> ExpressedBy:
    target = editing.target_of(resource.get("expressedBy")) or ""
    return ExpressedBy.PATIENT if target.startswith("Patient/") else ExpressedBy.THERAPIST
