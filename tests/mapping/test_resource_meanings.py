"""What the resources beside the plan say to a colleague, and what a colleague's word says to us."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest

from ipt_fhir import rawjson
from ipt_fhir.mapping import narrative
from ipt_fhir.mapping.appointment import read_appointment, write_appointment
from ipt_fhir.mapping.communication import read_message
from ipt_fhir.mapping.condition import read_diagnosis, read_problem_area, write_problem_area
from ipt_fhir.mapping.consent import read_consent, write_consent
from ipt_fhir.mapping.documentreference import write_document
from ipt_fhir.mapping.encounter import read_encounter, write_encounter
from ipt_fhir.mapping.episodeofcare import read_episode_of_care, write_episode_of_care
from ipt_fhir.mapping.keys import encounter_key, episode_of_care_key, procedure_key
from ipt_fhir.mapping.labels import PATIENT_ASSERTED, labels_of, patient_entered, put_labels
from ipt_fhir.mapping.medicationrequest import read_medication
from ipt_fhir.mapping.procedure import read_procedure, write_procedure
from ipt_fhir.mapping.provenance import Act, Recorded, read_provenance, write_provenance
from ipt_fhir.mapping.references import Writing
from ipt_fhir.mapping.site import DEFAULT_SITE, ProfileSet, Site
from ipt_fhir.model.activities import ActivityStatus
from ipt_fhir.model.consents import ConsentDecision, ConsentKind
from ipt_fhir.model.diagnoses import Medication
from ipt_fhir.model.episode import EpisodeStatus
from ipt_fhir.model.people import Person
from ipt_fhir.model.sessions import Attendance, Mode, SessionKind
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from tests.mapping.example import THERAPIST
from tests.mapping.full import EVERYTHING, FULL
from tests.mapping.written_resources import KEY, MAPPED, WRITING, writing_for

SESSION = FULL.sessions[0]
AREA = FULL.problem_areas[0]
REFUSED = ConsentDecision(id=KEY, kind=ConsentKind.CONTACT, permitted=False, decided_on=date(2026, 1, 5))
APPOINTMENT = MAPPED["Appointment"].value


@pytest.mark.parametrize(
    ("mode", "code"), [(Mode.IN_PERSON, "AMB"), (Mode.VIDEO, "VR"), (Mode.PHONE, "VR"), (Mode.HOME_VISIT, "HH")]
)
def test_how_they_met_is_the_class_of_the_encounter(mode: Mode, code: str) -> None:
    written = write_encounter(replace(SESSION, mode=mode), FULL, WRITING, {})
    assert (written["class"]["system"], written["class"]["code"]) == (systems.ACT_CODE, code)


@pytest.mark.parametrize(
    ("attendance", "encounter", "procedure", "reason"),
    [
        (Attendance.ATTENDED, "finished", "completed", None),
        (Attendance.MISSED, "cancelled", "not-done", "missed"),
        (Attendance.CANCELLED, "cancelled", "not-done", "cancelled"),
    ],
)
def test_a_missed_session_is_told_from_a_cancelled_one(
    attendance: Attendance, encounter: str, procedure: str, reason: str | None
) -> None:
    session = replace(SESSION, attendance=attendance)
    assert write_encounter(session, FULL, WRITING, {})["status"] == encounter
    written = write_procedure(session, FULL, WRITING, {})
    assert (written["status"], written.get("statusReason", {}).get("text")) == (procedure, reason)
    assert read_encounter(write_encounter(session, FULL, WRITING, {})).attendance is attendance


def test_a_colleague_who_cancels_the_encounter_is_believed() -> None:
    there = write_encounter(replace(SESSION, attendance=Attendance.ATTENDED), FULL, WRITING, {})
    assert read_encounter({**there, "status": "cancelled"}).attendance is Attendance.CANCELLED
    assert read_encounter({**there, "status": "in-progress"}).closed is False
    there = write_procedure(replace(SESSION, attendance=Attendance.ATTENDED), FULL, WRITING, {})
    assert read_procedure({**there, "status": "not-done"}).attendance is Attendance.CANCELLED
    assert read_procedure({**there, "status": "stopped"}).attendance is Attendance.ATTENDED
    with pytest.raises(ValueError, match="does not say whether the session was held"):
        read_encounter({**there, "resourceType": "Encounter", "period": {"start": "2026-01-05"}, "status": "unknown"})


def test_the_encounter_of_a_session_keeps_its_therapist_when_the_course_changes_hands() -> None:
    there = write_encounter(SESSION, FULL, WRITING, {})
    after = write_encounter(SESSION, replace(FULL, therapist=Person(display="Deputy")), WRITING, there)
    assert after["participant"][0]["individual"]["display"] == THERAPIST.display


def test_a_session_names_its_episode_of_care_and_its_encounter_where_the_site_files_them() -> None:
    known = {
        episode_of_care_key(FULL.id): "EpisodeOfCare/e1",
        encounter_key(FULL.id, SESSION): "Encounter/n1",
    }
    knowing = Writing(patient="alma", known=known, site=EVERYTHING)
    assert write_encounter(SESSION, FULL, knowing, {})["episodeOfCare"] == [{"reference": "EpisodeOfCare/e1"}]
    assert write_procedure(SESSION, FULL, knowing, {})["encounter"] == {"reference": "Encounter/n1"}
    elsewhere = writing_for(DEFAULT_SITE)
    assert "episodeOfCare" not in write_encounter(SESSION, FULL, elsewhere, {})
    assert "encounter" not in write_procedure(SESSION, FULL, elsewhere, {})


def test_keys_are_different_for_meetings_that_bear_the_same_number() -> None:
    caregiver = replace(SESSION, kind=SessionKind.CAREGIVER)
    keys = [key(FULL.id, item) for key in (encounter_key, procedure_key) for item in (SESSION, caregiver)]
    assert len({*keys, episode_of_care_key(FULL.id)}) == 5
    assert encounter_key(FULL.id, replace(SESSION, date=date(2026, 2, 1))) == keys[0]


def test_an_area_is_confirmed_only_when_the_patient_agreed() -> None:
    proposed = replace(AREA, agreed_by_patient=False, agreed_on=None)
    statuses = [
        write_problem_area(area, KEY, WRITING, {})["verificationStatus"]["coding"][0]["code"]
        for area in (AREA, proposed)
    ]
    assert statuses == ["confirmed", "provisional"]


def test_a_colleague_resolves_a_concern_and_it_stays_resolved() -> None:
    open_area = replace(AREA, closed_on=None)
    there = write_problem_area(open_area, KEY, WRITING, {})
    there["clinicalStatus"]["coding"][0] = {"system": systems.CONDITION_CLINICAL, "code": "inactive"}
    assert write_problem_area(open_area, KEY, WRITING, rawjson.copy(there)) == there
    there["abatementDateTime"] = "2026-05-01T10:00:00Z"
    assert read_problem_area(there).closed_on == date(2026, 5, 1)


def test_a_snomed_code_a_colleague_puts_on_the_concern_stays() -> None:
    there = write_problem_area(AREA, KEY, WRITING, {})
    there["code"]["coding"].insert(0, {"system": systems.SNOMED_CT, "code": "160822004"})
    after = write_problem_area(replace(AREA, z_code=None), KEY, WRITING, rawjson.copy(there))
    assert [item["code"] for item in after["code"]["coding"]] == ["160822004", AREA.code.value]


def test_a_refusal_is_a_refusal_to_every_reader() -> None:
    written = write_consent(REFUSED, WRITING, {})
    assert (written["status"], written["provision"]["type"]) == ("rejected", "deny")
    assert read_consent({**written, "status": "active"}) == REFUSED
    for undecided in ("draft", "proposed"):
        with pytest.raises(ValueError, match="no decision"):
            read_consent({**written, "status": undecided})


def test_the_day_on_which_the_hospital_lets_a_permission_run_out_stays() -> None:
    allowed = replace(REFUSED, permitted=True)
    there = write_consent(allowed, WRITING, {})
    there["provision"]["period"]["end"] = "2027-01-05"
    assert read_consent(there) == allowed
    assert write_consent(allowed, WRITING, rawjson.copy(there)) == there


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("pending", ActivityStatus.PROPOSED),
        ("arrived", ActivityStatus.PLANNED),
        ("checked-in", ActivityStatus.PLANNED),
        ("noshow", ActivityStatus.CANCELLED),
    ],
)
def test_the_front_desk_may_use_its_own_words(word: str, status: ActivityStatus) -> None:
    there = {**write_appointment(APPOINTMENT, FULL, WRITING, {}), "status": word}
    assert read_appointment(there).status is status
    kept = write_appointment(replace(APPOINTMENT, status=status), FULL, WRITING, rawjson.copy(there))
    assert kept["status"] == word


def test_who_accepted_an_appointment_is_not_ours_to_change() -> None:
    there = write_appointment(APPOINTMENT, FULL, WRITING, {})
    there["participant"][0]["status"] = "declined"
    assert write_appointment(APPOINTMENT, FULL, WRITING, rawjson.copy(there))["participant"] == there["participant"]


def test_an_activity_without_a_time_is_no_appointment() -> None:
    with pytest.raises(ValueError, match="start and minutes"):
        write_appointment(FULL.activities[0], FULL, WRITING, {})


def test_a_course_on_a_waiting_list_is_a_draft() -> None:
    draft = replace(FULL, status=EpisodeStatus.DRAFT)
    there = {**write_episode_of_care(draft, WRITING, {}), "status": "waitlist"}
    assert read_episode_of_care(there).status is EpisodeStatus.DRAFT
    assert write_episode_of_care(draft, WRITING, rawjson.copy(there)) == there
    with pytest.raises(ValueError, match="the status gone is not one of"):
        read_episode_of_care({**there, "status": "gone"})


def test_only_a_practitioner_manages_an_episode_of_care() -> None:
    """R4: EpisodeOfCare.careManager takes no PractitionerRole."""
    role = Person(display="Therapist", reference="PractitionerRole/r1")
    assert "careManager" not in write_episode_of_care(replace(FULL, therapist=role), WRITING, {})
    assert write_episode_of_care(FULL, WRITING, {})["careManager"]["reference"] == THERAPIST.reference


def test_a_communication_that_did_not_happen_is_no_message() -> None:
    there = MAPPED["Communication-letter-to-family-doctor"].written()
    with pytest.raises(ValueError, match="informed nobody"):
        read_message({**there, "status": "not-done"})


def test_a_document_is_a_whole_page_with_its_size_and_hash() -> None:
    document = FULL.documents[0]
    written = write_document(document, narrative.of_plan(FULL, EVERYTHING), FULL, WRITING, {})
    attachment = written["content"][0]["attachment"]
    content = base64.b64decode(attachment["data"])
    assert attachment["size"] == len(content)
    assert base64.b64decode(attachment["hash"]) == hashlib.sha1(content, usedforsecurity=False).digest()
    page = ElementTree.fromstring(content.decode().split("\n", 1)[1])  # noqa: S314 - written by us just now
    assert page.find(".//{*}title") is not None
    assert FULL.goals[0].text in "".join(page.itertext())
    assert attachment["contentType"] == "text/html; charset=utf-8"


def test_a_condition_of_the_chart_is_read_as_far_as_it_goes() -> None:
    full: JsonObject = {
        "resourceType": "Condition",
        "id": "d1",
        "code": {"coding": [{"system": systems.ICD_10_CM, "code": "F32.1", "display": "MDD"}, {"display": "no code"}]},
        "category": [{"coding": [{"system": systems.CONDITION_CATEGORY, "code": "encounter-diagnosis"}]}],
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "onsetPeriod": {"start": "2025-10"},
    }
    found = read_diagnosis(full)
    assert (found.reference, found.words, found.status, found.onset) == ("Condition/d1", "MDD", "active", "2025-10")
    assert found.codes == ((systems.ICD_10_CM, "F32.1"),)
    assert found.categories == ("encounter-diagnosis",)
    assert read_diagnosis({"id": "d2", "code": "wrong"}).words == "Condition without a name"


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ({"medicationCodeableConcept": {"text": "Sertraline 50 mg"}}, "Sertraline 50 mg"),
        ({"medicationCodeableConcept": {"coding": [{"code": "36437", "display": "sertraline"}]}}, "sertraline"),
        ({"medicationReference": {"reference": "Medication/m", "display": "Sertraline"}}, "Sertraline"),
        (
            {
                "contained": [{"resourceType": "Medication", "id": "in", "code": {"text": "Sertraline"}}],
                "medicationReference": {"reference": "#in"},
            },
            "Sertraline",
        ),
        ({"medicationReference": {"reference": "https://ehr.example/fhir/Medication/m"}}, "Medication/m"),
        ({}, "Medication without a name"),
    ],
)
def test_a_prescription_is_read_whatever_way_it_names_the_drug(named: JsonObject, words: str) -> None:
    dosage = [{"text": "1 in the morning"}, {"patientInstruction": "with food"}, {"sequence": 3}]
    resource = {"id": "m1", "status": "active", "authoredOn": "2026-01-05", "dosageInstruction": dosage, **named}
    assert read_medication(resource) == Medication(
        reference="MedicationRequest/m1",
        words=words,
        status="active",
        authored="2026-01-05",
        dosage=("1 in the morning", "with food"),
    )


@pytest.mark.parametrize("author", [None, THERAPIST, Person(display="Somebody")])
def test_who_recorded_what_when_is_read_back(author: Person | None) -> None:
    recorded = datetime(2026, 3, 2, 12, 0, 1, tzinfo=UTC)
    written = write_provenance(
        ["CarePlan/1", f"urn:uuid:{KEY}"], author, recorded, WRITING, Act.UPDATE, "ZZTEST Clinic"
    )
    expected = Recorded(author=author, recorded=recorded, targets=("CarePlan/1", f"urn:uuid:{KEY}"))
    assert read_provenance(rawjson.parse_object(rawjson.write(written))) == expected
    roles = [agent["type"]["coding"][0]["code"] for agent in written["agent"]]
    assert roles == (["author", "transmitter"] if author else ["transmitter"])


def test_labels_are_added_once_and_none_is_taken_away() -> None:
    theirs = {"system": "urn:hospital", "code": "X", "display": "theirs"}
    resource: JsonObject = {"meta": {"versionId": "1", "security": [theirs]}}
    put_labels(resource, (*DEFAULT_SITE.labels, PATIENT_ASSERTED))
    once = rawjson.copy(resource)
    put_labels(resource, DEFAULT_SITE.labels)
    assert resource == once
    assert [(label.code, label.words) for label in labels_of(resource)] == [
        ("X", "theirs"),
        ("R", "restricted"),
        ("MH", "mental health"),
        ("PATAST", "entered by the patient"),
    ]


def test_what_a_patient_entered_is_told_from_what_a_therapist_entered() -> None:
    assert patient_entered({"author": {"reference": "https://ehr.example/fhir/Patient/alma"}})
    assert not patient_entered({"author": {"reference": "Practitioner/7"}})


@pytest.mark.parametrize("name", MAPPED)
def test_a_site_of_base_r4_declares_no_profile(name: str) -> None:
    base = Site(profiles=ProfileSet.BASE)
    assert "profile" not in MAPPED[name].written(writing=writing_for(base)).get("meta", {})
