"""An episode as FHIR, in the form somebody asked for. What is not filed does not leave (decision-D20)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from types import MappingProxyType
from typing import Any

from ipt_fhir import ndjson, rawjson
from ipt_fhir.carriers.native import Change, transaction
from ipt_fhir.exchange.checking import Asked, Finding, check
from ipt_fhir.exchange.reading import Place, Unit
from ipt_fhir.instruments.catalogue import Catalogue
from ipt_fhir.locale.texts import N_, text
from ipt_fhir.mapping import narrative
from ipt_fhir.mapping.composition import URI, Issue, write_composition
from ipt_fhir.mapping.episode import to_fhir
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.episode import Episode
from ipt_fhir.questionnaires.answers import fits
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology.scores import SCORES
from ipt_fhir.validation import issues

_PATIENTS = uuid.UUID("a3b1c6b4-7a51-5f0e-9d0c-6f7e2d1f4b90")
# Why a Patient inside a document knows so little: we were given an id and nothing else.
_UNKNOWN = {
    "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
}


class NotExported(ValueError):
    """What would have left is not valid FHIR, or breaks a clinical rule: a fault of ours, or of the episode given."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(f"{len(findings)} errors")
        self.findings = findings


class UnknownCode(ValueError):
    """The episode names something this version has no definition of. The message is the field, never its value."""


def export(episode: Episode, form: str, writing: Writing, at: datetime) -> bytes:
    """The filed part of the episode as bytes in one of ``FORMS``; ``at`` is the time of the document or collection.

    Raises UnknownCode, and NotExported with the findings when the result has errors.
    """
    _refuse_unknown(episode, writing.site.catalogue)
    bundle = _FORMS[form](episode, writing, at)
    asked = Asked(chosen="declared")
    found = [item for item in check(Unit(Place(file=form), bundle, None), asked) if issues.errors([item.issue])]
    if found:
        raise NotExported(found)
    if form != "ndjson":
        return rawjson.write(bundle) + b"\n"
    lines = BytesIO()
    for entry in bundle["entry"]:
        ndjson.write_line(lines, entry["resource"])
    return lines.getvalue()


def _refuse_unknown(episode: Episode, catalogue: Catalogue) -> None:
    """The model takes any code of an instrument or a score; without its definition nothing can be written of it."""
    for place, known in _codes(episode, catalogue):
        if not known:
            raise UnknownCode(f"episode.{place}: not one that this version knows")


def _codes(episode: Episode, catalogue: Catalogue) -> Iterator[tuple[str, bool]]:
    for index, goal in enumerate(episode.goals):
        yield f"goals[{index}].target.measure", goal.target is None or goal.target.measure in SCORES
    instruments = catalogue.instruments()
    for index, response in enumerate(episode.responses):
        measure = instruments.get(response.instrument)
        yield f"responses[{index}].instrument", measure is not None
        items = {item.link_id: item for item in measure.items} if measure else {}
        for number, answer in enumerate(response.answers):
            place = f"responses[{index}].answers[{number}]"
            yield f"{place}.link_id", answer.link_id in items
            yield f"{place}.code", fits(items[answer.link_id], answer.given)
    for index, total in enumerate(episode.totals):
        measure = instruments.get(total.instrument)
        yield f"totals[{index}].instrument", measure is not None
        yield f"totals[{index}].total", bool(measure and measure.scale and measure.scale.holds(total.total))


def collection(episode: Episode, writing: Writing, at: datetime) -> JsonObject:
    """The filed part of the episode as a Bundle of type collection, held against no rule. Raises UnknownCode."""
    _refuse_unknown(episode, writing.site.catalogue)
    return _bundle("collection", at, _entries(to_fhir(episode, writing)))


def _transaction(episode: Episode, writing: Writing, _: datetime) -> JsonObject:
    """Sent twice it changes nothing the second time; the server needs nothing of ours before."""
    return transaction([Change(key=key, resource=resource) for key, resource in to_fhir(episode, writing).items()])


def _lines(episode: Episode, writing: Writing, at: datetime) -> JsonObject:
    """Resources that stand alone: each has an id, and references name it (R4 bulk data has no addresses)."""
    places = {key: f"{item['resourceType']}/{key}" for key, item in to_fhir(episode, writing).items()}
    written = to_fhir(episode, replace(writing, known=places))
    named = {key: {"resourceType": item["resourceType"], "id": key, **item} for key, item in written.items()}
    return _bundle("collection", at, _entries(named))


def _document(episode: Episode, writing: Writing, at: datetime) -> JsonObject:
    """Composition first, then what it speaks of, then the patient (R4 documents.html 2.37).

    A document holds its subject, and references inside resolve by address; so the patient is an entry that knows only
    the id on the server.
    """
    resources = to_fhir(episode, writing)
    patient = str(uuid.uuid5(_PATIENTS, writing.subject))
    issue = Issue(at=at, subject=f"urn:uuid:{patient}")
    composition = write_composition(episode, resources, writing, issue)
    entries = _entries({issue.key(episode.id, "composition"): composition} | resources)
    inside = _pointing(entries, writing.subject, issue.subject)
    bundle = _bundle("document", at, [*inside, *_entries({patient: _patient(writing)})])
    identifier = {"system": URI, "value": f"urn:uuid:{issue.key(episode.id, 'document')}"}
    return {"resourceType": "Bundle", "identifier": identifier, **bundle}


def _bundle(kind: str, at: datetime, entries: list[JsonObject]) -> JsonObject:
    return {"resourceType": "Bundle", "type": kind, "timestamp": at.isoformat(), "entry": entries}


def _entries(resources: Mapping[str, JsonObject]) -> list[JsonObject]:
    return [{"fullUrl": f"urn:uuid:{key}", "resource": resource} for key, resource in resources.items()]


def _patient(writing: Writing) -> JsonObject:
    patient: JsonObject = {
        "resourceType": "Patient",
        "id": writing.patient,
        "identifier": [{"_system": _UNKNOWN, "value": writing.patient}],
        "name": [_UNKNOWN],
        "gender": "unknown",
    }
    words = text(N_("Patient {id} of the hospital's record."), writing.site.language, id=writing.patient)
    narrative.put_text(patient, narrative.of_sentences(words), writing.site)
    return patient


def _pointing(value: Any, old: str, new: str) -> Any:
    """The tree with each Reference to ``old`` pointing to ``new``."""
    if isinstance(value, dict):
        return {
            name: new if name == "reference" and member == old else _pointing(member, old, new)
            for name, member in value.items()
        }
    return [_pointing(item, old, new) for item in value] if isinstance(value, list) else value


_FORMS: Mapping[str, Callable[[Episode, Writing, datetime], JsonObject]] = MappingProxyType(
    {"bundle": collection, "document": _document, "ndjson": _lines, "transaction": _transaction}
)
FORMS = tuple(_FORMS)
"""What ``form`` may be: a collection Bundle, a document Bundle, one resource a line, a transaction Bundle."""
