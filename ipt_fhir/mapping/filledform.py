"""A filled form of any kind <-> QuestionnaireResponse. Its items pass through as they are (decisions D3 and D64)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ipt_fhir import rawjson
from ipt_fhir.locale.texts import N_, text
from ipt_fhir.mapping import editing, narrative
from ipt_fhir.mapping.foreign_response import items_in_words
from ipt_fhir.mapping.questionnaireresponse import frame, read_frame, with_status
from ipt_fhir.mapping.references import Writing
from ipt_fhir.mapping.site import Site
from ipt_fhir.model.foreign import ForeignAnswer, ForeignItem
from ipt_fhir.model.forms import FilledForm
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems

MOST_ROWS = 200
"""So many answers are told in the narrative; the items say the rest."""

Section = tuple[str, list[tuple[str, str]]]
"""A heading and the questions with their answers under it."""


def write_form(form: FilledForm, plan: str, writing: Writing, old: JsonObject) -> JsonObject:
    """The QuestionnaireResponse; ``plan`` is the key of the CarePlan. What is filed changes its status only."""
    if old:
        return with_status(old, form)
    resource = frame(form, form.form, plan, writing)
    named: JsonObject = {"extension": [{"url": systems.EXTENSION_DISPLAY, "valueString": form.title}]}
    resource["_questionnaire"] = named
    resource["item"] = form.raw_items()
    narrative.put_text(resource, _words(form, writing.site), writing.site)
    return resource


def read_form(resource: JsonObject, known: Mapping[str, str]) -> FilledForm:
    """A filled form of ours; ``known`` as in ``read_frame``. A title that the server did not keep is the address.

    Raises ValueError or KeyError for what is no response of ours, JsonRefused for items beyond the limits.
    """
    questionnaire = str(resource["questionnaire"])
    titles = editing.extensions(resource.get("_questionnaire"), systems.EXTENSION_DISPLAY)
    return FilledForm(
        **read_frame(resource, known),
        form=questionnaire,
        title=str(editing.value_of(titles[0])) if titles else questionnaire,
        items=rawjson.write(resource.get("item", [])).decode(),
    )


def answer_words(answer: ForeignAnswer, language: str) -> str:
    """An answer as a person reads it; only yes and no are words of ours."""
    if answer.kind == "Boolean":
        return text(N_("yes") if answer.words == "true" else N_("no"), language)
    return answer.words


def _words(form: FilledForm, site: Site) -> str:
    sections = [*_sections(items_in_words(form.raw_items()), site.language)]
    count = sum(len(rows) for _, rows in sections)
    title = text(N_("{title}, questions answered: {count}"), site.language, title=form.title, count=count)
    left_out = count - MOST_ROWS
    more = text(N_("Further answers: {count}."), site.language, count=left_out) if left_out > 0 else ""
    return narrative.of_sections(title, _first_rows(sections), more)


def _first_rows(sections: Sequence[Section]) -> Iterator[Section]:
    room = MOST_ROWS
    for heading, rows in sections:
        if room > 0:
            yield heading, rows[:room]
        room -= len(rows)


def _sections(items: Sequence[ForeignItem], language: str, path: tuple[str, ...] = ()) -> Iterator[Section]:
    """Answered questions in printed order; a new section wherever a group begins or ends, so none seems to belong to
    the group before it."""
    rows: list[tuple[str, str]] = []
    for item in items:
        if item.answers:
            said = "; ".join(filter(None, (answer_words(answer, language) for answer in item.answers)))
            rows += [(item.question or item.link_id, said)] if said else []
        inner = (*item.items, *(below for answer in item.answers for below in answer.items))
        if item.answers:
            for _, more in _sections(inner, language):
                rows += more
        elif inner:
            yield from _closed(path, rows)
            rows = []
            yield from _sections(inner, language, (*path, item.question) if item.question else path)
    yield from _closed(path, rows)


def _closed(path: tuple[str, ...], rows: list[tuple[str, str]]) -> Iterator[Section]:
    if rows:
        yield " – ".join(path), rows
