"""What measures and forms are called on a page."""

from __future__ import annotations

from ipt_fhir.instruments.catalogue import Instrument
from ipt_fhir.locale.texts import text
from ipt_fhir.model.forms import FilledForm
from ipt_fhir.terminology import systems
from smart_app import language


def title_of(found: Instrument) -> str:
    """Its title: of a form of ours in the language of the page, of any other as its owner calls it."""
    return text(found.title, language.current())


def title_of_filled(form: FilledForm) -> str:
    """The title a form had when it was filled in; one of ours in the language of the page."""
    return text(form.title, language.current()) if systems.is_ours(form.address) else form.title
