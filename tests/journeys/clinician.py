"""A clinician with a browser: follows links and fills in forms of the app, knows nothing of its inside."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit

import requests
from flask import Flask
from werkzeug.test import TestResponse

Fields = dict[str, str | list[str]]


class Click(NamedTuple):
    """What a click on "Launch" in a chart hands to the app."""

    iss: str
    launch: str


class Form(HTMLParser):
    """The values a browser would send for the form of a page as it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self._open: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name, value = found.get("name") or "", found.get("value") or ""
        if tag == "input" and name and (found.get("type") not in {"radio", "checkbox"} or "checked" in found):
            if "disabled" not in found:
                self.fields.setdefault(name, []).append(value)
        elif tag == "textarea":
            self._open = name
            self.fields[name] = [""]
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in found or self._select not in self.fields):
            self.fields[self._select] = [value]

    def handle_data(self, data: str) -> None:
        if self._open:
            self.fields[self._open][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._open:
            # HTML: the line break right behind the tag is not part of the text.
            self.fields[self._open][0] = self.fields[self._open][0].removeprefix("\n")
            self._open = None
        elif tag == "select":
            self._select = None


class Clinician:
    """One browser in front of one app. ``home`` is the address of the open launch."""

    def __init__(self, app: Flask, app_url: str) -> None:
        self._app_url = app_url
        self._browser = app.test_client()
        self.home = ""

    def launch(self, click: Click) -> TestResponse:
        """Open the app from a chart: through the hospital's sign-in and back, to the overview."""
        begun = self.get(f"/launch?{urlencode(click._asdict())}")
        assert begun.status_code == 302, begun.text
        back = _signed_in(begun.headers["Location"], self._app_url)
        finished = self.get(back.removeprefix(self._app_url))
        assert finished.status_code == 303, finished.text
        self.home = finished.headers["Location"]
        return self.get(self.home)

    def get(self, address: str) -> TestResponse:
        """Follow a link; relative ones start at the open launch."""
        return self._browser.get(urljoin(self.home, address), base_url=self._app_url)

    def submit(
        self, address: str, act: tuple[str, str] | None = None, to: str = "", **changes: str | list[str]
    ) -> TestResponse:
        """Open a page, change fields of its form, press a button (its name and value), follow the redirect.

        ``to`` is where the form sends itself when that is not the page.
        """
        form = Form()
        form.feed(self.get(address).text)
        fields: Fields = {**form.fields, **changes}
        if act:
            fields[act[0]] = act[1]
        return self.post(to or address, fields)

    def post(self, address: str, fields: Fields) -> TestResponse:
        """Send a form as the browser would from a page of the app."""
        answer = self._browser.post(
            urljoin(self.home, address),
            data=fields,
            base_url=self._app_url,
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        return self.get(answer.headers["Location"]) if answer.status_code == 303 else answer


def _signed_in(address: str, app_url: str) -> str:
    """Walk through the hospital's sign-in until it sends the browser back to the app."""
    with requests.Session() as hospital:
        for _ in range(10):
            answer = hospital.get(address, allow_redirects=False, timeout=20)
            assert answer.is_redirect, f"{answer.status_code} {answer.text[:500]}"
            address = urljoin(address, answer.headers["Location"])
            if f"{urlsplit(address).scheme}://{urlsplit(address).netloc}" == app_url:
                return address
    raise AssertionError("the hospital's sign-in did not end")
