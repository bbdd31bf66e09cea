"""A page without JavaScript cannot show what an answer switches on; nothing is completed before a person saw it."""

from __future__ import annotations

import io
import json

from tests.web.acts import course_of
from tests.web.browser import Browser
from tests.web.clinic import Clinic
from tests.web.page_checks import Page

FORM = {
    "resourceType": "Questionnaire",
    "status": "active",
    "title": "ZZTEST two questions",
    "item": [
        {"linkId": "alone", "text": "Do you live alone?", "type": "boolean"},
        {
            "linkId": "with",
            "text": "Who lives with you?",
            "type": "string",
            "enableWhen": [{"question": "alone", "operator": "=", "answerBoolean": False}],
        },
    ],
}


def _opened(browser: Browser) -> str:
    """The address of the form, opened from a file."""
    fields = {**browser.fields("forms"), "file": (io.BytesIO(json.dumps(FORM).encode()), "form.json")}
    page = Page(browser.post("forms", fields).text)  # type: ignore[arg-type]
    button = next(item for item in page.all("form") if item.get("id") == "answers")
    return button.get("hx-post").removesuffix("/live")


def test_done_shows_first_what_the_last_answer_switched_on(clinic: Clinic, browser: Browser) -> None:
    here = _opened(browser)
    answer = browser.submit(here, ("act", "done"), **{"a-0": "false"})
    assert "Who lives with you?: asked because of another answer" in answer.text
    assert course_of(clinic).forms == ()
    browser.submit(here, ("act", "done"))
    (form,) = course_of(clinic).forms
    assert "with" not in form.items


def test_a_page_without_script_has_a_button_that_brings_it(browser: Browser) -> None:
    here = _opened(browser)
    page = Page(browser.get(here).text)
    (button,) = (item for item in page.all("button") if item.within("noscript"))
    assert (button.get("name"), button.get("value")) == ("act", "stay")
    assert "Who lives with you?" in browser.submit(here, ("act", "stay"), **{"a-0": "false"}).text


def test_every_page_of_a_chart_can_be_left_for_good(browser: Browser) -> None:
    """On a computer others use: the button stands in the banner, and its form goes to the way out."""
    page = Page(browser.get("plan").text)
    (button,) = (item for item in page.all("button") if item.get("form") == "sign-out")
    form = page.by_id("sign-out")
    assert button.text == "Sign out"
    assert form is not None
    assert "Signed out" in browser.post(form.get("action"), page.fields_of(form)).text
    assert browser.get("plan").status_code == 404
