"""What is drawn from a completed questionnaire: its scores and the safety item, each as an Observation.

US Core 6.1.0 screening assessment; the score also follows the Person-Centered Outcomes guide (``focus`` is the goal).
No total, no score Observation: an incomplete questionnaire never becomes a number (decision-D21).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType

from ipt_fhir.instruments.catalogue import AnswerOption, Catalogue, Instrument
from ipt_fhir.locale.texts import N_, text
from ipt_fhir.mapping import editing, labels, narrative
from ipt_fhir.mapping.questionnaireresponse import answer_coding, chosen_option
from ipt_fhir.mapping.references import Writing, item_key, part_key, score_key
from ipt_fhir.mapping.site import Site
from ipt_fhir.model.measures import Response, ResponseStatus, answered_at
from ipt_fhir.questionnaires.answers import answers_of
from ipt_fhir.questionnaires.scoring import PartScore, Score, score
from ipt_fhir.rawjson import JsonObject, number
from ipt_fhir.terminology import concepts, systems
from ipt_fhir.terminology.concepts import Concept

NO_AIMS: Mapping[str, str] = MappingProxyType({})
"""Where no goal aims at a score."""

STATUS_OF = {
    ResponseStatus.COMPLETED: "final",
    ResponseStatus.AMENDED: "amended",
    ResponseStatus.ENTERED_IN_ERROR: "entered-in-error",
}
"""Observation.status (http://hl7.org/fhir/observation-status) of what is drawn from a response."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One Observation to write: its key, when the answers were given, and what it observes.

    That is the total, the score of a ``part``, or an item (``link_id``) with its ``answer``. ``focus`` is the id of the
    goal whose score it is.
    """

    key: str
    at: datetime
    measure: Instrument
    result: Score
    part: PartScore | None = None
    focus: str | None = None
    link_id: str | None = None
    answer: str | None = None

    @property
    def value(self) -> Decimal | None:
        """The points, where it is a score."""
        return self.part.value if self.part else self.result.total

    @property
    def concept(self) -> Concept | None:
        """The code of the score or the item, where it has one."""
        if self.link_id is not None:
            item = self.measure.item(self.link_id)
            return item.concept if item else None
        if self.part:
            return self.part.part.code.concept if self.part.part.code else None
        return self.measure.total


def drawn_from(
    response: Response,
    catalogue: Catalogue,
    versions: Iterable[Response] = (),
    aims: Mapping[str, str] = NO_AIMS,
) -> Iterable[Drawn]:
    """The Observations of a response: every score there is that has a code, the safety item when it was answered.

    ``versions`` are the responses of the course: a correction is about the day of what it corrects (decision-D65).
    ``aims`` gives the code of the score each goal aims at: of several scores that one is about the goal.
    """
    measure = catalogue.instrument(response.instrument)
    answers = answers_of(response)
    result = score(measure, answers)
    at = answered_at(response, versions)
    scores = list(_scores(response, measure, result, at))
    aim = aims.get(response.focus_goal or "")
    focused = next((item for item in scores if item.concept and item.concept.code == aim), next(iter(scores), None))
    for item in scores:
        yield replace(item, focus=response.focus_goal) if item is focused else item
    if result.safety:
        link_id, code = result.safety.link_id, result.safety.code
        yield Drawn(
            key=item_key(response.id, link_id), at=at, measure=measure, result=result, link_id=link_id, answer=code
        )


def score_keys(response_id: str, measure: Instrument | None) -> list[str]:
    """The keys of all scores that may be drawn from a response, in the order in which they are drawn."""
    parts = measure.parts if measure else ()
    return [score_key(response_id), *(part_key(response_id, part.id) for part in parts)]


def _scores(response: Response, measure: Instrument, result: Score, at: datetime) -> Iterator[Drawn]:
    if result.total is not None:
        yield Drawn(key=score_key(response.id), at=at, measure=measure, result=result)
    for part in result.parts:
        if part.value is not None and part.part.code:
            yield Drawn(key=part_key(response.id, part.part.id), at=at, measure=measure, result=result, part=part)


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
    resource["code"] = _observed(drawn, writing.site)
    editing.put_reference(resource, "subject", writing.subject)
    if drawn.focus:
        resource["focus"] = [editing.reference(writing.to(drawn.focus))]
    editing.put_time(resource, "effectiveDateTime", drawn.at)
    resource["performer"] = [editing.reference(writing.subject)]
    _put_value(resource, drawn, writing.site)
    if response.self_entered:
        labels.put_labels(resource, [labels.PATIENT_ASSERTED])
    resource["derivedFrom"] = [editing.reference(writing.to(response.id))]
    narrative.put_text(resource, narrative.of_sentences(_sentence(drawn, writing.site)), writing.site)
    return resource


def stated_otherwise(drawn: Drawn, resource: JsonObject) -> str:
    """The value an Observation in the chart states, where it is another than the answers make it; "" where it is not.

    Once written a value is not written again, so that a colleague's change is seen and not undone.
    """
    if drawn.link_id is not None:
        said = resource.get("valueCodeableConcept") or {}
        codings = [coding for coding in said.get("coding", []) if coding.get("code")]
        same = any(coding["code"] == drawn.answer for coding in codings)
        return "" if same or not codings else str(said.get("text") or codings[0]["code"])
    value = number((resource.get("valueQuantity") or {}).get("value"))
    return "" if value is None or value == drawn.value else str(value)


def focus_goals(observations: Iterable[JsonObject], goals: Iterable[JsonObject]) -> dict[str, str]:
    """The id of the goal each score Observation is about, by the key of the Observation."""
    names = {target: editing.identifier_of(goal) or "" for goal in goals for target in editing.targets(goal)}
    found = {}
    for item in observations:
        for focus in item.get("focus", []):
            if editing.target_of(focus) in names:
                found[editing.identifier_of(item) or ""] = names[str(editing.target_of(focus))]
    return found


def _observed(drawn: Drawn, site: Site) -> JsonObject:
    """The code of the score or the item; an item of a clinic's own form may have a text only."""
    return editing.codeable(site, drawn.concept) if drawn.concept else {"text": _question(drawn) or drawn.measure.title}


def _put_value(resource: JsonObject, drawn: Drawn, site: Site) -> None:
    if drawn.link_id is None:
        put_score(resource, drawn.value)
        if drawn.result.band and drawn.part is None:
            resource["interpretation"] = [{"text": text(drawn.result.band.label, site.language)}]
        return
    option = _option(drawn)
    resource["valueCodeableConcept"] = {"coding": [answer_coding(option)], "text": option.display}


def put_score(resource: JsonObject, value: Decimal | None) -> None:
    """Set the points of a score Observation."""
    resource["valueQuantity"] = {"value": value, "unit": "{score}", "system": systems.UCUM, "code": "{score}"}


def total_words(measure: Instrument, total: Decimal | None, site: Site) -> str:
    """A total in one sentence, with its band where the instrument has bands."""
    band = measure.band(total) if total is not None else None
    if band is None:
        return text(N_("{title} total: {total}."), site.language, title=measure.title, total=total)
    word = text(band.label, site.language)
    return text(N_("{title} total: {total} ({band})."), site.language, title=measure.title, total=total, band=word)


def _part_title(drawn: Drawn, site: Site) -> str:
    return text(drawn.part.part.title, site.language) if drawn.part else ""


def _option(drawn: Drawn) -> AnswerOption:
    item = drawn.measure.item(drawn.link_id or "")
    if item is None or drawn.answer is None:
        raise ValueError("an item Observation has an item and its answer")
    return chosen_option(item, drawn.answer)


def _sentence(drawn: Drawn, site: Site) -> str:
    if drawn.part:
        return text(N_("{title}: {value}."), site.language, title=_part_title(drawn, site), value=drawn.value)
    if drawn.link_id is None:
        return total_words(drawn.measure, drawn.result.total, site)
    return text(N_("{question} {answer}."), site.language, question=_question(drawn), answer=_option(drawn).display)


def _question(drawn: Drawn) -> str:
    item = drawn.measure.item(drawn.link_id or "")
    return item.text if item else ""
