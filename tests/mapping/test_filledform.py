"""Filled forms of any kind: the law, exactness, what the chart reads, what never leaves (decisions D3, D20, D64)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir import rawjson
from ipt_fhir.instruments.catalogue import instrument
from ipt_fhir.mapping.episode import changed, from_fhir, to_fhir
from ipt_fhir.mapping.filledform import MOST_ROWS, read_form, write_form
from ipt_fhir.mapping.narrative import body_of
from ipt_fhir.mapping.questionnaireresponse import StaysHere
from ipt_fhir.mapping.references import Writing, score_key
from ipt_fhir.mapping.site import Site
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.filed_parts import filed_part, with_local
from ipt_fhir.model.forms import FilledForm
from ipt_fhir.model.measures import Answer, Response, ResponseStatus
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from ipt_fhir.validation.validator import validate
from tests.mapping.form_strategies import courses_with_forms, forms
from tests.mapping.full import EVERYTHING, FULL, INTAKE, NOON, OUR_FORM
from tests.mapping.test_edits import tokens
from tests.mapping.test_episode import WRITING, server_copies

CORRECTED = FULL.forms[1]
UNMARKED = replace(FULL.forms[2], local=False)


def written(form: FilledForm, **site: Any) -> JsonObject:
    return write_form(form, FULL.id, Writing(patient="alma", site=Site(forms=EVERYTHING.forms, **site)), {})


def response_to(*items: JsonObject, title: str = "ZZTEST form") -> FilledForm:
    return replace(INTAKE, title=title, items=rawjson.write(list(items)).decode(), withdrawn=None)


# What nobody may lose: members we do not know, and the spelling of numbers.
_unknown = st.recursive(
    st.text(max_size=5) | st.booleans() | st.sampled_from([rawjson.parse(b"1e2"), rawjson.parse(b"0.50")]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=5,
)
_raw_items = st.lists(st.dictionaries(st.sampled_from(["linkId", "text", "answer", "item", "x"]), _unknown), min_size=1)


@given(forms(_raw_items))
def test_items_pass_through_as_they_are_whatever_they_hold(form: FilledForm) -> None:
    """decision-D3: unknown members and spelled numbers too, in nonsense as in sense."""
    resource = written(form)
    assert tokens(resource["item"]) == tokens(rawjson.parse(form.items.encode()))
    known = {f"urn:uuid:{form.replaces}": form.replaces} if form.replaces else {}
    again = read_form(rawjson.parse(rawjson.write(resource)), known)
    assert again == replace(form, local=False)
    assert again.items == form.items


@given(forms())
def test_whatever_is_filled_in_is_valid_and_tells_each_answer_in_words(form: FilledForm) -> None:
    resource = written(form)
    assert validate(resource, [systems.US_CORE_QUESTIONNAIRERESPONSE]) == []
    if b"answer" in rawjson.write(resource["item"]):
        assert "<td>" in body_of(resource)


@given(courses_with_forms())
def test_a_form_that_is_local_recalled_or_not_finished_leaves_nowhere(episode: Episode) -> None:
    """decision-D20: a form of ours stays, unless the site turned it on; decision-D65: what was recalled stays."""
    never = {
        form.id
        for form in episode.forms
        if form.status is ResponseStatus.IN_PROGRESS or (form.withdrawn and form.withdrawn.never_filed)
    }
    local = {form.id for form in episode.forms if form.local}
    assert not (never | local) & to_fhir(episode, WRITING).keys()
    turned_on = filed_part(episode, EVERYTHING.carried)
    assert {form.id for form in turned_on.forms} == {form.id for form in episode.forms} - never


def test_local_forms_and_reasons_come_back_beside_the_chart() -> None:
    for carried in (EVERYTHING.carried, Site().carried):
        filed = filed_part(FULL, carried)
        assert all(form.withdrawn is None for form in filed.forms)
        assert with_local(filed, FULL, carried) == FULL


RATING = Response(
    id="3f2a9c1e-5b7d-4e8f-9a0b-0000000000b1",
    instrument="fidelity-rating",
    authored=NOON,
    answers=(Answer(link_id="worked-on-focus", code="largely"),),
    local=True,
)


def test_answers_to_a_form_of_ours_that_has_a_score_stay_as_well() -> None:
    """decision-D20: a therapist's self-rating has a score and is nobody's business; the site may turn it on."""
    rated = replace(FULL, responses=(*FULL.responses, RATING))
    assert RATING.id not in to_fhir(rated, WRITING)
    assert with_local(filed_part(rated), rated) == rated
    turned_on = Site(forms=frozenset({instrument("fidelity-rating").canonical}))
    there = to_fhir(rated, Writing(patient="alma", site=turned_on))[RATING.id]
    assert "source" not in there  # not the patient's answers
    assert from_fhir([there, *to_fhir(FULL, WRITING).values()]).episode.responses[-1] == replace(RATING, local=False)


@pytest.mark.parametrize("wrong", [{"responses": (replace(RATING, local=False),)}, {"forms": (UNMARKED,)}])
def test_what_stays_here_is_refused_at_the_door_even_when_nobody_marked_it(wrong: dict[str, Any]) -> None:
    """decision-D20: a mark that a page forgot must not open the chart."""
    with pytest.raises(StaysHere, match="stay in this app"):
        to_fhir(replace(FULL, **wrong), WRITING)


def test_a_site_turns_a_form_of_ours_on_by_its_address() -> None:
    assert [form.id for form in filed_part(FULL).forms] == [INTAKE.id, CORRECTED.id]
    site = Site(forms=frozenset({OUR_FORM}))
    assert len(filed_part(FULL, site.carried).forms) == 3
    assert to_fhir(FULL, Writing(patient="alma", site=site)).keys() > to_fhir(FULL, WRITING).keys()


def test_a_correction_names_the_version_it_replaces_also_at_a_server() -> None:
    """decision-D36."""
    copies, known = server_copies(to_fhir(FULL, WRITING))
    first, second = copies[INTAKE.id], copies[CORRECTED.id]
    assert (first["status"], second["status"]) == ("entered-in-error", "amended")
    (replaces,) = second["extension"]
    assert replaces == {"url": systems.EXTENSION_REPLACES, "valueReference": {"reference": known[INTAKE.id]}}
    assert from_fhir(copies.values()).episode.forms[1].replaces == INTAKE.id


def test_a_corrected_score_is_about_the_day_of_the_answers_it_corrects() -> None:
    """decision-D65."""
    first, corrected = FULL.responses[1:3]
    written_course = to_fhir(FULL, WRITING)
    score = written_course[score_key(corrected.id)]
    assert (score["status"], written_course[score_key(first.id)]["status"]) == ("amended", "entered-in-error")
    assert score["effectiveDateTime"] == first.authored.isoformat()
    assert written_course[corrected.id]["authored"] == corrected.authored.isoformat()


def test_what_is_filed_changes_its_status_only() -> None:
    copies, known = server_copies(to_fhir(FULL, WRITING))
    before = rawjson.copy(copies[CORRECTED.id])
    before["item"][0]["item"].append({"linkId": "theirs", "text": "Added on the ward"})
    before["text"] = {"status": "additional", "div": "<div>by hand</div>"}
    chart = {**copies, CORRECTED.id: before}
    course = from_fhir(chart.values()).episode
    withdrawn = tuple(
        replace(form, status=ResponseStatus.ENTERED_IN_ERROR) if form.id == CORRECTED.id else form
        for form in course.forms
    )
    after = to_fhir(replace(course, forms=withdrawn), Writing(patient="alma", known=known), chart)
    assert changed(after, chart) == [CORRECTED.id]
    assert after[CORRECTED.id] == {**before, "status": "entered-in-error"}


def test_a_server_that_keeps_no_extension_leaves_the_address_as_title() -> None:
    resource = written(replace(INTAKE, withdrawn=None))
    assert resource["_questionnaire"]["extension"][0]["valueString"] == "ZZTEST intake"
    del resource["_questionnaire"]
    assert read_form(resource, {}).title == INTAKE.form


def test_the_patient_alone_is_author_and_source_and_the_entry_says_so() -> None:
    alone = written(replace(INTAKE, author=None, self_entered=True, withdrawn=None))
    assert alone["author"] == alone["source"] == {"reference": "Patient/alma"}
    assert "PATAST" in rawjson.write(alone["meta"]).decode()
    by_therapist = written(replace(INTAKE, withdrawn=None))
    assert by_therapist["author"]["display"] == "ZZTEST Therapist"
    assert "source" not in by_therapist  # R4: without it nothing is said about who answered


def test_the_narrative_tells_questions_and_answers_under_their_groups() -> None:
    said = body_of(written(replace(INTAKE, withdrawn=None)))
    assert said == (
        "<p>ZZTEST intake, questions answered: 3</p><h3>Home</h3><table><tbody><tr><td>Lives alone</td><td>no</td></tr>"
        "<tr><td>With whom</td><td>husband</td></tr></tbody></table>"
        "<table><tbody><tr><td>Weight</td><td>61.50 kg</td></tr></tbody></table>"
    )


def test_a_group_below_a_group_is_named_with_it_and_text_is_escaped() -> None:
    question = {"linkId": "q", "text": "Any <b>?", "answer": [{"valueString": "a & b"}, {"valueString": "c"}]}
    inner = {"linkId": "i", "text": "Inner", "item": [question]}
    after = {"linkId": "r", "answer": [{"valueInteger": 3}]}
    said = body_of(written(response_to({"linkId": "o", "text": "Outer", "item": [inner, after]})))
    assert "<h3>Outer – Inner</h3>" in said
    assert "<h3>Outer</h3><table><tbody><tr><td>r</td><td>3</td></tr>" in said
    assert "<td>Any &lt;b&gt;?</td><td>a &amp; b; c</td>" in said


def test_a_long_form_is_told_in_part_and_says_so() -> None:
    rows = [{"linkId": str(n), "answer": [{"valueInteger": n}]} for n in range(MOST_ROWS + 7)]
    said = body_of(written(response_to({"linkId": "g", "text": "One", "item": rows[:150]}, *rows[150:])))
    assert said.count("<tr>") == MOST_ROWS
    assert said.endswith("<p>Further answers: 7.</p>")


@pytest.mark.parametrize("broken", [{"authored": None}, {"questionnaire": None}, {"item": {}}, {"status": "stopped"}])
def test_what_is_no_response_of_ours_is_named_and_kept(broken: JsonObject) -> None:
    chart = to_fhir(FULL, WRITING)
    resource = {**chart[INTAKE.id], **broken}
    found = {name: value for name, value in resource.items() if value is not None}
    reading = from_fhir([*(item for key, item in chart.items() if key != INTAKE.id), found])
    assert [(item.resource_type, item.key) for item in reading.unread] == [("QuestionnaireResponse", INTAKE.id)]
    assert INTAKE.id not in {form.id for form in reading.episode.forms}
