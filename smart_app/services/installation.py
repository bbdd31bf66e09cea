"""What an administrator sees of the installation: hospitals, keys, worker, settings. No secret, no patient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from ipt_fhir.ehr.issuer import Issuer
from ipt_fhir.ehr.keys import algorithm
from smart_app.patient_devices import PatientDevices
from smart_app.services.practice import Practice
from smart_app.store import keyring, worker_runs
from smart_app.store.keyring import KnownKey


@dataclass(frozen=True, slots=True, kw_only=True)
class HospitalLine:
    """A hospital as it is registered, and how its patients answer by themselves, if they may."""

    issuer: Issuer
    devices: PatientDevices | None
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningLine:
    """A signing key: its id in our published key set, how it signs, the date of its file, and whether it signs now."""

    id: str
    algorithm: str
    made: datetime | None
    signs: bool


def hospitals(practice: Practice) -> list[HospitalLine]:
    """The registered hospitals, as they stand in the issuers file."""
    return [_hospital(practice, issuer) for issuer in practice.registry]


def encryption_keys(practice: Practice) -> list[KnownKey]:
    """The keys of the database."""
    with practice.store.read() as tx:
        return keyring.known_keys(tx)


def signing_keys(practice: Practice) -> list[SigningLine]:
    """The keys we sign in to hospitals with; the first one signs, all are published."""
    dates = (*practice.signing_keys_made, *[None] * len(practice.signing_keys))
    return [
        SigningLine(id=key.kid or "", algorithm=algorithm(key), made=made, signs=place == 0)
        for place, (key, made) in enumerate(zip(practice.signing_keys, dates, strict=False))
    ]


def worker_rounds(practice: Practice) -> dict[str, datetime]:
    """When each task of the worker was last done; empty when no worker ever ran here."""
    with practice.store.read() as tx:
        return worker_runs.listed(tx)


def app_version() -> str:
    """The version of this software."""
    return version("ipt-fhir")


def _hospital(practice: Practice, issuer: Issuer) -> HospitalLine:
    devices = practice.patient_devices.get(issuer.iss)
    link = f"{practice.public_url}/patient?iss={issuer.iss}" if devices and devices.own_devices else ""
    return HospitalLine(issuer=issuer, devices=devices, link=link)
