"""The registry of hospitals: the only servers this library ever speaks to (decision-D13)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ipt_fhir.ehr.addresses import host, is_loopback, is_origin, is_protected, origin
from ipt_fhir.ehr.errors import UnknownIssuer

ALGORITHMS = ("RS256", "RS384", "ES256", "ES384")
"""How hospitals may sign an id_token by default: asymmetric only, so that a public key is never a secret."""

_ACCEPTABLE = frozenset({*ALGORITHMS, "RS512", "ES512", "PS256", "PS384", "PS512"})
_TOKEN = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749, appendix A.4: scope-token.
_SHOWN = 200
_PATIENT = "{patient}"


class IssuerRefused(ValueError):
    """A registered hospital is not usable as it stands; the message names it, says why and what to do."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """One hospital as an administrator registered it.

    ``iss`` is the FHIR base URL exactly as the hospital sends it at a launch, and it goes back as ``aud`` byte for
    byte. ``allowed_origins`` are the origins its authorization, token and key addresses may have (default: that of
    ``iss``), ``frame_ancestors`` the origins of the EHR pages that may frame the app. ``insecure_loopback`` allows
    plain http to this machine. ``chart_url`` is the address of a chart in the hospital's own pages, with ``{patient}``
    where the patient's id belongs; empty where there is none. Raises IssuerRefused.
    """

    iss: str
    name: str
    client_id: str
    scopes: tuple[str, ...]
    allowed_origins: tuple[str, ...] = ()
    frame_ancestors: tuple[str, ...] = ()
    id_token_algorithms: tuple[str, ...] = ALGORITHMS
    insecure_loopback: bool = False
    chart_url: str = ""

    def __post_init__(self) -> None:
        """Hold the entry to the rules; a mistake here is told at the start, not at the first launch."""
        _check_iss(self)
        if not self.allowed_origins:
            object.__setattr__(self, "allowed_origins", (self.origin,))
        _check_origins(self)
        _check_registration(self)
        if self.chart_url and (self.chart_url.count(_PATIENT) != 1 or self.chart_url.count("{") != 1):
            raise IssuerRefused(f"{self.iss}: chart_url has {_PATIENT} once, where the id of the patient belongs")

    @property
    def base(self) -> str:
        """The FHIR base without a slash at its end, to put paths behind."""
        return self.iss.rstrip("/")

    @property
    def origin(self) -> str:
        """The origin of the FHIR base."""
        return origin(self.iss)

    def chart_of(self, patient: str) -> str:
        """Where that chart opens; empty where the hospital has no such address. A FHIR id needs no escaping."""
        return self.chart_url.replace(_PATIENT, patient)


class IssuerRegistry:
    """The registered hospitals. Raises IssuerRefused when one is registered twice."""

    def __init__(self, issuers: Iterable[Issuer]) -> None:
        self._issuers: dict[str, Issuer] = {}
        for issuer in issuers:
            if issuer.iss in self._issuers:
                raise IssuerRefused(f"{issuer.iss}: registered twice; keep one entry")
            self._issuers[issuer.iss] = issuer

    def get(self, iss: object) -> Issuer:
        """The hospital with exactly this ``iss``. Raises UnknownIssuer; nothing is sent anywhere (attacks A01-A04)."""
        issuer = self._issuers.get(iss) if isinstance(iss, str) else None
        if issuer is None:
            raise UnknownIssuer(f"iss {ascii(iss)[:_SHOWN]} is not registered; it must match letter by letter")
        return issuer

    def __iter__(self) -> Iterator[Issuer]:
        return iter(self._issuers.values())


def _check_iss(issuer: Issuer) -> None:
    iss = issuer.iss
    try:
        machine = host(iss)
    except ValueError:
        raise IssuerRefused(f"{ascii(iss)[:_SHOWN]}: iss is an https address without user name or fragment") from None
    if "?" in iss:
        raise IssuerRefused(f"{iss}: a FHIR base has no query; remove what follows the question mark")
    if issuer.insecure_loopback and not is_loopback(machine):
        raise IssuerRefused(f"{iss}: insecure_loopback is for a server on this machine only (decision-D13b)")
    if not is_protected(iss, insecure_loopback=issuer.insecure_loopback):
        raise IssuerRefused(f"{iss}: plain http; tokens and patient data would travel unprotected. Use https")


def _check_origins(issuer: Issuer) -> None:
    for kind in ("allowed_origins", "frame_ancestors"):
        for place in getattr(issuer, kind):
            if not is_origin(place):
                raise IssuerRefused(f"{issuer.iss}: {kind} holds origins like https://ehr.example, not {place!a}")
            if not is_protected(place, insecure_loopback=issuer.insecure_loopback):
                raise IssuerRefused(f"{issuer.iss}: {place} in {kind} is plain http. Use https")


def _check_registration(issuer: Issuer) -> None:
    if not _TOKEN.fullmatch(issuer.client_id):
        raise IssuerRefused(f"{issuer.iss}: client_id is empty or has blanks")
    if not issuer.scopes or not all(map(_TOKEN.fullmatch, issuer.scopes)):
        raise IssuerRefused(f"{issuer.iss}: scopes is a list of scopes, one text each")
    weak = set(issuer.id_token_algorithms) - _ACCEPTABLE
    if weak or not issuer.id_token_algorithms:
        raise IssuerRefused(f"{issuer.iss}: id_token_algorithms may name {', '.join(sorted(_ACCEPTABLE))} only")
