"""The form of answers that are being corrected: the same form, which begins with the answers it has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ipt_fhir import rawjson
from ipt_fhir.mapping.questionnaireresponse import item_of
from ipt_fhir.model import snapshot
from ipt_fhir.model.forms import FilledForm
from ipt_fhir.model.measures import Response
from ipt_fhir.model.totals import EnteredTotal
from ipt_fhir.protocol.response_states import Answered, Content, UnknownResponse, find
from ipt_fhir.questionnaires.answers import answers_of, as_answers
from ipt_fhir.questionnaires.form import FormItem
from ipt_fhir.rawjson import JsonObject
from smart_app.services import hospital_forms
from smart_app.services.desk import Desk
from smart_app.services.drafting import Owner, owner_at
from smart_app.services.form_completing import read_measure
from smart_app.services.form_filling import OpenForm
from smart_app.services.forms_at_hand import FormAtHand, FormUnknown, copies, get_form
from smart_app.services.practice import Practice
from smart_app.store import episodes

_PREFIX = "correct-"


def correction_key(response_id: str) -> str:
    """The key of the form in which these answers are corrected; its draft is one of its own."""
    return f"{_PREFIX}{response_id}"


def is_correction(key: str) -> bool:
    """Whether a form of that key corrects answers."""
    return key.startswith(_PREFIX)


def get_correction(practice: Practice, owner: Owner, key: str) -> FormAtHand:
    """The form of a correction. Raises FormUnknown when the answers do not count any more or their form is not at hand.

    It needs no open launch: what was typed is kept also when that has ended meanwhile.
    """
    version = _version(practice, owner, key.removeprefix(_PREFIX))
    at_hand = _form_of(practice, owner, version)
    return replace(at_hand, key=key, corrects=version.id, given=tuple(_given(practice, version, at_hand)))


def bring_form(practice: Practice, desk: Desk, response_id: str) -> None:
    """Put the form of these answers at hand, from the hospital's server where it is not.

    Raises FormUnknown when there is none of that version, FormNotTaken when it cannot be shown, EhrError.
    """
    try:
        get_correction(practice, owner_at(desk), correction_key(response_id))
    except FormUnknown:
        version = _version(practice, owner_at(desk), response_id)
        if isinstance(version, Response):
            raise
        hospital_forms.take_by_address(practice, desk, version.form)


def content_of(opened: OpenForm, corrected: Answered) -> Content:
    """What is answered now, as the course keeps the version it corrects: answers of a measure, or the items of a form.

    A form the hospital made of a measure may have been kept as a form, because its answers were not understood.
    """
    measure, found = opened.at_hand.scored, read_measure(opened)
    if measure and found and isinstance(corrected, Response):
        return as_answers(measure, found.answers)
    return rawjson.write(opened.filling.response_items()).decode()


def _version(practice: Practice, owner: Owner, response_id: str) -> Response | FilledForm:
    with practice.store.read() as tx:
        stored = episodes.load(tx, owner.lane)
    if stored is None:
        raise FormUnknown(response_id)
    try:
        found = find(snapshot.load(stored.content), response_id)
    except UnknownResponse as unknown:
        raise FormUnknown(response_id) from unknown
    if not found.stands or isinstance(found, EnteredTotal):
        raise FormUnknown(response_id)
    return found


def _form_of(practice: Practice, owner: Owner, version: Response | FilledForm) -> FormAtHand:
    """The very version of the form that was answered; another one may ask other questions under the same names."""
    if isinstance(version, Response):
        return get_form(practice, owner, version.instrument)
    measure = practice.catalogue.instrument_for(version.address)
    known = [get_form(practice, owner, measure.id)] if measure else copies(practice, owner)
    found = next((at_hand for at_hand in known if at_hand.address == version.form), None)
    if found is None:
        raise FormUnknown(version.form)
    return found


def _given(practice: Practice, version: Response | FilledForm, at_hand: FormAtHand) -> Iterator[JsonObject]:
    if isinstance(version, FilledForm):
        yield from version.raw_items()
        return
    measure = practice.catalogue.instrument(version.instrument)
    answered = {
        item.link_id: item_of(item, given)
        for item in measure.items
        if (given := answers_of(version).get(item.link_id)) is not None
    }
    yield from _placed(at_hand.form.items, answered)


def _placed(items: Sequence[FormItem], answered: dict[str, JsonObject]) -> Iterator[JsonObject]:
    """Answers in the groups in which the form asks for them."""
    for item in items:
        below = list(_placed(item.items, answered))
        if item.link_id in answered:
            yield answered[item.link_id]
        elif below:
            yield {"linkId": item.link_id, "item": below}
