"""The course <-> FHIR CarePlan (decision-D5): US Core 6.1.0, and the Person-Centered Outcomes guide once agreed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ipt_fhir import rawjson
from ipt_fhir.locale.texts import LANGUAGES
from ipt_fhir.mapping import activity as activities
from ipt_fhir.mapping import editing, narrative
from ipt_fhir.mapping import sessions as progress
from ipt_fhir.mapping.keys import area_key, team_key
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.activities import COURSE, Activity, Outcome
from ipt_fhir.model.ending import Disposition, TerminationReason, TerminationReview
from ipt_fhir.model.episode import Contract, Episode, EpisodeStatus, Frequency, Setting
from ipt_fhir.model.goals import Goal
from ipt_fhir.model.people import DiagnosisLink
from ipt_fhir.model.problem_areas import ProblemArea, ProblemAreaCode, ProposedBy, Rank
from ipt_fhir.model.records import RecordLink, Relation
from ipt_fhir.model.sessions import Phase
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import concepts, systems
from ipt_fhir.terminology.therapy import OUTCOMES, SETTINGS

_PLAN_TYPES = (concepts.MENTAL_HEALTH_CARE_PLAN, concepts.CARE_PLAN)
_LINKS = {
    Relation.BASED_ON: "basedOn",
    Relation.PART_OF: "partOf",
    Relation.SUPPORTED_BY: "supportingInfo",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """What the plan points to, by reference target: our goals, planned activities, Conditions of problem areas."""

    goals: Mapping[str, Goal]
    activities: Mapping[str, Activity]
    areas: frozenset[str] = frozenset()


def write_plan(episode: Episode, writing: Writing, old: JsonObject) -> JsonObject:
    """The CarePlan of a course; ``old`` as in ``write_goal``."""
    old.setdefault("resourceType", "CarePlan")
    editing.put_profile(old, systems.US_CORE_CAREPLAN, writing.site)
    editing.put_identifier(old, episode.id)
    _put_definition(old, episode.variant)
    editing.put(old, "status", episode.status.value)
    editing.put(old, "intent", "plan")
    _put_categories(old, writing)
    _put_title(old, narrative.plan_title(episode, writing.site))
    editing.put_reference(old, "subject", writing.subject)
    _put_period(old, episode)
    if episode.therapist:
        editing.put_reference(old, "author", episode.therapist.reference, episode.therapist.display)
    _put_links(old, episode)
    _put_team(old, episode, writing)
    _put_addresses(old, episode, writing)
    _put_goals(old, episode, writing)
    told = [narrative.session_sentence(session, writing.site) for session in episode.sessions]
    _put_activities(old, episode, writing, told)
    _put_extensions(old, episode, writing)
    narrative.put_text(old, narrative.of_plan(episode, writing.site, told), writing.site)
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
        "diagnoses": tuple(_read_diagnoses(resource, members)),
        "problem_areas": tuple(map(_read_area, editing.extensions(resource, systems.EXTENSION_PROBLEM_AREA))),
        "contract": _read_contract(resource, period),
        "goals": tuple(members.goals[target] for target in _targets(resource.get("goal", []), members.goals)),
        "activities": tuple(_read_activities(resource, members)),
        "sessions": tuple(sorted(progress.read_progress(resource), key=lambda session: session.place)),
        "setting": _read_setting(resource),
        "links": tuple(_read_links(resource)),
        "review": _read_ending(resource),
    }


def _put_title(old: JsonObject, title: str) -> None:
    """Ours, unless somebody gave the plan another one: the title we wrote follows from the contract in the copy."""
    terms = editing.extensions(old, systems.EXTENSION_CONTRACT)
    agreed = editing.parts(terms[0]).get("sessions") if terms else None
    ours = {narrative.title_for(count, language) for count in (None, agreed) for language in LANGUAGES}
    if old.get("title") is None or old["title"] in ours:
        editing.put(old, "title", title)


def _put_definition(old: JsonObject, variant: str) -> None:
    ours = f"{systems.PLAN_DEFINITION}/{variant}"
    present = old.get("instantiatesCanonical", [])
    if ours in [item.split("|")[0] for item in present]:
        return
    # In its own place: the list of extensions beside the list goes by place.
    before = (index for index, item in enumerate(present) if item.startswith(f"{systems.PLAN_DEFINITION}/"))
    place = next(before, len(present))
    old["instantiatesCanonical"] = [*present[:place], ours, *present[place + 1 :]]


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
    editing.put_ours(old, "category", ours, category_key)


def category_key(category: JsonObject) -> str | None:
    """Which of our two categories it is; None for one of others."""
    if concepts.ASSESS_PLAN.code in editing.codes_of(category, systems.US_CORE_CAREPLAN_CATEGORY):
        return "assess-plan"
    if concepts.MENTAL_HEALTH_CARE_PLAN.code in editing.codes_of(category, systems.SNOMED_CT):
        return "care-plan-type"
    return None


def _put_period(old: JsonObject, episode: Episode) -> None:
    period = old.setdefault("period", {})
    editing.put_date(period, "start", episode.started)
    if episode.review:
        editing.put_date(period, "end", episode.review.ended_on)
    elif episode.contract:
        editing.put_date(period, "end", episode.contract.ends_on)


def _put_links(old: JsonObject, episode: Episode) -> None:
    """The entries of the chart that the plan points to; a reference without a target is somebody else's remark."""
    for relation, element in _LINKS.items():
        ours = [editing.reference(item.reference, item.display) for item in episode.links if item.relation is relation]
        editing.put_ours(old, element, ours, editing.target_of)


def _read_links(resource: JsonObject) -> Iterable[RecordLink]:
    for relation, element in _LINKS.items():
        for item in resource.get(element, []):
            target = editing.target_of(item)
            if target:
                yield RecordLink(relation=relation, reference=target, display=item.get("display"))


def _put_team(old: JsonObject, episode: Episode, writing: Writing) -> None:
    if "CareTeam" in writing.site.files and (episode.therapist or episode.supervisor):
        ours = [editing.reference(writing.to(team_key(episode.id)))]
        editing.put_ours(old, "careTeam", ours, _own_target(ours, writing))


def _put_addresses(old: JsonObject, episode: Episode, writing: Writing) -> None:
    ours = [editing.reference(item.reference, item.display) for item in episode.diagnoses]
    if "Condition" in writing.site.files:
        keys = (area_key(episode.id, area.code) for area in episode.problem_areas)
        ours += [editing.reference(writing.to(key)) for key in keys]
    editing.put_ours(old, "addresses", ours, editing.target_of)


def _put_goals(old: JsonObject, episode: Episode, writing: Writing) -> None:
    ours = [editing.reference(writing.to(goal.id), goal.text) for goal in episode.goals]
    editing.put_ours(old, "goal", ours, _own_target(ours, writing))


def _own_target(ours: Iterable[JsonObject], writing: Writing) -> Callable[[JsonObject], str | None]:
    """The target of a reference to one of our artefacts; None for what others put beside them (a urn:uuid as well)."""
    targets = {editing.target_of(item) for item in ours} | set(writing.known.values())
    targets |= {f"urn:uuid:{key}" for key in writing.known}

    def find(element: JsonObject) -> str | None:
        target = editing.target_of(element)
        return target if target in targets else None

    return find


def _put_activities(old: JsonObject, episode: Episode, writing: Writing, told: Sequence[str]) -> None:
    pointed = [editing.reference(writing.to(item.id)) for item in episode.activities if item.by_us and not item.inline]
    own_target = _own_target(pointed, writing)

    def find(element: JsonObject) -> str | None:
        if "detail" in element:
            return element["id"] if activities.read_inline(element, 0).by_us else None
        return own_target(element.get("reference", {}))

    present = {find(item): item for item in old.get("activity", [])}
    ours, held, course = [], [], None
    for activity in episode.activities:
        if activity.by_us:
            key = activity.id if activity.inline else writing.to(activity.id)
            # Shallow: what stays the very object it was need not be compared again.
            element = _write_element(activity, episode, writing, {**present.get(key, {})})
            if activity.code == COURSE:
                progress.put_progress(element, episode.sessions, told)
                held = element.get("progress", [])
                course = key
            ours.append(element)
    editing.put_ours(old, "activity", ours, find)
    progress.take_out(old, held, lambda item: course is not None and find(item) == course)


def _write_element(activity: Activity, episode: Episode, writing: Writing, element: JsonObject) -> JsonObject:
    if activity.inline:
        element["id"] = activity.id
        detail = rawjson.copy(element.get("detail", {}))
        element["detail"] = activities.write_detail(activity, episode, writing, detail)
    else:
        editing.put_reference(element, "reference", writing.to(activity.id), activity.text)
    outcome = [editing.codeable(writing.site, OUTCOMES[activity.outcome])] if activity.outcome else []
    editing.put_ours(element, "outcomeCodeableConcept", outcome, _outcome_key)
    return element


def _outcome_key(concept: JsonObject) -> str | None:
    return "outcome" if editing.codes_of(concept, systems.IPT_ACTIVITY_OUTCOME) else None


def _read_outcome(element: JsonObject) -> Outcome | None:
    codes = [
        code
        for concept in element.get("outcomeCodeableConcept", [])
        for code in editing.codes_of(concept, systems.IPT_ACTIVITY_OUTCOME)
    ]
    return Outcome(codes[0]) if codes else None


def _put_extensions(old: JsonObject, episode: Episode, writing: Writing) -> None:
    phase = {"valueCoding": editing.coding(concepts.PHASES[episode.phase], writing.site)}
    editing.put_extension(old, systems.EXTENSION_PHASE, phase)
    editing.put_extension(old, systems.EXTENSION_CONTRACT, _write_contract(episode))
    areas = [_write_area(area, writing) for area in episode.problem_areas]
    editing.put_extensions(old, systems.EXTENSION_PROBLEM_AREA, areas)
    setting = editing.coding(SETTINGS[episode.setting], writing.site) if episode.setting else None
    editing.put_extension(old, systems.EXTENSION_SETTING, {"valueCoding": setting} if setting else None)
    editing.put_extension(old, systems.EXTENSION_ENDING, _write_ending(episode.review))


def _write_contract(episode: Episode) -> JsonObject | None:
    """The agreed end stands in the period; once the course has ended the period says when it did, so it moves here."""
    contract = episode.contract
    if contract is None:
        return None
    parts: list[JsonObject] = [
        {"url": "sessions", "valuePositiveInt": contract.sessions},
        {"url": "frequency", "valueCode": contract.frequency.value},
        {"url": "minutes", "valuePositiveInt": contract.minutes},
        {"url": "agreedOn", "valueDate": contract.agreed_on.isoformat()},
    ]
    if episode.review:
        parts.append({"url": "endsOn", "valueDate": contract.ends_on.isoformat()})
    return {"extension": parts}


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
        ends_on=editing.required_date(terms.get("endsOn") or period["end"]),
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
    if area.closed_on:
        written.append({"url": "closedOn", "valueDate": area.closed_on.isoformat()})
    if area.z_code:
        # No display: the wording belongs to the publisher of ICD-10-CM.
        coding = {"system": systems.ICD_10_CM, "code": area.z_code}
        written.append({"url": "circumstance", "valueCoding": coding})
    return {"extension": written}


def _read_area(extension: JsonObject) -> ProblemArea:
    found = editing.parts(extension)
    return ProblemArea(
        code=ProblemAreaCode(found["area"]["code"]),
        rank=Rank(found["rank"]),
        proposed_by=ProposedBy(found["proposedBy"]),
        agreed_by_patient=found["agreedByPatient"],
        agreed_on=editing.read_date(found["agreedOn"]) if "agreedOn" in found else None,
        closed_on=editing.read_date(found["closedOn"]) if "closedOn" in found else None,
        z_code=found["circumstance"]["code"] if "circumstance" in found else None,
    )


def _write_ending(review: TerminationReview | None) -> JsonObject | None:
    if review is None:
        return None
    parts: list[JsonObject] = [
        {"url": "reason", "valueCode": review.reason.value},
        {"url": "endedOn", "valueDate": review.ended_on.isoformat()},
    ]
    parts += [{"url": "disposition", "valueCode": item.value} for item in review.dispositions]
    if review.reviewed_on:
        parts.append({"url": "reviewedOn", "valueDate": review.reviewed_on.isoformat()})
    return {"extension": parts}


def _read_ending(resource: JsonObject) -> TerminationReview | None:
    found = editing.extensions(resource, systems.EXTENSION_ENDING)
    if not found:
        return None
    parts = editing.parts(found[0])
    next_steps = [editing.value_of(item) for item in editing.extensions(found[0], "disposition")]
    return TerminationReview(
        reason=TerminationReason(parts["reason"]),
        ended_on=editing.required_date(parts["endedOn"]),
        dispositions=tuple(Disposition(code) for code in next_steps),
        reviewed_on=editing.read_date(parts["reviewedOn"]) if "reviewedOn" in parts else None,
    )


def _read_setting(resource: JsonObject) -> Setting | None:
    found = editing.extensions(resource, systems.EXTENSION_SETTING)
    return Setting(editing.value_of(found[0])["code"]) if found else None


def _read_phase(resource: JsonObject) -> Phase:
    found = editing.extensions(resource, systems.EXTENSION_PHASE)
    return Phase(editing.value_of(found[0])["code"]) if found else Phase.INITIAL


def _read_diagnoses(resource: JsonObject, members: Members) -> Iterable[DiagnosisLink]:
    for element in resource.get("addresses", []):
        target = editing.target_of(element) or ""
        if target and target not in members.areas:
            yield DiagnosisLink(reference=target, display=element.get("display"))


def _read_activities(resource: JsonObject, members: Members) -> Iterable[Activity]:
    for index, element in enumerate(resource.get("activity", [])):
        target = editing.target_of(element.get("reference"))
        found = members.activities.get(target or "") or _read_inline(element, index)
        outcome = _read_outcome(element)
        yield replace(found, outcome=outcome) if outcome else found


def _read_inline(element: JsonObject, index: int) -> Activity:
    """What holds sessions is the course, also where the request it points to is not there or cannot be read."""
    found = activities.read_inline(element, index)
    is_course = not found.by_us and any(progress.sessions_of(element))
    return replace(found, code=COURSE) if is_course else found


def _targets(elements: Iterable[JsonObject], known: Mapping[str, object]) -> Iterable[str]:
    for element in elements:
        target = editing.target_of(element)
        if target in known:
            yield str(target)
