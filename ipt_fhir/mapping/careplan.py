"""The course <-> FHIR CarePlan (decision-D5): US Core 6.1.0, and the Person-Centered Outcomes guide once agreed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ipt_fhir import rawjson
from ipt_fhir.mapping import activity as activities
from ipt_fhir.mapping import editing, narrative
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.activities import COURSE, Activity
from ipt_fhir.model.episode import Contract, Episode, EpisodeStatus, Frequency
from ipt_fhir.model.goals import Goal
from ipt_fhir.model.people import DiagnosisLink
from ipt_fhir.model.problem_areas import ProblemArea, ProblemAreaCode, ProposedBy, Rank
from ipt_fhir.model.sessions import Attendance, Mode, Phase, Session
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import concepts, systems

_PLAN_TYPES = (concepts.MENTAL_HEALTH_CARE_PLAN, concepts.CARE_PLAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """What the plan points to, by reference target: our goals and our planned activities."""

    goals: Mapping[str, Goal]
    activities: Mapping[str, Activity]


def write_plan(episode: Episode, writing: Writing, old: JsonObject) -> JsonObject:
    """The CarePlan of a course; ``old`` as in ``write_goal``."""
    old.setdefault("resourceType", "CarePlan")
    editing.put_profile(old, systems.US_CORE_CAREPLAN, writing.site)
    editing.put_identifier(old, episode.id)
    _put_definition(old, episode.variant)
    editing.put(old, "status", episode.status.value)
    editing.put(old, "intent", "plan")
    _put_categories(old, writing)
    editing.put(old, "title", narrative.plan_title(episode, writing.site))
    editing.put_reference(old, "subject", writing.subject)
    _put_period(old, episode)
    if episode.therapist:
        editing.put_reference(old, "author", episode.therapist.reference, episode.therapist.display)
    _put_addresses(old, episode)
    _put_goals(old, episode, writing)
    _put_activities(old, episode, writing)
    _put_extensions(old, episode, writing)
    narrative.put_text(old, narrative.of_plan(episode, writing.site), writing.site)
    return old


def read_plan(resource: JsonObject, members: Members) -> dict[str, Any]:
    """The fields of an Episode that the plan holds. Raises KeyError or ValueError when the plan is not readable."""
    period = resource.get("period", {})
    return {
        "id": editing.identifier_of(resource),
        "variant": _read_variant(resource),
        "status": EpisodeStatus(resource["status"]),
        "phase": _read_phase(resource),
        "started": editing.required_date(period["start"]),
        "therapist": editing.read_person(resource.get("author")),
        "diagnoses": tuple(_read_diagnosis(item) for item in resource.get("addresses", [])),
        "problem_areas": tuple(map(_read_area, editing.extensions(resource, systems.EXTENSION_PROBLEM_AREA))),
        "contract": _read_contract(resource, period),
        "goals": tuple(members.goals[target] for target in _targets(resource.get("goal", []), members.goals)),
        "activities": tuple(_read_activities(resource, members)),
        "sessions": tuple(sorted(_read_sessions(resource), key=lambda session: session.number)),
    }


def _put_definition(old: JsonObject, variant: str) -> None:
    ours = f"{systems.PLAN_DEFINITION}/{variant}"
    present = old.get("instantiatesCanonical", [])
    others = [item for item in present if not item.startswith(f"{systems.PLAN_DEFINITION}/")]
    if ours not in [item.split("|")[0] for item in present]:
        old["instantiatesCanonical"] = [*others, ours]


def _read_variant(resource: JsonObject) -> str:
    for item in resource.get("instantiatesCanonical", []):
        if item.startswith(f"{systems.PLAN_DEFINITION}/"):
            return str(item.rsplit("/", 1)[1].split("|")[0])
    return "unknown"


def _put_categories(old: JsonObject, writing: Writing) -> None:
    """Both codings: servers of US Core 3.1 to 8 demand assess-plan, US Core 9 retires it and prefers SNOMED CT."""
    ours = [editing.codeable(writing.site, concepts.ASSESS_PLAN)]
    if writing.site.snomed:
        ours.append(editing.codeable(writing.site, *_PLAN_TYPES))
    editing.put_ours(old, "category", ours, _category_key)


def _category_key(category: JsonObject) -> str | None:
    if concepts.ASSESS_PLAN.code in editing.codes_of(category, systems.US_CORE_CAREPLAN_CATEGORY):
        return "assess-plan"
    if concepts.MENTAL_HEALTH_CARE_PLAN.code in editing.codes_of(category, systems.SNOMED_CT):
        return "care-plan-type"
    return None


def _put_period(old: JsonObject, episode: Episode) -> None:
    period = old.setdefault("period", {})
    editing.put_date(period, "start", episode.started)
    if episode.contract:
        editing.put_date(period, "end", episode.contract.ends_on)


def _put_addresses(old: JsonObject, episode: Episode) -> None:
    ours = [editing.reference(item.reference, item.display) for item in episode.diagnoses]
    editing.put_ours(old, "addresses", ours, editing.target_of)


def _put_goals(old: JsonObject, episode: Episode, writing: Writing) -> None:
    ours = [editing.reference(writing.to(goal.id), goal.text) for goal in episode.goals]
    editing.put_ours(old, "goal", ours, lambda item: _own_target(item, writing))


def _own_target(element: JsonObject, writing: Writing) -> str | None:
    """The target of a reference to one of our artefacts; None for what others put beside them."""
    target = editing.target_of(element)
    return target if target and (target.startswith("urn:uuid:") or target in writing.known.values()) else None


def _put_activities(old: JsonObject, episode: Episode, writing: Writing) -> None:
    present = {_activity_key(item, writing): item for item in old.get("activity", [])}
    ours = []
    for activity in episode.activities:
        if activity.by_us:
            key = activity.id if activity.inline else writing.to(activity.id)
            ours.append(_write_element(activity, episode, writing, rawjson.copy(present.get(key, {}))))
    editing.put_ours(old, "activity", ours, lambda item: _activity_key(item, writing))


def _activity_key(element: JsonObject, writing: Writing) -> str | None:
    if "detail" in element:
        return element["id"] if activities.read_inline(element, 0).by_us else None
    return _own_target(element.get("reference", {}), writing)


def _write_element(activity: Activity, episode: Episode, writing: Writing, element: JsonObject) -> JsonObject:
    if activity.inline:
        element["id"] = activity.id
        element["detail"] = activities.write_detail(activity, writing, element.get("detail", {}))
    else:
        editing.put_reference(element, "reference", writing.to(activity.id), activity.text)
    if activity.code == COURSE:
        held = [_write_session(item, writing) for item in episode.sessions if item.closed]
        editing.put_ours(element, "progress", held, _session_key)
    return element


def _write_session(session: Session, writing: Writing) -> JsonObject:
    extension = {
        "url": systems.EXTENSION_SESSION,
        "extension": [
            {"url": "number", "valuePositiveInt": session.number},
            {"url": "attendance", "valueCode": session.attendance.value},
            {"url": "mode", "valueCode": session.mode.value},
            {"url": "phase", "valueCode": session.phase.value},
        ],
    }
    words = narrative.session_sentence(session, writing.site)
    return {"extension": [extension], "time": session.date.isoformat(), "text": words}


def _session_key(annotation: JsonObject) -> str | None:
    found = editing.extensions(annotation, systems.EXTENSION_SESSION)
    return str(editing.parts(found[0])["number"]) if found else None


def _read_sessions(resource: JsonObject) -> Iterable[Session]:
    for element in resource.get("activity", []):
        for annotation in element.get("progress", []):
            for extension in editing.extensions(annotation, systems.EXTENSION_SESSION):
                found = editing.parts(extension)
                yield Session(
                    number=found["number"],
                    date=editing.required_date(annotation["time"]),
                    phase=Phase(found["phase"]),
                    attendance=Attendance(found["attendance"]),
                    mode=Mode(found["mode"]),
                )


def _put_extensions(old: JsonObject, episode: Episode, writing: Writing) -> None:
    phase = {"valueCoding": editing.coding(concepts.PHASES[episode.phase], writing.site)}
    editing.put_extension(old, systems.EXTENSION_PHASE, phase)
    editing.put_extension(old, systems.EXTENSION_CONTRACT, _write_contract(episode.contract))
    areas = [_write_area(area, writing) for area in episode.problem_areas]
    editing.put_extensions(old, systems.EXTENSION_PROBLEM_AREA, areas)


def _write_contract(contract: Contract | None) -> JsonObject | None:
    if contract is None:
        return None
    return {
        "extension": [
            {"url": "sessions", "valuePositiveInt": contract.sessions},
            {"url": "frequency", "valueCode": contract.frequency.value},
            {"url": "minutes", "valuePositiveInt": contract.minutes},
            {"url": "agreedOn", "valueDate": contract.agreed_on.isoformat()},
        ]
    }


def _read_contract(resource: JsonObject, period: JsonObject) -> Contract | None:
    found = editing.extensions(resource, systems.EXTENSION_CONTRACT)
    if not found:
        return None
    terms = editing.parts(found[0])
    return Contract(
        sessions=terms["sessions"],
        frequency=Frequency(terms["frequency"]),
        minutes=terms["minutes"],
        agreed_on=editing.required_date(terms["agreedOn"]),
        ends_on=editing.required_date(period["end"]),
    )


def _write_area(area: ProblemArea, writing: Writing) -> JsonObject:
    written: list[JsonObject] = [
        {"url": "area", "valueCoding": editing.coding(concepts.PROBLEM_AREAS[area.code], writing.site)},
        {"url": "rank", "valueCode": area.rank.value},
        {"url": "proposedBy", "valueCode": area.proposed_by.value},
        {"url": "agreedByPatient", "valueBoolean": area.agreed_by_patient},
    ]
    if area.agreed_on:
        written.append({"url": "agreedOn", "valueDate": area.agreed_on.isoformat()})
    return {"extension": written}


def _read_area(extension: JsonObject) -> ProblemArea:
    found = editing.parts(extension)
    return ProblemArea(
        code=ProblemAreaCode(found["area"]["code"]),
        rank=Rank(found["rank"]),
        proposed_by=ProposedBy(found["proposedBy"]),
        agreed_by_patient=found["agreedByPatient"],
        agreed_on=editing.read_date(found["agreedOn"]) if "agreedOn" in found else None,
    )


def _read_phase(resource: JsonObject) -> Phase:
    found = editing.extensions(resource, systems.EXTENSION_PHASE)
    return Phase(editing.value_of(found[0])["code"]) if found else Phase.INITIAL


def _read_diagnosis(element: JsonObject) -> DiagnosisLink:
    return DiagnosisLink(reference=editing.target_of(element) or "", display=element.get("display"))


def _read_activities(resource: JsonObject, members: Members) -> Iterable[Activity]:
    for index, element in enumerate(resource.get("activity", [])):
        target = editing.target_of(element.get("reference"))
        yield members.activities.get(target or "") or activities.read_inline(element, index)


def _targets(elements: Iterable[JsonObject], known: Mapping[str, object]) -> Iterable[str]:
    for element in elements:
        target = editing.target_of(element)
        if target in known:
            yield str(target)
