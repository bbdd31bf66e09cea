"""The id_token: who signed in, signed (OpenID Connect Core 1.0, section 2; SMART App Launch 2.2, fhirUser)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

from authlib.oidc.core.grants import OpenIDCode
from joserfc.jwk import ECKey, KeyParameters, KeySet, RSAKey

from smart_app.sandbox.clients import RegisteredClient
from smart_app.sandbox.sign_in_memory import Launch, SignInMemory

_LIFETIME: Final = 3600


def new_signing_key(algorithm: str) -> RSAKey | ECKey:
    """A fresh private key for RS256 or ES256, with a kid."""
    parameters: KeyParameters = {"kid": str(uuid4()), "use": "sig", "alg": algorithm}
    if algorithm == "RS256":
        return RSAKey.generate_key(2048, parameters)
    return ECKey.generate_key("P-256", parameters)


def public_keys(key: RSAKey | ECKey) -> dict[str, Any]:
    """The JWKS to publish."""
    return dict(KeySet([key]).as_dict(private=False))


class IdTokens(OpenIDCode):  # type: ignore[misc]  # Authlib ships no types
    """Adds an id_token to the token response when openid was granted."""

    def __init__(self, memory: SignInMemory, key: RSAKey | ECKey, algorithm: str, issuer: str, base: str) -> None:
        super().__init__(require_nonce=False)
        self._memory = memory
        self._key = key
        self._algorithm = algorithm
        self._issuer = issuer
        self._base = base

    def exists_nonce(self, nonce: str, request: Any) -> bool:
        """A nonce serves once."""
        return self._memory.has_nonce(nonce, request.payload.client_id)

    def resolve_client_private_key(self, client: RegisteredClient) -> RSAKey | ECKey:  # noqa: ARG002 - Authlib's interface
        """The hospital's key, the same for every client."""
        return self._key

    def get_client_algorithm(self, client: RegisteredClient) -> str:  # noqa: ARG002 - Authlib's interface
        """The algorithm of the hospital's row."""
        return self._algorithm

    def get_encode_header(self, client: RegisteredClient) -> dict[str, Any]:  # noqa: ARG002 - Authlib's interface
        """The header names the key."""
        return {"alg": self._algorithm, "kid": self._key.kid, "typ": "JWT"}

    def get_client_claims(self, client: RegisteredClient) -> Mapping[str, Any]:
        """Issuer, audience and times."""
        now = int(self._memory.now().timestamp())
        return {"iss": self._issuer, "aud": client.client_id, "iat": now, "exp": now + _LIFETIME, "auth_time": now}

    def generate_user_info(self, user: Launch, scope: str) -> dict[str, str]:
        """sub, and the person's FHIR address when fhirUser was granted."""
        who = {"sub": user.user.partition("/")[2]}
        return who | {"fhirUser": f"{self._base}/{user.user}"} if "fhirUser" in scope.split() else who
