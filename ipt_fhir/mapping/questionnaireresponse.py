"""Completed questionnaire <-> QuestionnaireResponse, and the Observations drawn from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ipt_fhir.instruments.catalogue import AnswerOption, Instrument, Item, instrument, instrument_for
from ipt_fhir.locale.texts import N_, text
from ipt_fhir.mapping import editing, labels, narrative
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.measures import Answer, Response, ResponseStatus
from ipt_fhir.questionnaires import reading
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems


def write_response(response: Response, plan: str, writing: Writing, old: JsonObject) -> JsonObject:
    """The QuestionnaireResponse; ``plan`` is the key of the CarePlan.

    What is filed never changes but for its status: a response that was corrected becomes ``entered-in-error``.
    """
    if old:
        editing.put(old, "status", response.status.value)
        return old
    measure = instrument(response.instrument)
    resource: JsonObject = {"resourceType": "QuestionnaireResponse"}
    editing.put_profile(resource, systems.US_CORE_QUESTIONNAIRERESPONSE, writing.site)
    resource["identifier"] = {"system": systems.IDENTIFIER, "value": response.id}
    resource["basedOn"] = [editing.reference(writing.to(plan))]
    resource["questionnaire"] = f"{measure.canonical}|{measure.version}"
    resource["status"] = response.status.value
    editing.put_reference(resource, "subject", writing.subject)
    editing.put_time(resource, "authored", response.authored)
    if response.self_entered:
        editing.put_reference(resource, "author", writing.subject)
        labels.put_labels(resource, [labels.PATIENT_ASSERTED])
    elif response.author:
        editing.put_reference(resource, "author", response.author.reference, response.author.display)
    editing.put_reference(resource, "source", writing.subject)
    if response.replaces:
        replaced = {"valueReference": editing.reference(writing.to(response.replaces))}
        editing.put_extension(resource, systems.EXTENSION_REPLACES, replaced)
    chosen = {answer.link_id: answer.code for answer in response.answers}
    answered = [(item, chosen_option(item, chosen[item.link_id])) for item in measure.items if item.link_id in chosen]
    resource["item"] = [_write_item(item, option) for item, option in answered]
    narrative.put_text(resource, _words(measure, answered, writing), writing.site)
    return resource


def read_response(resource: JsonObject, focus_goal: str | None, known: Mapping[str, str]) -> Response:
    """A response of ours. ``focus_goal`` comes from the score Observation, ``known`` gives ids by reference target.

    Raises ValueError if answers were lost, KeyError if it replaces one that is not there.
    """
    self_entered = (editing.target_of(resource.get("author")) or "").startswith("Patient/")
    measure = _instrument_of(resource)
    found = reading.read_answers(measure, resource)
    if found.unread:
        raise ValueError(f"answers not understood: {', '.join(found.unread)}")
    return Response(
        id=editing.identifier_of(resource) or resource["id"],
        instrument=measure.id,
        authored=editing.required_time(resource["authored"]),
        author=None if self_entered else editing.read_person(resource.get("author")),
        answers=tuple(
            Answer(link_id=item.link_id, code=found.answers[item.link_id])
            for item in measure.items
            if item.link_id in found.answers
        ),
        focus_goal=focus_goal,
        status=ResponseStatus(resource["status"]),
        replaces=_read_replaced(resource, known),
        self_entered=self_entered,
    )


def _read_replaced(resource: JsonObject, known: Mapping[str, str]) -> str | None:
    found = editing.extensions(resource, systems.EXTENSION_REPLACES)
    return known[editing.target_of(editing.value_of(found[0])) or ""] if found else None


def _instrument_of(resource: JsonObject) -> Instrument:
    found = instrument_for(resource["questionnaire"])
    if found is None:
        raise ValueError("the questionnaire is none of the instruments here")
    return found


def _write_item(item: Item, option: AnswerOption) -> JsonObject:
    return {"linkId": item.link_id, "text": item.text, "answer": [{"valueCoding": answer_coding(option)}]}


def chosen_option(item: Item, code: str) -> AnswerOption:
    """The option of an answer. Raises ValueError for a code the item does not offer."""
    found = item.option(code)
    if found is None:
        raise ValueError(f"{item.link_id} does not offer {code}")
    return found


def answer_coding(option: AnswerOption) -> JsonObject:
    """The answer as a Coding; the display is the instrument's own wording, never translated by us."""
    return {"system": option.system, "code": option.code, "display": option.display}


def _words(measure: Instrument, answered: Sequence[tuple[Item, AnswerOption]], writing: Writing) -> str:
    rows = [(item.text, option.display) for item, option in answered]
    title = text(
        N_("{title}, questions answered: {count}"), writing.site.language, title=measure.title, count=len(rows)
    )
    return narrative.of_answers(title, rows)
