"""Our code systems, each with its value set: codes and displays from the tables of the code, sentences from a file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files

from msgspec import Struct, convert

from ipt_fhir.instruments.catalogue import instruments
from ipt_fhir.locale.texts import N_, text
from ipt_fhir.mapping import careteam, safety
from ipt_fhir.mapping.publication import heading
from ipt_fhir.model.activities import OTHER
from ipt_fhir.model.goals import GoalKind
from ipt_fhir.protocol.catalogue import activity_templates, goal_templates, variants
from ipt_fhir.protocol.goals import GoalTemplate
from ipt_fhir.protocol.variants import Variant
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import concepts, form_words, plan_words, scores, systems, therapy
from ipt_fhir.terminology.concepts import Concept
from ipt_fhir.terminology.roles import ROLES

_LANGUAGES = ("de",)
"""Languages of designations; there is no Spanish catalogue yet."""

_MEASURED = {
    GoalKind.PROM: "a score to reach",
    GoalKind.GAS: "five described levels",
    GoalKind.PLAIN: "reached or not",
}


class _Words(Struct, frozen=True, forbid_unknown_fields=True):
    """A section of ``definitions.toml``: what a code system is about, and a sentence for each code."""

    title: str
    description: str
    codes: dict[str, str] = {}


class UndefinedCode(LookupError):
    """A code of ours has no sentence in ``definitions.toml``. The fault is with whoever added the code."""

    def __init__(self, system: str, code: str) -> None:
        super().__init__(f"{code} of {system} has no definition; write one sentence into profiles/definitions.toml")


def systems_of_ours() -> dict[str, tuple[Concept, ...]]:
    """Every code system we publish with its concepts, by canonical address, in the order of the addresses."""
    found: dict[str, list[Concept]] = {}
    for concept in _concepts():
        if concept.system.startswith(systems.CANONICAL_BASE):
            found.setdefault(concept.system, []).append(concept)
    return {system: tuple(found[system]) for system in sorted(found)}


def code_systems() -> Iterator[JsonObject]:
    """R4 CodeSystem resources, complete and case-sensitive."""
    for system, held in systems_of_ours().items():
        name = _name(system)
        words = _words()[name]
        yield {
            **heading("CodeSystem", name, words.title, words.description),
            "caseSensitive": True,
            "valueSet": value_set_of(system),
            "content": "complete",
            "count": len(held),
            "concept": [_concept(concept, definition_of(concept)) for concept in held],
        }


def value_sets() -> Iterator[JsonObject]:
    """R4 ValueSet resources: all codes of each of our systems."""
    for system in systems_of_ours():
        words = _words()[_name(system)]
        yield {
            **heading("ValueSet", _name(system), words.title, words.description),
            "immutable": False,
            "compose": {"include": [{"system": system}]},
        }


def value_set_of(system: str) -> str:
    """The canonical address of the value set that holds all codes of one of our systems."""
    return f"{systems.VALUE_SET}/{_name(system)}"


def definition_of(concept: Concept) -> str:
    """The sentence that defines a code of ours. Raises UndefinedCode."""
    if concept.system == systems.IPT_VARIANT:
        return _sentence_of_variant(variants()[concept.code])
    if concept.system == systems.IPT_GOAL_TEMPLATE:
        return _sentence_of_goal(goal_templates()[concept.code])
    try:
        return _words()[_name(concept.system)].codes[concept.code]
    except KeyError:
        raise UndefinedCode(concept.system, concept.code) from None


def _concepts() -> Iterator[Concept]:
    for table in _tables():
        yield from table
    yield from (score.concept for score in scores.SCORES.values())
    yield from (concepts.DISPUTE_STAGE_MEASURE, concepts.WORRYING_ANSWER)
    yield from _answers()
    yield from (Concept(systems.IPT_VARIANT, item.id, item.title) for item in variants().values())
    yield from (Concept(systems.IPT_ACTIVITY, item.id, item.text) for item in activity_templates().values())
    yield from (safety.REVIEW, safety.ACT_TAKEN, Concept(systems.IPT_ACTIVITY, OTHER, N_("Other work")))
    yield from (Concept(systems.IPT_GOAL_TEMPLATE, item.id, item.text) for item in goal_templates().values())


def _tables() -> Iterator[Iterable[Concept]]:
    for of_concepts in (concepts.PROBLEM_AREAS, concepts.PHASES, concepts.SAFETY_ACTS, ROLES):
        yield of_concepts.values()
    for of_therapy in (therapy.SESSION_KINDS, therapy.TECHNIQUES, therapy.DISPUTE_STAGES, therapy.RINGS):
        yield of_therapy.values()
    for of_course in (therapy.OUTCOMES, therapy.TERMINATION_REASONS, therapy.DISPOSITIONS, therapy.SETTINGS):
        yield of_course.values()
    for of_care in (therapy.CONSENTS, therapy.MESSAGES, therapy.FREQUENCIES, therapy.FIDELITY_ITEMS):
        yield of_care.values()
    for of_plan in (plan_words.ATTENDANCES, plan_words.SESSION_MODES, plan_words.RANKS, plan_words.PROPOSERS):
        yield of_plan.values()
    yield from (plan_words.ARTEFACTS.values(), plan_words.OFF_TRACK_REASONS.values())
    for of_inventory in (form_words.CONTACTS, form_words.CONFIDINGS, form_words.SUPPORTS, form_words.MOOD_LINKS):
        yield of_inventory.values()
    yield from (form_words.CONFLICTS, form_words.FIDELITY_MARKS, form_words.FITS, form_words.COMPANY)
    yield from (form_words.MISSED_SESSIONS, form_words.WHOSE)
    yield (careteam.THERAPIST, careteam.SUPERVISOR)


def _answers() -> Iterable[Concept]:
    """The answers of our own code system that the instruments offer, each once, in the order of the forms."""
    items = (item for found in instruments().values() for item in found.items)
    options = (option for item in items for option in item.options if option.system == systems.IPT_ANSWER)
    return dict.fromkeys(Concept(option.system, option.code, option.display) for option in options)


def _concept(concept: Concept, definition: str) -> JsonObject:
    written: JsonObject = {"code": concept.code, "display": concept.label, "definition": definition}
    translated = ((language, text(concept.label, language)) for language in _LANGUAGES)
    others = [{"language": language, "value": words} for language, words in translated if words != concept.label]
    return {**written, "designation": others} if others else written


def _sentence_of_goal(template: GoalTemplate) -> str:
    area = f" for {concepts.PROBLEM_AREAS[template.area].label.lower()}" if template.area else ""
    return f"Template {template.id}{area}: {_MEASURED[template.kind]}, due by week {template.week} of the treatment."


def _sentence_of_variant(variant: Variant) -> str:
    what = f"{variant.format.value} sessions of {variant.minutes} minutes"
    counted = f"{variant.title}: {variant.sessions} {what}, {variant.frequency.value}"
    if variant.only_maintenance:
        return f"{counted}, after an acute course."
    middle = variant.sessions - variant.initial - variant.ending
    split = f"{variant.initial} in the initial, {middle} in the middle and {variant.ending} in the ending phase"
    return f"{counted}; {split}."


@cache
def _words() -> dict[str, _Words]:
    table = tomllib.loads((files(__package__) / "definitions.toml").read_text("utf-8"))
    return convert(table, dict[str, _Words])


def _name(system: str) -> str:
    return system.rsplit("/", 1)[1]
