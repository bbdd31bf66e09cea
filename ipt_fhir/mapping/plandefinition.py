"""A variant of IPT <-> R4 PlanDefinition: the canonical that ``CarePlan.instantiatesCanonical`` names."""

from __future__ import annotations

from collections.abc import Iterable

from ipt_fhir.instruments.catalogue import instruments
from ipt_fhir.mapping import editing
from ipt_fhir.mapping.plan_actions import SESSIONS, extra_of, write_course
from ipt_fhir.mapping.publication import heading
from ipt_fhir.mapping.timing import read_pace, weeks
from ipt_fhir.model.episode import Setting
from ipt_fhir.model.goals import GoalKind
from ipt_fhir.model.sessions import Phase, SessionKind
from ipt_fhir.protocol.catalogue import goal_templates
from ipt_fhir.protocol.goals import GoalTemplate
from ipt_fhir.protocol.variants import Ages, ExtraSessions, Format, Maintenance, Variant
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import concepts, systems
from ipt_fhir.terminology.concepts import Concept
from ipt_fhir.terminology.scores import SCORES
from ipt_fhir.terminology.therapy import DISPUTE_STAGES, SETTINGS

_FROM_MEMORY = "recalled"
"""The label of a remark on facts that were not read in the cited source."""


def write_plan_definition(variant: Variant) -> JsonObject:
    """The PlanDefinition of a variant; one that is not supported yet is a draft and says why."""
    title = f"Protocol: {variant.title}"
    status = "active" if variant.supported else "draft"
    description = f"What a course of this form of Interpersonal Psychotherapy consists of. {variant.title}."
    written = heading("PlanDefinition", variant.id, title, description, status)
    kind = {"system": systems.PLAN_DEFINITION_TYPE, "code": "clinical-protocol"}
    written["type"] = {"coding": [kind]}
    if variant.not_supported_yet:
        written["usage"] = variant.not_supported_yet
    written["useContext"] = _contexts(variant)
    written["topic"] = [{"coding": [{"system": systems.SNOMED_CT, "code": concepts.IPT.code}], "text": variant.family}]
    written["relatedArtifact"] = _artifacts(variant)
    written["goal"] = [_goal(item) for item in goal_templates().values() if item.available]
    written["action"] = [write_course(variant)]
    return written


def read_plan_definition(resource: JsonObject) -> Variant:
    """The variant a PlanDefinition of ours was written from. Raises KeyError or ValueError when it is none of ours."""
    course = resource["action"][0]
    limits = course["timingTiming"]["repeat"]
    phases = {action["id"]: action for action in course["action"]}
    counts = {phase: _sessions_in(phases[phase.value]) for phase in Phase if phase.value in phases}
    acute = sum(counts[phase] for phase in (Phase.INITIAL, Phase.MIDDLE, Phase.TERMINATION))
    recalled = [item["display"] for item in resource["relatedArtifact"] if item.get("label") == _FROM_MEMORY]
    return Variant(
        id=resource["url"].rsplit("/", 1)[1],
        family=resource["topic"][0]["text"],
        title=course["title"],
        sessions=acute or counts[Phase.MAINTENANCE],
        least=limits["count"],
        most=limits.get("countMax", limits["count"]),
        minutes=limits["duration"],
        initial=counts[Phase.INITIAL],
        ending=counts[Phase.TERMINATION],
        format=_read_format(phases.values()),
        frequency=read_pace(limits),
        only_maintenance=not acute,
        extras=_read_extras(course),
        maintenance=_read_maintenance(phases[Phase.MAINTENANCE.value]) if acute else None,
        activities=tuple(_named_work(course)),
        measures=tuple(item["label"] for item in resource["relatedArtifact"] if item["type"] == "depends-on"),
        ages=_read_ages(resource),
        settings=tuple(
            Setting(code)
            for item in resource["useContext"]
            for code in editing.codes_of(item.get("valueCodeableConcept"), systems.IPT_SETTING)
        ),
        source=next(item["citation"] for item in resource["relatedArtifact"] if item["type"] == "citation"),
        checked=not recalled,
        recalled=recalled[0] if recalled else None,
        not_supported_yet=resource.get("usage"),
    )


def _contexts(variant: Variant) -> list[JsonObject]:
    ages: JsonObject = {"low": _years(variant.ages.least)}
    if variant.ages.most is not None:
        ages["high"] = _years(variant.ages.most)
    written: list[JsonObject] = [{"code": _context("age"), "valueRange": ages}]
    venues = (_concept(SETTINGS[setting]) for setting in variant.settings)
    return written + [{"code": _context("venue"), "valueCodeableConcept": venue} for venue in venues]


def _artifacts(variant: Variant) -> list[JsonObject]:
    """The source, what of it was not read, and the measures by id, with the Questionnaire where it is here."""
    written: list[JsonObject] = [{"type": "citation", "citation": variant.source}]
    if variant.recalled:
        written.append({"type": "documentation", "label": _FROM_MEMORY, "display": variant.recalled})
    for measure in variant.measures:
        found = instruments().get(measure)
        form = f"{found.canonical}|{found.version}" if found and found.publishable else None
        place = {"resource": form} if form else {"display": "Not in this package."}
        written.append({"type": "depends-on", "label": measure, **place})
    return written


def _goal(template: GoalTemplate) -> JsonObject:
    written: JsonObject = {
        "id": template.id,
        "extension": [{"url": systems.EXTENSION_GOAL_TEMPLATE, "valueCode": template.id}],
        "description": {"text": template.text},
    }
    if template.area:
        written["addresses"] = [_concept(concepts.PROBLEM_AREAS[template.area])]
    return {**written, "target": [{**_measure(template), "due": weeks(template.week)}]}


def _measure(template: GoalTemplate) -> JsonObject:
    """What is measured and, where the template says it, what is to be reached."""
    if template.stage:
        stage = _concept(DISPUTE_STAGES[template.stage])
        return {"measure": _concept(concepts.DISPUTE_STAGE_MEASURE), "detailCodeableConcept": stage}
    if template.kind is GoalKind.GAS:
        return {"measure": _concept(concepts.GAS_GOAL_MEASURE)}
    if template.kind is GoalKind.PLAIN or template.comparator is None:
        return {}
    measured: JsonObject = {"measure": _concept(SCORES[template.measure].concept)}
    if isinstance(template.value, int):
        unit = {"unit": "{score}", "system": systems.UCUM, "code": "{score}"}
        measured["detailQuantity"] = {"value": template.value, "comparator": template.comparator.value, **unit}
    return measured


def _sessions_in(phase: JsonObject) -> int:
    found = [item for item in phase["action"] if item["id"].startswith(SESSIONS)]
    return int(found[0]["timingTiming"]["repeat"]["count"]) if found else 0


def _read_format(phases: Iterable[JsonObject]) -> Format:
    held = (item for phase in phases for item in phase.get("action", []) if item["id"].startswith(SESSIONS))
    kinds = {code for item in held for code in editing.codes_of(item["code"][0], systems.IPT_SESSION_TYPE)}
    return Format.GROUP if SessionKind.GROUP.value in kinds else Format.INDIVIDUAL


def _read_extras(course: JsonObject) -> tuple[ExtraSessions, ...]:
    after: dict[SessionKind, list[int]] = {}
    for action in course["action"]:
        found = extra_of(action)
        if found:
            after.setdefault(found[0], []).append(found[1])
    return tuple(
        ExtraSessions(kind=kind, sessions=len(numbers), after=tuple(numbers)) for kind, numbers in after.items()
    )


def _read_maintenance(phase: JsonObject) -> Maintenance | None:
    found = [item for item in phase["action"] if item["id"].startswith(SESSIONS)]
    if not found:
        return None
    repeated = found[0]["timingTiming"]["repeat"]
    until = found[0]["description"].removeprefix("Until ").removesuffix(".")
    return Maintenance(sessions=repeated["count"], frequency=read_pace(repeated), until=until)


def _named_work(course: JsonObject) -> list[str]:
    work = (item for group in course["action"] for item in group.get("action", []))
    return [item["id"] for item in work if item.get("requiredBehavior") == "must"]


def _read_ages(resource: JsonObject) -> Ages:
    band = next(item["valueRange"] for item in resource["useContext"] if "valueRange" in item)
    return Ages(least=band["low"]["value"], most=band["high"]["value"] if "high" in band else None)


def _context(code: str) -> JsonObject:
    return {"system": systems.USAGE_CONTEXT, "code": code}


def _years(number: int) -> JsonObject:
    return {"value": number, "unit": "years", "system": systems.UCUM, "code": "a"}


def _concept(concept: Concept) -> JsonObject:
    """A concept to look for; displays of LOINC and SNOMED CT are their owners'."""
    coding = {"system": concept.system, "code": concept.code}
    return {"coding": [{**coding, "display": concept.label}] if systems.is_ours(concept.system) else [coding]}
