"""Filled forms of any shape, for property tests: nested, every type of answer, numbers as hospitals spell them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from ipt_fhir import rawjson
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.forms import FilledForm
from ipt_fhir.model.measures import ResponseStatus, Withdrawal
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from tests.mapping.full import OUR_FORM
from tests.mapping.strategies import days, episodes, ids, people, texts, times

FORMS = ("http://hospital.example/Questionnaire/intake|2.1", "http://clinic.example/Questionnaire/sleep", OUR_FORM)
# Spelled so that any re-serialiser would disturb them.
_NUMBERS = [rawjson.parse(text) for text in (b"1.50", b"5", b"-0.10", b"1e2", b"0.00000010", b"20")]
_numbers = st.sampled_from(_NUMBERS)
_codings = st.fixed_dictionaries(
    {"system": st.just("http://hospital.example/CodeSystem/answers"), "code": st.sampled_from(["yes", "no", "LA1"])},
    optional={"display": texts(20)},
)
_values: st.SearchStrategy[JsonObject] = st.one_of(
    st.fixed_dictionaries({"valueBoolean": st.booleans()}),
    st.fixed_dictionaries({"valueDecimal": _numbers}),
    st.fixed_dictionaries({"valueInteger": st.integers(-(2**31), 2**31 - 1)}),
    st.fixed_dictionaries({"valueDate": days.map(lambda day: day.isoformat())}),
    st.fixed_dictionaries({"valueDateTime": times.map(lambda time: time.strftime("%Y-%m-%dT%H:%M:%S.120Z"))}),
    st.just({"valueTime": "08:30:00"}),
    st.fixed_dictionaries({"valueString": texts(30)}),
    st.just({"valueUri": "https://hospital.example/leaflet"}),
    st.fixed_dictionaries({"valueCoding": _codings}),
    st.fixed_dictionaries(
        {
            "valueQuantity": st.fixed_dictionaries(
                {"value": _numbers, "unit": st.just("kg"), "system": st.just(systems.UCUM), "code": st.just("kg")}
            )
        }
    ),
    st.just({"valueReference": {"display": "the ward"}}),
    st.just({"valueAttachment": {"contentType": "text/plain", "title": "Letter", "data": "aGVsbG8="}}),
)


@st.composite
def items(draw: st.DrawFn, depth: int = 2) -> list[JsonObject]:
    """Items as R4 allows them: a group holds items, a question answers, and items may stand under an answer."""
    return [draw(_item(f"{depth}.{number}", depth)) for number in range(draw(st.integers(1, 3)))]


@st.composite
def _item(draw: st.DrawFn, link_id: str, depth: int) -> JsonObject:
    item: JsonObject = {"linkId": link_id}
    if draw(st.booleans()):
        item["text"] = draw(texts(30))
    if depth and draw(st.booleans()):
        return {**item, "item": draw(items(depth - 1))}
    answers: list[JsonObject] = [dict(answer) for answer in draw(st.lists(_values, max_size=2))]
    if answers and depth and draw(st.booleans()):
        answers[0]["item"] = draw(items(depth - 1))
    return {**item, "answer": answers} if answers else item


@st.composite
def forms(draw: st.DrawFn, content: st.SearchStrategy[list[Any]] | None = None) -> FilledForm:
    """One filled form, finished or withdrawn."""
    alone = draw(st.booleans())
    address = draw(st.sampled_from(FORMS))
    return FilledForm(
        id=draw(ids),
        form=address,
        title=draw(texts(40)),
        authored=draw(times),
        author=None if alone else draw(st.none() | people),
        items=rawjson.write(draw(items() if content is None else content)).decode(),
        status=draw(st.sampled_from([ResponseStatus.COMPLETED, ResponseStatus.ENTERED_IN_ERROR])),
        self_entered=alone,
        local=address == OUR_FORM,
    )


@st.composite
def form_lists(draw: st.DrawFn) -> tuple[FilledForm, ...]:
    """Forms of a course in the order of their time, some of them corrections of others, one perhaps in progress."""
    found = draw(st.lists(forms(), max_size=2, unique_by=lambda form: form.id))
    for place, first in enumerate(list(found)):
        if not first.stands and draw(st.booleans()):
            recalled = Withdrawal(at=draw(times), reason=draw(texts(20)), never_filed=True)
            found[place] = replace(first, withdrawn=recalled)
        elif not first.stands and draw(st.booleans()):
            found.append(replace(first, id=draw(ids), status=ResponseStatus.AMENDED, replaces=first.id))
    if draw(st.booleans()):
        found.append(replace(draw(forms()), status=ResponseStatus.IN_PROGRESS))
    return tuple(sorted(found, key=lambda form: (form.authored, form.id)))


@st.composite
def courses_with_forms(draw: st.DrawFn) -> Episode:
    """Any course, with forms."""
    episode, found = draw(episodes()), draw(form_lists())
    return replace(episode, forms=found)
