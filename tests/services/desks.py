"""A desk with a course on it, for tests of services that need more than the course."""

from __future__ import annotations

from datetime import date

from ipt_fhir.model.episode import Episode
from ipt_fhir.model.people import Person
from smart_app.patient_devices import PatientDevices
from smart_app.roles import Role
from smart_app.services.desk import Background, Desk, Diagnosis, PatientCard
from smart_app.services.filed_copies import FiledCopies
from smart_app.store.lanes import Lane

ALMA = PatientCard(
    id="zztest-alma", name="Alma ZZTEST-ALMA", birth_date="1987-05-14", sex="female", record_number="ZZ-1001"
)


def desk_with(
    episode: Episode,
    today: date,
    *,
    patient: PatientCard = ALMA,
    diagnoses: tuple[Diagnosis, ...] = (),
    devices: PatientDevices | None = None,
) -> Desk:
    """The desk of a launch on that day."""
    return Desk(
        handle="h",
        lane=Lane("https://ehr.example.org/fhir", patient.id),
        user_sub="vale",
        therapist=Person(display="Noor ZZTEST-VALE", reference="Practitioner/zztest-vale"),
        scopes=frozenset(),
        background=Background(patient=patient, hospital="ZZTEST Demo Hospital", diagnoses=diagnoses),
        episode=episode,
        revision=1,
        before=1,
        chart=FiledCopies(),
        today=today,
        devices=devices,
        role=Role.THERAPIST,
    )
