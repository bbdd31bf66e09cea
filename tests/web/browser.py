"""A browser that checks every page it is shown (tests/web/page_checks.py)."""

from __future__ import annotations

from urllib.parse import urljoin

from flask import Flask
from werkzeug.test import TestResponse

from smart_app.web.guarding import COOKIE
from tests.journeys.clinician import Click, Clinician, Fields
from tests.web.page_checks import Expected, Page, check


class Browser(Clinician):
    """As a clinician's browser; ``patient`` is whose chart is open, ``cookies`` are kept as a browser keeps them."""

    def __init__(self, app: Flask, app_url: str, hospital_url: str) -> None:
        super().__init__(app, app_url)
        self._hospital_url = hospital_url
        self.patient = ""

    def open(self, click: Click, patient: str) -> TestResponse:
        """Launch from a chart."""
        self.patient = patient
        return self.launch(click)

    def get(self, address: str) -> TestResponse:
        """Follow a link and check what comes."""
        return self._checked(super().get(address))

    def post(self, address: str, fields: Fields) -> TestResponse:
        """Send a form from a page of the app, follow the redirect, and check what comes."""
        return self._checked(super().post(address, fields))

    def send(self, address: str, fields: Fields, **headers: str) -> TestResponse:
        """Send a form with these headers only, wherever the page that sent it came from."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        target = urljoin(self.home, address)
        return self._checked(self._browser.post(target, data=fields, base_url=self._app_url, headers=names))

    def cookie(self) -> str:
        """The secret this browser keeps for the app."""
        found = self._browser.get_cookie(COOKIE, domain="127.0.0.1")
        return found.value if found else ""

    def fields(self, address: str) -> Fields:
        """The fields of the first form of a page, as the page shows them."""
        page = Page(self.get(address).text)
        return page.fields_of(page.all("form")[0])

    def _checked(self, answer: TestResponse) -> TestResponse:
        framed_by = "'none'" if answer.request.path.startswith("/p/") else self._hospital_url
        check(answer, Expected(framed_by, self.patient if self.home else ""))
        return answer
