"""What a clinician does with forms, in few words; and what the browser's script does beside it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from werkzeug.test import TestResponse

from ipt_fhir import rawjson
from ipt_fhir.rawjson import JsonObject
from tests.journeys.clinician import Fields
from tests.web.browser import Browser
from tests.web.page_checks import Page


def questionnaire(*items: JsonObject, **parts: Any) -> JsonObject:
    """A form of somebody else."""
    named = {"url": "https://forms.example/f", "version": "1", "title": "A form", "status": "active", "language": "en"}
    return {"resourceType": "Questionnaire", **named, **parts, "item": list(items)}


def item(link_id: str, kind: str, **parts: Any) -> JsonObject:
    """One of its items."""
    return {"linkId": link_id, "type": kind, "text": f"Text of {link_id}", **parts}


def coded(*codes: str) -> list[JsonObject]:
    """Options of an item."""
    return [{"valueCoding": {"system": "urn:x", "code": code, "display": code.title()}} for code in codes]


def when(question: str, code: str) -> list[JsonObject]:
    """A condition: asked only when that question has that answer."""
    return [{"question": question, "operator": "=", "answerCoding": {"system": "urn:x", "code": code}}]


def hand_in(browser: Browser, form: JsonObject | bytes) -> TestResponse:
    """Open a form from a file."""
    text = form if isinstance(form, bytes) else rawjson.write(form)
    fields: dict[str, Any] = {**browser.fields("forms"), "file": (BytesIO(text), "form.json")}
    return browser.post("forms", fields)


def opened(browser: Browser, form: JsonObject) -> str:
    """Open a form from a file; its address."""
    answer = hand_in(browser, form)
    assert answer.status_code == 200, answer.text
    return "forms/" + answer.request.path.rpartition("/")[2]


def page(browser: Browser, address: str) -> Page:
    """The page as it stands."""
    return Page(browser.get(address).text)


def answers_sheet(found: Page) -> Fields:
    """The fields of the form of a page, as the page shows them."""
    form = next(form for form in found.all("form") if form.get("id") == "answers")
    return found.fields_of(form)


def press(browser: Browser, address: str, act: str, /, **changes: str | list[str]) -> TestResponse:
    """Open a form, change fields, press one of its buttons. A field is written with _ for its punctuation: a_0."""
    named = {name.replace("_", "-", 1): value for name, value in changes.items()}
    return browser.post(address, {**answers_sheet(page(browser, address)), **named, "act": act})


def live(browser: Browser, address: str, fields: Fields, what: str = "live") -> TestResponse:
    """Send what the browser's script sends after an answer."""
    return browser.send(f"{address}/{what}", fields, Sec_Fetch_Site="same-origin", HX_Request="true")


def swapped(answer: TestResponse) -> dict[str, str]:
    """The pieces of an answer to the script: id to markup without its envelope."""
    pieces = answer.text.split("<hx-partial ")[1:]
    return {
        piece.partition('id="')[2].partition('"')[0]: piece.partition(">")[2].partition("</hx-partial>")[0]
        for piece in pieces
    }
