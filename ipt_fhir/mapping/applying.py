"""The protocol applied to one patient, without a server: ``$apply`` for PlanDefinitions of ours, into a proposal.

R4 PlanDefinition operation ``$apply`` (http://hl7.org/fhir/R4/plandefinition-operation-apply.html): "the result of this
operation is a CarePlan resource", with a Goal for each goal that fits and a request resource for each action with a
definition, made by the ActivityDefinition operation of the same name. Actions whose ``precheckBehavior`` is no are
choices, and are not made. Nothing is evaluated: what would need an expression is refused (decision-D18b).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import MappingProxyType

from ipt_fhir import rawjson
from ipt_fhir.locale.texts import N_, text
from ipt_fhir.mapping import editing
from ipt_fhir.mapping.apply_refusals import CannotApply, check_activity, check_plan
from ipt_fhir.mapping.episode import from_fhir, to_fhir
from ipt_fhir.mapping.plandefinition import read_plan_definition
from ipt_fhir.mapping.references import Writing
from ipt_fhir.mapping.timing import pace
from ipt_fhir.model.activities import COURSE, Activity, ActivityStatus
from ipt_fhir.model.episode import Contract, Episode, EpisodeStatus
from ipt_fhir.model.goals import Goal
from ipt_fhir.model.people import Person
from ipt_fhir.model.problem_areas import ProblemAreaCode
from ipt_fhir.model.sessions import Phase
from ipt_fhir.protocol.activities import ActivityTemplate
from ipt_fhir.protocol.catalogue import goal_templates
from ipt_fhir.protocol.goal_refusals import GoalRefused
from ipt_fhir.protocol.goals import GoalTemplate, propose_goal
from ipt_fhir.protocol.pace import day_of_session
from ipt_fhir.protocol.variants import Variant
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems

_NAMESPACE = uuid.UUID("4c1f6ab2-9d35-5e0e-8a77-1b2f5c8e9d06")
_OTHER_AREA = N_("It belongs to a problem area that is not chosen.")
NO_BASELINES: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What applying the protocol gives: resources by key, and by id each goal that was not proposed, with the reason."""

    resources: Mapping[str, JsonObject]
    left_out: Mapping[str, str] = field(default_factory=dict)


def apply_protocol(
    plan: JsonObject,
    definitions: Iterable[JsonObject],
    writing: Writing,
    start: date,
    *,
    author: Person | None = None,
    areas: tuple[ProblemAreaCode, ...] = (),
    baselines: Mapping[str, int] = NO_BASELINES,
) -> Proposal:
    """A proposal from a PlanDefinition of ours and its ActivityDefinitions, for the patient of ``writing``.

    ``start`` is the day of the first session; ``areas`` are problem areas already chosen and ``baselines`` first totals
    by the code of the score: goals that need them are left out without. Keys follow from plan, patient and start, so the
    same call gives the same proposal. Raises CannotApply.
    """
    check_plan(plan)
    work = {_canonical(item): check_activity(item) for item in definitions}
    variant = _variant_of(plan)
    key = _key(f"{_canonical(plan)}/{writing.subject}/{start}")
    made = dict(_activities(plan, work, key, start))
    goals, left_out = _goals(plan, key, _limits(variant, start), areas, baselines, writing.site.language)
    episode = Episode(
        id=key,
        variant=variant.id,
        phase=Phase.MAINTENANCE if variant.only_maintenance else Phase.INITIAL,
        started=start,
        therapist=author,
        goals=goals,
        activities=tuple(activity for activity, _ in made.values()),
    )
    sources = {key: _canonical(plan)} | {activity.id: source for activity, source in made.values()}
    resources = to_fhir(episode, writing)
    for name, resource in resources.items():
        _mark(resource, sources.get(name), variant, start)
    return Proposal(resources=resources, left_out=left_out)


def course_from(proposal: Iterable[JsonObject]) -> Episode:
    """The new course of an accepted proposal: a draft with keys of its own, its work planned, its goals still proposed.

    A request keeps its intent for life (R4 "Request Pattern"), so the plan of the course is another resource than the
    proposal. Contract and problem area are agreed with the patient, so there are none. Raises CannotApply.
    """
    resources = list(proposal)
    plans = [item for item in resources if item.get("resourceType") == "CarePlan"]
    if not plans or any(item.get("intent") != "proposal" for item in plans):
        raise CannotApply("CarePlan.intent", "a course is made from a proposal only")
    reading = from_fhir(rawjson.copy(item) for item in resources)
    if reading.unread:
        raise CannotApply(reading.unread[0].resource_type, reading.unread[0].reason)
    found = reading.episode
    activities = (replace(item, id=_accepted(item.id), status=ActivityStatus.PLANNED) for item in found.activities)
    return replace(
        found,
        id=_accepted(found.id),
        status=EpisodeStatus.DRAFT,
        goals=tuple(replace(item, id=_accepted(item.id)) for item in found.goals),
        activities=tuple(activities),
    )


def _variant_of(plan: JsonObject) -> Variant:
    try:
        variant = read_plan_definition(plan)
    except (KeyError, ValueError, TypeError, IndexError, StopIteration) as wrong:
        raise CannotApply("PlanDefinition", f"it is not as we write it ({type(wrong).__name__}: {wrong})") from wrong
    if not variant.supported:
        raise CannotApply("PlanDefinition.usage", variant.not_supported_yet or "")
    return variant


def _limits(variant: Variant, start: date) -> Contract:
    """The contract the protocol has in mind: it bounds due dates, and is agreed by nobody yet."""
    ends_on = day_of_session(start, variant.sessions, variant.frequency)
    return Contract(
        sessions=variant.sessions,
        frequency=variant.frequency,
        minutes=variant.minutes,
        agreed_on=start,
        ends_on=ends_on,
    )


def _activities(
    plan: JsonObject, work: Mapping[str, ActivityTemplate], key: str, start: date
) -> Iterator[tuple[str, tuple[Activity, str]]]:
    """Each prechecked action's activity and the definition it comes from, by the id of the action."""
    for phase in plan["action"][0]["action"]:
        for action in phase.get("action", []):
            source = action.get("definitionCanonical")
            if source is None or action.get("precheckBehavior") != "yes":
                continue
            if source not in work:
                raise CannotApply(f"action {action['id']}", f"its definition {source} is not among those given")
            template = work[source]
            yield (
                action["id"],
                (
                    Activity(
                        id=_key(f"{key}/{action['id']}"),
                        kind=template.kind,
                        code=template.id,
                        text=template.text,
                        status=ActivityStatus.PROPOSED,
                        due=None if template.id == COURSE else _due(action, phase, start),
                        owner=template.owner,
                    ),
                    source,
                ),
            )


def _due(action: JsonObject, phase: JsonObject, start: date) -> date | None:
    """By the action's own timing, else the last day of its phase; the work before the first session by that session."""
    if "timingDuration" in action:
        return start + timedelta(days=action["timingDuration"]["value"])
    if "timingRange" in phase:
        return start + timedelta(days=phase["timingRange"]["high"]["value"])
    return start if phase["id"] == Phase.SUITABILITY.value else None


def _goals(
    plan: JsonObject,
    key: str,
    limits: Contract,
    areas: tuple[ProblemAreaCode, ...],
    baselines: Mapping[str, int],
    language: str,
) -> tuple[tuple[Goal, ...], dict[str, str]]:
    goals, left_out = [], {}
    for entry in plan.get("goal", []):
        template = _template_of(entry)
        if template.area and template.area not in areas:
            left_out[template.id] = text(_OTHER_AREA, language)
            continue
        try:
            first = baselines.get(template.measure)
            name = _key(f"{key}/{template.id}")
            made = propose_goal(template, name, limits.agreed_on, baseline=first, contract=limits, language=language)
        except GoalRefused as refused:
            left_out[template.id] = text(refused.msgid, language, **refused.values)
        else:
            goals.append(made)
    return tuple(goals), left_out


def _template_of(entry: JsonObject) -> GoalTemplate:
    codes = [editing.value_of(item) for item in editing.extensions(entry, systems.EXTENSION_GOAL_TEMPLATE)]
    if len(codes) != 1 or codes[0] not in goal_templates():
        raise CannotApply("PlanDefinition.goal", f"goal {codes} is none of this version")
    return goal_templates()[codes[0]]


def _mark(resource: JsonObject, source: str | None, variant: Variant, start: date) -> None:
    """Say that it is a proposal, and what it was made from."""
    kind = resource["resourceType"]
    if kind != "Goal":
        resource["intent"] = "proposal"
    if kind == "Task":
        resource["instantiatesCanonical"] = source
    elif source:
        resource["instantiatesCanonical"] = [source]
    limits = _limits(variant, start)
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


def _accepted(key: str) -> str:
    return _key(f"{key}/accepted")
