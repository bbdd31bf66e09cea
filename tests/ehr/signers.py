"""A hospital's signing keys and the id_tokens it makes with them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from functools import cache
from typing import Any

from joserfc import jws, jwt
from joserfc.jwk import ECKey, RSAKey

from ipt_fhir import rawjson
from ipt_fhir.ehr.discovery import SmartConfiguration
from ipt_fhir.rawjson import JsonObject
from tests.ehr.given import BASE, NOW

NONCE = "the-nonce"
SECOND = int(NOW.timestamp())
JWKS_URI = "https://ehr.example/jwks"
CONFIGURATION = SmartConfiguration(
    authorization_endpoint="https://ehr.example/authorize",
    token_endpoint="https://ehr.example/token",
    jwks_uri=JWKS_URI,
    id_token_issuer=BASE,
    capabilities=frozenset({"launch-ehr"}),
    scopes_supported=frozenset(),
)


@cache
def rsa_key(kid: str = "rsa-1") -> RSAKey:
    return RSAKey.generate_key(2048, parameters={"kid": kid, "use": "sig"})


@cache
def ec_key(curve: str = "P-384", kid: str = "ec-1") -> ECKey:
    return ECKey.generate_key(curve, parameters={"kid": kid, "use": "sig"})


def jwks(*keys: RSAKey | ECKey) -> JsonObject:
    return {"keys": [key.as_dict(private=False) for key in keys]}


def claims(**changes: Any) -> JsonObject:
    """Sound claims; a change to None leaves a claim out."""
    sound = {
        "iss": BASE,
        "sub": "zztest-user",
        "aud": "ipt-fhir",
        "exp": SECOND + 300,
        "iat": SECOND - 5,
        "nonce": NONCE,
        "fhirUser": f"{BASE}/Practitioner/zztest-p1",
    }
    return {name: value for name, value in {**sound, **changes}.items() if value is not None}


def id_token(
    content: JsonObject | None = None, *, key: RSAKey | ECKey | None = None, alg: str = "RS256", **header: Any
) -> str:
    """A signed id_token. Header members beyond those that are registered are allowed."""
    signer = key or rsa_key()
    members = {"alg": alg, "kid": signer.kid, **header}
    members = {name: value for name, value in members.items() if value is not None}
    registry = jws.JWSRegistry(algorithms=[alg], strict_check_header=False)
    return jwt.encode(members, claims() if content is None else content, signer, registry=registry)


def by_hand(header: JsonObject | bytes, content: JsonObject | bytes, *, secret: bytes | None = None) -> str:
    """A compact JWS that no honest library would make; signed with HMAC-SHA256 if there is a secret, else not."""
    unsigned = f"{_segment(header)}.{_segment(content)}"
    mac = b"" if secret is None else hmac.new(secret, unsigned.encode(), hashlib.sha256).digest()
    return f"{unsigned}.{_segment(mac)}"


def _segment(content: JsonObject | bytes) -> str:
    raw = content if isinstance(content, bytes) else rawjson.write(content)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
