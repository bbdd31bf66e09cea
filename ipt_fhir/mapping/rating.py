"""How far a goal was reached <-> Observation (Person-Centered Outcomes guide 1.0.0, Goal Attainment Scaling score)."""

from __future__ import annotations

from collections.abc import Mapping

from ipt_fhir.locale.texts import N_, text
from ipt_fhir.mapping import editing, narrative
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.goals import Goal, RatedBy, Rating
from ipt_fhir.model.people import Person
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import concepts, systems

_BY_OF = {concept.code: by for by, concept in concepts.GAS_SCORES.items()}
_LEVEL_OF = {concept.code: level for level, concept in concepts.GAS_LEVELS.items()}


def write_rating(rating: Rating, goal: Goal, therapist: Person | None, writing: Writing, old: JsonObject) -> JsonObject:
    """The Observation of one rating; final once written. ``therapist`` is named where a practitioner rated."""
    if old:
        return old
    site = writing.site
    level = concepts.GAS_LEVELS[rating.level]
    resource: JsonObject = {"resourceType": "Observation"}
    editing.put_profile(resource, systems.US_CORE_SCREENING_ASSESSMENT, site)
    editing.put_identifier(resource, rating.id)
    resource["status"] = "final"
    resource["category"] = [editing.codeable(site, concepts.SURVEY)]
    resource["code"] = editing.codeable(site, concepts.GAS_SCORES[rating.by])
    editing.put_reference(resource, "subject", writing.subject)
    resource["focus"] = [editing.reference(writing.to(goal.id))]
    editing.put_time(resource, "effectiveDateTime", rating.rated)
    performer = _performer(rating, therapist, writing)
    if performer:
        resource["performer"] = [performer]
    resource["valueCodeableConcept"] = editing.codeable(site, level)
    words = text(
        N_("{goal} Reached: {level} ({points})."),
        site.language,
        goal=goal.text,
        level=text(level.label, site.language),
        points=f"{rating.level:+d}" if rating.level else "0",
    )
    narrative.put_text(resource, narrative.of_sentences(words), site)
    return resource


def is_rating(resource: JsonObject) -> bool:
    """Whether an Observation of ours is the rating of a goal."""
    return bool(set(editing.codes_of(resource.get("code"), systems.LOINC)) & _BY_OF.keys())


def read_rating(resource: JsonObject) -> Rating:
    """The rating of such an Observation. Raises KeyError or ValueError when it lost what makes it one."""
    code = next(code for code in editing.codes_of(resource["code"], systems.LOINC) if code in _BY_OF)
    return Rating(
        id=editing.identifier_of(resource) or resource["id"],
        rated=editing.required_time(resource["effectiveDateTime"]),
        level=_LEVEL_OF[editing.codes_of(resource["valueCodeableConcept"], systems.LOINC)[0]],
        by=_BY_OF[code],
    )


def goal_of(resource: JsonObject, known: Mapping[str, str]) -> str | None:
    """The id of the goal an Observation is about; ``known`` gives the ids of goals by reference target."""
    targets = (editing.target_of(item) or "" for item in resource.get("focus", []))
    return next((known[target] for target in targets if target in known), None)


def _performer(rating: Rating, therapist: Person | None, writing: Writing) -> JsonObject | None:
    """The patient, or the therapist; a caregiver is nobody the chart knows by us."""
    if rating.by is RatedBy.PATIENT:
        return editing.reference(writing.subject)
    if rating.by is RatedBy.PRACTITIONER and therapist:
        return editing.reference(therapist.reference, therapist.display)
    return None
