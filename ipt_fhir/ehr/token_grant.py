"""The code becomes a token: one request, and an answer that is believed only where it makes sense.

SMART App Launch 2.2, "Obtain access token"; RFC 6749, section 5. Attacks A18, A19.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from ipt_fhir.ehr import id_token
from ipt_fhir.ehr.answers import Asked, check
from ipt_fhir.ehr.discovery import SmartConfiguration, key_set
from ipt_fhir.ehr.errors import EhrError, IdTokenRefused, TokenRefused
from ipt_fhir.ehr.issuer import Issuer
from ipt_fhir.ehr.keys import SigningKey
from ipt_fhir.ehr.published import Published
from ipt_fhir.ehr.references import is_id
from ipt_fhir.ehr.signing_in import client_assertion, new_secret, token_form
from ipt_fhir.ehr.transport import Transport
from ipt_fhir.ehr.wire import SMALL_CAP, Answer, Request
from ipt_fhir.rawjson import JsonObject, JsonRefused, Limits, parse_object

_LONGEST_ADDRESS = 500
_FORM = "application/x-www-form-urlencoded"
_LIMITS = Limits(size=SMALL_CAP, depth=16, nodes=5000)
_TOKEN = re.compile(r"[\x21-\x7e]{1,32768}")
_ERROR = re.compile(r"[a-z_]{1,40}")
_SHORT_LIFE = 300
_LONGEST_LIFE = 10 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenGrant:
    """What the hospital granted for one launch. ``fhir_user`` is ``Type/id``, ``id_claims`` are validated claims."""

    access_token: str = field(repr=False)
    expires_at: datetime
    scopes: frozenset[str]
    patient: str = field(repr=False)
    need_patient_banner: bool = True
    encounter: str | None = field(default=None, repr=False)
    fhir_user: str | None = None
    id_claims: JsonObject = field(default_factory=dict, repr=False)
    smart_style_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """One sign-in that was begun: what was sent to the authorization server and must fit what comes back."""

    redirect_uri: str
    nonce: str = field(repr=False)
    code_verifier: str = field(repr=False)


def exchange_code(
    transport: Transport,
    published: Published,
    issuer: Issuer,
    configuration: SmartConfiguration,
    *,
    code: str,
    sign_in: SignIn,
    key: SigningKey,
    clock: Callable[[], datetime],
) -> TokenGrant:
    """Exchange the authorization code and validate everything that comes with the token.

    Raises TokenRefused or IdTokenRefused for an answer we cannot work with, Unreachable, ServerFault or another
    EhrError when there was none. A code is good for one try: after any error the launch begins anew.
    """
    now = clock()
    endpoint = configuration.token_endpoint
    assertion = client_assertion(key, client_id=issuer.client_id, token_endpoint=endpoint, now=now, jti=new_secret())
    form = token_form(
        code=code, redirect_uri=sign_in.redirect_uri, code_verifier=sign_in.code_verifier, assertion=assertion
    )
    answer = transport.send(
        Request(
            method="POST",
            url=endpoint,
            origins=issuer.allowed_origins,
            body=form,
            content_type=_FORM,
            accept="application/json",
            cap=SMALL_CAP,
        )
    )
    document = _document(answer)
    claims = _claims(document, published, issuer, configuration, sign_in.nonce, clock())
    return read_grant(document, issuer, claims, now)


def read_grant(document: JsonObject, issuer: Issuer, claims: JsonObject, now: datetime) -> TokenGrant:
    """Take a token response apart. Raises TokenRefused; what is merely odd is normalised to the safe side.

    A lifetime that is missing, negative or no number becomes five minutes, one beyond ten hours ten hours.
    """
    token = document.get("access_token")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise TokenRefused("access_token is missing or not printable")
    if str(document.get("token_type")).lower() != "bearer":
        raise TokenRefused("token_type is not Bearer")
    patient = document.get("patient")
    if not is_id(patient):
        raise TokenRefused("the launch names no single patient by a FHIR id; open the app from a patient's chart")
    encounter, style = document.get("encounter"), document.get("smart_style_url")
    return TokenGrant(
        access_token=token,
        expires_at=now + timedelta(seconds=_lifetime(document.get("expires_in"))),
        scopes=_scopes(document, issuer),
        patient=str(patient),
        need_patient_banner=document.get("need_patient_banner") is not False,
        encounter=encounter if isinstance(encounter, str) and is_id(encounter) else None,
        fhir_user=id_token.fhir_user(claims, issuer.base),
        id_claims=claims,
        smart_style_url=style if isinstance(style, str) and 0 < len(style) <= _LONGEST_ADDRESS else None,
    )


def _document(answer: Answer) -> JsonObject:
    """The JSON of a successful answer. Servers tell one fault with 400, 401 or 403 (RFC 6749, section 5.2)."""
    try:
        check(answer, Asked(interaction="token request"))
    except EhrError as refused:
        if refused.retryable:
            raise
        raise TokenRefused(f"{refused.detail} {_error_code(answer)}".strip(), status=answer.status) from None
    try:
        return parse_object(answer.body, _LIMITS)
    except JsonRefused as refused:
        raise TokenRefused(f"the token response is unreadable: {refused}") from None


def _error_code(answer: Answer) -> str:
    """The OAuth error code; the description is a server's free text and may hold anything (attack-A16)."""
    try:
        code = parse_object(answer.body, _LIMITS).get("error")
    except JsonRefused:
        return ""
    return code if isinstance(code, str) and _ERROR.fullmatch(code) else ""


def _claims(
    document: JsonObject,
    published: Published,
    issuer: Issuer,
    configuration: SmartConfiguration,
    nonce: str,
    now: datetime,
) -> JsonObject:
    """The validated claims; an id_token is due when ``openid`` was asked for, and never read when it was not."""
    if "openid" not in issuer.scopes:
        return {}
    if configuration.jwks_uri is None:
        raise IdTokenRefused("the SMART configuration names no jwks_uri to check it with")
    return id_token.validate(
        document.get("id_token"),
        issuer=issuer,
        stated_issuer=configuration.id_token_issuer,
        nonce=nonce,
        jwks=partial(key_set, published, issuer, configuration.jwks_uri),
        now=now,
    )


def _scopes(document: JsonObject, issuer: Issuer) -> frozenset[str]:
    """What was granted; no word about it means: as requested (RFC 6749, section 5.1)."""
    scope = document.get("scope")
    if scope is None:
        return frozenset(issuer.scopes)
    if not isinstance(scope, str):
        raise TokenRefused("scope is no text")
    return frozenset(scope.split())


def _lifetime(stated: Any) -> int:
    """Seconds. Some servers send the number as text."""
    digits = str(stated) if isinstance(stated, int | str) and not isinstance(stated, bool) else ""
    if not (digits.isascii() and digits.isdigit()) or not digits.strip("0"):
        return _SHORT_LIFE
    return min(int(digits[:9]), _LONGEST_LIFE)
