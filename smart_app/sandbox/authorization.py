"""The SMART authorization server: EHR launch, authorization code with PKCE S256, signed client assertions.

The flow is Authlib's; what stands here makes it SMART (App Launch 2.2) and as strict as its words allow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter

from smart_app.sandbox.clients import RegisteredClient
from smart_app.sandbox.sign_in_memory import Code, Launch, SignInMemory, Token

# What the extra parameters of SMART and PKCE may not be sent twice (RFC 6749, section 3.1).
_ONCE: Final = ("aud", "launch", "nonce", "code_challenge", "code_challenge_method")


class S256Only(CodeChallenge):  # type: ignore[misc]  # Authlib ships no types
    """PKCE is not optional, and ``plain`` is none (RFC 7636; SMART App Launch 2.2)."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Raise InvalidRequestError unless an S256 challenge is there."""
        data = grant.request.payload.data
        if not data.get("code_challenge") or data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("A code_challenge with the method S256 is needed")
        super().validate_code_challenge(grant, redirect_uri)


class LaunchChecks:
    """What SMART's EHR launch adds to the request for a code, and the context it adds to the token response."""

    def __init__(self, memory: SignInMemory, base: str, need_patient_banner: bool) -> None:
        self._memory = memory
        self._base = base
        self._need_patient_banner = need_patient_banner

    def __call__(self, grant: Any) -> None:
        """Hook into one grant, as Authlib's extensions do."""
        grant.register_hook("after_validate_authorization_request_payload", self.check_request)
        grant.register_hook("after_validate_consent_request", self.check_launch)
        grant.register_hook("after_create_token_response", self.add_context)

    def check_request(self, grant: Any, _: object) -> None:
        """Raise InvalidRequestError, which goes back to the client, for a request that is no EHR launch of ours."""
        request = grant.request
        data = request.payload.data
        twice = [name for name in _ONCE if len(data.getlist(name)) > 1]
        if twice:
            raise InvalidRequestError(f"{twice[0]} is given twice")
        if not data.get("state"):
            raise InvalidRequestError("state is missing")
        if data.get("aud") != self._base:
            raise InvalidRequestError("aud must be the FHIR base URL of this hospital, character by character")
        if "launch" not in request.scope.split():
            raise InvalidRequestError("The scope launch is needed, and must be registered")

    def check_launch(self, grant: Any, redirect_uri: str) -> None:
        """Raise InvalidRequestError, which goes back to the client, unless the launch can still be used."""
        payload = grant.request.payload
        if self._memory.launch(payload.data.get("launch", ""), payload.client_id) is None:
            text = "The launch is unknown, expired, used, or of another client"
            raise InvalidRequestError(text, redirect_uri=redirect_uri)

    def add_context(self, grant: Any, response: tuple[int, dict[str, Any], object]) -> None:
        """Add the patient to the token response (SMART App Launch 2.2, "Launch context")."""
        response[1]["patient"] = grant.request.user.patient
        response[1]["need_patient_banner"] = self._need_patient_banner


class IssuerInAnswers(IssuerParameter):  # type: ignore[misc]  # Authlib ships no types
    """``iss`` in every answer of the authorization endpoint, errors too (RFC 9207)."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer

    def get_issuer(self) -> str:
        """The issuer that smart-configuration names."""
        return self._issuer


def code_grant(memory: SignInMemory) -> type[Any]:
    """The code grant over one memory; Authlib wants a class and makes an object of it for each request."""

    class LaunchCode(AuthorizationCodeGrant):  # type: ignore[misc]  # Authlib ships no types
        """An authorization code that stands for a launch."""

        TOKEN_ENDPOINT_AUTH_METHODS = ("private_key_jwt",)

        @staticmethod
        def validate_authorization_redirect_uri(request: Any, client: RegisteredClient) -> str:
            """Authlib's own check quotes the URI in its message, and fails on the letters OAuth forbids there."""
            redirect_uri = request.payload.redirect_uri
            if not redirect_uri or not client.check_redirect_uri(redirect_uri):
                raise InvalidRequestError("The redirect_uri is missing or not registered")
            return str(redirect_uri)

        def save_authorization_code(self, code: str, request: Any) -> None:
            """Keep the code with all its exchange will be checked against."""
            data = request.payload.data
            kept = Code(
                value=code,
                client_id=request.client.client_id,
                redirect_uri=request.payload.redirect_uri,
                scope=request.scope,
                nonce=data.get("nonce"),
                code_challenge=data["code_challenge"],
                code_challenge_method=data["code_challenge_method"],
                launch=request.user,
                issued_at=memory.now(),
            )
            memory.keep_code(kept)

        def query_authorization_code(self, code: str, client: RegisteredClient) -> Code | None:
            """The code, used up from now on even if the exchange fails."""
            return memory.take_code(code, client.client_id)

        def delete_authorization_code(self, authorization_code: Code) -> None:
            """Nothing: a used code is remembered, to notice when it comes again."""

        def authenticate_user(self, authorization_code: Code) -> Launch:
            """The clinician of the launch."""
            return authorization_code.launch

    return LaunchCode


@dataclass(frozen=True, slots=True)
class TokenKeeper:
    """Saves access tokens."""

    memory: SignInMemory
    lifetime: timedelta

    def __call__(self, token: dict[str, Any], request: Any) -> None:
        """Keep the token of one answer."""
        kept = Token(
            value=token["access_token"],
            client_id=request.client.client_id,
            scope=token["scope"],
            patient=request.user.patient,
            code=request.authorization_code.value,
            expires_at=self.memory.now() + self.lifetime,
        )
        self.memory.keep_token(kept)


def answer_authorization(
    server: AuthorizationServer,
    memory: SignInMemory,
    issuer: IssuerInAnswers,
    show_refusal: Callable[[OAuth2Error], Any],
) -> Any:
    """The response to the authorization request at hand: a redirect with a code or an error, or a page when there is
    nobody who may be redirected to. The launch says who the clinician is; the EHR signed them in."""
    try:
        grant = server.get_consent_grant()
    except OAuth2Error as error:
        if not error.redirect_uri:
            return show_refusal(error)
        response = server.handle_error_response(None, error)
        issuer.add_issuer_parameter(server, response)
        return response
    payload = grant.request.payload
    # None, when another request was faster with the same launch, ends as access_denied.
    launch = memory.take_launch(payload.data["launch"], payload.client_id)
    return server.create_authorization_response(grant_user=launch, grant=grant)


def is_plain(parameter: str | None) -> bool:
    """May the parameter be quoted in an OAuth error description (RFC 6749, section 4.1.2.1)?"""
    return all(0x20 <= ord(letter) <= 0x7E and letter not in '"\\' for letter in parameter or "")
