"""Who is this client? private_key_jwt, checked against the keys it publishes (SMART App Launch 2.2, "Asymmetric
client authentication"; RFC 7523)."""

from __future__ import annotations

import json
import urllib.request
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any, Final

from authlib.oauth2.rfc6749 import InvalidClientError
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from smart_app.sandbox.clients import RegisteredClient
from smart_app.sandbox.loopback import check_loopback_url
from smart_app.sandbox.sign_in_memory import SignInMemory

ALGORITHMS: Final = ("ES384", "RS384")
_LONGEST_LIFE: Final = 300
_LARGEST_KEY_SET: Final = 64 * 1024
_SECONDS_TO_ANSWER: Final = 5
_SECRET_MEMBERS: Final = {"d", "p", "q", "k"}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect could lead off this machine."""

    def redirect_request(self, *_: object) -> None:
        """Follow none."""


_OPENER: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())


class SignedAssertion(JWTBearerClientAssertion):  # type: ignore[misc]  # Authlib ships no types
    """Client authentication by a signed assertion, with SMART's limits on top of RFC 7523's."""

    CLIENT_AUTH_METHOD = "private_key_jwt"

    def __init__(self, memory: SignInMemory, token_endpoint: str) -> None:
        super().__init__()
        self._memory = memory
        self._token_endpoint = token_endpoint

    def get_audiences(self) -> list[str]:
        """The token endpoint, and nothing else."""
        return [self._token_endpoint]

    def resolve_client_public_key(self, client: RegisteredClient) -> KeySet:
        """The keys the client publishes right now. Raises InvalidClientError."""
        return fetch_keys(client.jwks_uri)

    def process_assertion_claims(self, assertion: str, resolve_key: KeySet) -> dict[str, Any]:
        """The claims, after signature, header and claims were checked. Raises InvalidClientError."""
        try:
            token = jwt.decode(assertion, resolve_key, algorithms=ALGORITHMS)
        except (JoseError, ValueError) as error:
            raise InvalidClientError(description="The signature does not fit a key of the client") from error
        if token.header.get("typ") != "JWT" or "kid" not in token.header:
            raise InvalidClientError(description="The header needs typ JWT and the kid of the key")
        self.verify_claims(token.claims)
        return token.claims

    def verify_claims(self, claims: dict[str, Any]) -> None:
        """iss, sub, aud, exp and jti. Raises InvalidClientError."""
        now = self._memory.now().timestamp()
        lives_until = claims.get("exp")
        if not claims.get("iss") or claims["iss"] != claims.get("sub"):
            raise InvalidClientError(description="iss and sub must both be the client_id")
        if claims.get("aud") not in (self._token_endpoint, [self._token_endpoint]):
            raise InvalidClientError(description="aud must be the token endpoint")
        if type(lives_until) is not int or not now < lives_until <= now + _LONGEST_LIFE:
            raise InvalidClientError(description="exp must lie in the next five minutes")
        if any(type(claims.get(name, 0)) is not int or claims.get(name, 0) > now for name in ("iat", "nbf")):
            raise InvalidClientError(description="iat and nbf must not lie ahead")
        if not self.validate_jti(claims, claims.get("jti")):
            raise InvalidClientError(description="jti must be there, and new")

    def validate_jti(self, claims: dict[str, Any], jti: object) -> bool:
        """Is this the first assertion with this jti?"""
        until = datetime.fromtimestamp(claims["exp"], UTC)
        return isinstance(jti, str) and bool(jti) and self._memory.is_new_assertion(claims["sub"], jti, until)


def fetch_keys(jwks_uri: str) -> KeySet:
    """The public keys at a loopback address. Raises InvalidClientError when there are none, or a private one."""
    check_loopback_url(jwks_uri)
    try:
        with _OPENER.open(jwks_uri, timeout=_SECONDS_TO_ANSWER) as answer:
            published = json.loads(answer.read(_LARGEST_KEY_SET))
        if any(_SECRET_MEMBERS & key.keys() for key in published["keys"]):
            raise InvalidClientError(description="The client publishes a key that should be secret")
        return KeySet.import_key_set(published)
    except (OSError, HTTPException, JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidClientError(description="The keys of the client cannot be read") from error
