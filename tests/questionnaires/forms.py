"""Small Questionnaires and their fillings, for tests of the engine."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.filling import Filling, Shown, Surroundings, open_filling
from ipt_fhir.questionnaires.form import Form
from ipt_fhir.questionnaires.form_reading import read_form
from ipt_fhir.rawjson import JsonObject

NOW = Surroundings(now=datetime(2026, 8, 1, 9, 30, tzinfo=UTC))
SYSTEM = "https://example.org/fhir/CodeSystem/colours"


def questionnaire(*items: JsonObject, **members: Any) -> JsonObject:
    """A Questionnaire with these items."""
    head = {"resourceType": "Questionnaire", "url": "https://example.org/fhir/Questionnaire/made", "status": "active"}
    return {**head, **members, "item": list(items)}


def item(link_id: str, kind: str = "string", *below: JsonObject, **members: Any) -> JsonObject:
    """An item of that type, with items below it."""
    nested = {"item": list(below)} if below else {}
    return {"linkId": link_id, "text": f"Question {link_id}", "type": kind, **members, **nested}


def group(link_id: str, *below: JsonObject, **members: Any) -> JsonObject:
    """A group of items."""
    return item(link_id, "group", *below, **members)


def extension(known: Known, **value: Any) -> JsonObject:
    """An extension with that value[x]."""
    return {"url": str(known), **value}


def fhirpath(known: Known, text: str, name: str = "") -> JsonObject:
    """An extension that holds a FHIRPath expression."""
    named = {"name": name} if name else {}
    return {"url": str(known), "valueExpression": {**named, "language": "text/fhirpath", "expression": text}}


def when(question: str, operator: str, **answer: Any) -> JsonObject:
    """An enableWhen."""
    return {"question": question, "operator": operator, **answer}


def coding(code: str, **members: Any) -> JsonObject:
    """A Coding of the system these tests use."""
    return {"system": SYSTEM, "code": code, "display": code.title(), **members}


def option(code: str, *extensions: JsonObject, **members: Any) -> JsonObject:
    """An answerOption with that Coding."""
    held = {"extension": list(extensions)} if extensions else {}
    return {**held, **members, "valueCoding": coding(code)}


def row(link_id: str, *values: JsonObject, below: tuple[JsonObject, ...] = ()) -> JsonObject:
    """An item of a response: with answers given as ``{"valueString": ...}``, and items below it."""
    answered = {"answer": list(values)} if values else {}
    return {"linkId": link_id, **answered, **({"item": list(below)} if below else {})}


def text(link_id: str, words: str) -> JsonObject:
    """An item of a response, answered in words."""
    return row(link_id, {"valueString": words})


def form_of(*items: JsonObject, **members: Any) -> Form:
    """The form with these items."""
    return read_form(questionnaire(*items, **members))


def opened(*items: JsonObject, surroundings: Surroundings = NOW, **members: Any) -> Filling:
    """A new filling of a form with these items."""
    return open_filling(form_of(*items, **members), surroundings)


def shown(filling: Filling, link_id: str) -> Shown:
    """The first item with that linkId, as it is shown."""
    return next(found for found in filling.walk() if found.item.link_id == link_id)


def on(filling: Filling) -> list[str]:
    """linkIds of what is switched on, in the order of the page."""
    return [found.item.link_id for found in filling.walk() if found.enabled]


def sent(filling: Filling) -> list[JsonObject]:
    """The items that would be sent, without the texts of the questions."""
    return [_plain(found) for found in filling.response_items()]


def _plain(found: JsonObject) -> JsonObject:
    kept = {name: value for name, value in found.items() if name != "text"}
    for member in ("item", "answer"):
        if member in kept:
            kept[member] = [_plain(below) for below in kept[member]]
    return kept
