"""What is drawn from a completed questionnaire: the total score and the safety item, each as an Observation.

US Core 6.1.0 screening assessment; the score also follows the Person-Centered Outcomes guide (``focus`` is the goal).
No total, no score Observation: an incomplete questionnaire never becomes a number (decision-D21).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ipt_fhir.instruments.catalogue import AnswerOption, Instrument, instrument
from ipt_fhir.locale.texts import N_, text
from ipt_fhir.mapping import editing, labels, narrative
from ipt_fhir.mapping.questionnaireresponse import answer_coding, chosen_option
from ipt_fhir.mapping.references import Writing, item_key, score_key
from ipt_fhir.mapping.site import Site
from ipt_fhir.model.measures import Response, ResponseStatus
from ipt_fhir.questionnaires.scoring import Score, score
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import concepts, systems
from ipt_fhir.terminology.concepts import Concept

STATUS_OF = {
    ResponseStatus.COMPLETED: "final",
    ResponseStatus.AMENDED: "amended",
    ResponseStatus.ENTERED_IN_ERROR: "entered-in-error",
}
"""Observation.status (http://hl7.org/fhir/observation-status) of what is drawn from a response."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One Observation to write: its key, what it observes, and either a total or an answered item."""

    key: str
    measure: Instrument
    result: Score
    link_id: str | None = None
    answer: str | None = None


def drawn_from(response: Response) -> Iterable[Drawn]:
    """The Observations of a response: the total when there is one, the safety item when it was answered."""
    measure = instrument(response.instrument)
    answers = {answer.link_id: answer.code for answer in response.answers}
    result = score(measure, answers)
    if result.total is not None:
        yield Drawn(key=score_key(response.id), measure=measure, result=result)
    link_id = measure.safety.link_id if measure.safety else None
    if link_id and link_id in answers:
        yield Drawn(
            key=item_key(response.id, link_id), measure=measure, result=result, link_id=link_id, answer=answers[link_id]
        )


def write_observation(drawn: Drawn, response: Response, writing: Writing, old: JsonObject) -> JsonObject:
    """The Observation. Once written only its status follows the response it is derived from, which may be withdrawn."""
    status = STATUS_OF[response.status]
    if old:
        editing.put(old, "status", status)
        return old
    resource: JsonObject = {"resourceType": "Observation"}
    editing.put_profile(resource, systems.US_CORE_SCREENING_ASSESSMENT, writing.site)
    editing.put_identifier(resource, drawn.key)
    resource["status"] = status
    resource["category"] = [editing.codeable(writing.site, concepts.SURVEY)]
    resource["code"] = editing.codeable(writing.site, _observed(drawn))
    editing.put_reference(resource, "subject", writing.subject)
    if response.focus_goal and drawn.link_id is None:
        resource["focus"] = [editing.reference(writing.to(response.focus_goal))]
    editing.put_time(resource, "effectiveDateTime", response.authored)
    resource["performer"] = [editing.reference(writing.subject)]
    _put_value(resource, drawn, writing.site)
    if response.self_entered:
        labels.put_labels(resource, [labels.PATIENT_ASSERTED])
    resource["derivedFrom"] = [editing.reference(writing.to(response.id))]
    narrative.put_text(resource, narrative.of_sentences(_sentence(drawn, writing.site)), writing.site)
    return resource


def focus_goals(observations: Iterable[JsonObject], goals: Iterable[JsonObject]) -> dict[str, str]:
    """The id of the goal each score Observation is about, by the key of the Observation."""
    names = {target: editing.identifier_of(goal) or "" for goal in goals for target in editing.targets(goal)}
    found = {}
    for item in observations:
        for focus in item.get("focus", []):
            if editing.target_of(focus) in names:
                found[editing.identifier_of(item) or ""] = names[str(editing.target_of(focus))]
    return found


def _observed(drawn: Drawn) -> Concept:
    item = drawn.measure.item(drawn.link_id) if drawn.link_id else None
    return item.concept if item else drawn.measure.total


def _put_value(resource: JsonObject, drawn: Drawn, site: Site) -> None:
    if drawn.link_id is None:
        total = drawn.result.total
        resource["valueQuantity"] = {"value": total, "unit": "{score}", "system": systems.UCUM, "code": "{score}"}
        if drawn.result.band:
            resource["interpretation"] = [{"text": text(drawn.result.band.label, site.language)}]
        return
    option = _option(drawn)
    resource["valueCodeableConcept"] = {"coding": [answer_coding(option)], "text": option.display}


def _option(drawn: Drawn) -> AnswerOption:
    item = drawn.measure.item(drawn.link_id or "")
    if item is None or drawn.answer is None:
        raise ValueError("an item Observation has an item and its answer")
    return chosen_option(item, drawn.answer)


def _sentence(drawn: Drawn, site: Site) -> str:
    if drawn.link_id is None:
        band = text(drawn.result.band.label, site.language) if drawn.result.band else ""
        return text(
            N_("{title} total: {total} ({band})."),
            site.language,
            title=drawn.measure.title,
            total=drawn.result.total,
            band=band,
        )
    return text(N_("{question} {answer}."), site.language, question=_question(drawn), answer=_option(drawn).display)


def _question(drawn: Drawn) -> str:
    item = drawn.measure.item(drawn.link_id or "")
    return item.text if item else ""
