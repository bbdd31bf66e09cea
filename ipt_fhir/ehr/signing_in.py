"""The requests of a SMART EHR launch, built and not sent (SMART App Launch 2.2; RFC 6749, 7523, 7636)."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from joserfc import jwt

from ipt_fhir.ehr.discovery import SmartConfiguration
from ipt_fhir.ehr.errors import LaunchRefused
from ipt_fhir.ehr.issuer import Issuer
from ipt_fhir.ehr.keys import SigningKey, algorithm

ASSERTION_LIFE = timedelta(minutes=4)
"""SMART 2.2 allows five minutes; the one left is for a hospital whose clock is behind."""

_LONGEST_LAUNCH = 4096


@dataclass(frozen=True, slots=True)
class Pkce:
    """One proof key (RFC 7636): the verifier stays with us, the S256 challenge goes through the browser."""

    verifier: str = field(repr=False)

    @property
    def challenge(self) -> str:
        """BASE64URL(SHA256(verifier)); ``plain`` is never used."""
        digest = hashlib.sha256(self.verifier.encode("ascii")).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def new_pkce() -> Pkce:
    """A fresh proof key for one launch: 86 characters of 512 random bits (RFC 7636, section 4.1: 43 to 128)."""
    return Pkce(secrets.token_urlsafe(64))


def new_secret() -> str:
    """256 random bits for a state, a nonce or a jti (SMART 2.2 asks for 122 or more of a state)."""
    return secrets.token_urlsafe(32)


def authorization_url(
    configuration: SmartConfiguration,
    issuer: Issuer,
    *,
    redirect_uri: str,
    launch: str | None,
    state: str,
    nonce: str,
    code_challenge: str,
) -> str:
    """Where the browser goes to sign in (SMART 2.2, "Obtain authorization code"; PKCE S256 always).

    ``aud`` is ``iss`` byte for byte, ``launch`` goes back as it came and is left out of a standalone launch. Raises
    LaunchRefused for a launch value no hospital sends (attack-A11).
    """
    if launch is not None and not _is_launch(launch):
        raise LaunchRefused("the launch value is empty, too long or not printable")
    parameters = {
        "response_type": "code",
        "client_id": issuer.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(issuer.scopes),
        "state": state,
        "aud": issuer.iss,
        "nonce": nonce,
        "code_challenge": code_challenge,
        "code_challenge_method": "S256",
    }
    if launch is not None:
        parameters["launch"] = launch
    endpoint = configuration.authorization_endpoint
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(parameters)}"


def client_assertion(key: SigningKey, *, client_id: str, token_endpoint: str, now: datetime, jti: str) -> str:
    """The signed statement of who we are (SMART 2.2, "Authenticating to the Token endpoint"; RFC 7523).

    ES384 or RS384 with typ and kid; lives four minutes; ``jti`` must be new each time. There is no iat: a hospital
    whose clock is behind ours would call it issued in the future.
    """
    header = {"alg": algorithm(key), "kid": key.kid, "typ": "JWT"}
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": token_endpoint,
        "exp": int((now + ASSERTION_LIFE).timestamp()),
        "jti": jti,
    }
    return jwt.encode(header, claims, key, algorithms=[algorithm(key)])


def token_form(*, code: str, redirect_uri: str, code_verifier: str, assertion: str) -> bytes:
    """The form that exchanges the code (SMART 2.2, "Obtain access token").

    A confidential client names itself in the assertion only: there is no ``client_id`` in the form.
    """
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": code_verifier,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion,
    }
    return urlencode(fields).encode("ascii")


def _is_launch(launch: str) -> bool:
    return 0 < len(launch) <= _LONGEST_LAUNCH and launch.isascii() and launch.isprintable()
