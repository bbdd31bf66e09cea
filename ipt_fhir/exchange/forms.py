"""The Questionnaires at hand, and responses held against theirs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ipt_fhir import rawjson
from ipt_fhir.exchange.reading import STDIN, files_of
from ipt_fhir.instruments import catalogue
from ipt_fhir.questionnaires.findings import Severity as Weight
from ipt_fhir.questionnaires.form import Form
from ipt_fhir.questionnaires.form_reading import FormRefused, read_form
from ipt_fhir.questionnaires.rows import NotAForm
from ipt_fhir.questionnaires.validation import check_response
from ipt_fhir.rawjson import JsonObject, JsonRefused
from ipt_fhir.validation.issues import Issue, Severity

_NAMED = "QuestionnaireResponse.questionnaire"
_NOT_AT_HAND = "The form it answers is not at hand, so its answers were not held against it."
_REFUSED = "The form it answers cannot be used: "


@dataclass(frozen=True, slots=True, eq=False)
class Forms:
    """Forms at hand, behind them those of our own instruments.

    ``handed`` were named by a person: a response that names no form is held against the only one.
    """

    handed: tuple[Form, ...] = ()
    found: tuple[Form, ...] = ()

    def beside(self, resources: Sequence[JsonObject]) -> Forms:
        """These and the Questionnaires of a Bundle, where it holds responses."""
        kinds = [resource.get("resourceType") for resource in resources]
        if "Questionnaire" not in kinds or "QuestionnaireResponse" not in kinds:
            return self
        return Forms(self.handed, (*read_forms(resources), *self.found))

    def find(self, response: JsonObject) -> Form | None:
        """The form of a response, None if it is not at hand. Raises FormRefused as ``read_form``."""
        named = response.get("questionnaire")
        if not isinstance(named, str):
            return self.handed[0] if len(self.handed) == 1 else None
        if named.startswith("#"):
            inside = _inside(response, named[1:])
            return None if inside is None else read_form(inside)
        return _named((*self.handed, *self.found, *_shipped()), named)


def read_forms(resources: Iterable[JsonObject]) -> tuple[Form, ...]:
    """The forms among resources; one that is too large to be read is left out."""
    found = []
    for resource in resources:
        if resource.get("resourceType") == "Questionnaire":
            with suppress(FormRefused):
                found.append(read_form(resource))
    return tuple(found)


def form_issues(response: JsonObject, forms: Forms) -> Sequence[Issue]:
    """What is wrong with a response as an answer to its form. Rules are called ``form-`` and the kind of finding."""
    try:
        form = forms.find(response)
        if form is None:
            named = isinstance(response.get("questionnaire"), str)
            return [Issue(Severity.WARNING, _NAMED, "form-not-at-hand", _NOT_AT_HAND)] if named else []
        found = check_response(response, form)
    except FormRefused as refused:
        return [Issue(Severity.WARNING, _NAMED, "form-refused", _REFUSED + refused.words())]
    except NotAForm:
        # What is not built like a response has been said already, by the schema of its type.
        return []
    return [
        Issue(
            Severity.ERROR if item.severity is Weight.ERROR else Severity.WARNING,
            item.location,
            f"form-{item.kind}",
            item.sentence(),
        )
        for item in found
    ]


def forms_under(paths: Iterable[str]) -> tuple[Form, ...]:
    """The forms that lie in the folders and files named, one a file. What cannot be read is no form."""
    files = (file for path in paths if path != STDIN for file in files_of(path) if file.suffix == ".json")
    return read_forms(found for file in files if (found := _questionnaire(file)))


def _questionnaire(file: Path) -> JsonObject | None:
    try:
        data = file.read_bytes()
        return rawjson.parse_object(data) if b'"Questionnaire"' in data else None
    except (OSError, JsonRefused):
        return None


def _named(forms: Sequence[Form], named: str) -> Form | None:
    """By address and version; one of another version serves to say so. By id where the address is relative."""
    address, _, version = named.partition("|")
    known = [form for form in forms if address in (form.url, f"Questionnaire/{form.raw.get('id')}")]
    exact = [form for form in known if version in ("", form.version)]
    return next(iter((*exact, *known)), None)


def _inside(response: JsonObject, key: str) -> JsonObject | None:
    contained = response.get("contained")
    rows = [row for row in contained if isinstance(row, dict)] if isinstance(contained, list) else []
    return next((row for row in rows if row.get("resourceType") == "Questionnaire" and row.get("id") == key), None)


@cache
def _shipped() -> tuple[Form, ...]:
    """The forms of our own instruments."""
    known = catalogue.instruments().items()
    return read_forms(catalogue.questionnaire(key) for key, found in known if found.has_form)
