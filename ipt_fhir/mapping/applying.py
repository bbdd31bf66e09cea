"""The protocol applied to one patient, without a server: ``$apply`` for PlanDefinitions of ours, into a proposal.

R4 PlanDefinition operation ``$apply`` (http://hl7.org/fhir/R4/plandefinition-operation-apply.html): "the result of this
operation is a CarePlan resource", with a Goal for each goal that fits and a request resource for each action with a
definition, made by the ActivityDefinition operation of the same name. Actions whose ``precheckBehavior`` is no are
choices, and are not made. Nothing is evaluated: what would need an expression is refused (decision-D18b).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

from ipt_fhir.locale.texts import N_, text
from ipt_fhir.mapping import editing
from ipt_fhir.mapping.apply_refusals import CannotApply, check_activity, check_plan
from ipt_fhir.mapping.episode import to_fhir
from ipt_fhir.mapping.plandefinition import read_plan_definition
from ipt_fhir.mapping.references import Writing
from ipt_fhir.mapping.timing import pace
from ipt_fhir.model.activities import COURSE, Activity, ActivityStatus
from ipt_fhir.model.episode import Contract, Episode
from ipt_fhir.model.goals import Goal
from ipt_fhir.model.people import Person
from ipt_fhir.model.problem_areas import ProblemAreaCode
from ipt_fhir.model.sessions import Phase
from ipt_fhir.protocol.activities import ActivityTemplate
from ipt_fhir.protocol.catalogue import goal_templates, work_words
from ipt_fhir.protocol.goal_refusals import GoalRefused
from ipt_fhir.protocol.goals import GoalTemplate, propose_goal
from ipt_fhir.protocol.pace import day_of_session
from ipt_fhir.protocol.variants import Variant
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems

_NAMESPACE = uuid.UUID("4c1f6ab2-9d35-5e0e-8a77-1b2f5c8e9d06")
_OTHER_AREA = N_("It belongs to a problem area that is not chosen.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What is decided already: problem areas, and first totals by the code of the score. Some goals need them."""

    areas: tuple[ProblemAreaCode, ...] = ()
    baselines: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Resources by key, and in ``left_out`` the reason for each goal that was not proposed, by id of its template."""

    resources: Mapping[str, JsonObject]
    left_out: Mapping[str, str]


NOTHING_CHOSEN = Chosen()


def apply_protocol(
    plan: JsonObject,
    definitions: Iterable[JsonObject],
    writing: Writing,
    start: date,
    *,
    author: Person | None = None,
    chosen: Chosen = NOTHING_CHOSEN,
) -> Proposal:
    """A proposal from a PlanDefinition of ours and its ActivityDefinitions, for the patient of ``writing``.

    ``start`` is the day of the first session. Keys follow from plan, patient and start, so the same call gives the same
    proposal. Raises CannotApply.
    """
    check_plan(plan)
    work = {_canonical(item): check_activity(item) for item in definitions}
    variant = _variant_of(plan)
    key = _key(f"{_canonical(plan)}/{writing.subject}/{start}")
    made = list(_activities(plan, variant, work, key, start))
    goals, left_out = _goals(plan, partial(_propose, key, _limits(variant, start), chosen, writing.site.language))
    episode = Episode(
        id=key,
        variant=variant.id,
        phase=Phase.MAINTENANCE if variant.only_maintenance else Phase.INITIAL,
        started=start,
        therapist=author,
        goals=goals,
        activities=tuple(activity for activity, _ in made),
    )
    sources = {key: _canonical(plan)} | {activity.id: source for activity, source in made}
    resources = to_fhir(episode, writing)
    for name, resource in resources.items():
        _mark(resource, sources.get(name), variant, start)
    return Proposal(resources=resources, left_out=left_out)


def _variant_of(plan: JsonObject) -> Variant:
    try:
        variant = read_plan_definition(plan)
    except (KeyError, ValueError, TypeError, IndexError, StopIteration, AttributeError) as wrong:
        raise CannotApply("PlanDefinition", f"it is not as we write it ({type(wrong).__name__}: {wrong})") from wrong
    if variant.not_supported_yet is not None:
        raise CannotApply("PlanDefinition.usage", variant.not_supported_yet)
    return variant


def _limits(variant: Variant, start: date) -> Contract:
    """The contract the protocol has in mind: it bounds due dates, and is agreed by nobody yet."""
    return Contract(
        sessions=variant.sessions,
        frequency=variant.frequency,
        minutes=variant.minutes,
        agreed_on=start,
        ends_on=day_of_session(start, variant.sessions, variant.frequency),
    )


def _activities(
    plan: JsonObject, variant: Variant, work: Mapping[str, ActivityTemplate], key: str, start: date
) -> Iterator[tuple[Activity, str]]:
    """The activity of each prechecked action, with the canonical of its definition."""
    for phase in plan["action"][0]["action"]:
        for action in phase.get("action", []):
            source = action.get("definitionCanonical")
            if source is None or action.get("precheckBehavior") != "yes":
                continue
            if source not in work:
                raise CannotApply(f"action {action['id']}", f"its definition {source} is not among those given")
            due = None if work[source].id == COURSE else _due(action, phase, start)
            yield _activity(work[source], variant, _key(f"{key}/{action['id']}"), due), source


def _activity(template: ActivityTemplate, variant: Variant, key: str, due: date | None) -> Activity:
    return Activity(
        id=key,
        kind=template.kind,
        code=template.id,
        text=work_words(template, variant),
        status=ActivityStatus.PROPOSED,
        due=due,
        owner=template.owner,
    )


def _due(action: JsonObject, phase: JsonObject, start: date) -> date | None:
    """By the action's own timing, else the last day of its phase; work before the course by its first session."""
    if "timingDuration" in action:
        return start + timedelta(days=action["timingDuration"]["value"])
    if "timingRange" in phase:
        return start + timedelta(days=phase["timingRange"]["high"]["value"])
    return start if phase["id"] == Phase.SUITABILITY.value else None


def _goals(plan: JsonObject, propose: Callable[[GoalTemplate], Goal | str]) -> tuple[tuple[Goal, ...], dict[str, str]]:
    """The goals that can be proposed, and the reasons for the others."""
    templates = [_template_of(entry) for entry in plan.get("goal", [])]
    made = {template.id: propose(template) for template in templates}
    goals = tuple(item for item in made.values() if isinstance(item, Goal))
    return goals, {name: item for name, item in made.items() if isinstance(item, str)}


def _propose(key: str, limits: Contract, chosen: Chosen, language: str, template: GoalTemplate) -> Goal | str:
    """The goal, or in words why there is none."""
    if template.area and template.area not in chosen.areas:
        return text(_OTHER_AREA, language)
    goal_id, first = _key(f"{key}/{template.id}"), chosen.baselines.get(template.measure)
    try:
        return propose_goal(template, goal_id, limits.agreed_on, baseline=first, contract=limits, language=language)
    except GoalRefused as refused:
        return text(refused.msgid, language, **refused.values)


def _template_of(entry: JsonObject) -> GoalTemplate:
    codes = [editing.value_of(item) for item in editing.extensions(entry, systems.EXTENSION_GOAL_TEMPLATE)]
    if len(codes) != 1 or codes[0] not in goal_templates():
        raise CannotApply("PlanDefinition.goal", f"goal {entry.get('id')} is none of this version")
    return goal_templates()[codes[0]]


def _mark(resource: JsonObject, source: str | None, variant: Variant, start: date) -> None:
    """Say that it is a proposal, and what it was made from."""
    kind, limits = resource["resourceType"], _limits(variant, start)
    if kind == "Goal":
        return
    resource["intent"] = "proposal"
    resource["instantiatesCanonical"] = source if kind == "Task" else [source]
    if kind == "CarePlan":
        resource["period"]["end"] = limits.ends_on.isoformat()
    elif COURSE in editing.codes_of(resource.get("code"), systems.IPT_ACTIVITY):
        bounds = {"start": start.isoformat(), "end": limits.ends_on.isoformat()}
        resource["quantityQuantity"] = {"value": variant.sessions, "unit": "session"}
        resource["occurrenceTiming"] = {"repeat": {"boundsPeriod": bounds, **pace(variant.frequency)}}


def _canonical(definition: JsonObject) -> str:
    return f"{definition.get('url', '')}|{definition.get('version', '')}"


def _key(name: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, name))
