"""The laws of the resources beside the plan: read what was written, change nothing twice, leave others alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipt_fhir import rawjson
from ipt_fhir.mapping import amending, narrative
from ipt_fhir.mapping.appointment import read_appointment, write_appointment
from ipt_fhir.mapping.careteam import read_care_team, write_care_team
from ipt_fhir.mapping.communication import read_message, write_message
from ipt_fhir.mapping.condition import read_problem_area, write_problem_area
from ipt_fhir.mapping.consent import read_consent, write_consent
from ipt_fhir.mapping.documentreference import read_document, write_document
from ipt_fhir.mapping.encounter import read_encounter, write_encounter
from ipt_fhir.mapping.episodeofcare import Standing, read_episode_of_care, write_episode_of_care
from ipt_fhir.mapping.procedure import read_procedure, write_procedure
from ipt_fhir.mapping.site import Site
from ipt_fhir.model.activities import Activity
from ipt_fhir.model.consents import ConsentDecision
from ipt_fhir.model.episode import Episode, EpisodeStatus
from ipt_fhir.model.filed_parts import filed_part
from ipt_fhir.model.problem_areas import ProblemArea
from ipt_fhir.model.records import Document, Message
from ipt_fhir.model.sessions import Session
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from tests.mapping.full import EVERYTHING, FULL
from tests.mapping.resource_strategies import any_session, appointments, areas, consents, documents, messages
from tests.mapping.strategies import episodes, people
from tests.mapping.test_edits import tokens
from tests.mapping.written_resources import EDITED, KEY, MAPPED, WRITING, writing_for

BODY = narrative.of_plan(FULL, EVERYTHING)


def filed(session: Session) -> Session:
    """What the chart knows of a session."""
    course = replace(FULL, sessions=(replace(session, closed=True),))
    return replace(filed_part(course).sessions[0], closed=session.closed)


def stored(resource: JsonObject) -> JsonObject:
    """As a server gives it back."""
    found: JsonObject = rawjson.parse(rawjson.write(resource))
    return found


@given(areas)
def test_a_problem_area_is_read_back_without_what_only_the_plan_says(area: ProblemArea) -> None:
    there = ProblemArea(
        code=area.code,
        agreed_by_patient=area.agreed_by_patient,
        agreed_on=area.agreed_on,
        closed_on=area.closed_on,
        z_code=area.z_code,
    )
    assert read_problem_area(stored(write_problem_area(area, KEY, WRITING, {}))) == there


@given(areas, areas)
def test_an_area_that_changes_is_read_as_it_is_now(before: ProblemArea, after: ProblemArea) -> None:
    """Reopened, closed, agreed, another circumstance: over whatever the chart had of the same area."""
    before = replace(before, code=after.code, z_code=after.z_code if before.z_code else None, stages=())
    over = write_problem_area(before, KEY, WRITING, {})
    assert read_problem_area(write_problem_area(after, KEY, WRITING, over)) == read_problem_area(
        write_problem_area(after, KEY, WRITING, {})
    )


@given(any_session(), any_session())
def test_a_session_is_read_back_from_its_encounter_and_from_its_procedure(before: Session, session: Session) -> None:
    before = replace(before, number=session.number, kind=session.kind)
    for write, read in ((write_encounter, read_encounter), (write_procedure, read_procedure)):
        assert read(stored(write(session, FULL, WRITING, {}))) == filed(session)
        assert read(write(session, FULL, WRITING, write(before, FULL, WRITING, {}))) == filed(session)


@given(episodes(), st.sampled_from(EpisodeStatus))
@settings(max_examples=30)
def test_the_standing_of_a_course_is_read_back(course: Episode, status: EpisodeStatus) -> None:
    course = replace(course, status=status)
    ended = course.review.ended_on if course.review else None
    written = stored(write_episode_of_care(course, WRITING, {}))
    assert read_episode_of_care(written) == Standing(status=status, started=course.started, ended=ended)


@given(st.none() | people, st.none() | people, st.none() | people)
def test_the_team_is_read_back_and_a_new_therapist_takes_the_place(therapist: Any, other: Any, supervisor: Any) -> None:
    before = write_care_team(replace(FULL, therapist=other), WRITING, {})
    course = replace(FULL, therapist=therapist, supervisor=supervisor)
    written = write_care_team(course, WRITING, before)
    assert read_care_team(stored(written)) == (therapist, supervisor)
    assert [item["member"] for item in written["participant"]].count({"reference": "Patient/alma"}) == 1


@given(consents(), consents())
def test_a_decision_is_read_back_also_over_another_one(before: ConsentDecision, decision: ConsentDecision) -> None:
    assert read_consent(stored(write_consent(decision, WRITING, {}))) == decision
    assert read_consent(write_consent(decision, WRITING, write_consent(before, WRITING, {}))) == decision


@given(messages)
def test_a_message_is_read_back_and_never_says_what_was_said(message: Message) -> None:
    written = stored(write_message(message, FULL.id, WRITING, {}))
    assert read_message(written) == message
    assert "payload" not in written


@given(documents)
def test_a_document_is_read_back(document: Document) -> None:
    assert read_document(stored(write_document(document, BODY, FULL, WRITING, {}))) == document


@given(appointments, appointments)
def test_an_appointment_is_read_back_also_after_it_was_moved(before: Activity, planned: Activity) -> None:
    assert read_appointment(stored(write_appointment(planned, FULL, WRITING, {}))) == planned
    over = write_appointment(before, FULL, WRITING, {})
    assert read_appointment(write_appointment(planned, FULL, WRITING, over)) == planned


@pytest.mark.parametrize("name", MAPPED)
def test_an_edit_that_changes_nothing_changes_no_token(name: str) -> None:
    mapped = MAPPED[name]
    there = stored(mapped.written())
    assert tokens(mapped.written(rawjson.copy(there))) == tokens(there)


THEIRS = rawjson.parse(
    b'{"id":"keep-me","meta":{"versionId":"7","security":[{"system":"urn:x","code":"R"}]},"language":"en-US",'
    b'"extension":[{"url":"urn:hospital:weight","valueDecimal":1.50},{"url":"urn:hospital:tiny","valueDecimal":1e-7}],'
    b'"_status":{"extension":[{"url":"urn:hospital:who","valueString":"B\\u00e9la"}]},"note":[{"text":"theirs"}],'
    b'"custom":{"deep":[1.0,"\\u00e9"]}}'
)
LISTS = ("identifier", "category", "participant", "type", "extension", "basedOn", "about", "performer", "serviceType")


def with_theirs(ours: JsonObject) -> JsonObject:
    """What a hospital puts around and between ours, spelled so that any re-serialiser would disturb it."""
    mixed: JsonObject = rawjson.copy(THEIRS)
    for name, value in ours.items():
        if name in LISTS and isinstance(value, list):
            mixed[name] = [*mixed.get(name, []), {"text": "theirs"}, *value]
        elif name == "meta":
            mixed["meta"] = {**value, **mixed["meta"]}
        else:
            mixed[name] = value
    return mixed


@pytest.mark.parametrize("name", MAPPED)
def test_what_others_put_beside_ours_stays_as_it_is(name: str) -> None:
    mapped = MAPPED[name]
    there = with_theirs(mapped.written())
    assert tokens(mapped.written(rawjson.copy(there))) == tokens(there)
    assert mapped.read(there) == mapped.read(mapped.written())


_FOREIGN = st.dictionaries(
    st.sampled_from(["_period", "note", "custom", "_unknown"]),
    st.recursive(st.text(max_size=5) | st.integers() | st.booleans(), lambda inner: st.lists(inner, max_size=3)),
)


@pytest.mark.parametrize("name", MAPPED)
@given(foreign=_FOREIGN)
@settings(max_examples=10)
def test_an_edit_of_ours_leaves_what_others_put_there(name: str, foreign: dict[str, Any]) -> None:
    there = {**with_theirs(MAPPED[name].written()), **foreign}
    after = EDITED[name].written(rawjson.copy(there))
    for member in (there.keys() - MAPPED[name].written().keys()) | foreign.keys():
        if member not in LISTS:
            assert tokens(after[member]) == tokens(there[member]), member
    for member, items in there.items():
        if isinstance(items, list) and {"text": "theirs"} in items:
            assert {"text": "theirs"} in after[member], member
    assert after["extension"][:2] == there["extension"][:2]
    assert EDITED[name].read(after) == EDITED[name].read(EDITED[name].written(MAPPED[name].written()))


@pytest.mark.parametrize("name", [name for name in MAPPED if not name.startswith("DocumentReference")])
def test_an_edit_is_read_back(name: str) -> None:
    after = EDITED[name].written(MAPPED[name].written())
    assert EDITED[name].read(after) == EDITED[name].read(EDITED[name].written())
    assert after != MAPPED[name].written()


def test_a_document_that_was_filed_never_changes() -> None:
    there = MAPPED["DocumentReference-progress-note"].written()
    later = replace(FULL.documents[0], written=FULL.documents[0].written.replace(year=2027))
    assert write_document(later, "<p>new</p>", FULL, WRITING, rawjson.copy(there)) == there


@pytest.mark.parametrize("name", MAPPED)
def test_an_entry_made_in_error_is_neither_read_nor_changed(name: str) -> None:
    mapped = MAPPED[name]
    there = mapped.written()
    if there["resourceType"] == "Condition":
        there["verificationStatus"] = {
            "coding": [{"system": systems.CONDITION_VERIFICATION, "code": "entered-in-error"}]
        }
        there.pop("clinicalStatus")
    else:
        there["status"] = "entered-in-error"
    assert mapped.written(rawjson.copy(there)) == there
    with pytest.raises(amending.Withdrawn, match="entered in error"):
        mapped.read(there)


@pytest.mark.parametrize("name", MAPPED)
def test_a_resource_that_lost_what_makes_it_one_is_not_read(name: str) -> None:
    mapped = MAPPED[name]
    lost = {"resourceType": mapped.written()["resourceType"], "id": "x"}
    with pytest.raises((KeyError, ValueError, IndexError)):
        mapped.read(lost)


@pytest.mark.parametrize("name", MAPPED)
def test_its_text_says_on_its_own_what_it_is(name: str) -> None:
    written = MAPPED[name].written()
    assert written["text"]["status"] == "generated"
    assert "<p>" in written["text"]["div"]
    assert "{" not in written["text"]["div"]


@pytest.mark.parametrize("name", MAPPED)
def test_a_site_without_snomed_ct_and_icd_10_gets_neither(name: str) -> None:
    bare = rawjson.write(MAPPED[name].written(writing=writing_for(Site(snomed=False, icd10cm=False)))).decode()
    assert systems.SNOMED_CT not in bare
    assert systems.ICD_10_CM not in bare
