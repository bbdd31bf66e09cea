"""The plan beyond its fields: what is typed is kept, ties to other plans, an ended and a very long plan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from smart_app.demo import REGISTERED
from tests.journeys.clinician import Fields
from tests.protocol.cases import case
from tests.web.acts import agree, course_of, file, put_course
from tests.web.browser import Browser
from tests.web.clinic import OKORO, Clinic, open_clinic
from tests.web.page_checks import Page
from tests.web.test_overview_pages import put
from tests.web.test_page_weight import MOST, weight

BENE = "zztest-bene"
HALF: Fields = {"goal": ["G-02"], "text-G-02": "Call the sister on Sun", "minutes": "45"}


def typed(browser: Browser) -> str:
    """The wording of a goal as it stands in its field."""
    found = Page(browser.get("plan").text).by_id("text-G-02")
    return found.text.strip() if found else ""


def keep(browser: Browser, **changes: str | list[str]) -> int:
    """What the script of the page sends while somebody types."""
    form = {**browser.fields("plan"), **HALF, **changes}
    return browser.send("plan/keep", form, Sec_Fetch_Site="same-origin", HX_Request="true").status_code


def test_what_is_typed_comes_back_after_a_reload_and_after_signing_out_and_for_nobody_else(clinic: Clinic) -> None:
    """fault-F71."""
    browser = clinic.opened()
    assert keep(browser) == 204
    assert typed(browser) == "Call the sister on Sun"
    browser.post("sign-out", browser.fields("plan"))
    again = clinic.opened()
    assert typed(again) == "Call the sister on Sun"
    assert "and did not save it" in again.get("plan").text
    assert "Call the sister on Sun" not in clinic.opened(practitioner=OKORO).get("plan").text
    assert course_of(clinic).goals == ()
    again.submit("plan", ("act", "again"))
    assert "Call the sister on Sun" not in again.get("plan").text


def test_a_page_of_a_launch_that_ended_and_one_that_is_out_of_date_lose_nothing(clinic: Clinic) -> None:
    """fault-F71, fault-F72; decision-D82."""
    browser = clinic.opened()
    form = {**browser.fields("plan"), **HALF, "act": "keep"}
    clinic.clock.move(minutes=40)
    assert browser.post("plan", form).status_code == 404
    again = clinic.opened()
    assert typed(again) == "Call the sister on Sun"
    late = {**again.fields("plan"), **HALF, "text-G-02": "Call the sister on Monday", "act": "keep"}
    agree(again, sessions="12")
    assert again.post("plan", late).status_code == 409
    page = again.get("plan").text
    assert "It was not saved" in page
    assert "Call the sister on Monday" in page
    contract = course_of(clinic).contract
    assert contract is not None
    assert contract.sessions == 12


def test_the_plan_is_tied_to_the_larger_one_and_the_chart_says_so(clinic: Clinic) -> None:
    browser = clinic.opened(BENE)
    link = next(
        item.get("name") for item in Page(browser.get("plan").text).all("input") if item.get("value") == "part-of"
    )
    agree(browser, **{link: "part-of"})
    preview = browser.get("filing/preview").text
    assert "who will see" in preview.lower()
    assert "People the patient has named (proxies) usually see what the patient sees" in preview
    file(browser)
    (plan,) = clinic.chart("CarePlan")
    reference = link.removeprefix("link-")
    assert [item["reference"] for item in plan["partOf"]] == [reference]
    assert clinic.opened(BENE).fields("plan")[link] == "part-of"
    (tied,) = course_of(clinic, BENE).links
    assert tied.reference == reference

    agree(browser, **{link: ""})
    preview = browser.get("filing/preview").text
    assert "Larger plan" in preview
    assert "changed" in preview
    file(browser)
    assert "partOf" not in clinic.chart("CarePlan")[0]


def test_a_plan_that_has_ended_is_read_and_refuses_every_change(clinic: Clinic) -> None:
    browser = put(clinic, case("A", "last"))
    page = Page(browser.get("plan").text)
    assert "This course has ended: its plan is read, not changed." in page.source
    assert page.by_id("answers") is None
    before = course_of(clinic, "zztest-alma")
    names = browser.fields("ending") if Page(browser.get("ending").text).by_id("answers") else _guard(browser)
    sent = browser.post("plan", {**names, **HALF, "contract_agreed": "yes", "act": "keep"})
    assert sent.status_code == 200
    assert course_of(clinic, "zztest-alma").goals == before.goals
    assert course_of(clinic, "zztest-alma").contract == before.contract


def _guard(browser: Browser) -> Fields:
    """What every form of a page carries."""
    page = Page(browser.get("plan").text)
    return page.fields_of(page.all("form")[-1])


def test_twelve_goals_stand_on_one_light_page_and_are_filed(clinic: Clinic) -> None:
    browser = clinic.opened()
    agree(browser)
    goals = [
        replace(goal, id=str(uuid4()), text=f"{goal.text} {number}")
        for number in range(6)
        for goal in course_of(clinic).goals
    ]
    put_course(clinic, goals=tuple(goals))
    assert weight(browser, "plan") < MOST
    page = browser.submit("plan", ("act", "keep"), minutes="45")
    assert page.status_code == 200
    assert [goal.text for goal in course_of(clinic).goals] == [goal.text for goal in goals]
    ticked = browser.fields("plan")["goal"]
    assert len(ticked) == 12
    assert "✓ in the record" in file(browser).text
    assert len(clinic.chart("Goal")) == 12


def test_what_may_not_be_read_of_the_chart_is_not_called_none(tmp_path: Path) -> None:
    allowed = tuple(scope for scope in REGISTERED if "CareTeam" not in scope and "Medication" not in scope)
    with open_clinic(tmp_path, allowed=allowed) as clinic:
        browser = clinic.opened(BENE)
        page = browser.get("plan").text
        assert "Your sign-in does not let this app read the teams of this patient. There may be some." in page
        assert "Your sign-in does not let this app read the medication. There may be some." in page
        assert "No team of others is in this chart" not in page
        assert "Life after the heart attack" in page
        agree(browser)
        assert "✓ in the record" in file(browser).text
