"""What holds for every page of the app, whatever it is about. The browser of these tests checks each page it fetches.

``faults_of`` returns sentences, so that a planted fault can be shown to be found (test_page_checks.py).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urlsplit

from werkzeug.test import TestResponse

_VOID = frozenset({"meta", "link", "input", "br", "img", "hr"})
_FIELDS = frozenset({"input", "select", "textarea"})
_CODE = frozenset({"javascript", "vbscript"})
_PATIENT_PAGE = re.compile(r"/s/[^/]+/(?!sign-out|caseload)")
_NOBODYS_PAGE = re.compile(r"/s/[^/]+/caseload")


class Expected(NamedTuple):
    """Who may frame the page, and whose chart is open ("" while none is)."""

    framed_by: str
    patient: str


@dataclass
class Element:
    """One element of a page; ``text`` is everything printed inside it."""

    tag: str
    attributes: dict[str, str]
    inside: tuple[Element, ...]
    text: str = ""

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    def within(self, tag: str) -> Element | None:
        """The closest element of that name around this one."""
        return next((element for element in reversed(self.inside) if element.tag == tag), None)


@dataclass
class Page(HTMLParser):
    """A parsed page; ``torn`` are elements that were closed wrongly or never."""

    source: str
    elements: list[Element] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)
    _open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.source)
        self.close()
        self.torn += [element.tag for element in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, tuple(self._open))
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1].tag == tag:
            self._open.pop()
        else:
            self.torn.append(tag)

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        """Every element of these names, in order."""
        return [element for element in self.elements if element.tag in tags]

    def by_id(self, ident: str) -> Element | None:
        """The element with that id."""
        return self._ids.get(ident)

    @cached_property
    def _ids(self) -> dict[str, Element]:
        return {element.get("id"): element for element in reversed(self.elements) if "id" in element.attributes}

    def fields_of(self, form: Element) -> dict[str, str | list[str]]:
        """The fields a browser would send for a form as it stands, without its buttons."""
        sent: dict[str, str | list[str]] = {}
        for element in self.all(*_FIELDS):
            if element.within("form") is not form or not element.get("name") or "disabled" in element.attributes:
                continue
            for value in self._values(element):
                before = sent.get(element.get("name"))
                sent[element.get("name")] = value if before is None else [*_listed(before), value]
        return sent

    def _values(self, element: Element) -> list[str]:
        if element.get("type") in {"radio", "checkbox"}:
            return [element.get("value")] if "checked" in element.attributes else []
        if element.tag == "select":
            options = [option for option in self.all("option") if element in option.inside]
            chosen = next((option for option in options if "selected" in option.attributes), options[0])
            return [chosen.attributes.get("value", chosen.text)]
        # HTML: the line break right behind the tag of a textarea is not part of its text.
        return [element.text.removeprefix("\n") if element.tag == "textarea" else element.get("value")]


def check(answer: TestResponse, expected: Expected) -> None:
    """Fail with every fault of an answer of the app."""
    found = list(faults_of(answer, expected))
    assert not found, f"{answer.request.path} ({answer.status_code}): {'; '.join(found)}"


def faults_of(answer: TestResponse, expected: Expected) -> Iterator[str]:
    """What is wrong with an answer: its headers, its addresses and, when it is a page, the page."""
    yield from _headers(answer, expected)
    yield from _addresses([answer.headers.get("Location", "")], expected)
    if answer.request.headers.get("HX-Request"):
        yield from _pieces(Page(answer.text))
    elif answer.mimetype == "text/html" and not answer.location:
        page = Page(answer.text)
        for rule in (_outline, _ids, _labels, _references, _forms, _passive):
            yield from rule(page)
        yield from _addresses([item.get(name) for item in page.elements for name in ("href", "action")], expected)
        if answer.status_code == 200 and _PATIENT_PAGE.match(answer.request.path):
            yield from _banner(page, expected)
        if _NOBODYS_PAGE.match(answer.request.path) and page.all("header"):
            yield "a page over all patients has the banner of one"


def _pieces(page: Page) -> Iterator[str]:
    """Pieces of a page: each in an envelope that names its place, and nothing beside them."""
    if page.torn:
        yield f"elements not closed: {page.torn}"
    yield from (f"{element.tag} lies outside" for element in page.elements if not _in_envelope(element))
    yield from _passive(page)


def _in_envelope(element: Element) -> bool:
    return bool(element.tag == "hx-partial" and element.get("id")) or element.within("hx-partial") is not None


def _headers(answer: TestResponse, expected: Expected) -> Iterator[str]:
    """No store, no sniffing, no referrer, no script but our own files, framed by the hospital only (attack-A40)."""
    sent = answer.headers
    policy = dict(part.strip().split(" ", 1) for part in sent.get("Content-Security-Policy", "").split(";") if part)
    if (
        policy.get("default-src") != "'none'"
        or policy.get("script-src") != "'self'"
        or policy.get("base-uri") != "'none'"
    ):
        yield "the policy lets scripts or another base in"
    if "unsafe" in sent.get("Content-Security-Policy", "") or policy.get("form-action") != "'self'":
        yield "the policy lets inline code or foreign forms in"
    if policy.get("frame-ancestors") != expected.framed_by:
        yield f"may be framed by {policy.get('frame-ancestors')}"
    wanted = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
    if answer.request.path != "/.well-known/jwks.json":
        wanted["Cache-Control"] = "no-store"
    yield from (f"{name} is {sent.get(name)}" for name, value in wanted.items() if sent.get(name) != value)


def _outline(page: Page) -> Iterator[str]:
    if len(page.all("h1")) != 1 or not page.all("h1")[0].text.strip():
        yield "not exactly one h1 with words"
    if not any(title.text.strip(" ·\n") for title in page.all("title") if not title.within("svg")):
        yield "no title"
    if not page.all("html")[0].get("lang"):
        yield "no language"
    if page.torn:
        yield f"elements not closed: {page.torn}"


def _ids(page: Page) -> Iterator[str]:
    counted = Counter(element.get("id") for element in page.elements if "id" in element.attributes)
    yield from (f"the id {ident!r} stands {count} times" for ident, count in counted.items() if count > 1 or not ident)


def _labels(page: Page) -> Iterator[str]:
    labelled = {label.get("for") for label in page.all("label") if label.text.strip()}
    for element in page.all(*_FIELDS):
        around = element.within("label")
        named = [page.by_id(ident) for ident in element.get("aria-labelledby").split()]
        has_name = (around and around.text.strip()) or any(item and item.text.strip() for item in named)
        has_name = has_name or element.get("aria-label").strip()
        if element.get("type") != "hidden" and element.get("id") not in labelled and not has_name:
            yield f"no label for {element.get('name')}"
    yield from ("a button without words" for button in page.all("button") if not button.text.strip())


def _references(page: Page) -> Iterator[str]:
    """Everything that names an id names one that is there."""
    for element in page.elements:
        named = [element.get(name) for name in ("for", "form", "aria-labelledby", "aria-describedby")]
        named += [element.get("href")[1:]] if element.get("href").startswith("#") else []
        for ident in " ".join(named).split():
            if page.by_id(ident) is None:
                yield f"{element.tag} names the id {ident!r}, which is not there"


def _forms(page: Page) -> Iterator[str]:
    """Every form that changes something carries token, patient and revision (attack-A29, attack-A38, fault-F72)."""
    patterns = {"token": r"[0-9a-f]{64}", "patient": r"[0-9a-f]{32}", "revision": r"\d+"}
    for form in page.all("form"):
        if form.get("role") == "search":
            yield from ("a search does something" for _ in form.get("method").partition("get")[0])
            continue
        sent = page.fields_of(form)
        if form.get("action").startswith("/admin/"):  # An administrator has no patient and no course.
            patterns = {"token": patterns["token"]}
        missing = [name for name, pattern in patterns.items() if not re.fullmatch(pattern, str(sent.get(name, "")))]
        if form.get("method").lower() != "post" or missing:
            yield f"a form is not posted or lacks {missing}"


def _passive(page: Page) -> Iterator[str]:
    """No inline code, and nothing from another site (attack-A41, attack-A44); a link that leaves tells nothing."""
    for element in page.elements:
        inline = [name for name in element.attributes if name == "style" or name.startswith(("on", "hx-on"))]
        ours = element.tag == "script" and element.get("integrity").startswith("sha384-") and not element.text
        if (element.tag in {"script", "style", "iframe", "object", "embed", "base"} and not ours) or inline:
            yield f"inline code: {element.tag} {inline}"
        for address in (element.get("href"), element.get("src"), element.get("action"), element.get("hx-post")):
            if (urlsplit(address).netloc and not _leaves(element)) or address.partition(":")[0].lower() in _CODE:
                yield f"leads elsewhere: {address}"


def _leaves(element: Element) -> bool:
    """A link a form's author gave: over https, in a window of its own, without a word about where it came from."""
    safe = element.get("href").startswith("https://") and element.get("target") == "_blank"
    return element.tag == "a" and safe and set(element.get("rel").split()) >= {"noopener", "noreferrer"}


def _banner(page: Page, expected: Expected) -> Iterator[str]:
    banner = next((item for item in page.all("header") if item.get("class") == "banner"), None)
    name = expected.patient.removeprefix("zztest-")
    if banner is None or name.upper() not in banner.text.upper():
        yield "the banner does not say whose page this is"


def _addresses(addresses: list[str], expected: Expected) -> Iterator[str]:
    """No patient, no token in an address: addresses end up in logs and histories."""
    for address in addresses:
        if re.search(r"[0-9a-f]{64}|ey[\w-]+\.ey", address) or (expected.patient and expected.patient in address):
            yield f"an address tells too much: {address}"


def _listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]
