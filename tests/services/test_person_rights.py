"""What a person may ask for: all that is held, and its erasure with proof."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ipt_fhir.mapping.site import Site
from ipt_fhir.model import snapshot
from ipt_fhir.sync.intent import IntentState
from smart_app.services import person_rights
from smart_app.services.person_rights import BeingSent, NothingHeld, Reason, StillWaiting
from smart_app.store import audit, claims, drafts, episodes, intents, received_forms, safety_duties
from smart_app.store.drafts import DraftKey
from smart_app.store.received_forms import ReceivedForm
from smart_app.store.safety_duties import SafetyDuty
from smart_app.store.store import Store
from tests.services.given import measured, new_course
from tests.store.given import ANNA, BORIS, SetClock, opened, opened_launch
from tests.store.persons_given import everything, fill

BY = "administrator:ada"


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def store(tmp_path: Path, clock: SetClock) -> Iterator[Store]:
    """Anna has a course, a draft and a launch; Boris has a row in every table."""
    with opened(tmp_path, clock=clock) as found:
        with found.write() as tx:
            fill(tx, BORIS)
            course = snapshot.dump(measured(new_course(), "222111000"))
            episodes.save(tx, ANNA, "episode", course, expected_revision=episodes.NEW)
            drafts.save(tx, DraftKey.of(ANNA, "sub-1", "phq-9"), "typed and not saved")
            opened_launch(tx, ANNA)
        yield found


def actions(store: Store) -> list[tuple[str, str]]:
    with store.read() as tx:
        return [(event.action.value, event.actor) for _, event in audit.events(tx, ANNA.issuer, ANNA.patient)]


def filed(store: Store, *, done: bool = False) -> None:
    with store.write() as tx:
        intents.add(tx, ANNA, "episode", "sub-1", b"[]")
        if done:
            claimed = claims.claim(tx, ANNA, "worker", 60)
            assert claimed is not None
            claims.release(tx, claims.record(tx, claimed, IntentState.DONE))


def test_the_export_holds_everything_readable_and_the_course_as_fhir(store: Store) -> None:
    filed(store)
    whole = json.loads(person_rights.export_person(store, Site(), ANNA, BY))
    assert whole["held"]["episodes"][0]["content"]["responses"][0]["instrument"] == "phq-9"
    assert whole["held"]["drafts"][0]["content"] == "typed and not saved"
    assert whole["held"]["intents"][0]["payload"] == []
    types = {entry["resource"]["resourceType"] for entry in whole["fhir"]["entry"]}
    assert {"CarePlan", "QuestionnaireResponse", "Observation"} <= types
    assert actions(store) == [("export", BY)]


def test_the_export_holds_no_token_and_nothing_of_another_patient(store: Store) -> None:
    whole = person_rights.export_person(store, Site(), ANNA, BY).decode()
    assert "token-anna" not in whole
    assert "boris" not in whole


def test_a_purge_leaves_nothing_of_this_person_and_everything_of_others_and_proves_it(store: Store) -> None:
    with store.read() as tx:
        others = {name: [row for row in rows if "anna" not in str(row)] for name, rows in everything(tx).items()}
    receipt = person_rights.purge(store, ANNA, Reason.ASKED_BY_PERSON, BY)
    assert receipt.counts == {"episodes": 1, "drafts": 1, "launches": 1}
    assert receipt.remaining == {}
    with store.read() as tx:
        assert everything(tx) == others
        assert audit.verify_chain(tx) is None
    whole = json.loads(receipt.as_json())
    assert (whole["rows"], whole["found_afterwards"], whole["audit_rows_kept"]) == (3, {}, 1)
    assert whole["digest"] == f"sha256:{receipt.digest}"
    assert whole["still_in_files"] == "nothing"
    assert "hospital's record" in whole["not_erased_by_us"][0]
    assert actions(store) == [("erase", BY)]


def test_what_waits_for_somebody_is_not_erased_by_mistake(store: Store) -> None:
    filed(store)
    with store.write() as tx:
        duty = SafetyDuty(
            item="i", lane=ANNA, response="r", raised=tx.now, owner="Practitioner/1", owner_name="N", detail=b"{}"
        )
        safety_duties.open_duty(tx, duty)
    with pytest.raises(StillWaiting, match=r"1 safety answers wait.* 1 filings"):
        person_rights.purge(store, ANNA, Reason.TEST_DATA, BY)
    assert person_rights.holding(store, ANNA, BY).rows == 6
    receipt = person_rights.purge(store, ANNA, Reason.TEST_DATA, BY, waiting_too=True)
    assert receipt.counts["safety_duties"] == receipt.counts["intents"] == receipt.counts["lanes"] == 1


def test_a_safety_answer_that_waits_in_the_course_alone_is_not_erased_by_mistake(store: Store) -> None:
    """A clinic without patient devices has no list of who has to act; the course alone knows."""
    with store.write() as tx:
        course = measured(new_course(), "222111001")
        episodes.save(tx, ANNA, "episode", snapshot.dump(course), expected_revision=1)
    with pytest.raises(StillWaiting, match="1 safety answers wait"):
        person_rights.purge(store, ANNA, Reason.TEST_DATA, BY)
    assert person_rights.holding(store, ANNA, BY).waiting.safety_answers == 1
    assert person_rights.purge(store, ANNA, Reason.TEST_DATA, BY, waiting_too=True).remaining == {}


def test_a_safety_answer_on_the_list_and_in_the_course_is_one(store: Store) -> None:
    course = measured(new_course(), "222111001")
    (item,) = course.safety_items
    with store.write() as tx:
        episodes.save(tx, ANNA, "episode", snapshot.dump(course), expected_revision=1)
        duty = SafetyDuty(
            item=item.id, lane=ANNA, response="r", raised=tx.now, owner="Practitioner/1", owner_name="N", detail=b"{}"
        )
        safety_duties.open_duty(tx, duty)
    assert person_rights.holding(store, ANNA, BY).waiting.safety_answers == 1


def test_a_form_the_patient_sent_and_nobody_opened_is_not_erased_by_mistake(store: Store) -> None:
    with store.write() as tx:
        form = ReceivedForm(id="r", form="phq-9", author="own-device", content=b"{}", sent=tx.now)
        received_forms.add(tx, ANNA, form)
    with pytest.raises(StillWaiting, match="1 forms the patient sent were not opened"):
        person_rights.purge(store, ANNA, Reason.TEST_DATA, BY)
    assert person_rights.purge(store, ANNA, Reason.TEST_DATA, BY, waiting_too=True).remaining == {}


def test_a_course_that_cannot_be_read_is_erased_only_when_that_is_said_too(store: Store) -> None:
    with store.write() as tx:
        episodes.save(tx, ANNA, "episode", b"of another version", expected_revision=1)
    with pytest.raises(StillWaiting, match="the course cannot be read"):
        person_rights.purge(store, ANNA, Reason.TEST_DATA, BY)
    assert person_rights.purge(store, ANNA, Reason.TEST_DATA, BY, waiting_too=True).remaining == {}


def test_a_filing_on_its_way_is_waited_for(store: Store) -> None:
    filed(store)
    with store.write() as tx:
        assert claims.claim(tx, ANNA, "worker", 60) is not None
    with pytest.raises(BeingSent):
        person_rights.purge(store, ANNA, Reason.TEST_DATA, BY, waiting_too=True)


def test_a_person_who_is_spelled_otherwise_is_said_to_be_unknown(store: Store) -> None:
    filed(store, done=True)
    for act in (person_rights.purge, lambda *asked: person_rights.export_person(asked[0], Site(), asked[1], BY)):
        with pytest.raises(NothingHeld, match="spelled as the hospital spells them"):
            act(store, type(ANNA)(ANNA.issuer, "Anna"), Reason.TEST_DATA, BY)


def test_after_a_purge_the_next_launch_begins_anew(store: Store) -> None:
    filed(store, done=True)
    person_rights.purge(store, ANNA, Reason.WRONG_PATIENT, BY)
    with store.write() as tx:
        assert episodes.load(tx, ANNA) is None
        episodes.save(tx, ANNA, "another", b"{}", expected_revision=episodes.NEW)
        assert intents.add(tx, ANNA, "another", "sub-1", b"[]").place == 1
