"""Where a hospital's sign-in lives: ``.well-known/smart-configuration`` (SMART App Launch 2.2, section Conformance).

Read leniently, because live servers break the table (Veradigm publishes ``token_endpoint_auth_methods`` without
``_supported``, athenahealth both); trusted narrowly: endpoints are used only on the origins registered for the issuer.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from ipt_fhir.ehr.addresses import is_within
from ipt_fhir.ehr.capabilities import capabilities_of
from ipt_fhir.ehr.errors import DiscoveryRefused, EhrError
from ipt_fhir.ehr.issuer import Issuer
from ipt_fhir.ehr.published import USUAL_AGE, Published
from ipt_fhir.rawjson import JsonObject

_log = logging.getLogger(__name__)
_PATH = "/.well-known/smart-configuration"
_A_MOMENT = 15.0
"""Seconds. Tomcat, in front of which many FHIR servers stand, closes a connection that was idle for 20."""
_SIGN_IN = 300.0
"""Seconds that a sign-in takes at the longest."""
_LISTS = ("capabilities", "code_challenge_methods_supported", "scopes_supported", "grant_types_supported")


@dataclass(frozen=True, slots=True, kw_only=True)
class SmartConfiguration:
    """The part of the configuration we use. ``id_token_issuer`` is what an id_token's ``iss`` must be.

    ``deviations`` tell where the document departs from the specification, for IT.
    """

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str | None
    id_token_issuer: str
    capabilities: frozenset[str]
    scopes_supported: frozenset[str]
    deviations: tuple[str, ...] = ()


def discover(published: Published, issuer: Issuer, oldest: float = USUAL_AGE) -> SmartConfiguration:
    """The hospital's configuration, at most so many seconds old.

    Raises DiscoveryRefused for a configuration we cannot trust or that is not there (attacks A07 to A10), Unreachable
    or another EhrError when it cannot be read now.
    """
    try:
        document = published.get(
            issuer.base + _PATH, origins=(issuer.origin,), what="SMART configuration", oldest=oldest
        )
    except EhrError as error:
        if error.retryable:
            raise
        detail = f"{issuer.base}{_PATH} ({error.code}): {error.detail}"
        raise DiscoveryRefused(detail, status=error.status) from None
    configuration = read_configuration(document, issuer)
    for deviation in configuration.deviations:
        _log.info("%s: SMART configuration: %s", issuer.iss, deviation)
    return configuration


def key_set(published: Published, issuer: Issuer, uri: str, oldest: float = USUAL_AGE) -> JsonObject:
    """The public keys of the hospital's sign-in at the ``jwks_uri`` of its configuration. Raises EhrError."""
    return published.get(uri, origins=issuer.allowed_origins, what="key set", oldest=oldest)


def look_ahead(published: Published, issuer: Issuer) -> None:
    """Read again what the end of a launch needs, and have the connections open, while a person signs in elsewhere.

    The two small documents open the connections; they are not asked for when somebody launched a moment ago. A
    CapabilityStatement can have half a megabyte and is read again only where it would grow too old meanwhile. Raises
    EhrError, which the launch itself will meet and tell.
    """
    configuration = discover(published, issuer, _A_MOMENT)
    capabilities_of(published, issuer, USUAL_AGE - _SIGN_IN)
    if configuration.jwks_uri and "openid" in issuer.scopes:
        key_set(published, issuer, configuration.jwks_uri, _A_MOMENT)


def read_configuration(document: JsonObject, issuer: Issuer) -> SmartConfiguration:
    """Take the document apart. Raises DiscoveryRefused, naming the field and what to do."""
    deviations = [f"{name} is missing or no list" for name in _LISTS if not _texts(document, name)]
    methods = _texts(document, "code_challenge_methods_supported")
    if methods and "S256" not in methods:
        raise DiscoveryRefused("code_challenge_methods_supported does not offer S256; the server must support PKCE")
    if "plain" in methods:
        deviations.append("code_challenge_methods_supported offers plain")
    stated = document.get("issuer")
    if not isinstance(stated, str):
        deviations.append("issuer is missing; an id_token must then come from the FHIR base")
    return SmartConfiguration(
        authorization_endpoint=_endpoint(document, "authorization_endpoint", issuer),
        token_endpoint=_endpoint(document, "token_endpoint", issuer),
        jwks_uri=_endpoint(document, "jwks_uri", issuer) if "jwks_uri" in document else None,
        id_token_issuer=stated if isinstance(stated, str) else issuer.iss,
        capabilities=frozenset(_texts(document, "capabilities")),
        scopes_supported=frozenset(_texts(document, "scopes_supported")),
        deviations=tuple(deviations),
    )


def _endpoint(document: JsonObject, name: str, issuer: Issuer) -> str:
    """An address of the document, resolved against the FHIR base (SMART 2.2), on an allowed origin (attack-A07).

    Allowed origins are https, or loopback where that was marked: ``Issuer`` has seen to it.
    """
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise DiscoveryRefused(f"{name} is missing")
    try:
        url = urljoin(f"{issuer.base}/", value)
    except ValueError:
        raise DiscoveryRefused(f"{name} is no address") from None
    if not is_within(url, issuer.allowed_origins):
        raise DiscoveryRefused(f"{name} is on another origin; if that is right, add it to allowed_origins")
    return url


def _texts(document: JsonObject, name: str) -> list[str]:
    value: Any = document.get(name)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
