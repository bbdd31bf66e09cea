"""The FHIR API over HTTP: headers in, headers out (FHIR R4 http)."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import format_datetime

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from smart_app.sandbox import bundles
from smart_app.sandbox.capability import capability_statement
from smart_app.sandbox.interactions import Answer, Call, FhirApi
from smart_app.sandbox.json_text import JsonObject, NotJson, parse, write
from smart_app.sandbox.outcomes import Refused, outcome
from smart_app.sandbox.scopes import Access
from smart_app.sandbox.sign_in_memory import SignInMemory

_JSON_TYPES = {"application/json", "application/fhir+json"}
_ISSUE_OF_STATUS = {401: "login", 403: "forbidden", 404: "not-found", 405: "not-supported", 413: "too-long"}


@dataclass(frozen=True, slots=True)
class FhirDoor:
    """Turns requests into calls of the API and its answers into responses."""

    api: FhirApi
    memory: SignInMemory

    def metadata(self) -> Response:
        """The CapabilityStatement; nobody needs a token for it."""
        response = _json(200, capability_statement(self.api.row, self.api.base))
        response.add_etag()
        response.make_conditional(request)
        return response

    def at_base(self) -> Response:
        """POST of a transaction or batch; GET of a further page of a search."""
        access = self._access()
        if request.method == "GET":
            return _json(200, self.api.more(request.args.get("_page", ""), access))
        return _json(200, bundles.process(self.api, _body(), access, bodies=self._sends_bodies(asked_for=False)))

    def at_path(self, path: str) -> Response:
        """Every other interaction."""
        access = self._access()
        call = self._call(tuple(path.split("/")))
        answer = self.api.perform(call, access)
        if answer.bundle is not None:
            return _json(answer.status, answer.bundle)
        return self._about_version(answer)

    def _access(self) -> Access:
        """Who asks. Raises Refused (401) with the challenge of RFC 6750, section 3."""
        kind, _, value = request.headers.get("Authorization", "").partition(" ")
        if not value or kind.lower() != "bearer":
            raise Refused(401, "login", "An access token is needed", {"WWW-Authenticate": 'Bearer realm="fhir"'})
        token = self.memory.token(value)
        if token is None:
            challenge = 'Bearer realm="fhir", error="invalid_token"'
            raise Refused(401, "expired", "The access token is unknown or expired", {"WWW-Authenticate": challenge})
        return Access(token.scope, token.patient)

    def _call(self, path: tuple[str, ...]) -> Call:
        is_search = path[-1] == "_search"
        has_body = request.method in {"POST", "PUT"} and not is_search
        return Call(
            method=request.method,
            path=path,
            query=tuple((request.values if is_search else request.args).items(multi=True)),
            resource=_body() if has_body else None,
            if_match=request.headers.get("If-Match"),
            if_none_exist=request.headers.get("If-None-Exist"),
            strict="handling=strict" in _preferences(),
        )

    def _about_version(self, answer: Answer) -> Response:
        version = answer.version
        has_body = request.method == "GET" or self._sends_bodies(asked_for=True)
        body = version.resource if version and version.content is not None and has_body else None
        response = _json(answer.status, body)
        if version:
            response.headers["Last-Modified"] = format_datetime(version.last_updated, usegmt=True)
            if self.api.row.versioned:
                response.headers["ETag"] = f'W/"{version.number}"'
            if answer.status in {200, 201} and request.method != "GET":
                response.headers["Location"] = self.api.location(version)
        if request.method == "GET":
            response.make_conditional(request)
        return response

    def _sends_bodies(self, *, asked_for: bool) -> bool:
        """Does the answer to a write carry the resource? ``asked_for`` is the rule when Prefer says nothing."""
        if self.api.row.returns == "nothing" or "return=minimal" in _preferences():
            return False
        return asked_for or "return=representation" in _preferences()


def fhir_routes(api: FhirApi, memory: SignInMemory) -> Blueprint:
    """The routes of the FHIR base."""
    door = FhirDoor(api, memory)
    routes = Blueprint("fhir", __name__, url_prefix="/fhir")
    routes.add_url_rule("/metadata", view_func=door.metadata)
    routes.add_url_rule("", "at_base", door.at_base, methods=["GET", "POST"])
    routes.add_url_rule("/", "at_base", door.at_base, methods=["GET", "POST"])
    every = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    routes.add_url_rule("/<path:path>", "at_path", door.at_path, methods=every)
    routes.register_error_handler(Refused, _refusal)
    routes.register_error_handler(HTTPException, _failure)
    return routes


def _body() -> JsonObject:
    """The JSON in the body. Raises Refused: 415 for another kind of body, 400 for what is no JSON."""
    if request.mimetype not in _JSON_TYPES:
        raise Refused(
            415, "not-supported", f"A body here is application/fhir+json, not {request.mimetype or 'unnamed'}"
        )
    try:
        value = parse(request.get_data(cache=False))
    except NotJson as error:
        raise Refused(400, "structure", str(error)) from error
    if not isinstance(value, dict):
        raise Refused(400, "structure", "The body is not a JSON object")
    return value


def _preferences() -> set[str]:
    parts = request.headers.get("Prefer", "").replace(";", ",").split(",")
    return {part.strip() for part in parts}


def _json(status: int, body: JsonObject | None) -> Response:
    text = "" if body is None else write(body)
    response = Response(text, status=status, content_type="application/fhir+json; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


def _refusal(refusal: Refused) -> Response:
    response = _json(refusal.status, refusal.outcome())
    response.headers.extend(refusal.headers)
    return response


def _failure(error: HTTPException) -> Response:
    status = error.code or 500
    return _json(status, outcome("error", _ISSUE_OF_STATUS.get(status, "exception"), error.description or error.name))
