"""Putting a demo hospital together: EHR pages, authorization server and FHIR API in one Flask app.

Development only: it signs everybody in without a password and forgets everything when it ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from flask import Flask, Response, request

from smart_app.sandbox.authorization_routes import authorization_routes
from smart_app.sandbox.charts import demo_charts
from smart_app.sandbox.clients import RegisteredClient
from smart_app.sandbox.ehr_pages import EhrDesk, ehr_pages
from smart_app.sandbox.fhir_routes import fhir_routes
from smart_app.sandbox.hospitals import Hospital
from smart_app.sandbox.interactions import FhirApi
from smart_app.sandbox.json_text import JsonObject
from smart_app.sandbox.loopback import NotLoopback, check_loopback_url, free_port, serve
from smart_app.sandbox.sign_in_memory import SignInMemory
from smart_app.sandbox.store import FhirStore
from smart_app.sandbox.structure import check_references, check_resource

__all__ = ["HospitalApp", "NotLoopback", "RegisteredClient", "create_hospital", "free_port", "serve"]


class HospitalApp(Flask):
    """A Flask app that lets tests reach the hospital behind the pages.

    ``store`` holds the charts; change it to play another clinician. ``desk.launch_url(...)`` is a click on "Launch".
    ``refill()`` forgets all charts and brings back those of the start.
    """

    store: FhirStore
    desk: EhrDesk
    refill: Callable[[], None]


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def create_hospital(
    row: Hospital,
    base_url: str,
    clients: Sequence[RegisteredClient],
    *,
    clock: Callable[[], datetime] = now,
    charts: Iterable[JsonObject] | None = None,
) -> HospitalApp:
    """A hospital at ``base_url`` (scheme, host and port), with these apps registered and these charts.

    charts: FHIR R4 resources with ids, the four demo cases by default.
    Raises NotLoopback for any address that is not on this machine, Refused when the charts contradict themselves.
    """
    origin = base_url.rstrip("/")
    for url in (origin, *_addresses(clients)):
        check_loopback_url(url)
    app = HospitalApp(__name__)
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = row.largest_body
    app.store = FhirStore(clock, versioned=row.versioned)
    memory = SignInMemory(clock, timedelta(seconds=row.launch_seconds))
    by_id = {client.client_id: client for client in clients}
    app.desk = EhrDesk(app.store, memory, f"{origin}/fhir", by_id)
    at_the_start = list(demo_charts() if charts is None else charts)

    def refill() -> None:
        app.store.forget_everything()
        _fill(app.store, at_the_start, f"{origin}/fhir")

    app.refill = refill
    app.refill()
    app.register_blueprint(ehr_pages(app.desk))
    app.register_blueprint(authorization_routes(app, row, origin, by_id, memory, app.store))
    app.register_blueprint(fhir_routes(FhirApi(row, f"{origin}/fhir", app.store), memory))
    app.before_request(_only_this_machine)
    return app


def _addresses(clients: Sequence[RegisteredClient]) -> list[str]:
    asked = ((client.launch_uri, client.jwks_uri, client.patient_uri, *client.redirect_uris) for client in clients)
    return [url for urls in asked for url in urls if url]


def _fill(store: FhirStore, charts: Iterable[JsonObject], base: str) -> None:
    for resource in charts:
        store.update(check_resource(resource, resource["resourceType"]))
    for version in store.existing():
        check_references(version, store, base)


def _only_this_machine() -> Response | None:
    """A web page elsewhere could point its own name at this machine (DNS rebinding); its Host header tells."""
    try:
        check_loopback_url(f"http://{request.host}")
    except NotLoopback as error:
        return Response(str(error), status=421, mimetype="text/plain")
    return None
