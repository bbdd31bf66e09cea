"""A patient's answer and what it raises are saved together or not at all, wherever the process ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ipt_fhir.model import snapshot
from ipt_fhir.model.activities import Activity, ActivityKind, ActivityStatus
from ipt_fhir.model.episode import Episode
from ipt_fhir.protocol.activities import SESSIONAL
from ipt_fhir.questionnaires.fields import Sent
from smart_app.app import build_practice, create_app
from smart_app.demo import demo_config
from smart_app.services import patient_forms
from smart_app.services.patient_forms import NotDue
from smart_app.services.practice import Practice
from smart_app.services.visiting import Device, Greeting, Visit
from smart_app.store import begun_forms, drafts, episodes, received_forms, safety_duties
from smart_app.store.drafts import DraftKey
from smart_app.store.lanes import Lane
from smart_app.store.received_forms import ReceivedForm
from tests.store.given import NOON, Crash, SetClock, at_once, crash_before

ISS = "http://localhost:1/fhir"
ANNA = Lane(ISS, "anna")
WORRYING = Sent(fields={"p-9": [""], "a-9": ["LA6570-1"]})


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    """A clinic, and Anna's course with a measure planned at every session."""
    found = build_practice(demo_config(tmp_path, "http://localhost:1", "http://127.0.0.1:2", 2), SetClock())
    planned = Activity(id="a", kind=ActivityKind.TASK, code=SESSIONAL, text="PHQ-9", status=ActivityStatus.PLANNED)
    course = Episode(id="e", variant="ipt-adult-16", started=NOON.date(), activities=(planned,))
    with found.store, create_app(found).test_request_context():
        with found.store.write() as tx:
            episodes.save(tx, ANNA, course.id, snapshot.dump(course), expected_revision=episodes.NEW)
        yield found


@pytest.fixture
def visit(practice: Practice) -> Visit:
    """Anna on her phone."""
    return Visit(
        handle="h",
        lane=ANNA,
        device=Device.OWN,
        author="anna",
        greeting=Greeting(name="Anna", record_number="ZZ-1", hospital="ZZTEST"),
        devices=practice.patient_devices[ISS],
    )


def kept(practice: Practice) -> tuple[bool, bool, bool]:
    """Whether there is a draft, a name for its response, and somebody who has to act."""
    with practice.store.read() as tx:
        draft = drafts.load(tx, DraftKey(ISS, "anna", "patient/anna", "phq-9"))
        begun = begun_forms.find(tx, ANNA, "anna", "phq-9")
        duties = safety_duties.of_patient(tx, ANNA)
    return draft is not None, begun is not None, bool(duties)


def test_a_process_that_ends_anywhere_leaves_answer_and_item_or_neither(practice: Practice, visit: Visit) -> None:
    """invariant I6: an answer that is kept and raises nothing would be seen by nobody."""
    step = 0
    while kept(practice) == (False, False, False):
        try:
            with crash_before(practice.store._engine, step):
                patient_forms.keep(practice, visit, "phq-9", WORRYING)
        except Crash:
            step += 1
        assert kept(practice) in {(False, False, False), (True, True, True)}
    assert step > 5


def test_a_process_that_ends_while_a_form_is_sent_leaves_it_to_be_sent(practice: Practice, visit: Visit) -> None:
    patient_forms.keep(practice, visit, "phq-9", WORRYING)
    opened = patient_forms.open_form(practice, visit, "phq-9")
    assert opened is not None
    step = 0
    while True:
        with practice.store.read() as tx:
            waiting = len(received_forms.of_patient(tx, ANNA))
        assert (waiting, kept(practice)[0]) in {(0, True), (1, False)}
        if waiting:
            break
        try:
            with crash_before(practice.store._engine, step):
                patient_forms.send(practice, visit, opened)
        except Crash:
            step += 1
    assert step > 5
    assert kept(practice) == (False, False, True)


def received(practice: Practice) -> list[ReceivedForm]:
    with practice.store.read() as tx:
        return received_forms.of_patient(tx, ANNA)


def test_of_two_windows_that_send_in_the_same_moment_one_sends(practice: Practice, visit: Visit) -> None:
    """attack-A77: both were opened before either had sent; the later one has nothing left to do."""
    patient_forms.keep(practice, visit, "phq-9", WORRYING)
    opened = patient_forms.open_form(practice, visit, "phq-9")
    assert opened is not None
    at_once(3, lambda _number: patient_forms.send(practice, visit, opened))
    assert len(received(practice)) == 1
    assert kept(practice) == (False, False, True)


def test_a_form_is_sent_as_it_was_proposed_and_sent_once(practice: Practice, visit: Visit) -> None:
    """Nothing was answered page by page, so nothing was begun; the review showed every answer."""
    patient_forms.keep(practice, visit, "phq-9", WORRYING)
    opened = patient_forms.open_form(practice, visit, "phq-9")
    assert opened is not None
    with practice.store.write() as tx:
        begun_forms.end(tx, ANNA, "anna", "phq-9")
    at_once(3, lambda _number: patient_forms.send(practice, visit, opened))
    assert len(received(practice)) == 1
    assert kept(practice) == (False, False, True)


def test_a_form_that_was_withdrawn_meanwhile_is_not_sent_and_keeps_its_answers(
    practice: Practice, visit: Visit
) -> None:
    patient_forms.keep(practice, visit, "phq-9", WORRYING)
    opened = patient_forms.open_form(practice, visit, "phq-9")
    assert opened is not None
    with practice.store.write() as tx:
        course = Episode(id="e", variant="ipt-adult-16", started=NOON.date())
        episodes.save(tx, ANNA, course.id, snapshot.dump(course), expected_revision=1)
    with pytest.raises(NotDue):
        patient_forms.send(practice, visit, opened)
    assert received(practice) == []
    assert kept(practice) == (True, True, True)


def test_a_visit_that_is_over_opens_nothing(practice: Practice, visit: Visit) -> None:
    assert patient_forms.due(practice, replace(visit, over=True)) == []
    assert patient_forms.keep(practice, replace(visit, over=True), "phq-9", WORRYING) is None


def test_what_is_seen_of_a_form_on_the_tablet_is_that_form_only(practice: Practice, visit: Visit) -> None:
    tablet = replace(visit, device=Device.TABLET, author="tablet", form="gad-7")
    assert [form.key for form in patient_forms.due(practice, tablet)] == ["gad-7"]
    assert patient_forms.open_form(practice, tablet, "phq-9") is None
