"""What the services work with: the store, the registered hospitals, and the way to reach them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from ipt_fhir.ehr.client import FhirClient
from ipt_fhir.ehr.issuer import Issuer, IssuerRegistry
from ipt_fhir.ehr.keys import SigningKey
from ipt_fhir.ehr.published import Published
from ipt_fhir.ehr.transport import Transport
from ipt_fhir.instruments.catalogue import Catalogue
from ipt_fhir.mapping.site import Site
from ipt_fhir.model.episode import Setting
from smart_app.config import Retention
from smart_app.patient_devices import PatientDevices
from smart_app.roles import EVERYBODY_IS_THERAPIST, Role, StaffRoles
from smart_app.services.pack_keeping import KeptPack
from smart_app.store.launches import Launch
from smart_app.store.store import Store


def left_undone(_errand: Callable[[], None]) -> None:
    """Do nothing: what is done meanwhile only saves time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """Built once (``app.py``) and handed to every service. The first signing key signs, all are published.

    ``trusted_proxies`` is how many proxies of ours a request comes through; each says who asked it.
    ``meanwhile`` is handed what may be done beside a request and nobody waits for (``errands``).
    ``settings`` are names and values an administrator may see, ``signing_keys_made`` the dates of the key files.
    """

    store: Store
    registry: IssuerRegistry
    transport: Transport
    published: Published
    signing_keys: tuple[SigningKey, ...]
    public_url: str
    clock: Callable[[], datetime]
    trusted_proxies: int = 0
    idle: timedelta = timedelta(minutes=15)
    site: Site = field(default_factory=Site)
    setting: Setting = Setting.OUTPATIENT
    packs: tuple[KeptPack, ...] = ()
    patient_devices: Mapping[str, PatientDevices] = field(default_factory=dict)
    roles: Mapping[str, StaffRoles] = field(default_factory=dict)
    retention: Retention = field(default_factory=Retention)
    meanwhile: Callable[[Callable[[], None]], None] = left_undone
    settings: tuple[tuple[str, str], ...] = ()
    signing_keys_made: tuple[datetime, ...] = ()

    @property
    def catalogue(self) -> Catalogue:
        """The instruments of this installation: those shipped and those of its packs (decision-D60)."""
        return self.site.catalogue

    @property
    def redirect_uri(self) -> str:
        """The one registered redirect address; from the configuration, never from a request (attack-A64)."""
        return f"{self.public_url}/callback"

    @property
    def frame_ancestors(self) -> tuple[str, ...]:
        """The origins of all registered EHRs."""
        return tuple(sorted({origin for issuer in self.registry for origin in issuer.frame_ancestors}))

    def for_patients(self, iss: str) -> Issuer:
        """The hospital as it registered this app for patients. Raises KeyError where they may not sign in."""
        devices, issuer = self.patient_devices[iss], self.registry.get(iss)
        return replace(issuer, client_id=devices.client_id or issuer.client_id, scopes=devices.scopes)

    def role_of(self, launch: Launch) -> Role | None:
        """What the person who launched may do, as the clinic says today; None for nothing."""
        return self.roles.get(launch.lane.issuer, EVERYBODY_IS_THERAPIST).role_of(launch.user.fhir_user)

    def chart_of(self, iss: str, patient: str) -> str:
        """Where a chart opens in the hospital's own pages; empty where the hospital has no such address."""
        devices = self.patient_devices.get(iss)
        return (devices.chart_of(patient) if devices else "") or self.registry.get(iss).chart_of(patient)

    def today(self) -> date:
        """The day at the clinic."""
        return self.clock().astimezone().date()

    def hospital(self, launch: Launch) -> FhirClient:
        """The hospital of a launch, with its token, confined to its patient."""
        issuer = self.registry.get(launch.lane.issuer)
        token = launch.grant.access_token
        return FhirClient(self.transport, issuer, token, launch.lane.patient, published=self.published)
