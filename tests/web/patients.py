"""A patient with a browser: signs in at the hospital, answers on their own pages, page by page."""

from __future__ import annotations

from urllib.parse import urlencode, urljoin

import requests
from werkzeug.test import TestResponse

from tests.journeys.clinician import Fields
from tests.web.browser import Browser
from tests.web.clinic import DORU, Clinic
from tests.web.page_checks import Page

PHQ9 = "forms/phq-9"


class PatientBrowser(Browser):
    """One browser of a patient. ``home`` is the address of the open visit."""

    def sign_in(self, clinic: Clinic, patient: str = DORU, choice: str | None = None) -> TestResponse:
        """From the clinic's link through the hospital's sign-in page and back; the last answer of the app."""
        self.patient = patient
        begun = self.get(f"/patient?{urlencode({'iss': clinic.iss})}")
        if begun.status_code != 302:
            return begun
        back = chosen_at_hospital(begun.headers["Location"], patient if choice is None else choice)
        finished = self.get(back.removeprefix(clinic.app_url))
        if finished.status_code != 303:
            return finished
        self.home = finished.headers["Location"]
        return self.get(self.home)

    def answer(self, digits: str, form: str = PHQ9, last: str = "next") -> TestResponse:
        """Answer question after question by the number of the option, a blank leaves one out; the last page shown."""
        page = self.get(form)
        address = page.headers["Location"]
        for number, digit in enumerate(digits, 1):
            act = last if number == len(digits) else "next"
            page = self.step(address, digit, act)
            address = page.request.path
        return page

    def step(self, address: str, digit: str, act: str = "next") -> TestResponse:
        """One page: choose an option by its number, press a button."""
        shown = Page(self.get(address).text)
        fields: Fields = shown.fields_of(shown.all("form")[0])
        radios = [item for item in shown.all("input") if item.get("type") == "radio"]
        if digit != " ":
            fields |= {radios[int(digit)].get("name"): radios[int(digit)].get("value")}
        return self.post(address, {**fields, "act": act if digit != " " else "skip"})

    def send_form(self, form: str = PHQ9) -> TestResponse:
        """Look at everything and send it."""
        return self.submit(f"{form}/review")


def chosen_at_hospital(address: str, patient: str) -> str:
    """Choose who one is on the hospital's sign-in page; the address it sends the browser back to."""
    with requests.Session() as hospital:
        page = hospital.get(address, allow_redirects=False, timeout=20)
        if page.is_redirect:
            return str(page.headers["Location"])
        shown = Page(page.text)
        form = shown.all("form")[0]
        sent = {**shown.fields_of(form), "sign_in_as": patient}
        answer = hospital.post(urljoin(address, form.get("action")), data=sent, allow_redirects=False, timeout=20)
        assert answer.is_redirect, answer.text
        return str(answer.headers["Location"])
