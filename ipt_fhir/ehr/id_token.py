"""Who signed in: the id_token, checked before a single claim is believed (OpenID Connect Core 1.0, section 3.1.3.7).

The token's own header never chooses the key or the rules: ``jku``, ``x5u`` and ``jwk`` are ignored, anything in
``crit`` is refused, and the algorithm must stand in the issuer's list (attacks A20, A21).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.jwt import JWTClaimsRegistry
from joserfc.util import base64_to_int, urlsafe_b64decode

from ipt_fhir.ehr.errors import IdTokenRefused
from ipt_fhir.ehr.issuer import Issuer
from ipt_fhir.ehr.published import USUAL_AGE
from ipt_fhir.ehr.references import local_target
from ipt_fhir.rawjson import JsonObject, JsonRefused, Limits, number, parse_object

LARGEST = 16 * 1024
SKEW = 60
"""Seconds a hospital's clock may differ from ours."""

JwksOfAge = Callable[[float], JsonObject]
"""The hospital's key set, at most so many seconds old."""

_REFRESH = 60.0
_LIMITS = Limits(size=LARGEST, depth=16, nodes=2000)
_KINDS: dict[str, type[ECKey] | type[RSAKey]] = {"EC": ECKey, "RSA": RSAKey}
_SMALLEST_RSA = 2048
_MOST_KEYS = 50
_CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}


class _Registry(jws.JWSRegistry):
    """joserfc's rules with room for a certificate chain in the header (it is not used)."""

    max_header_length = LARGEST


def validate(
    token: object, *, issuer: Issuer, stated_issuer: str, nonce: str, jwks: JwksOfAge, now: datetime
) -> JsonObject:
    """The claims of an id_token that is sound in every respect.

    ``stated_issuer`` is what its ``iss`` must be. An unknown key id makes us ask for the key set again, at most once a
    minute (attack-A24). Raises IdTokenRefused, naming the rule, never the token.
    """
    if not isinstance(token, str) or not token.isascii() or len(token) > LARGEST:
        raise IdTokenRefused(f"no id_token, or one of more than {LARGEST} bytes")
    header = _header(token, issuer.id_token_algorithms)
    claims = _verified_claims(token, header, jwks)
    _check_registered_claims(claims, issuer.client_id, stated_issuer, now)
    _check_openid_claims(claims, issuer.client_id, nonce)
    return claims


def fhir_user(claims: JsonObject, base: str) -> str | None:
    """``Type/id`` of the clinician, or None (shown as unknown): not of this server, a patient, no claim (attack-A25).

    ``profile`` is what ``fhirUser`` was called before SMART 2. Nobody fetches an address from here.
    """
    for name in ("fhirUser", "profile"):
        target = local_target(claims.get(name), base)
        if target and target.resource_type in {"Practitioner", "PractitionerRole", "Person"}:
            return f"{target.resource_type}/{target.id}"
    return None


def patient_user(claims: JsonObject, base: str) -> str | None:
    """The logical id of the Patient who signed in alone; None for anybody else (SMART 2.2, fhirUser)."""
    target = local_target(claims.get("fhirUser"), base)
    return target.id if target and target.resource_type == "Patient" else None


def is_of_patients(claims: JsonObject) -> bool:
    """Did a patient sign in, or somebody for one? Read broadly, of whatever server: such a person is no clinician."""
    words = str(claims.get("fhirUser") or claims.get("profile") or "").split("/")
    return any(kind in words for kind in ("Patient", "RelatedPerson"))


def _header(token: str, algorithms: Sequence[str]) -> JsonObject:
    header = _segment(token, 0)
    if "crit" in header or "b64" in header:
        raise IdTokenRefused("its header names critical extensions")
    if header.get("alg") not in algorithms:
        raise IdTokenRefused("it is not signed with an algorithm registered for this hospital")
    if not isinstance(header.get("kid", ""), str):
        raise IdTokenRefused("its key id is no text")
    return header


def _verified_claims(token: str, header: JsonObject, jwks: JwksOfAge) -> JsonObject:
    keys = list(_candidates(jwks(USUAL_AGE), header)) or list(_candidates(jwks(_REFRESH), header))
    if not keys:
        raise IdTokenRefused("the hospital's key set has no key for it")
    if not any(_verifies(token, key, header["alg"]) for key in keys):
        raise IdTokenRefused("its signature is wrong")
    return _segment(token, 1)


def _candidates(jwks: JsonObject, header: JsonObject) -> Iterator[ECKey | RSAKey]:
    """The keys of the set that fit the header. Without a kid (allowed with one key) every fitting key is tried."""
    listed = jwks.get("keys")
    for item in (listed if isinstance(listed, list) else [])[:_MOST_KEYS]:
        if isinstance(item, dict) and _fits(item, header) and (key := _import(item)):
            yield key


def _fits(item: JsonObject, header: JsonObject) -> bool:
    algorithm = header["alg"]
    same_kind = item.get("kty") == ("EC" if algorithm in _CURVES else "RSA")
    same_curve = item.get("crv") == _CURVES.get(algorithm)
    usable = item.get("use", "sig") == "sig" and item.get("alg", algorithm) == algorithm
    long_enough = algorithm in _CURVES or _rsa_bits(item) >= _SMALLEST_RSA
    return (
        same_kind
        and same_curve
        and usable
        and long_enough
        and ("kid" not in header or item.get("kid") == header["kid"])
    )


def _import(item: JsonObject) -> ECKey | RSAKey | None:
    """The public key; None for a malformed one, which is passed over as RFC 7517 (section 5) wants it."""
    try:
        return _KINDS[item["kty"]].import_key(item)
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _rsa_bits(item: JsonObject) -> int:
    modulus = item.get("n")
    try:
        return base64_to_int(modulus).bit_length() if isinstance(modulus, str) else 0
    except ValueError:
        return 0


def _verifies(token: str, key: ECKey | RSAKey, algorithm: str) -> bool:
    registry = _Registry(algorithms=[algorithm], strict_check_header=False)
    try:
        jws.deserialize_compact(token, key, registry=registry)
    except (JoseError, ValueError):
        return False
    return True


def _check_registered_claims(claims: JsonObject, client_id: str, stated_issuer: str, now: datetime) -> None:
    rules = JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=SKEW,
        iss={"essential": True, "value": stated_issuer},
        aud={"essential": True, "value": client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        rules.validate({name: _as_float(value) for name, value in claims.items()})
    except JoseError as error:
        raise IdTokenRefused(f"a claim is wrong: {error.error} {error.description}"[:200]) from None


def _check_openid_claims(claims: JsonObject, client_id: str, nonce: str) -> None:
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else client_id) != client_id:
        raise IdTokenRefused("it was issued to another application (azp)")
    stated = claims.get("nonce")
    if not isinstance(stated, str) or not hmac.compare_digest(stated.encode(), nonce.encode()):
        raise IdTokenRefused("it does not belong to this sign-in (nonce)")
    if not 0 < len(claims["sub"]) <= 255:
        raise IdTokenRefused("its sub has not 1 to 255 characters")


def _segment(token: str, index: int) -> JsonObject:
    """Header or payload, parsed strictly and before a recursive parser sees them (attack-A23, attack-A53)."""
    parts = token.split(".")
    if len(parts) != 3:
        raise IdTokenRefused("it is no compact JWS")
    try:
        return parse_object(urlsafe_b64decode(parts[index].encode("ascii")), _LIMITS)
    except (JsonRefused, ValueError):
        raise IdTokenRefused("it holds no plain JSON") from None


def _as_float(value: Any) -> Any:
    """Times with a fraction arrive as Decimal, which joserfc does not know."""
    plain = number(value)
    return plain if isinstance(plain, str | int | list | dict) or plain is None else float(plain)
