"""The questions a form asks of the record (application/x-fhir-query): filled in, held to one patient, answered.

A form comes from anywhere and must not make us fetch somebody else's data, walk from the patient to others, or run a
search that reads half a hospital. So a query may name resources of the launched patient and simple criteria, nothing
else, and what comes back is looked through again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, quote, urlencode

from ipt_fhir.locale.texts import N_
from ipt_fhir.questionnaires.fhirpath import ExpressionRefused
from ipt_fhir.questionnaires.loose import rows, words
from ipt_fhir.rawjson import JsonObject, number

Search: TypeAlias = Callable[[Sequence[str]], Sequence[JsonObject | None]]
"""Ask the record several things at once, such as ``Observation?patient=1&code=8302-2``: for each a searchset Bundle
with all of its pages, by the access of the person at the form; None for one that could not be asked."""

_PLACE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_TYPE = re.compile(r"[A-Z][A-Za-z]+")
_PATIENT = re.compile(r"(?:^|/)Patient/([A-Za-z0-9.-]+)(?:/_history/.*)?$")
_ID = re.compile(r"[A-Za-z0-9.-]{0,64}")
_CRITERION = re.compile(r"[a-z][a-z-]*(:(exact|contains|missing|not|text|in|not-in|below|above|of-type))?")
_CONTROLS = {"_count", "_sort", "_lastUpdated", "_elements", "_summary", "_id"}
_OWNERS = ("patient", "subject", "beneficiary", "individual")
_OUTSIDE = N_("The form asks the record for more than this patient's data ({named}); it is not asked.")
_NO_VALUE = N_("The form's question to the record lacks a value: {named}")


def filled(query: str, evaluate: Callable[[str], Sequence[Any]]) -> str:
    """The query with each ``{{FHIRPath}}`` in it replaced by its values. Raises ExpressionRefused for one without."""

    def value(found: re.Match[str]) -> str:
        results = [_token(result) for result in evaluate(found[1].strip())]
        if not results or None in results:
            raise ExpressionRefused(_NO_VALUE, found[1].strip())
        return ",".join(quote(str(result), safe="") for result in results)

    return _PLACE.sub(value, query)


def _token(result: Any) -> str | None:
    """How a value is written in a search: a code with its system, a reference by its address."""
    if isinstance(result, bool):
        return "true" if result else "false"
    if isinstance(result, str | int | Decimal):
        return str(number(result))
    if isinstance(result, dict) and "code" in result:
        return f"{result['system']}|{result['code']}" if "system" in result else str(result["code"])
    return str(result["reference"]) if isinstance(result, dict) and "reference" in result else None


def within(query: str, patient_id: str) -> str:
    """The query, normalised, if it asks for resources of that patient only. Raises ExpressionRefused, naming its type.

    A read (``Patient/1``) counts as a search for that id.
    """
    kind, _, criteria = query.strip().partition("?")
    kind, _, read_id = kind.partition("/")
    given = parse_qsl(criteria, keep_blank_values=True) + ([("_id", read_id)] if read_id else [])
    if not _TYPE.fullmatch(kind) or not _ID.fullmatch(read_id) or not all(_is_simple(name) for name, _ in given):
        raise ExpressionRefused(_OUTSIDE, kind[:40])
    owners = [value for name, value in given if name in _OWNERS]
    if kind == "Patient":
        owners = [value for name, value in given if name == "_id"]
    if not owners or any(value.removeprefix("Patient/") != patient_id for value in owners):
        raise ExpressionRefused(_OUTSIDE, kind)
    return f"{kind}?{urlencode(given, safe=',|/:')}"


def _is_simple(name: str) -> bool:
    """No chain, no include, no reverse look-up: those lead away from the patient."""
    return name in _CONTROLS or _CRITERION.fullmatch(name) is not None


def only_of(bundle: JsonObject, patient_id: str) -> tuple[JsonObject, int]:
    """A searchset with the entries of that patient, and how many named another one or nobody.

    What a server says about its own search (OperationOutcome) is left out and not counted.
    """
    entries = [entry for entry in rows(bundle, "entry") if isinstance(entry.get("resource"), dict)]
    told = [entry for entry in entries if entry["resource"].get("resourceType") != "OperationOutcome"]
    kept = [entry for entry in told if is_of(entry["resource"], patient_id)]
    return {**bundle, "entry": kept, "total": len(kept)}, len(told) - len(kept)


def is_of(resource: JsonObject, patient_id: str) -> bool:
    """Whether a resource is about that patient and about no other."""
    if resource.get("resourceType") == "Patient":
        return resource.get("id") == patient_id
    named = set(patients_of(resource))
    return named == {patient_id}


def patients_of(resource: JsonObject) -> Iterator[str]:
    """The ids of the patients a resource says it is about."""
    named = [held for member in (*_OWNERS, "for") for held in _listed(resource.get(member))]
    taking_part = [part.get("actor") for part in rows(resource, "participant")]
    for reference in (*named, *taking_part):
        found = _PATIENT.search(words(reference, "reference"))
        if found:
            yield found[1]


def _listed(held: Any) -> list[Any]:
    return held if isinstance(held, list) else [held]
