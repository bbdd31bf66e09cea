"""Builds the app from its settings and joins its parts; holds no logic."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, Response, current_app, g, request

from ipt_fhir.ehr.issuer import IssuerRegistry
from ipt_fhir.ehr.keys import load_signing_key
from ipt_fhir.ehr.published import Published
from ipt_fhir.ehr.transport import Transport
from smart_app import language
from smart_app.config import Config, from_environment, shown_settings
from smart_app.services.errands import Errands
from smart_app.services.pack_keeping import catalogue_with, open_packs
from smart_app.services.practice import Practice
from smart_app.store.store import open_store
from smart_app.web import (
    admin_door,
    admin_pages,
    admin_person,
    admin_records,
    assessment,
    caseload,
    consents,
    correcting,
    duty,
    ending,
    event,
    failing,
    filing,
    focus,
    form_list,
    forms,
    formulation,
    goals,
    group,
    guarding,
    handover,
    history,
    launching,
    overview,
    patient_device,
    people,
    person,
    plan,
    proxies,
    safety,
    session,
    session_closed,
    sheets,
    style,
    timeline,
    totals,
    visit,
    visit_form,
    withdrawing,
    words,
)
from smart_app.worker import loop

_PATIENT_PAGES = (
    overview,
    style,
    assessment,
    form_list,
    forms,
    totals,
    people,
    person,
    timeline,
    event,
    focus,
    formulation,
    goals,
    sheets,
    plan,
    session,
    ending,
    handover,
    session_closed,
    group,
    safety,
    filing,
    consents,
    history,
    correcting,
    withdrawing,
    patient_device,
    duty,
    caseload,
)


def application() -> Flask:
    """The app with the settings of the environment; what the web server loads. Its worker runs beside it."""
    config = from_environment()
    practice = replace(build_practice(config), meanwhile=Errands())
    if config.worker:
        loop.start(practice)
    return create_app(practice)


def build_practice(config: Config, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Practice:
    """Open everything the services need. Raises StartRefused or SigningKeyRefused, saying why."""
    transport = Transport()
    with ExitStack() as undo:
        store = undo.enter_context(open_store(config.database_url, config.keys, clock))
        packs = open_packs(store)
        signing_keys = tuple(load_signing_key(Path(file).read_bytes()) for file in config.signing_key_files)
        made = tuple(datetime.fromtimestamp(Path(file).stat().st_mtime, UTC) for file in config.signing_key_files)
        undo.pop_all()
    return Practice(
        store=store,
        registry=IssuerRegistry(config.issuers),
        transport=transport,
        published=Published(transport),
        signing_keys=signing_keys,
        public_url=config.public_url,
        trusted_proxies=config.trusted_proxies,
        clock=clock,
        idle=config.idle,
        site=replace(config.record, catalogue=catalogue_with(packs)),
        setting=config.setting,
        packs=packs,
        patient_devices=config.patient_devices,
        roles=config.roles,
        retention=config.retention,
        settings=shown_settings(config),
        signing_keys_made=made,
    )


def create_app(practice: Practice) -> Flask:
    """The app for a practice; static files and templates lie in ``web``."""
    app = Flask(__name__, template_folder="web/templates", static_folder="web/static")
    app.config.update(MAX_CONTENT_LENGTH=1024 * 1024, MAX_FORM_PARTS=2000)
    app.jinja_options = {**app.jinja_options, "trim_blocks": True, "lstrip_blocks": True}
    app.extensions["practice"] = practice
    language.install(app)
    app.register_blueprint(launching.blueprint)
    for room in _PATIENT_PAGES:
        app.register_blueprint(room.blueprint, url_prefix="/s/<handle>")
    for room in (visit, visit_form):
        app.register_blueprint(room.blueprint, url_prefix="/p/<handle>")
    for room in (admin_door, admin_pages, admin_records, admin_person):
        app.register_blueprint(room.blueprint, url_prefix="/admin")
    words.install(app)
    failing.install(app)
    app.jinja_env.globals.update(form_token=guarding.form_token, patient_fingerprint=guarding.patient_fingerprint)
    app.jinja_env.globals.update(admin_token=guarding.admin_token)
    app.context_processor(lambda: {"language": language.current()})
    proxies.trust(app, practice.trusted_proxies)
    app.before_request(lambda: guarding.check_unsafe(request, practice.public_url))
    app.before_request(visit.keep_in_patients_hands)
    app.after_request(_secured)
    return app


def _secured(response: Response) -> Response:
    """A page of a launch may be framed by its own EHR; one without a patient by any registered EHR, so that a failed
    launch is not an empty frame. A patient's own page and an administrator's are framed by nobody."""
    found: Practice = current_app.extensions["practice"]
    if visit.is_patients_own(request.path) or admin_door.is_admins(request.path):
        return guarding.secure(response, (), found.public_url)
    return guarding.secure(response, g.get("frame_ancestors", found.frame_ancestors), found.public_url)
