"""The SMART authorization server: EHR launch and patients' standalone launch, code with PKCE S256, signed assertions.

The flow is Authlib's; what stands here makes it SMART (App Launch 2.2) and as strict as its words allow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from smart_app.sandbox.patient_sign_in import PatientSignIn
from smart_app.sandbox.scopes import for_patients
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
    """What SMART's two launches add to the request for a code, and the context they add to the token response."""

    def __init__(
        self, memory: SignInMemory, base: str, need_patient_banner: bool, patients_sign_in: bool, style_url: str
    ) -> None:
        self._memory = memory
        self._base = base
        self._need_patient_banner = need_patient_banner
        self._style_url = style_url
        self._patients_sign_in = patients_sign_in

    def __call__(self, grant: Any) -> None:
        """Hook into one grant, as Authlib's extensions do."""
        grant.register_hook("after_validate_authorization_request_payload", self.check_request)
        grant.register_hook("after_validate_consent_request", self.check_launch)
        grant.register_hook("after_create_token_response", self.add_context)

    def check_request(self, grant: Any, _: object) -> None:
        """Raise InvalidRequestError, which goes back to the client, for a request that is no launch of ours."""
        request = grant.request
        data = request.payload.data
        twice = [name for name in _ONCE if len(data.getlist(name)) > 1]
        if twice:
            raise InvalidRequestError(f"{twice[0]} is given twice")
        if not data.get("state"):
            raise InvalidRequestError("state is missing")
        if data.get("aud") != self._base:
            raise InvalidRequestError("aud must be the FHIR base URL of this hospital, character by character")
        scopes = request.scope.split()
        if is_standalone(data):
            self._check_standalone(scopes)
        elif "launch" not in scopes:
            raise InvalidRequestError("The scope launch is needed, and must be registered")

    def check_launch(self, grant: Any, redirect_uri: str) -> None:
        """Raise InvalidRequestError, which goes back to the client, unless the launch can still be used."""
        payload = grant.request.payload
        if is_standalone(payload.data):
            return
        if self._memory.launch(payload.data.get("launch", ""), payload.client_id) is None:
            text = "The launch is unknown, expired, used, or of another client"
            raise InvalidRequestError(text, redirect_uri=redirect_uri)

    def add_context(self, grant: Any, response: tuple[int, dict[str, Any], object]) -> None:
        """Add the patient to the token response (SMART App Launch 2.2, "Launch context")."""
        user = grant.request.user
        response[1]["patient"] = user.patient
        if self._style_url:
            response[1]["smart_style_url"] = self._style_url
        response[1]["need_patient_banner"] = self._need_patient_banner and user.practitioner is not None

    def _check_standalone(self, scopes: list[str]) -> None:
        """Without a chart that is open, the patient must be asked for (SMART App Launch 2.2, "Standalone apps")."""
        if not self._patients_sign_in:
            raise InvalidRequestError("Nobody signs in alone here: the app must be opened from a chart")
        if "launch/patient" not in scopes or "launch" in scopes:
            raise InvalidRequestError("Without a launch parameter the scope is launch/patient, and launch is none")


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
                scope=request.scope if request.user.practitioner else for_patients(request.scope),
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
            """The person of the launch."""
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
    patients: PatientSignIn,
    show_refusal: Callable[[OAuth2Error], Any],
) -> Any:
    """The response to the authorization request at hand: a redirect with a code or an error, or a page when there is
    nobody who may be redirected to. The launch says who the clinician is; the EHR signed them in. A patient who comes
    alone signs in on a page first."""
    try:
        grant = server.get_consent_grant()
    except OAuth2Error as error:
        if not error.redirect_uri:
            return show_refusal(error)
        response = server.handle_error_response(None, error)
        issuer.add_issuer_parameter(server, response)
        return response
    payload = grant.request.payload
    alone = is_standalone(payload.data)
    if alone and not patients.answered():
        return patients.page(payload.client_id)
    try:
        launch = (
            patients.chosen(payload.client_id)
            if alone
            else memory.take_launch(payload.data["launch"], payload.client_id)
        )
    except OAuth2Error as error:
        return show_refusal(error)
    # Nobody (another request was faster with the same launch, a patient changed their mind) ends as access_denied.
    return server.create_authorization_response(grant_user=launch, grant=grant)


def is_standalone(data: Mapping[str, str]) -> bool:
    """Does the request come without a chart that is open?"""
    return "launch" not in data


def is_plain(parameter: str | None) -> bool:
    """May the parameter be quoted in an OAuth error description (RFC 6749, section 4.1.2.1)?"""
    return all(0x20 <= ord(letter) <= 0x7E and letter not in '"\\' for letter in parameter or "")
