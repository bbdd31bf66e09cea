"""Questionnaires: filled in, completed, corrected, withdrawn. What was sent is never edited."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir.model.episode import Episode
from ipt_fhir.model.measures import Answer, Response, ResponseStatus, Withdrawal
from ipt_fhir.protocol.response_states import (
    ResponseMoveRefused,
    UnknownResponse,
    amend,
    asks_for_an_act,
    complete,
    enter,
    find,
    withdraw,
)
from tests.mapping.example import answers
from tests.mapping.full import FULL, INTAKE
from tests.protocol.acting import THERAPIST, at
from tests.protocol.cases import case

BEGUN = case("C", 0)
NOW = at(BEGUN.started, 11)
QUIET, WORRYING = answers("111111110"), answers("111111111")


def started(found: tuple[Answer, ...] = ()) -> Episode:
    """A course in which the patient is at the form."""
    form = Response(
        id="form", instrument="phq-9", authored=NOW, answers=found, status=ResponseStatus.IN_PROGRESS, self_entered=True
    )
    return replace(BEGUN, responses=(*BEGUN.responses, form))


def response(course: Episode, name: str) -> Response:
    return next(item for item in course.responses if item.id == name)


def test_answers_may_change_until_the_form_is_completed() -> None:
    course = complete(enter(started(), "form", QUIET), "form", NOW)
    found = response(course, "form")
    assert (found.status, found.answers, found.self_entered) == (ResponseStatus.COMPLETED, QUIET, True)
    with pytest.raises(ResponseMoveRefused, match="completed and cannot be edited"):
        enter(course, "form", WORRYING)
    with pytest.raises(ResponseMoveRefused, match="cannot be completed"):
        complete(course, "form", NOW)


def test_a_form_without_answers_is_not_completed() -> None:
    with pytest.raises(ValueError, match="has an answer"):
        complete(started(), "form", NOW)


def test_a_worrying_answer_opens_its_item_with_the_form() -> None:
    course = complete(started(WORRYING), "form", NOW)
    (item,) = course.open_safety_items
    assert (item.response, item.link_id, item.opened) == ("form", "/44260-8", NOW)
    assert complete(started(QUIET), "form", NOW).open_safety_items == ()


def test_a_correction_is_a_version_of_its_own() -> None:
    sent = complete(started(QUIET), "form", NOW)
    later = NOW + timedelta(hours=1)
    course = amend(sent, "form", new_id="again", answers=WORRYING, authored=later, author=THERAPIST)
    first, second = response(course, "form"), response(course, "again")
    assert first == replace(response(sent, "form"), status=ResponseStatus.ENTERED_IN_ERROR)
    assert (second.status, second.replaces, second.answers, second.author) == (
        ResponseStatus.AMENDED,
        "form",
        WORRYING,
        THERAPIST,
    )
    assert [item.response for item in course.open_safety_items] == ["again"]


def test_a_correction_can_be_corrected_and_a_withdrawn_one_cannot() -> None:
    sent = complete(started(QUIET), "form", NOW)
    once = amend(sent, "form", new_id="again", answers=QUIET, authored=NOW)
    twice = amend(once, "again", new_id="third", answers=QUIET, authored=NOW)
    assert response(twice, "third").replaces == "again"
    with pytest.raises(ResponseMoveRefused, match="entered-in-error and cannot be amended"):
        amend(twice, "form", new_id="fourth", answers=QUIET, authored=NOW)


def test_a_withdrawn_form_keeps_its_answers_and_no_longer_counts() -> None:
    course = withdraw(complete(started(WORRYING), "form", NOW), "form")
    found = response(course, "form")
    assert (found.stands, found.answers, asks_for_an_act(found)) == (False, WORRYING, None)
    with pytest.raises(ResponseMoveRefused, match="cannot be withdrawn"):
        withdraw(course, "form")


def test_a_response_of_another_course_is_not_found() -> None:
    with pytest.raises(UnknownResponse, match="elsewhere"):
        withdraw(BEGUN, "elsewhere")


def test_a_form_of_a_hospital_goes_the_same_way() -> None:
    form = replace(INTAKE, id="intake", items="[]", status=ResponseStatus.IN_PROGRESS, withdrawn=None)
    course = complete(enter(replace(BEGUN, forms=(form,)), "intake", INTAKE.items), "intake", NOW)
    corrected = amend(course, "intake", new_id="again", answers='[{"linkId":"1"}]', authored=NOW, reason="a slip")
    first, second = corrected.forms if corrected.forms[0].id == "intake" else reversed(corrected.forms)
    assert (first.items, first.stands, first.withdrawn and first.withdrawn.reason) == (INTAKE.items, False, "a slip")
    assert (second.items, second.replaces, second.form) == ('[{"linkId":"1"}]', "intake", INTAKE.form)
    why = Withdrawal(at=NOW, by=THERAPIST, reason="another patient's form")
    gone = find(withdraw(corrected, "again", why), "again")
    assert (gone.stands, gone.withdrawn) == (False, why)
    assert corrected.safety_items == BEGUN.safety_items


def test_an_instrument_is_not_answered_with_the_items_of_a_form() -> None:
    with pytest.raises(TypeError, match="answered with answers"):
        enter(started(), "form", "[]")
    with pytest.raises(TypeError, match="any other form with its items"):
        amend(replace(BEGUN, forms=FULL.forms), FULL.forms[1].id, new_id="x", answers=QUIET, authored=NOW)


ACTS = st.sampled_from(["enter", "complete", "amend", "withdraw"])


@given(st.lists(st.tuples(ACTS, st.integers(0, 4), st.sampled_from([QUIET, WORRYING])), max_size=12))
def test_what_was_completed_never_changes_its_answers(acts: list[tuple[str, int, tuple[Answer, ...]]]) -> None:
    course = started(QUIET)
    sent: dict[str, tuple[Answer, ...]] = {}
    for step, (act, place, given_answers) in enumerate(acts):
        name = course.responses[place % len(course.responses)].id
        try:
            if act == "enter":
                course = enter(course, name, given_answers)
            elif act == "complete":
                course = complete(course, name, NOW)
            elif act == "amend":
                course = amend(course, name, new_id=f"version-{step}", answers=given_answers, authored=NOW)
            else:
                course = withdraw(course, name)
        except ResponseMoveRefused:
            continue
        sent |= {item.id: item.answers for item in course.responses if item.stands and item.id not in sent}
        assert all(response(course, known).answers == found for known, found in sent.items())
