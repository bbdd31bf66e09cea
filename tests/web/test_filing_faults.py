"""Filing when the hospital fails: what the page says, and what is in the chart afterwards."""

from __future__ import annotations

import json

import pytest
from werkzeug import Response

from tests.web.acts import agree, course_of, file, fill_in
from tests.web.browser import Browser
from tests.web.clinic import DORU, OKORO, Clinic, Fault

pytestmark = pytest.mark.proof

WRITING = ("POST", "/fhir")
HOSTILE = "Goal.description <b>too long</b> for ZZTEST"


def outcome(status: int, **headers: str) -> Response:
    issue = {"severity": "error", "code": "invalid", "diagnostics": HOSTILE}
    body = json.dumps({"resourceType": "OperationOutcome", "issue": [issue]})
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(body, status, named, content_type="application/fhir+json")


def assert_nothing_lost(clinic: Clinic, browser: Browser) -> None:
    """The course is here as it was, the hospital is well again, and filing once more brings it there once."""
    assert len(course_of(clinic).goals) == 2
    clinic.door.clear()
    page = file(browser)
    assert "✓ in the record" in page.text, page.text
    assert (len(clinic.chart("CarePlan")), len(clinic.chart("Goal"))) == (1, 2)
    assert all(resource["meta"]["versionId"] == "1" for resource in clinic.chart("Goal"))


def test_a_hospital_that_is_down_leaves_everything_saved_here(clinic: Clinic, browser: Browser) -> None:
    """fault-F01: surely not sent, so it is simply sent later."""
    agree(browser, "preview")
    clinic.close_hospital()
    page = file(browser)
    assert "▲ saved here, not sent" in page.text
    assert "record system cannot be reached" in page.text
    assert "▲ saved here, not sent" in browser.get("").text
    clinic.open_hospital()
    assert_nothing_lost(clinic, browser)


@pytest.mark.parametrize("status", [400, 422])
def test_a_refusal_shows_the_words_of_the_server_as_text(clinic: Clinic, browser: Browser, status: int) -> None:
    """fault-F36, attack-A42."""
    agree(browser)
    clinic.door.hang(Fault(*WRITING, lambda: outcome(status)))
    page = file(browser)
    assert "● refused" in page.text
    assert "did not accept what was sent" in page.text
    assert "Goal.description &lt;b&gt;too long&lt;/b&gt; for ZZTEST" in page.text
    assert "For IT: refused" in page.text
    assert "● refused" in browser.get("").text
    assert_nothing_lost(clinic, browser)


def test_a_right_the_server_withholds_is_said(clinic: Clinic, browser: Browser) -> None:
    """fault-F21."""
    agree(browser)
    clinic.door.hang(Fault(*WRITING, lambda: outcome(403)))
    page = file(browser)
    assert "does not let this app do that with your sign-in" in page.text
    assert "For IT: scope-missing" in page.text
    assert_nothing_lost(clinic, browser)


@pytest.mark.parametrize("after", [False, True], ids=["before-commit", "after-commit"])
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(None, id="connection-cut"),
        pytest.param(lambda: outcome(500), id="500"),
        pytest.param(lambda: Response("<h1>Bad gateway</h1>", 502, mimetype="text/html"), id="502-html"),
        pytest.param(lambda: Response("<form>Sign in</form>", 200, mimetype="text/html"), id="200-login-page"),
        pytest.param(lambda: Response('{"resourceType": "Bun', 200, mimetype="application/fhir+json"), id="torn-json"),
        pytest.param(lambda: Response("", 200, mimetype="application/fhir+json"), id="empty-body"),
    ],
)
def test_a_result_nobody_saw_is_looked_for_before_anything_is_sent_again(
    clinic: Clinic, browser: Browser, answer: None, after: bool
) -> None:
    """fault-F04, fault-F09, fault-F10, fault-F12, fault-F13 (decision-D10)."""
    agree(browser)
    clinic.door.hang(Fault(*WRITING, answer, after=after))
    page = file(browser)
    assert "▲ not known yet" in page.text
    assert "Please do not enter it again" in page.text
    assert "Check the record, then send again" in page.text
    clinic.door.asked.clear()
    assert_nothing_lost(clinic, browser)
    assert clinic.door.asked.count("POST /fhir") == (0 if after else 1)


def test_a_change_whose_answer_was_lost_is_not_made_twice(clinic: Clinic, browser: Browser) -> None:
    """fault-F05."""
    agree(browser)
    file(browser)
    goal = course_of(clinic).goals[0]
    browser.submit("plan", ("act", "keep"), **{f"text-{goal.id}": "Worded anew."})
    clinic.door.hang(Fault(*WRITING, None, after=True))
    assert "▲ not known yet" in file(browser).text
    clinic.door.clear()
    assert "✓ in the record" in file(browser).text
    assert [item["meta"]["versionId"] for item in clinic.chart("Goal")] == ["2", "1"]


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_hospital_is_waited_for(clinic: Clinic, browser: Browser, status: int) -> None:
    """fault-F14, fault-F15."""
    agree(browser)
    clinic.door.hang(Fault(*WRITING, lambda: outcome(status, Retry_After="120")))
    page = file(browser)
    assert "▲ saved here, not sent" in page.text
    assert "busy and asked us to wait" in page.text
    clinic.clock.move(seconds=121)
    assert_nothing_lost(clinic, browser)


def test_a_token_that_was_withdrawn_asks_for_a_new_launch_and_goes_on_there(clinic: Clinic, browser: Browser) -> None:
    """fault-F17, fault-F18: what was written is filed after the next launch from the chart."""
    agree(browser)
    clinic.door.hang(Fault(*WRITING, lambda: outcome(401)))
    page = file(browser)
    assert "▲ waiting for sign-in" in page.text
    assert "open this app again from the patient" in page.text
    clinic.door.clear()
    assert_nothing_lost(clinic, clinic.opened())


def test_a_token_that_is_past_its_hour_is_not_used(clinic: Clinic, browser: Browser) -> None:
    """fault-F71: the launch lives on by clicks, its token does not."""
    for _ in range(5):
        clinic.clock.move(minutes=13)
        browser.get("")
    agree(browser)
    clinic.door.asked.clear()
    page = file(browser)
    assert "▲ waiting for sign-in" in page.text
    assert "POST /fhir" not in clinic.door.asked
    assert_nothing_lost(clinic, clinic.opened())


def test_what_was_written_while_a_filing_was_open_goes_as_a_second_one(clinic: Clinic, browser: Browser) -> None:
    """Never doubled, never mixed: the first is finished as it was asked for, then the rest."""
    agree(browser)
    clinic.door.hang(Fault(*WRITING, None, times=1))
    file(browser)
    fill_in(browser, "111111110")
    assert "✓ in the record" in file(browser).text
    assert (len(clinic.chart("CarePlan")), len(clinic.chart("Observation"))) == (1, 2)
    assert "Nothing new" in browser.get("filing").text


def test_a_filing_of_a_colleague_is_not_sent_under_another_sign_in(clinic: Clinic, browser: Browser) -> None:
    """Invariant I16: it waits until its author is back, and the page says so."""
    agree(browser)
    clinic.door.hang(Fault(*WRITING, None, times=1))
    file(browser)
    colleague = clinic.opened(DORU, OKORO)
    assert "a colleague&#39;s filing waits" in colleague.get("filing").text
    clinic.door.asked.clear()
    file(colleague)
    assert "POST /fhir" not in clinic.door.asked
    assert "✓ in the record" in file(clinic.opened()).text


def test_a_server_that_drops_what_was_sent_is_noticed_once(clinic: Clinic, browser: Browser) -> None:
    """fault-F34, fault-F35: the receipt says what is gone, and it is not sent again and again."""
    agree(browser)
    file(browser)
    goal = course_of(clinic).goals[0]
    stored = next(item for item in clinic.chart("Goal") if item["description"]["text"] == goal.text)
    path = f"/fhir/Goal/{stored['id']}"
    browser.submit("plan", ("act", "keep"), **{f"text-{goal.id}": "Worded anew."})

    def forgetful() -> Response:
        found = next(item for item in clinic.chart("Goal") if item["id"] == stored["id"])
        del found["target"]
        version = found["meta"]["versionId"]
        return Response(json.dumps(found), 200, {"ETag": f'W/"{version}"'}, content_type="application/fhir+json")

    clinic.door.hang(Fault("GET", path, forgetful))
    page = file(browser)
    assert "in the record, not all of it" in page.text
    assert "The server did not keep: Goal.target" in page.text
    clinic.door.asked.clear()
    browser.post("filing", {**browser.fields("plan"), "act": "file"})
    assert "POST /fhir" not in clinic.door.asked


def test_a_hospital_that_cannot_be_asked_what_it_allows_shows_the_page_all_the_same(
    clinic: Clinic, browser: Browser
) -> None:
    agree(browser)
    clinic.door.hang(Fault("GET", "/fhir/metadata", lambda: outcome(500)))
    assert "What the chart will say" in browser.get("filing/preview").text
