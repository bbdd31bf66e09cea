"""Print items of a form with the macros of the app, and look at what came out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, render_template_string

from ipt_fhir.questionnaires.filling import Shown
from smart_app import language
from smart_app.web.form_view import Look, blocks_of
from tests.web.page_checks import Page

_PRINTED = (
    '{% from "forms/items.html" import blocks %}<!doctype html><html lang="en"><body>{{ blocks(found) }}</body></html>'
)


@contextmanager
def pages(spoken: str = "en") -> Iterator[None]:
    """A request in a language, with the templates of the app."""
    app = Flask("smart_app", template_folder="web/templates")
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    language.install(app)
    with app.test_request_context(headers={"Accept-Language": spoken}):
        yield


def printed(*tree: Shown, spoken: str = "en", **parts: object) -> Page:
    """The page of these items; ``parts`` are those of its look."""
    with pages(spoken):
        look = Look(**{"language": spoken, "form_language": "en", **parts})  # type: ignore[arg-type]
        return Page(render_template_string(_PRINTED, found=blocks_of(tree, look)))
