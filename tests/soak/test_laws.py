"""The laws at length, with a fixed seed; run once at the end of a piece of work (``make soak``)."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from ipt_fhir.ehr.errors import EhrError
from ipt_fhir.mapping.episode import changed, from_fhir, to_fhir
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.filed_parts import filed_part
from ipt_fhir.sync.engine import attempt
from ipt_fhir.sync.intent import IntentState
from ipt_fhir.validation.validator import validate
from tests.mapping.form_strategies import courses_with_forms
from tests.mapping.test_episode import WRITING, server_copies
from tests.sync.hospital import DOWN, LOST, MemoryHospital
from tests.sync.test_engine import changes_for, noon

pytestmark = pytest.mark.soak
PATIENT = list(HealthCheck)
SEED = 20261124


@seed(SEED)
@settings(max_examples=10_000, deadline=None, suppress_health_check=PATIENT, database=None)
@given(courses_with_forms())
def test_any_course_survives_the_way_to_a_server_and_back(episode: Episode) -> None:
    """The mapping's law, no writing without a change, and nothing our validator refuses."""
    copies, known = server_copies(to_fhir(episode, WRITING))
    assert from_fhir(copies.values()).episode == filed_part(episode)
    assert changed(to_fhir(episode, Writing(patient="alma", known=known), copies), copies) == []
    for resource in copies.values():
        assert validate(resource, resource["meta"].get("profile", ())) == []


_FAULTS = st.lists(st.sampled_from([None, None, LOST, DOWN]), max_size=6)


@seed(SEED)
@settings(max_examples=5_000, deadline=None, suppress_health_check=PATIENT, database=None)
@given(courses_with_forms(), _FAULTS, _FAULTS, _FAULTS)
def test_any_faults_end_with_everything_there_exactly_once(
    episode: Episode, before: list[EhrError | None], after: list[EhrError | None], reads: list[EhrError | None]
) -> None:
    """invariants I2, I3, I8, I10."""
    hospital = MemoryHospital()
    hospital.lost_before, hospital.lost_after, hospital.read_faults = list(before), list(after), list(reads)
    changes = changes_for(episode)
    outcome = attempt(changes, hospital, noon, seen=False)
    for _ in range(len(before) + len(after) + len(reads) + 1):
        if outcome.state is IntentState.DONE:
            break
        outcome = attempt(changes, hospital, noon, seen=True)
    assert outcome.state is IntentState.DONE
    assert len(hospital.resources) == len(changes)
    assert all(len(versions) == 1 for versions in hospital.resources.values())
