"""The sessions, phases and planned work of a variant <-> the nested actions of a R4 PlanDefinition.

    course                  number (least and most), frequency and length of the sessions
      suitability, initial, middle, termination, maintenance      one action a phase; days count from the first session
        sessions-<phase>    how many sessions the phase has
        <activity>          planned work, defined by its ActivityDefinition
      any-time              planned work of no phase
      <kind>-after-<n>      a meeting beside the contract, after session n (0: before the first)

``requiredBehavior`` is must for work that the variant names and could for the rest of the catalogue;
``precheckBehavior`` is yes for what every new plan holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from ipt_fhir.mapping.activitydefinition import canonical_of
from ipt_fhir.mapping.publication import VERSION, codeable
from ipt_fhir.mapping.timing import days, repeat
from ipt_fhir.model.sessions import Phase, SessionKind
from ipt_fhir.protocol.activities import ActivityTemplate
from ipt_fhir.protocol.catalogue import activity_templates, work_words
from ipt_fhir.protocol.pace import DAYS_BETWEEN
from ipt_fhir.protocol.variants import Variant
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import concepts
from ipt_fhir.terminology.therapy import SESSION_KINDS

COURSE = "course"
ANY_TIME = "any-time"
SESSIONS = "sessions-"
_AFTER = "-after-"
_MID_POINT = "mid-point-review"
_ACUTE = (Phase.INITIAL, Phase.MIDDLE, Phase.TERMINATION)
_ORDER = (Phase.SUITABILITY, *_ACUTE, Phase.MAINTENANCE)
_WHOLE = {"groupingBehavior": "logical-group", "selectionBehavior": "all"}
_CHOICE = {"groupingBehavior": "logical-group", "selectionBehavior": "any"}


def write_course(variant: Variant) -> JsonObject:
    """The action that holds all others."""
    phases = [_phase(phase, variant) for phase in _ORDER]
    free = _work(None, variant)
    others = [{"id": ANY_TIME, "title": "At any time", **_CHOICE, "action": free}] if free else []
    return {
        "id": COURSE,
        "title": variant.title,
        "timingTiming": repeat(variant.frequency, variant.minutes, variant.least, variant.most),
        **_WHOLE,
        "action": [*phases, *others, *_extras(variant)],
    }


def phase_counts(variant: Variant) -> dict[Phase, int]:
    """How many sessions of the usual number fall in each phase, with those that may follow the acute course."""
    later = variant.maintenance.sessions if variant.maintenance else 0
    if variant.only_maintenance:
        return {Phase.MAINTENANCE: variant.sessions}
    middle = variant.sessions - variant.initial - variant.ending
    return {
        Phase.INITIAL: variant.initial,
        Phase.MIDDLE: middle,
        Phase.TERMINATION: variant.ending,
        Phase.MAINTENANCE: later,
    }


def extra_of(action: JsonObject) -> tuple[SessionKind, int] | None:
    """The kind of a meeting beside the contract and the session it follows; None for another action."""
    kind, found, number = action["id"].partition(_AFTER)
    return (SessionKind(kind), int(number)) if found else None


def _phase(phase: Phase, variant: Variant) -> JsonObject:
    count = phase_counts(variant).get(phase, 0)
    sessions = [_sessions(phase, count, variant)] if count else []
    written: JsonObject = {
        "id": phase.value,
        "title": concepts.PHASES[phase].label,
        "code": [codeable(concepts.PHASES[phase])],
    }
    place = _ORDER.index(phase)
    if place:
        written["relatedAction"] = [{"actionId": _ORDER[place - 1].value, "relationship": "after-end"}]
    if count:
        first, last = _days_of(phase, variant)
        written["timingRange"] = {"low": days(first), "high": days(last)}
    return {**written, **_CHOICE, "action": [*sessions, *_work(phase, variant)]}


def _sessions(phase: Phase, count: int, variant: Variant) -> JsonObject:
    follows = variant.maintenance if phase is Phase.MAINTENANCE else None
    written: JsonObject = {
        "id": f"{SESSIONS}{phase.value}",
        "title": f"{count} sessions" if count > 1 else "1 session",
        "code": [codeable(SESSION_KINDS[variant.session_kind])],
        "timingTiming": repeat(follows.frequency if follows else variant.frequency, variant.minutes, count),
    }
    return {**written, "description": f"Until {follows.until}."} if follows else written


def _days_of(phase: Phase, variant: Variant) -> tuple[int, int]:
    """The days of the first and the last session of a phase, counted from the first session of the course."""
    counts = phase_counts(variant)
    ends = list(accumulate(counts.get(item, 0) for item in _ACUTE))
    apart = DAYS_BETWEEN[variant.frequency]
    if phase is Phase.MAINTENANCE:
        if variant.maintenance is None:
            return 0, round((variant.sessions - 1) * apart)
        later, last = DAYS_BETWEEN[variant.maintenance.frequency], (ends[-1] - 1) * apart
        return round(last + later), round(last + later * variant.maintenance.sessions)
    end = ends[_ACUTE.index(phase)]
    return round((end - counts[phase]) * apart), round((end - 1) * apart)


def _work(phase: Phase | None, variant: Variant) -> list[JsonObject]:
    held = (item for item in activity_templates().values() if item.phase is phase)
    return [_activity(item, variant) for item in held if _belongs(item, variant)]


def _belongs(template: ActivityTemplate, variant: Variant) -> bool:
    return template.is_offered_for(variant) or template.id in variant.activities


def _activity(template: ActivityTemplate, variant: Variant) -> JsonObject:
    written: JsonObject = {"id": template.id, "title": work_words(template, variant)}
    if template.id == _MID_POINT:
        written["timingDuration"] = days(round((variant.sessions // 2 - 1) * DAYS_BETWEEN[variant.frequency]))
    return written | {
        "requiredBehavior": "must" if template.id in variant.activities else "could",
        "precheckBehavior": "yes" if template.is_default_for(variant) else "no",
        "definitionCanonical": f"{canonical_of(template.id)}|{VERSION}",
    }


def _extras(variant: Variant) -> Iterator[JsonObject]:
    for extra in variant.extras:
        for number in extra.after:
            yield _meeting(extra.kind, number, variant)


def _meeting(kind: SessionKind, number: int, variant: Variant) -> JsonObject:
    place: JsonObject = {"actionId": Phase.INITIAL.value, "relationship": "before-start"}
    if number:
        offset = days(round((number - 1) * DAYS_BETWEEN[variant.frequency]))
        place = {"actionId": Phase.INITIAL.value, "relationship": "after-start", "offsetDuration": offset}
    return {
        "id": f"{kind.value}{_AFTER}{number}",
        "title": SESSION_KINDS[kind].label,
        "code": [codeable(SESSION_KINDS[kind])],
        "relatedAction": [place],
    }
