"""Whether a response and a form belong together: address, version, and whether the form was in use."""

from __future__ import annotations

from collections.abc import Iterator

from ipt_fhir.questionnaires.findings import Finding, FindingKind, finding
from ipt_fhir.questionnaires.form import Effect, Form, Value
from ipt_fhir.questionnaires.values import NotComparable, compared, is_of_its_type
from ipt_fhir.rawjson import JsonObject

FINISHED = ("completed", "amended")
"""Statuses in which everything that is required must be there."""
_NAMED = "QuestionnaireResponse.questionnaire"
_AUTHORED = "QuestionnaireResponse.authored"


def check_form(response: JsonObject, form: Form) -> Iterator[Finding]:
    """Everything about the form as a whole, items left aside."""
    yield from _addressed(response, form)
    if form.status in {"draft", "retired"} and response.get("status") in FINISHED:
        yield finding(FindingKind.FORM_STATUS, "Questionnaire.status", named=form.status)
    yield from _in_use(response, form)
    for unsupported in form.unsupported:
        if unsupported.effect is Effect.READ_ONLY:
            yield finding(FindingKind.UNSUPPORTED, unsupported.place, named=unsupported.name)


def _addressed(response: JsonObject, form: Form) -> Iterator[Finding]:
    """The response names this form by its address, and by its version where it names one (R4, canonical)."""
    named = response.get("questionnaire")
    if not isinstance(named, str) or not named:
        yield finding(FindingKind.UNNAMED_FORM, _NAMED)
        return
    if not form.url and not form.raw.get("id"):
        # Nobody can name such a form; some publish them without an address.
        return
    address, _, version = named.partition("|")
    if address != form.url and not _is_by_id(address, form):
        yield finding(FindingKind.WRONG_FORM, _NAMED, named=form.canonical)
    elif version not in ("", form.version):
        yield finding(FindingKind.WRONG_VERSION, _NAMED, named=form.version)


def _is_by_id(address: str, form: Form) -> bool:
    """A form inside the response, or on its server: some servers name forms by where they lie, not by their address."""
    key = form.raw.get("id")
    on_server = f"Questionnaire/{key}"
    return key is not None and (
        address in {f"#{key}", on_server} or (not form.url and address.endswith(f"/{on_server}"))
    )


def _in_use(response: JsonObject, form: Form) -> Iterator[Finding]:
    period = form.raw.get("effectivePeriod")
    authored = Value("valueDateTime", response.get("authored"))
    if not isinstance(period, dict) or not is_of_its_type(authored):
        return
    for edge, beyond in (("start", -1), ("end", 1)):
        limit = Value("valueDateTime", period.get(edge))
        try:
            outside = is_of_its_type(limit) and compared(authored, limit) == beyond
        except NotComparable:
            continue
        # An end of 2022 is the end of that year.
        if outside and not authored.content.startswith(limit.content):
            yield finding(FindingKind.FORM_PERIOD, _AUTHORED, named=str(limit.content))
