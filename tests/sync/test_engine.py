"""From an intent to a verified outcome, with the hospital failing at each step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir.carriers.native import Change, ServerCopy
from ipt_fhir.ehr.errors import EhrError, Refused, ScopeMissing, ServerFault, SignInNeeded, Throttled
from ipt_fhir.mapping.episode import changed, from_fhir, to_fhir
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.activities import COURSE, Activity, ActivityKind
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.filed_parts import filed_part
from ipt_fhir.model.goals import Goal, GoalKind
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.sync.engine import attempt
from ipt_fhir.sync.intent import IntentState, Outcome, dump_changes, load_changes
from tests.mapping.strategies import episodes
from tests.sync.hospital import DOWN, LOST, MemoryHospital

DAY = date(2026, 1, 5)
COURSE_ID, GOAL_ID, PLAN_ID = (f"00000000-0000-4000-8000-00000000000{number}" for number in (1, 2, 3))
EPISODE = Episode(
    id=PLAN_ID,
    variant="ipt-adult-16",
    started=DAY,
    activities=(Activity(id=COURSE_ID, kind=ActivityKind.SERVICE, code=COURSE, text="Course"),),
    goals=(Goal(id=GOAL_ID, kind=GoalKind.GAS, text="Talk once a week", start=DAY, due=DAY),),
)


def noon() -> datetime:
    return datetime(2026, 1, 5, 12, tzinfo=UTC)


def changes_for(episode: Episode, chart: Mapping[str, ServerCopy] | None = None) -> list[Change]:
    chart = chart or {}
    resources = {key: copy.resource for key, copy in chart.items()}
    known = {key: copy.reference for key, copy in chart.items()}
    written = to_fhir(episode, Writing(patient="alma", known=known), resources)
    return [Change(key=key, resource=written[key], base=chart.get(key)) for key in changed(written, resources)]


def file(episode: Episode, hospital: MemoryHospital, chart: Mapping[str, ServerCopy] | None = None) -> Outcome:
    return attempt(changes_for(episode, chart), hospital, noon, seen=False)


def chart_of(outcome: Outcome) -> dict[str, ServerCopy]:
    return {receipt.key: receipt.copy for receipt in outcome.receipts}


def test_a_filed_course_is_read_back_and_equal() -> None:
    hospital = MemoryHospital()
    outcome = file(EPISODE, hospital)
    assert outcome.state is IntentState.DONE
    assert {receipt.key for receipt in outcome.receipts} == {PLAN_ID, GOAL_ID, COURSE_ID}
    assert all(receipt.differences == () for receipt in outcome.receipts)
    stored = [versions[-1] for versions in hospital.resources.values()]
    assert from_fhir(stored).episode == filed_part(EPISODE)


def test_an_edit_replaces_only_what_changed() -> None:
    hospital = MemoryHospital()
    chart = chart_of(file(EPISODE, hospital))
    edited = replace(EPISODE, goals=(replace(EPISODE.goals[0], text="Talk twice a week"),))
    outcome = file(edited, hospital, chart)
    assert outcome.state is IntentState.DONE
    assert hospital.only("Goal")["description"]["text"] == "Talk twice a week"
    assert len(hospital.resources["ServiceRequest", chart[COURSE_ID].id]) == 1


def test_f04_f05_lost_answers_are_found_by_reading_and_nothing_is_sent_twice() -> None:
    """fault-F04, fault-F05, fault-F13: the server committed, the answer was lost."""
    hospital = MemoryHospital()
    hospital.lost_after = [LOST]
    first = file(EPISODE, hospital)
    assert first.state is IntentState.UNKNOWN
    second = attempt(changes_for(EPISODE), hospital, noon, seen=True)
    assert second.state is IntentState.DONE
    assert hospital.transactions == 1
    assert all(len(versions) == 1 for versions in hospital.resources.values())
    edited = replace(EPISODE, goals=(replace(EPISODE.goals[0], text="Talk twice a week"),))
    hospital.lost_after = [LOST]
    update = changes_for(edited, chart_of(second))
    assert attempt(update, hospital, noon, seen=False).state is IntentState.UNKNOWN
    assert attempt(update, hospital, noon, seen=True).state is IntentState.DONE
    assert hospital.transactions == 2


def test_f03_f12_what_never_arrived_is_sent_once_after_looking() -> None:
    """fault-F03, fault-F12: dropped or failed before the server committed."""
    hospital = MemoryHospital()
    hospital.lost_before = [LOST]
    assert file(EPISODE, hospital).state is IntentState.UNKNOWN
    assert attempt(changes_for(EPISODE), hospital, noon, seen=True).state is IntentState.DONE
    assert all(len(versions) == 1 for versions in hospital.resources.values())


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (DOWN, IntentState.WAITING),
        (Throttled("wait", retry_after=120.0), IntentState.WAITING),
        (SignInNeeded("ended", status=401), IntentState.NEEDS_SIGN_IN),
        (ScopeMissing("no", status=403), IntentState.HELD),
        (Refused("bad", status=422, said="title is too long"), IntentState.HELD),
    ],
    ids=["F01-refused", "F14-throttled", "F17-signed-out", "F21-scope", "F36-unprocessable"],
)
def test_each_failure_has_its_state(fault: EhrError, state: IntentState) -> None:
    hospital = MemoryHospital()
    hospital.lost_before = [fault]
    outcome = file(EPISODE, hospital)
    assert (outcome.state, outcome.reason, outcome.said) == (state, fault.code, fault.said)
    assert outcome.retry_after == (120.0 if isinstance(fault, Throttled) else None)
    assert hospital.resources == {}


@pytest.mark.parametrize("fault", [DOWN, ServerFault("500", status=500)])
def test_what_is_unknown_stays_unknown_while_the_chart_cannot_be_read(fault: EhrError) -> None:
    """decision-D10: never resent unread."""
    hospital = MemoryHospital()
    hospital.read_faults = [fault]
    assert attempt(changes_for(EPISODE), hospital, noon, seen=True).state is IntentState.UNKNOWN
    assert hospital.transactions == 0


def test_written_but_not_read_back_is_not_called_done() -> None:
    """invariant I10."""
    hospital = MemoryHospital()
    hospital.read_faults = [ServerFault("503", status=503)]
    assert file(EPISODE, hospital).state is IntentState.UNKNOWN
    assert attempt(changes_for(EPISODE), hospital, noon, seen=True).state is IntentState.DONE
    assert hospital.transactions == 1


def test_f22_f23_a_change_in_the_chart_is_a_disagreement_and_nothing_is_overwritten() -> None:
    """fault-F22, fault-F23, fault-F48."""
    hospital = MemoryHospital()
    chart = chart_of(file(EPISODE, hospital))
    goal = chart[GOAL_ID]
    hospital.edit("Goal", goal.id, lambda resource: resource["description"].update(text="Their wording"))
    ours = replace(EPISODE, goals=(replace(EPISODE.goals[0], text="Our wording"),))
    outcome = file(ours, hospital, chart)
    assert outcome.state is IntentState.CONFLICT
    (disagreement,) = [item for item in outcome.disagreements if item.key == GOAL_ID]
    assert disagreement.theirs is not None
    assert disagreement.theirs.resource["description"]["text"] == "Their wording"
    assert hospital.only("Goal")["description"]["text"] == "Their wording"


def test_f43_a_resource_deleted_there_is_a_disagreement() -> None:
    """fault-F43: never silently created again."""
    hospital = MemoryHospital()
    chart = chart_of(file(EPISODE, hospital))
    hospital.delete("Goal", chart[GOAL_ID].id)
    ours = replace(EPISODE, goals=(replace(EPISODE.goals[0], text="Our wording"),))
    outcome = attempt(changes_for(ours, chart), hospital, noon, seen=True)
    assert outcome.state is IntentState.CONFLICT
    assert [item.theirs for item in outcome.disagreements if item.key == GOAL_ID] == [None]


def test_f34_what_the_server_did_not_keep_is_in_the_receipt() -> None:
    """fault-F34, fault-F35: HAPI answers 201 and drops what it does not know."""

    def drops(resource: JsonObject) -> JsonObject:
        return {name: value for name, value in resource.items() if name not in {"extension", "title"}}

    outcome = file(EPISODE, MemoryHospital(drops=drops))
    assert outcome.state is IntentState.DONE
    lost = {receipt.key: receipt.differences for receipt in outcome.receipts}
    assert "CarePlan.title" in lost[PLAN_ID]
    assert any(path.startswith("CarePlan.extension") for path in lost[PLAN_ID])
    assert lost[COURSE_ID] == ()


def test_the_payload_of_an_intent_survives_the_outbox() -> None:
    chart = chart_of(file(EPISODE, MemoryHospital()))
    edited = changes_for(replace(EPISODE, goals=(replace(EPISODE.goals[0], text="Other"),)), chart)
    for changes in (changes_for(EPISODE), edited):
        assert load_changes(dump_changes(changes)) == changes


@given(
    episodes(),
    st.lists(st.sampled_from([None, LOST, DOWN]), max_size=4),
    st.lists(st.sampled_from([None, LOST]), max_size=4),
)
def test_after_any_faults_everything_is_there_exactly_once(
    episode: Episode, before: list[EhrError | None], after: list[EhrError | None]
) -> None:
    """invariants I2, I3, I8: no duplicate, one version, and it ends."""
    hospital = MemoryHospital()
    hospital.lost_before, hospital.lost_after = before, after
    changes = changes_for(episode)
    outcome = attempt(changes, hospital, noon, seen=False)
    for _ in range(10):
        if outcome.state is IntentState.DONE:
            break
        outcome = attempt(changes, hospital, noon, seen=True)
    assert outcome.state is IntentState.DONE
    assert len(hospital.resources) == len(changes)
    assert all(len(versions) == 1 for versions in hospital.resources.values())
    assert from_fhir(versions[-1] for versions in hospital.resources.values()).episode == filed_part(episode)
