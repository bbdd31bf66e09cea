"""Who a person is to this app, and how a hospital says so.

A launch proves who signed in (``fhirUser`` of the id_token); what that person may do is the clinic's to say, in the
table ``[issuer.roles]`` of its entry in the issuers file. Without the table everybody who may launch is a therapist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

import msgspec

_REFERENCE = re.compile(r"(Practitioner|PractitionerRole|Person)/[A-Za-z0-9\-.]{1,64}")


class RolesRefused(ValueError):
    """A clinic's roles are not usable; the message says why and what to do."""


class Role(StrEnum):
    """Everybody who meets a page of this app.

    A coordinator is also the non-specialist facilitator of a group (WHO): sessions and measures in plain words, no
    page about diagnoses. An administrator has an account of this app and never a launch. A proxy is a RelatedPerson
    who signs in for a patient.
    """

    THERAPIST = "therapist"
    SUPERVISOR = "supervisor"
    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"
    PATIENT = "patient"
    PROXY = "proxy"


STAFF = (Role.THERAPIST, Role.SUPERVISOR, Role.COORDINATOR)
"""Those who launch from a chart."""


class StaffRoles(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table ``[issuer.roles]`` of one hospital: people by the ``fhirUser`` they sign in with.

    supervisors read every page and change nothing; coordinators see no diagnoses. therapists: where it is given,
    nobody else is one, and who stands in no list is let in nowhere. Raises RolesRefused.
    """

    therapists: tuple[str, ...] | None = None
    supervisors: tuple[str, ...] = ()
    coordinators: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Hold the lists to the rules; somebody in two of them would be both."""
        seen: set[str] = set()
        for person in self._everybody():
            if not _REFERENCE.fullmatch(person):
                raise RolesRefused(f"{person}: name people as the hospital does, like Practitioner/123")
            if person in seen:
                raise RolesRefused(f"{person} stands in the lists twice; keep one")
            seen.add(person)

    def role_of(self, fhir_user: str | None) -> Role | None:
        """What the person may be here; None for nobody. ``fhir_user`` is relative to the hospital's FHIR base."""
        if fhir_user in self.supervisors:
            return Role.SUPERVISOR
        if fhir_user in self.coordinators:
            return Role.COORDINATOR
        if self.therapists is None or fhir_user in self.therapists:
            return Role.THERAPIST
        return None

    def _everybody(self) -> Iterator[str]:
        yield from self.therapists or ()
        yield from self.supervisors
        yield from self.coordinators


EVERYBODY_IS_THERAPIST = StaffRoles()
"""A clinic that says nothing."""
