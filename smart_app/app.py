"""Builds the app from its settings and joins its parts; holds no logic."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, Response, current_app, g, request

from ipt_fhir.ehr.issuer import IssuerRegistry
from ipt_fhir.ehr.keys import load_signing_key
from ipt_fhir.ehr.published import Published
from ipt_fhir.ehr.transport import Transport
from smart_app import language
from smart_app.config import Config, from_environment
from smart_app.services.practice import Practice
from smart_app.store.store import open_store
from smart_app.web import failing, filing, guarding, launching, measure, overview, plan, safety, session, words

_PATIENT_PAGES = (overview, measure, plan, session, safety, filing)


def application() -> Flask:
    """The app with the settings of the environment; what the web server loads."""
    return create_app(build_practice(from_environment()))


def build_practice(config: Config, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Practice:
    """Open everything the services need. Raises StartRefused or SigningKeyRefused, saying why."""
    transport = Transport()
    return Practice(
        store=open_store(config.database_url, config.keys, clock),
        registry=IssuerRegistry(config.issuers),
        transport=transport,
        published=Published(transport),
        signing_keys=tuple(load_signing_key(Path(file).read_bytes()) for file in config.signing_key_files),
        public_url=config.public_url,
        clock=clock,
        idle=config.idle,
        site=config.record,
    )


def create_app(practice: Practice) -> Flask:
    """The app for a practice; static files and templates lie in ``web``."""
    app = Flask(__name__, template_folder="web/templates", static_folder="web/static")
    app.config.update(MAX_CONTENT_LENGTH=1024 * 1024, MAX_FORM_PARTS=2000)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.extensions["practice"] = practice
    language.install(app)
    app.register_blueprint(launching.blueprint)
    for room in _PATIENT_PAGES:
        app.register_blueprint(room.blueprint, url_prefix="/s/<handle>")
    words.install(app)
    failing.install(app)
    app.jinja_env.globals.update(form_token=guarding.form_token, patient_fingerprint=guarding.patient_fingerprint)
    app.context_processor(lambda: {"language": language.current()})
    app.before_request(lambda: guarding.check_unsafe(request))
    app.after_request(_secured)
    return app


def _secured(response: Response) -> Response:
    """A page of a launch may be framed by its own EHR; one without a patient by any registered EHR, so that a failed
    launch is not an empty frame."""
    found: Practice = current_app.extensions["practice"]
    return guarding.secure(response, g.get("frame_ancestors", found.frame_ancestors))
