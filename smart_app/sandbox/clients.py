"""The apps a hospital has registered."""

from __future__ import annotations

from dataclasses import dataclass

from smart_app.sandbox.scopes import granted


@dataclass(frozen=True, slots=True)
class RegisteredClient:
    """One app: where it is launched, where codes may be sent, where its public keys lie, and the most it may ask for.

    ``patient_uri`` is where patients begin on their own devices; empty for an app that is not for them.
    The methods are the questions Authlib asks about a client; a code flow with private_key_jwt is all this one does.
    """

    client_id: str
    launch_uri: str
    redirect_uris: tuple[str, ...]
    jwks_uri: str
    scopes: tuple[str, ...]
    patient_uri: str = ""

    def get_client_id(self) -> str:
        """The id it is registered under."""
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """None: redirect_uri must be sent (SMART App Launch 2.2, "Obtain authorization code")."""

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """What is granted of the scopes asked for; None, which is an error, when that is nothing."""
        return granted(scope or "", self.scopes) or None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Only a registered URI, character by character (RFC 9700, section 2.1)."""
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:  # noqa: ARG002 - Authlib's interface
        """There are no secrets here."""
        return False

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002 - Authlib's interface
        """Keys are the only way to prove who one is."""
        return method == "private_key_jwt"

    def check_response_type(self, response_type: str) -> bool:
        """Codes only."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Codes only; no refresh tokens."""
        return grant_type == "authorization_code"
