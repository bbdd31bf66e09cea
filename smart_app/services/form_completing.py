"""Complete a form: its answers go into the course, and where it is a measure its rules are kept (decision-D21)."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from ipt_fhir import rawjson
from ipt_fhir.instruments.catalogue import Catalogue
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.forms import FilledForm
from ipt_fhir.model.people import Person
from ipt_fhir.questionnaires.filling import Shown
from ipt_fhir.questionnaires.findings import FindingKind
from ipt_fhir.questionnaires.reading import ReadAnswers, read_answers
from ipt_fhir.questionnaires.safety_questions import worrying_answers
from ipt_fhir.questionnaires.scoring import SafetyAnswer, Score, score
from ipt_fhir.questionnaires.validation import check_response
from ipt_fhir.rawjson import JsonObject, JsonRefused
from ipt_fhir.validation.patients import strangers
from smart_app.language import gettext as _
from smart_app.services.form_filling import OpenForm
from smart_app.services.measuring import complete, with_safety_items
from smart_app.store.lanes import Lane


class FormTooLarge(ValueError):
    """The answers are more than a course can keep; nothing was completed."""


_OF_THE_NAME = frozenset({FindingKind.UNNAMED_FORM, FindingKind.WRONG_FORM, FindingKind.WRONG_VERSION})
"""A form from a file may have no address; the response is made here and answers no other."""


def response_of(opened: OpenForm) -> JsonObject:
    """The response as it would be sent now: only what is asked at the moment."""
    return {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": opened.at_hand.address,
        "status": "completed",
        "item": opened.filling.response_items(),
    }


def read_measure(opened: OpenForm) -> ReadAnswers | None:
    """The answers as the instrument's own; None when the form is no measure."""
    measure = opened.at_hand.scored
    if measure is None:
        return None
    return read_answers(measure, response_of(opened), opened.at_hand.form.raw)


def score_of(opened: OpenForm) -> Score | None:
    """What the answers add up to so far; None when the form is no measure."""
    measure, found = opened.at_hand.scored, read_measure(opened)
    return score(measure, found.answers) if measure and found else None


def findings(opened: OpenForm, lane: Lane, language: str) -> list[tuple[str, str]]:
    """What the rules of the form and of filing hold against the response of the patient of that lane: the path of the
    item ("" for the whole), and a sentence."""
    expand = opened.filling.surroundings.expand
    found = check_response(response_of(opened), opened.at_hand.form, expand)
    places = dict(_places(opened.tree, ""))
    told = (item for item in found if item.is_error and item.kind not in _OF_THE_NAME)
    broken = [(places.get(item.path, item.path), item.sentence(language)) for item in told]
    words = _("This answer names another patient, so nothing could be filed with it. Take it back or give another.")
    patient = f"{lane.issuer.rstrip('/')}/Patient/{lane.patient}"
    return [*broken, *((path, words) for path in _of_others(opened.tree, patient))]


def worrying(opened: OpenForm, catalogue: Catalogue) -> list[SafetyAnswer]:
    """The answers somebody must act on: to the safety question of the measure the form is, or of any other it asks."""
    at_hand = opened.at_hand
    return worrying_answers(at_hand.form, opened.filling.walk(), at_hand.measure, catalogue.instruments().values())


def completed(
    opened: OpenForm, episode: Episode, author: Person | None, now: datetime, catalogue: Catalogue
) -> Episode:
    """The course with the answers; a worrying one opens its safety item with it. No author: the patient, alone.

    A measure becomes a response with a score. What a measure has no place for, and every other form, is kept as it was
    filled in. Raises FormTooLarge.
    """
    measure, found, before = opened.at_hand.scored, read_measure(opened), episode
    if measure and found and found.answers:
        episode = complete(episode, measure, found.answers, author, now)
        if not found.unread:
            return episode
    filled = _filled(opened, author, now)
    forms = tuple(sorted((*episode.forms, filled), key=lambda item: (item.authored, item.id)))
    return with_safety_items(before, replace(episode, forms=forms), filled.id, worrying(opened, catalogue), now)


def _filled(opened: OpenForm, author: Person | None, now: datetime) -> FilledForm:
    at_hand = opened.at_hand
    try:
        return FilledForm(
            id=str(uuid.uuid4()),
            form=at_hand.address,
            title=at_hand.title,
            authored=now,
            author=author,
            self_entered=author is None,
            items=rawjson.write(opened.filling.response_items()).decode(),
            local=bool(at_hand.measure and not at_hand.measure.filed),
        )
    except JsonRefused as wrong:
        raise FormTooLarge(str(wrong)) from wrong


def _of_others(tree: Sequence[Shown], patient: str) -> Iterator[str]:
    """The paths of answers that name another patient: filing refuses a whole course for one of them (decision-D12)."""
    for shown in (found for top in tree for found in top.walk() if found.enabled):
        answers = [{answer.value.member: answer.value.content} for answer in shown.answers]
        response = {"resourceType": "QuestionnaireResponse", "subject": {"reference": patient}, "answer": answers}
        if any(strangers([response])):
            yield shown.path


def _places(tree: Sequence[Shown], around: str) -> Iterator[tuple[str, str]]:
    """The path of each item in the response, and on the page: repetitions without an answer are not sent."""
    counted: Counter[str] = Counter()
    for shown in tree:
        segment = shown.path.rpartition(".")[2]
        if shown.item.repeats and not shown.item.type.asks:
            if not shown.enabled or not _holds(shown):
                continue
            position = segment.partition(":")[0]
            segment = f"{position}:{counted[position]}"
            counted[position] += 1
        here = f"{around}.{segment}" if around else segment
        yield here, shown.path
        for level in (shown.items, *(answer.items for answer in shown.answers)):
            below = level[0].path.rpartition(".")[0].removeprefix(shown.path) if level else ""
            yield from _places(level, here + below)


def _holds(shown: Shown) -> bool:
    return any(found.answers for found in shown.walk())
