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
    A TOML file with one ``[[issuer]]`` table for each hospital: the fields of ``ipt_fhir.ehr.issuer.Issuer``. Required.
IPT_FHIR_LISTEN_HOST
    The address the app listens on. Default ``127.0.0.1``.
IPT_FHIR_LISTEN_PORT
    The port the app listens on. Default ``8000``.
IPT_FHIR_IDLE_MINUTES
    After how many minutes without a click a launch ends, 2 to 60. Default ``15``.
IPT_FHIR_RECORD_LANGUAGE
    The language in which narratives and labels are filed (``en``, ``de``). Default ``en``.
IPT_FHIR_RECORD_PROFILES
    The profiles that what is filed claims: ``us-core-6.1.0``, or ``base-r4`` for none. Default ``us-core-6.1.0``.
IPT_FHIR_RECORD_FILES
    Resource types filed beside the plan, separated by commas (``Condition,Encounter``); each needs its scope. The types
    are those of ``ipt_fhir.mapping.beside``. Default: none.
IPT_FHIR_RECORD_LABELS
    Security labels on what is filed, separated by commas: a level of v3-Confidentiality (``N``, ``R``, ``V``) and
    topics of v3-ActCode (``MH``, ``BH``, ``PSY``, ``SUD``, ``ETH``, ``SDV``). Default ``R,MH``; empty for none.
IPT_FHIR_SNOMED
    ``0`` where no SNOMED CT codes are to be sent. Default ``1``.
IPT_FHIR_ICD10CM
    ``0`` where no ICD-10-CM codes are to be sent. Default ``1``.
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

import msgspec

from ipt_fhir.ehr.addresses import is_loopback, is_origin, is_protected
from ipt_fhir.ehr.issuer import Issuer, IssuerRegistry
from ipt_fhir.locale.texts import LANGUAGES
from ipt_fhir.mapping.beside import BESIDE_TYPES
from ipt_fhir.mapping.site import DEFAULT_SITE, ProfileSet, Site
from ipt_fhir.terminology.systems import ACT_CODE, CONFIDENTIALITY
from smart_app.keys import Key, KeyRefused, read_key

IDLE_MINUTES = range(2, 61)
_LEVELS = ("N", "R", "V")
_TOPICS = ("MH", "BH", "PSY", "SUD", "ETH", "SDV")
PORTS = range(1, 65536)


class ConfigRefused(ValueError):
    """A setting is missing or unsafe. The message names the setting, says why, and what to do; never a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings of one run; ``load_config`` has checked them."""

    database_url: str = field(repr=False)  # It may hold a password.
    keys: tuple[Key, ...]
    signing_key_files: tuple[Path, ...]
    public_url: str
    issuers: tuple[Issuer, ...]
    host: str = "127.0.0.1"
    port: int = 8000
    idle: timedelta = timedelta(minutes=15)
    record: Site = DEFAULT_SITE
    development: bool = False

    def __post_init__(self) -> None:
        """Raise ConfigRefused for settings that are unsafe together, however they were made."""
        _check_public_url(self)
        _check_issuers(self)
        if self.development and not is_loopback(self.host):
            raise ConfigRefused(f"IPT_FHIR_DEVELOPMENT=1 while listening on {self.host}: others could reach a debugger")


def from_environment() -> Config:
    """The settings of this process. Raises ConfigRefused."""
    return load_config(os.environ)


def load_config(environ: Mapping[str, str]) -> Config:
    """Read the settings. Raises ConfigRefused."""
    development = _switch(environ, "IPT_FHIR_DEVELOPMENT")
    if environ.get("FLASK_DEBUG", "0") not in {"", "0", "false"} and not development:
        raise ConfigRefused("FLASK_DEBUG is on outside development: its pages show secrets; unset it (attack-A72)")
    return Config(
        database_url=_required(environ, "IPT_FHIR_DATABASE_URL"),
        keys=tuple(_key(path) for path in _paths(environ, "IPT_FHIR_KEY_FILES")),
        signing_key_files=_paths(environ, "IPT_FHIR_SIGNING_KEY_FILES"),
        public_url=_required(environ, "IPT_FHIR_PUBLIC_URL").rstrip("/"),
        issuers=read_issuers(Path(_required(environ, "IPT_FHIR_ISSUERS_FILE"))),
        host=environ.get("IPT_FHIR_LISTEN_HOST", "127.0.0.1"),
        port=_number(environ, "IPT_FHIR_LISTEN_PORT", 8000, PORTS),
        idle=timedelta(minutes=_number(environ, "IPT_FHIR_IDLE_MINUTES", 15, IDLE_MINUTES)),
        record=_record(environ),
        development=development,
    )


def read_issuers(path: Path) -> tuple[Issuer, ...]:
    """The hospitals of an issuers file. Raises ConfigRefused for a file that cannot be read, or a hospital twice."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("issuer", [])
        issuers = msgspec.convert(tables, tuple[Issuer, ...])
        IssuerRegistry(issuers)
    except (OSError, ValueError) as error:
        raise ConfigRefused(f"the issuers file {path} is not usable: {error}") from error
    if not issuers:
        raise ConfigRefused(f"the issuers file {path} names no hospital; add an [[issuer]] table")
    # A misspelled setting would be passed over in silence, and its safe value with it.
    if unknown := {name for table in tables for name in table} - {known.name for known in fields(Issuer)}:
        raise ConfigRefused(f"the issuers file {path} has settings nobody reads: {', '.join(sorted(unknown))}")
    return issuers


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
    return Site(
        language=_language(environ, "IPT_FHIR_RECORD_LANGUAGE"),
        profiles=ProfileSet(profiles),
        files=frozenset(_list(environ, "IPT_FHIR_RECORD_FILES", "", sorted(BESIDE_TYPES))),
        labels=tuple(
            (CONFIDENTIALITY if code in _LEVELS else ACT_CODE, code)
            for code in _list(environ, "IPT_FHIR_RECORD_LABELS", "R,MH", [*_LEVELS, *_TOPICS])
        ),
        snomed=_switch(environ, "IPT_FHIR_SNOMED", "1"),
        icd10cm=_switch(environ, "IPT_FHIR_ICD10CM", "1"),
    )


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
