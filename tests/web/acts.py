"""What a clinician does on the pages, in few words."""

from __future__ import annotations

from werkzeug.test import TestResponse

from ipt_fhir.instruments.catalogue import instrument
from ipt_fhir.model import snapshot
from ipt_fhir.model.episode import Episode
from smart_app.store import episodes
from smart_app.store.lanes import Lane
from tests.journeys.clinician import Fields
from tests.web.browser import Browser
from tests.web.clinic import DORU, Clinic


def phq9(digits: str) -> dict[str, str]:
    """The fields of a PHQ-9 from its digits, item by item; a blank leaves the item open."""
    measure = instrument("phq-9")
    return {
        "q" + item.link_id.strip("/"): item.options[int(digit)].code
        for item, digit in zip(measure.items, digits, strict=False)
        if digit != " "
    }


def fill_in(browser: Browser, digits: str, act: str = "done") -> TestResponse:
    """Fill in a PHQ-9 and press a button."""
    return browser.submit("measures/phq-9", ("act", act), **phq9(digits))


def agree(browser: Browser, button: str = "keep", /, **changes: str | list[str]) -> TestResponse:
    """Agree a plan that is complete."""
    plan: Fields = {
        "area": "interpersonal-deficits",
        "agreed": "yes",
        "contract_agreed": "yes",
        "goal": ["G-02", "G-30"],
    }
    return browser.post("plan", {**browser.fields("plan"), **plan, **changes, "act": button})


def file(browser: Browser) -> TestResponse:
    """Press the button on the filing page."""
    return browser.submit("filing", ("act", "file"))


def course_of(clinic: Clinic, patient: str = DORU) -> Episode:
    """The course as the app has it."""
    with clinic.practice.store.read() as tx:
        stored = episodes.load(tx, Lane(f"{clinic.hospital_url}/fhir", patient))
    assert stored is not None
    return snapshot.load(stored.content)
