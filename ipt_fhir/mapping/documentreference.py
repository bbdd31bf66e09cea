"""A document of the course <-> DocumentReference (US Core 6.1.0): a small page, generated and never typed."""

from __future__ import annotations

from base64 import b64encode
from datetime import date
from hashlib import sha1
from html import escape

from ipt_fhir.locale.texts import N_, text
from ipt_fhir.mapping import amending, editing, narrative
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.records import Document, DocumentKind
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from ipt_fhir.terminology.concepts import Concept

# LOINC; no display is written, as the official one is LOINC's and the text beside it is ours.
_TYPES = {DocumentKind.PROGRESS: "34904-3", DocumentKind.DISCHARGE: "78263-1"}
_KIND_OF = {code: kind for kind, code in _TYPES.items()}
_TITLES = {
    DocumentKind.PROGRESS: N_("Progress note, Interpersonal Psychotherapy, {date}"),
    DocumentKind.DISCHARGE: N_("Discharge summary, Interpersonal Psychotherapy, {date}"),
}
_CLINICAL_NOTE = Concept(systems.US_CORE_DOCUMENT_CATEGORY, "clinical-note", "Clinical Note")
_CONTENT_TYPE = "text/html; charset=utf-8"


def write_document(document: Document, body: str, episode: Episode, writing: Writing, old: JsonObject) -> JsonObject:
    """The DocumentReference; ``body`` is the XHTML of its page (``narrative.of_plan``). It never changes once filed."""
    if old:
        return old
    site = writing.site
    title = _title(document, site.language)
    resource: JsonObject = {"resourceType": "DocumentReference"}
    editing.put_profile(resource, systems.US_CORE_DOCUMENTREFERENCE, site)
    editing.put_identifier(resource, document.id)
    resource["status"] = "current"
    resource["docStatus"] = "final"
    resource["type"] = {"coding": [{"system": systems.LOINC, "code": _TYPES[document.kind]}], "text": title}
    resource["category"] = [editing.codeable(site, _CLINICAL_NOTE)]
    editing.put_reference(resource, "subject", writing.subject)
    editing.put_time(resource, "date", document.written)
    if document.author:
        resource["author"] = [amending.person(document.author)]
    resource["content"] = [{"attachment": _attachment(document, title, body, site.language)}]
    resource["context"] = {
        "period": _period(episode, document.written.date()),
        "related": [editing.reference(writing.to(episode.id))],
    }
    narrative.put_text(resource, narrative.of_sentences(title), site)
    return resource


def read_document(resource: JsonObject) -> Document:
    """The document of one of our DocumentReferences. Raises KeyError, IndexError or ValueError when it is none."""
    amending.refuse_withdrawn(resource)
    codes = [code for code in editing.codes_of(resource["type"], systems.LOINC) if code in _KIND_OF]
    return Document(
        id=editing.identifier_of(resource) or resource["id"],
        kind=_KIND_OF[codes[0]],
        written=editing.required_time(resource["date"]),
        author=editing.read_person(next(iter(resource.get("author", [])), None)),
    )


def page(title: str, body: str, language: str) -> bytes:
    """A whole XHTML document that a browser shows as it is; UTF-8."""
    spoken = escape(language, quote=True)
    return (
        "<!DOCTYPE html>\n"
        f'<html xmlns="http://www.w3.org/1999/xhtml" lang="{spoken}" xml:lang="{spoken}">'
        f'<head><meta charset="utf-8"/><title>{escape(title)}</title></head><body>{body}</body></html>\n'
    ).encode()


def _attachment(document: Document, title: str, body: str, language: str) -> JsonObject:
    """The page inside; size and hash (SHA-1, as Attachment.hash asks, R4 section 2.24.0.8) are of the bytes."""
    content = page(title, body, language)
    return {
        "contentType": _CONTENT_TYPE,
        "language": language,
        "data": b64encode(content).decode("ascii"),
        "size": len(content),
        "hash": b64encode(sha1(content, usedforsecurity=False).digest()).decode("ascii"),
        "title": title,
        "creation": document.written.isoformat(),
    }


def _period(episode: Episode, written: date) -> JsonObject:
    """What the document covers: from the start of the course to its own day."""
    covered = {"start": episode.started.isoformat()}
    if written >= episode.started:
        covered["end"] = written.isoformat()
    return covered


def _title(document: Document, language: str) -> str:
    return text(_TITLES[document.kind], language, date=narrative.day(document.written.date()))
