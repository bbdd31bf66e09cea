"""What a clinic says when it lets patients answer by themselves: on what, who is on duty, and what to do in danger.

Both ways are off until a hospital's entry in the issuers file has a table ``[issuer.patient_devices]``. An entry that
names nobody for worrying answers is refused at the start: what patients enter is never without somebody to act on it.
"""

from __future__ import annotations

import re
from datetime import timedelta

import msgspec

_REFERENCE = re.compile(r"(Practitioner|PractitionerRole|Person)/[A-Za-z0-9\-.]{1,64}")
_NEEDED = frozenset({"launch/patient", "openid", "fhirUser"})
_MINUTES = range(5, 24 * 60 + 1)
_LONGEST_NAME, _LONGEST_CRISIS = 80, 600
_PATIENT = "{patient}"


class DevicesRefused(ValueError):
    """The clinic may not let patients answer with these settings; the message says why and what to do."""


class DutyPerson(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who acts on safety answers: the name pages show, and the ``fhirUser`` they sign in with."""

    name: str
    reference: str

    def __post_init__(self) -> None:
        """Raise DevicesRefused for somebody who could never be recognised."""
        if not 0 < len(self.name.strip()) <= _LONGEST_NAME:
            raise DevicesRefused(f"a person on duty has a name of up to {_LONGEST_NAME} characters")
        if not _REFERENCE.fullmatch(self.reference):
            raise DevicesRefused(f"{self.name}: reference is how the hospital names them, like Practitioner/123")


class PatientDevices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table ``[issuer.patient_devices]`` of one hospital.

    own_devices, tablets: which of the two ways is on. on_duty, backup: who acts on a safety answer, and who does when
    nobody has acted ``reassign_minutes`` after it was given (5 to 1440). crisis: the words every page of a patient
    shows. client_id, scopes: how the hospital registered the app for patients; by default the same client, and just
    enough to know who it is. chart_url: the address of a chart in the hospital's own pages, with ``{patient}`` where
    the patient's id belongs; empty where there is none. Raises DevicesRefused.
    """

    on_duty: DutyPerson
    backup: DutyPerson
    reassign_minutes: int
    crisis: str
    own_devices: bool = False
    tablets: bool = False
    client_id: str = ""
    scopes: tuple[str, ...] = ("launch/patient", "openid", "fhirUser", "patient/Patient.rs")
    chart_url: str = ""

    def __post_init__(self) -> None:
        """Hold the entry to the rules."""
        if self.on_duty.reference == self.backup.reference:
            raise DevicesRefused("on_duty and backup are the same person; name somebody who can step in")
        if self.reassign_minutes not in _MINUTES:
            raise DevicesRefused(f"reassign_minutes is a whole number from {_MINUTES.start} to {_MINUTES.stop - 1}")
        if not 0 < len(self.crisis.strip()) <= _LONGEST_CRISIS:
            raise DevicesRefused(f"crisis tells in up to {_LONGEST_CRISIS} characters whom to call in danger")
        if self.own_devices:
            _check_scopes(self.scopes)
        if self.chart_url and (self.chart_url.count(_PATIENT) != 1 or self.chart_url.count("{") != 1):
            raise DevicesRefused(f"chart_url has {_PATIENT} once, where the id of the patient belongs")

    @property
    def patience(self) -> timedelta:
        """How long the person on duty has."""
        return timedelta(minutes=self.reassign_minutes)

    def chart_of(self, patient: str) -> str:
        """Where that chart opens; empty where the hospital has no such address. A FHIR id needs no escaping."""
        return self.chart_url.replace(_PATIENT, patient)


def _check_scopes(scopes: tuple[str, ...]) -> None:
    if missing := sorted(_NEEDED - set(scopes)):
        raise DevicesRefused(f"scopes lacks {', '.join(missing)}: without it nobody knows who the patient is")
    extra = [scope for scope in scopes if scope not in _NEEDED and not scope.startswith("patient/")]
    if extra:
        raise DevicesRefused(f"scopes of patients open their own chart only; remove {', '.join(extra)}")
