"""What a clinician does on the pages, in few words."""

from __future__ import annotations

from dataclasses import replace

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
        f"a-{place}": item.options[int(digit)].code
        for place, (item, digit) in enumerate(zip(measure.items, digits, strict=False), start=1)
        if digit != " "
    }


def fill_in(browser: Browser, digits: str, act: str = "done") -> TestResponse:
    """Fill in a PHQ-9 and press a button."""
    return browser.submit("forms/phq-9", ("act", act), **phq9(digits))


_OF_THE_FOCUS = {"area", "second_area", "proposed_by", "agreed_on", "rationale", "about", "z_code"}


def focus(browser: Browser, **changes: str | list[str]) -> TestResponse:
    """Choose a problem area the patient agrees to."""
    fields: Fields = {"area": "role-transition", "agreed": "yes", **changes}
    return browser.post("focus", {**browser.fields("focus"), **fields, "act": "keep"})


def agree(browser: Browser, button: str = "keep", /, **changes: str | list[str]) -> TestResponse:
    """Choose the focus and agree a plan that is complete."""
    focus(browser, **{name: value for name, value in changes.items() if name in _OF_THE_FOCUS})
    of_the_plan = {name: value for name, value in changes.items() if name not in _OF_THE_FOCUS}
    plan: Fields = {"contract_agreed": "yes", "goal": ["G-02", "G-17"]}
    return browser.post("plan", {**browser.fields("plan"), **plan, **of_the_plan, "act": button})


def ask_patient(browser: Browser, form: str, act: str = "ask") -> TestResponse:
    """Ask the patient for a form, or withdraw it."""
    return browser.post("patient", {**browser.fields("patient"), "form": form, "act": act})


def file(browser: Browser) -> TestResponse:
    """Press the button on the filing page."""
    return browser.submit("filing", ("act", "file"))


def course_of(clinic: Clinic, patient: str = DORU) -> Episode:
    """The course as the app has it."""
    with clinic.practice.store.read() as tx:
        stored = episodes.load(tx, Lane(f"{clinic.hospital_url}/fhir", patient))
    assert stored is not None
    return snapshot.load(stored.content)


def put_course(clinic: Clinic, patient: str = DORU, **parts: object) -> None:
    """Change the stored course behind the app's back: what other pages or an earlier day brought."""
    lane = Lane(f"{clinic.hospital_url}/fhir", patient)
    with clinic.practice.store.write() as tx:
        stored = episodes.load(tx, lane)
        assert stored is not None
        changed = replace(snapshot.load(stored.content), **parts)  # type: ignore[arg-type]
        episodes.save(tx, lane, stored.id, snapshot.dump(changed), expected_revision=stored.revision)
