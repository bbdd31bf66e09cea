"""What the services work with: the store, the registered hospitals, and the way to reach them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from ipt_fhir.ehr.client import FhirClient
from ipt_fhir.ehr.issuer import IssuerRegistry
from ipt_fhir.ehr.keys import SigningKey
from ipt_fhir.ehr.published import Published
from ipt_fhir.ehr.transport import Transport
from ipt_fhir.mapping.site import Site
from smart_app.store.launches import Launch
from smart_app.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """Built once (``app.py``) and handed to every service. The first signing key signs, all are published."""

    store: Store
    registry: IssuerRegistry
    transport: Transport
    published: Published
    signing_keys: tuple[SigningKey, ...]
    public_url: str
    clock: Callable[[], datetime]
    idle: timedelta = timedelta(minutes=15)
    site: Site = field(default_factory=Site)

    @property
    def redirect_uri(self) -> str:
        """The one registered redirect address; from the configuration, never from a request (attack-A64)."""
        return f"{self.public_url}/callback"

    @property
    def frame_ancestors(self) -> tuple[str, ...]:
        """The origins of all registered EHRs."""
        return tuple(sorted({origin for issuer in self.registry for origin in issuer.frame_ancestors}))

    def today(self) -> date:
        """The day at the clinic."""
        return self.clock().astimezone().date()

    def hospital(self, launch: Launch) -> FhirClient:
        """The hospital of a launch, with its token, confined to its patient."""
        issuer = self.registry.get(launch.lane.issuer)
        token = launch.grant.access_token
        return FhirClient(self.transport, issuer, token, launch.lane.patient, published=self.published)
