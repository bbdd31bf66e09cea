"""Completed questionnaire <-> QuestionnaireResponse: what every response has, and the answers to an instrument."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypedDict

from ipt_fhir.instruments.catalogue import AnswerOption, Catalogue, Instrument, Item
from ipt_fhir.locale.texts import N_, text
from ipt_fhir.mapping import editing, labels, narrative
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.measures import Response, ResponseStatus, Version
from ipt_fhir.model.people import Person
from ipt_fhir.questionnaires import reading
from ipt_fhir.questionnaires.answers import Given, answers_of, as_answers
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems


def write_response(response: Response, plan: str, writing: Writing, old: JsonObject) -> JsonObject:
    """The QuestionnaireResponse; ``plan`` is the key of the CarePlan."""
    if old:
        return with_status(old, response)
    measure = writing.site.catalogue.instrument(response.instrument)
    resource = frame(response, f"{measure.canonical}|{measure.version}", plan, writing)
    if measure.filed:
        # The answers to a measure are the patient's, whoever entered them; our local forms are filled in by anybody.
        editing.put_reference(resource, "source", writing.subject)
    given = answers_of(response)
    answered = [(item, given[item.link_id]) for item in measure.items if item.link_id in given]
    resource["item"] = [item_of(item, answer) for item, answer in answered]
    narrative.put_text(resource, _words(measure, answered, writing), writing.site)
    return resource


def with_status(old: JsonObject, version: Version) -> JsonObject:
    """What is filed never changes but for its status: what was corrected or withdrawn becomes ``entered-in-error``."""
    editing.put(old, "status", version.status.value)
    return old


class StaysHere(ValueError):
    """Answers to a form of ours that is not filed at this site were about to leave. A fault of ours; nothing left."""

    def __init__(self, form: str) -> None:
        super().__init__(f"answers to {form} stay in this app (decision-D20)")


def frame(version: Version, questionnaire: str, plan: str, writing: Writing) -> JsonObject:
    """A new QuestionnaireResponse with everything but its answers: whose, of which form, by whom and when.

    Raises StaysHere, whatever the version says of itself.
    """
    measure = writing.site.catalogue.instrument_for(questionnaire)
    if measure and not measure.filed and measure.canonical not in writing.site.forms:
        raise StaysHere(measure.canonical)
    resource: JsonObject = {"resourceType": "QuestionnaireResponse"}
    editing.put_profile(resource, systems.US_CORE_QUESTIONNAIRERESPONSE, writing.site)
    resource["identifier"] = {"system": systems.IDENTIFIER, "value": version.id}
    resource["basedOn"] = [editing.reference(writing.to(plan))]
    resource["questionnaire"] = questionnaire
    resource["status"] = version.status.value
    editing.put_reference(resource, "subject", writing.subject)
    editing.put_time(resource, "authored", version.authored)
    if version.self_entered:
        editing.put_reference(resource, "author", writing.subject)
        editing.put_reference(resource, "source", writing.subject)
        labels.put_labels(resource, [labels.PATIENT_ASSERTED])
    elif version.author:
        editing.put_reference(resource, "author", version.author.reference, version.author.display)
    if version.replaces:
        replaced = {"valueReference": editing.reference(writing.to(version.replaces))}
        editing.put_extension(resource, systems.EXTENSION_REPLACES, replaced)
    return resource


class Frame(TypedDict):
    """What ``frame`` wrote, as the fields of a response."""

    id: str
    authored: datetime
    author: Person | None
    self_entered: bool
    status: ResponseStatus
    replaces: str | None


def read_frame(resource: JsonObject, known: Mapping[str, str]) -> Frame:
    """The fields every response has; ``known`` gives ids by reference target.

    What it replaces is not told where the server did not keep that, or the first is not there. Raises ValueError or
    KeyError where a field is missing.
    """
    self_entered = labels.patient_entered(resource)
    return Frame(
        id=editing.identifier_of(resource) or resource["id"],
        authored=editing.required_time(resource["authored"]),
        author=None if self_entered else editing.read_person(resource.get("author")),
        self_entered=self_entered,
        status=ResponseStatus(resource["status"]),
        replaces=_read_replaced(resource, known),
    )


def read_response(
    resource: JsonObject, focus_goal: str | None, known: Mapping[str, str], catalogue: Catalogue
) -> Response:
    """A response of ours. ``focus_goal`` comes from the score Observation, ``known`` as in ``read_frame``.

    Raises ValueError if answers were lost.
    """
    measure = _instrument_of(resource, catalogue)
    found = reading.read_answers(measure, resource)
    if found.unread:
        raise ValueError(f"answers not understood: {', '.join(found.unread)}")
    return Response(
        **read_frame(resource, known),
        instrument=measure.id,
        answers=as_answers(measure, found.answers),
        focus_goal=focus_goal,
    )


def _read_replaced(resource: JsonObject, known: Mapping[str, str]) -> str | None:
    found = editing.extensions(resource, systems.EXTENSION_REPLACES)
    return known.get(editing.target_of(editing.value_of(found[0])) or "") if found else None


def _instrument_of(resource: JsonObject, catalogue: Catalogue) -> Instrument:
    found = catalogue.instrument_for(resource["questionnaire"])
    if found is None:
        raise ValueError("the questionnaire is none of the instruments here")
    return found


def item_of(item: Item, given: Given) -> JsonObject:
    """One answered question as an item of the response. Raises ValueError for a code the question does not offer."""
    return {"linkId": item.link_id, "text": item.text, "answer": [_write_answer(item, given)]}


def _write_answer(item: Item, given: Given) -> JsonObject:
    if isinstance(given, str):
        return {"valueCoding": answer_coding(chosen_option(item, given))}
    return {"valueInteger": int(given)} if item.number and item.number.whole else {"valueDecimal": given}


def chosen_option(item: Item, code: str) -> AnswerOption:
    """The option of an answer. Raises ValueError for a code the item does not offer."""
    found = item.option(code)
    if found is None:
        raise ValueError(f"{item.link_id} does not offer {code}")
    return found


def answer_coding(option: AnswerOption) -> JsonObject:
    """The answer as a Coding; the display is the instrument's own wording, never translated by us."""
    return {"system": option.system, "code": option.code, "display": option.display}


def _words(measure: Instrument, answered: Sequence[tuple[Item, Given]], writing: Writing) -> str:
    rows = [(item.text, _words_of(item, given)) for item, given in answered]
    title = text(
        N_("{title}, questions answered: {count}"), writing.site.language, title=measure.title, count=len(rows)
    )
    return narrative.of_answers(title, rows)


def _words_of(item: Item, given: Given) -> str:
    return chosen_option(item, given).display if isinstance(given, str) else str(given)
