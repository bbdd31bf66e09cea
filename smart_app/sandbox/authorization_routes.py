"""The addresses of the authorization server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import UnsupportedResponseTypeError
from flask import Blueprint, Flask, Response, jsonify, make_response, render_template, request

from smart_app.sandbox.authorization import (
    IssuerInAnswers,
    LaunchChecks,
    S256Only,
    TokenKeeper,
    answer_authorization,
    code_grant,
    is_plain,
)
from smart_app.sandbox.capability import smart_configuration
from smart_app.sandbox.client_keys import SignedAssertion
from smart_app.sandbox.clients import RegisteredClient
from smart_app.sandbox.hospitals import Hospital
from smart_app.sandbox.id_tokens import IdTokens, new_signing_key, public_keys
from smart_app.sandbox.patient_sign_in import PatientSignIn
from smart_app.sandbox.sign_in_memory import SignInMemory
from smart_app.sandbox.store import FhirStore


@dataclass(frozen=True, slots=True)
class AuthorizationDoor:
    """The views of the authorization server."""

    server: AuthorizationServer
    memory: SignInMemory
    issuer: IssuerInAnswers
    patients: PatientSignIn
    configuration: Mapping[str, Any]
    keys: Mapping[str, Any]

    def authorize(self) -> Any:
        """The authorization endpoint."""
        response_type = request.values.get("response_type")
        if not is_plain(response_type):
            return _refusal_page(UnsupportedResponseTypeError("that"))
        return answer_authorization(self.server, self.memory, self.issuer, self.patients, _refusal_page)

    def token(self) -> Any:
        """The token endpoint."""
        return self.server.create_token_response()

    def jwks(self) -> Response:
        """The public keys that verify id_tokens."""
        return jsonify(self.keys)

    def discovery(self) -> Response:
        """smart-configuration, which clients may keep and ask about again."""
        response = jsonify(self.configuration)
        response.headers["Cache-Control"] = "max-age=60"
        response.add_etag()
        response.make_conditional(request)
        return response


def authorization_routes(
    app: Flask,
    row: Hospital,
    origin: str,
    clients: Mapping[str, RegisteredClient],
    memory: SignInMemory,
    store: FhirStore,
) -> Blueprint:
    """The authorization server of a hospital, for the clients registered there."""
    configuration = smart_configuration(row, origin)
    key, issuer = new_signing_key(row.id_token_alg), IssuerInAnswers(configuration["issuer"])
    app.config["OAUTH2_TOKEN_EXPIRES_IN"] = {"authorization_code": row.token_seconds}
    server = AuthorizationServer(app, clients.get, TokenKeeper(memory, timedelta(seconds=row.token_seconds)))
    server.register_client_auth_method("private_key_jwt", SignedAssertion(memory, configuration["token_endpoint"]))
    base, style_url = f"{origin}/fhir", f"{origin}/smart-style.json" if row.style else ""
    extensions = [
        S256Only(),
        LaunchChecks(memory, base, row.need_patient_banner, row.patients_sign_in, style_url),
        IdTokens(memory, key, row.id_token_alg, configuration["issuer"], base),
    ]
    server.register_grant(code_grant(memory), extensions)
    issuer(server)
    patients = PatientSignIn(memory, store)
    door = AuthorizationDoor(server, memory, issuer, patients, configuration, public_keys(key))
    routes = _routes(door)
    if row.style:
        routes.add_url_rule("/smart-style.json", view_func=lambda: jsonify(dict(row.style)))
    return routes


def _routes(door: AuthorizationDoor) -> Blueprint:
    routes = Blueprint("authorization", __name__)
    routes.add_url_rule("/oauth/authorize", view_func=door.authorize, methods=["GET", "POST"])
    routes.add_url_rule("/oauth/token", view_func=door.token, methods=["POST"])
    routes.add_url_rule("/oauth/jwks", view_func=door.jwks)
    for path in ("/fhir/.well-known/smart-configuration", "/oauth/.well-known/openid-configuration"):
        routes.add_url_rule(path, "discovery", door.discovery)
    return routes


def _refusal_page(error: OAuth2Error) -> Response:
    """Nobody is redirected to an address that was not registered (RFC 6749, section 4.1.2.1)."""
    return make_response(render_template("hospital/refusal.html", error=error), 400)
