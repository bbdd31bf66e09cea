"""The settings, read once at the start. Nothing else in the app looks at the environment.

Every setting is an environment variable:

IPT_FHIR_DATABASE_URL
    Where the app remembers: ``sqlite:////path/to/file`` or ``postgresql+psycopg://...``. Required.
IPT_FHIR_KEY_FILES
    The files of the keys that encrypt what is stored, separated as in ``PATH``. The first encrypts, all decrypt; the
    id of a key is the name of its file without the ending. Required.
IPT_FHIR_SIGNING_KEY_FILES
    The files of the private keys (PEM) with which the app signs in to a hospital, separated as in ``PATH``. The first
    signs, all are published. Required.
IPT_FHIR_PUBLIC_URL
    The address under which browsers and hospitals reach the app, without a path. https, except on loopback. Required.
IPT_FHIR_ISSUERS_FILE
    A TOML file with one ``[[issuer]]`` table for each hospital: the fields of ``ipt_fhir.ehr.issuer.Issuer``, and where
    patients may answer by themselves a table ``[issuer.patient_devices]``: ``smart_app.patient_devices``. Who of the
    staff is a supervisor or a coordinator stands in a table ``[issuer.roles]``: ``smart_app.roles``. Required.
IPT_FHIR_LISTEN_HOST
    The address the app listens on. Default ``127.0.0.1``.
IPT_FHIR_LISTEN_PORT
    The port the app listens on. Default ``8000``.
IPT_FHIR_TRUSTED_PROXIES
    How many proxies stand before the app, each of which adds the address it was asked from to ``X-Forwarded-For``, 0 to
    9. With ``0`` that header counts for nothing. Default ``0``.
IPT_FHIR_IDLE_MINUTES
    After how many minutes without a click a launch ends, 2 to 60. Default ``15``.
IPT_FHIR_RECORD_LANGUAGE
    The language in which narratives and labels are filed (``en``, ``de``). Default ``en``.
IPT_FHIR_RECORD_PROFILES
    The profiles that what is filed claims: ``us-core-6.1.0``, or ``base-r4`` for none. Default ``us-core-6.1.0``.
IPT_FHIR_RECORD_FILES
    Resource types filed beside the plan, separated by commas (``Condition,Encounter``); each needs its scope. The types
    are those of ``ipt_fhir.mapping.beside``. Default: none.
IPT_FHIR_RECORD_FORMS
    Forms of ours that are filed although they stay in the app elsewhere (decision-D20), separated by commas
    (``relapse-plan``): the ids of instruments whose file says ``filed = false``. Default: none.
IPT_FHIR_RECORD_LABELS
    Security labels on what is filed, separated by commas: a level of v3-Confidentiality (``N``, ``R``, ``V``) and
    topics of v3-ActCode (``MH``, ``BH``, ``PSY``, ``SUD``, ``ETH``, ``SDV``). Default ``R,MH``; empty for none.
IPT_FHIR_SNOMED
    ``0`` where no SNOMED CT codes are to be sent. Default ``1``.
IPT_FHIR_ICD10CM
    ``0`` where no ICD-10-CM codes are to be sent. Default ``1``.
IPT_FHIR_OFF_TRACK
    The rules by which a course is called off track: project policy, not validated, so off until it is set. ``on`` for
    the thresholds of the project, or those that differ, separated by commas: ``early=4`` (a session), ``gain=20``
    (percent, half-way), ``missed=2`` (sessions in a row). Default: off.
IPT_FHIR_SETTING
    Where therapy usually takes place here: ``outpatient``, ``ward``, ``community``, ``primary-care`` or ``school``. It
    says what a new course begins with; each course can change it. Default ``outpatient``.
IPT_FHIR_WORKER
    ``0`` where ``ipt-fhir worker`` runs as a process of its own; otherwise ``serve`` runs it as a thread. Default
    ``1``.
IPT_FHIR_KEEP_LAUNCH_DAYS
    After how many days without use a launch is deleted; its token is forgotten when it ends. ``0`` keeps everything,
    here and in the four settings that follow. Default ``365``.
IPT_FHIR_KEEP_DRAFT_DAYS
    After how many days what was typed and never saved is deleted. Default ``90``.
IPT_FHIR_KEEP_SENT_DAYS
    After how many days a filing that is in the record is deleted here; the newest of each course stays. Default
    ``365``.
IPT_FHIR_KEEP_COURSE_DAYS
    How many days after its end a course is deleted here, with all that hangs on it; one that has not ended stays. What
    the hospital holds stays there. Default ``3653``, ten years.
IPT_FHIR_KEEP_AUDIT_DAYS
    How many days the audit log is kept. Default ``3653``, ten years.
IPT_FHIR_DEVELOPMENT
    ``1`` on a developer's machine: allows Flask's debugger, and only a loopback address to listen on. Default ``0``.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from ipt_fhir.ehr.addresses import is_loopback, is_origin, is_protected, is_within
from ipt_fhir.ehr.issuer import Issuer, IssuerRegistry
from ipt_fhir.instruments.catalogue import instruments
from ipt_fhir.locale.texts import LANGUAGES
from ipt_fhir.mapping.beside import BESIDE_TYPES
from ipt_fhir.mapping.site import DEFAULT_SITE, ProfileSet, Site
from ipt_fhir.model.episode import Setting
from ipt_fhir.questionnaires.off_track import OffTrackPolicy
from ipt_fhir.terminology.systems import ACT_CODE, CONFIDENTIALITY
from smart_app.keys import Key, KeyRefused, read_key
from smart_app.patient_devices import PatientDevices
from smart_app.roles import StaffRoles

Beside = TypeVar("Beside")

IDLE_MINUTES = range(2, 61)
_DEVICES = "patient_devices"
_ROLES = "roles"
_LEVELS = ("N", "R", "V")
_THRESHOLDS = {"early": "early_session", "gain": "gain_percent", "missed": "missed_in_a_row"}
_TOPICS = ("MH", "BH", "PSY", "SUD", "ETH", "SDV")
PORTS = range(1, 65536)
PROXIES = range(10)
KEEP_DAYS = range(36526)
_KEPT = {
    "launches": "IPT_FHIR_KEEP_LAUNCH_DAYS",
    "drafts": "IPT_FHIR_KEEP_DRAFT_DAYS",
    "sent": "IPT_FHIR_KEEP_SENT_DAYS",
    "courses": "IPT_FHIR_KEEP_COURSE_DAYS",
    "audit": "IPT_FHIR_KEEP_AUDIT_DAYS",
}


class ConfigRefused(ValueError):
    """A setting is missing or unsafe. The message names the setting, says why, and what to do; never a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How many days things are kept; 0 is for ever. The worker deletes what is older (decision-D92)."""

    launches: int = 365
    drafts: int = 90
    sent: int = 365
    courses: int = 3653
    audit: int = 3653


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings of one run; ``load_config`` has checked them. ``patient_devices`` are by issuer; often none."""

    database_url: str = field(repr=False)  # It may hold a password.
    keys: tuple[Key, ...]
    signing_key_files: tuple[Path, ...]
    public_url: str
    issuers: tuple[Issuer, ...]
    patient_devices: Mapping[str, PatientDevices] = field(default_factory=dict)
    roles: Mapping[str, StaffRoles] = field(default_factory=dict)
    host: str = "127.0.0.1"
    port: int = 8000
    trusted_proxies: int = 0
    idle: timedelta = timedelta(minutes=15)
    record: Site = DEFAULT_SITE
    setting: Setting = Setting.OUTPATIENT
    worker: bool = True
    retention: Retention = field(default_factory=Retention)
    development: bool = False

    def __post_init__(self) -> None:
        """Raise ConfigRefused for settings that are unsafe together, however they were made."""
        _check_public_url(self)
        _check_issuers(self)
        _check_chart_addresses(self)
        if self.development and not is_loopback(self.host):
            raise ConfigRefused(f"IPT_FHIR_DEVELOPMENT=1 while listening on {self.host}: others could reach a debugger")


def shown_settings(config: Config) -> tuple[tuple[str, str], ...]:
    """The settings an administrator may read on a page: of what is secret, or a path on the machine, the kind only."""
    record = config.record
    return (
        ("IPT_FHIR_DATABASE_URL", config.database_url.partition(":")[0].partition("+")[0]),
        ("IPT_FHIR_KEY_FILES", str(len(config.keys))),
        ("IPT_FHIR_SIGNING_KEY_FILES", str(len(config.signing_key_files))),
        ("IPT_FHIR_PUBLIC_URL", config.public_url),
        ("IPT_FHIR_ISSUERS_FILE", str(len(config.issuers))),
        ("IPT_FHIR_LISTEN_HOST", config.host),
        ("IPT_FHIR_LISTEN_PORT", str(config.port)),
        ("IPT_FHIR_TRUSTED_PROXIES", str(config.trusted_proxies)),
        ("IPT_FHIR_IDLE_MINUTES", str(config.idle // timedelta(minutes=1))),
        ("IPT_FHIR_RECORD_LANGUAGE", record.language),
        ("IPT_FHIR_RECORD_PROFILES", record.profiles.value),
        ("IPT_FHIR_RECORD_FILES", ",".join(sorted(record.files))),
        ("IPT_FHIR_RECORD_FORMS", ",".join(sorted(record.forms))),
        ("IPT_FHIR_RECORD_LABELS", ",".join(code for _, code in record.labels)),
        ("IPT_FHIR_SNOMED", str(int(record.snomed))),
        ("IPT_FHIR_ICD10CM", str(int(record.icd10cm))),
        ("IPT_FHIR_OFF_TRACK", "1" if record.off_track else ""),
        ("IPT_FHIR_WORKER", str(int(config.worker))),
        *((name, str(getattr(config.retention, kept))) for kept, name in _KEPT.items()),
        ("IPT_FHIR_DEVELOPMENT", str(int(config.development))),
    )


def from_environment() -> Config:
    """The settings of this process. Raises ConfigRefused."""
    return load_config(os.environ)


def load_config(environ: Mapping[str, str]) -> Config:
    """Read the settings. Raises ConfigRefused."""
    development = _switch(environ, "IPT_FHIR_DEVELOPMENT")
    if environ.get("FLASK_DEBUG", "0") not in {"", "0", "false"} and not development:
        raise ConfigRefused("FLASK_DEBUG is on outside development: its pages show secrets; unset it (attack-A72)")
    issuers_file = Path(_required(environ, "IPT_FHIR_ISSUERS_FILE"))
    return Config(
        database_url=_required(environ, "IPT_FHIR_DATABASE_URL"),
        keys=tuple(_key(path) for path in _paths(environ, "IPT_FHIR_KEY_FILES")),
        signing_key_files=_paths(environ, "IPT_FHIR_SIGNING_KEY_FILES"),
        public_url=_required(environ, "IPT_FHIR_PUBLIC_URL").rstrip("/"),
        issuers=read_issuers(issuers_file),
        patient_devices=read_patient_devices(issuers_file),
        roles=read_roles(issuers_file),
        host=environ.get("IPT_FHIR_LISTEN_HOST", "127.0.0.1"),
        port=_number(environ, "IPT_FHIR_LISTEN_PORT", 8000, PORTS),
        trusted_proxies=_number(environ, "IPT_FHIR_TRUSTED_PROXIES", 0, PROXIES),
        idle=timedelta(minutes=_number(environ, "IPT_FHIR_IDLE_MINUTES", 15, IDLE_MINUTES)),
        record=_record(environ),
        setting=_setting(environ),
        worker=_switch(environ, "IPT_FHIR_WORKER", "1"),
        retention=kept_from(environ),
        development=development,
    )


def read_issuers(path: Path) -> tuple[Issuer, ...]:
    """The hospitals of an issuers file. Raises ConfigRefused for a file that cannot be read, or a hospital twice."""
    tables = _issuer_tables(path)
    try:
        issuers = msgspec.convert(tables, tuple[Issuer, ...])
        IssuerRegistry(issuers)
    except ValueError as error:
        raise ConfigRefused(f"the issuers file {path} is not usable: {error}") from error
    if not issuers:
        raise ConfigRefused(f"the issuers file {path} names no hospital; add an [[issuer]] table")
    # A misspelled setting would be passed over in silence, and its safe value with it.
    if (
        unknown := {name for table in tables for name in table}
        - {known.name for known in fields(Issuer)}
        - {_DEVICES, _ROLES}
    ):
        raise ConfigRefused(f"the issuers file {path} has settings nobody reads: {', '.join(sorted(unknown))}")
    return issuers


def read_patient_devices(path: Path) -> dict[str, PatientDevices]:
    """By issuer, how its patients may answer by themselves; absent where they may not. Raises ConfigRefused."""
    stated = _tables_beside(path, _DEVICES, PatientDevices)
    return {iss: devices for iss, devices in stated.items() if devices.own_devices or devices.tablets}


def read_roles(path: Path) -> dict[str, StaffRoles]:
    """By issuer, who of its staff is what; absent where the clinic says nothing. Raises ConfigRefused."""
    return _tables_beside(path, _ROLES, StaffRoles)


def _tables_beside(path: Path, name: str, kind: type[Beside]) -> dict[str, Beside]:
    """The table of that name inside each issuer's, by issuer. Raises ConfigRefused."""
    found = {}
    for table in _issuer_tables(path):
        if name in table:
            try:
                found[str(table.get("iss"))] = msgspec.convert(table[name], kind)
            except ValueError as error:
                raise ConfigRefused(f"the issuers file {path}, {name} of {table.get('iss')}: {error}") from error
    return found


def _issuer_tables(path: Path) -> list[dict[str, Any]]:
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")).get("issuer", []), list[dict[str, Any]])
    except (OSError, ValueError) as error:
        raise ConfigRefused(f"the issuers file {path} is not usable: {error}") from error


def _check_public_url(config: Config) -> None:
    if not is_origin(config.public_url):
        raise ConfigRefused("IPT_FHIR_PUBLIC_URL is scheme, host and port only, like https://ipt.hospital.example")
    if not is_protected(config.public_url, insecure_loopback=is_loopback(config.host)):
        raise ConfigRefused(
            "IPT_FHIR_PUBLIC_URL is plain http: tokens and patient data would travel unprotected. "
            "Use https; http is for an app that is only reached on its own machine (decision-D13b)"
        )


def _check_issuers(config: Config) -> None:
    for issuer in config.issuers:
        if issuer.insecure_loopback and not is_loopback(config.host):
            raise ConfigRefused(
                f"the issuer {issuer.iss} is marked insecure_loopback while the app listens on {config.host}: "
                "others could reach an app that trusts a plain http hospital. Listen on 127.0.0.1 or use https"
            )


def _check_chart_addresses(config: Config) -> None:
    """A page sends a clinician on to the hospital's own pages, and nowhere else (attack-A63)."""
    for issuer in config.issuers:
        devices = config.patient_devices.get(issuer.iss)
        own = (issuer.origin, *issuer.allowed_origins, *issuer.frame_ancestors)
        named = [issuer.chart_of("x"), devices.chart_of("x") if devices else ""]
        if any(address and not is_within(address, own) for address in named):
            raise ConfigRefused(
                f"chart_url of {issuer.iss} leads elsewhere; if it is the hospital's, add its origin to frame_ancestors"
            )


def _key(path: Path) -> Key:
    try:
        return read_key(path)
    except KeyRefused as error:
        raise ConfigRefused(f"IPT_FHIR_KEY_FILES: {error}") from error


def _required(environ: Mapping[str, str], name: str) -> str:
    if not environ.get(name):
        raise ConfigRefused(f"{name} is not set")
    return environ[name]


def _paths(environ: Mapping[str, str], name: str) -> tuple[Path, ...]:
    return tuple(Path(part) for part in _required(environ, name).split(os.pathsep) if part)


def _language(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, LANGUAGES[0])
    if value not in LANGUAGES:
        raise ConfigRefused(f"{name} is one of {', '.join(LANGUAGES)}")
    return value


def _record(environ: Mapping[str, str]) -> Site:
    """What the hospital wants its record to look like."""
    profiles = environ.get("IPT_FHIR_RECORD_PROFILES", ProfileSet.US_CORE.value)
    if profiles not in set(ProfileSet):
        raise ConfigRefused(f"IPT_FHIR_RECORD_PROFILES is one of {', '.join(ProfileSet)}")
    local = {name: found.canonical for name, found in instruments().items() if not found.filed}
    return Site(
        language=_language(environ, "IPT_FHIR_RECORD_LANGUAGE"),
        profiles=ProfileSet(profiles),
        files=frozenset(_list(environ, "IPT_FHIR_RECORD_FILES", "", sorted(BESIDE_TYPES))),
        forms=frozenset(local[name] for name in _list(environ, "IPT_FHIR_RECORD_FORMS", "", sorted(local))),
        labels=tuple(
            (CONFIDENTIALITY if code in _LEVELS else ACT_CODE, code)
            for code in _list(environ, "IPT_FHIR_RECORD_LABELS", "R,MH", [*_LEVELS, *_TOPICS])
        ),
        snomed=_switch(environ, "IPT_FHIR_SNOMED", "1"),
        icd10cm=_switch(environ, "IPT_FHIR_ICD10CM", "1"),
        off_track=_off_track(environ.get("IPT_FHIR_OFF_TRACK", "")),
    )


def _off_track(value: str) -> OffTrackPolicy | None:
    """The thresholds of the site; None where the rules stay off."""
    parts = [part.strip() for part in value.split(",") if part.strip()]
    if not parts:
        return None
    found: dict[str, int] = {}
    for name, _, number in (part.partition("=") for part in parts if part != "on"):
        if name not in _THRESHOLDS or _THRESHOLDS[name] in found or not (number.isascii() and number.isdigit()):
            raise ConfigRefused(f"IPT_FHIR_OFF_TRACK is on, or some of {', '.join(_THRESHOLDS)}, each with =number")
        found[_THRESHOLDS[name]] = int(number)
    try:
        return OffTrackPolicy(**found)
    except ValueError as error:
        raise ConfigRefused(f"IPT_FHIR_OFF_TRACK: {error}") from error


def kept_from(environ: Mapping[str, str]) -> Retention:
    """How long things are kept. Raises ConfigRefused."""
    usual = Retention()
    return Retention(**{kept: _number(environ, name, getattr(usual, kept), KEEP_DAYS) for kept, name in _KEPT.items()})


def _setting(environ: Mapping[str, str]) -> Setting:
    value = environ.get("IPT_FHIR_SETTING", Setting.OUTPATIENT.value)
    if value not in set(Setting):
        raise ConfigRefused(f"IPT_FHIR_SETTING is one of {', '.join(Setting)}")
    return Setting(value)


def _list(environ: Mapping[str, str], name: str, default: str, allowed: Sequence[str]) -> list[str]:
    found = [part.strip() for part in environ.get(name, default).split(",") if part.strip()]
    if unknown := [part for part in found if part not in allowed]:
        raise ConfigRefused(f"{name} knows {', '.join(allowed)}; not {', '.join(unknown)}")
    return found


def _switch(environ: Mapping[str, str], name: str, default: str = "0") -> bool:
    value = environ.get(name, default)
    if value not in {"0", "1"}:
        raise ConfigRefused(f"{name} is 0 or 1")
    return value == "1"


def _number(environ: Mapping[str, str], name: str, default: int, allowed: range) -> int:
    text = environ.get(name, str(default))
    if not text.isascii() or not text.isdigit() or int(text) not in allowed:
        raise ConfigRefused(f"{name} is a whole number from {allowed.start} to {allowed.stop - 1}")
    return int(text)
