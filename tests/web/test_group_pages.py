"""A group session: closed once for all members or for nobody, each into the own course (decisions D42, D86)."""

from __future__ import annotations

from ipt_fhir.model.sessions import Attendance, SessionKind, Technique
from smart_app.store.groups import of_owner
from tests.journeys.clinician import Fields
from tests.web.acts import agree, course_of, file, fill_in
from tests.web.browser import Browser
from tests.web.clinic import ALMA, DORU, OKORO, Clinic
from tests.web.page_checks import Page


def join(browser: Browser, group: str = "new") -> None:
    form = {**browser.fields("group"), "group": group, "act": "join"}
    assert browser.post("group/member", form).status_code == 200


def both(clinic: Clinic) -> tuple[Browser, Browser]:
    """Two charts of one therapist, in one group."""
    doru = clinic.opened(DORU)
    join(doru)
    clinic.clock.move(minutes=1)
    alma = clinic.opened(ALMA)
    offered = [item.get("value") for item in Page(alma.get("group").text).all("input") if item.get("name") == "group"]
    join(alma, offered[0])
    return doru, alma


def close(browser: Browser, **fields: str | list[str]) -> str:
    form: Fields = {**browser.fields("group"), "minutes": "90", "technique": ["role-play"], **fields, "act": "close"}
    return browser.post("group", form).text


def keys(browser: Browser) -> list[str]:
    """The members' keys, this chart's last."""
    names = [item.get("name") for item in Page(browser.get("group").text).all("input")]
    return [name.removeprefix("revision-") for name in names if name.startswith("revision-")]


def test_one_session_is_closed_for_all_each_into_the_own_course(clinic: Clinic) -> None:
    doru, alma = both(clinic)
    first, second = keys(alma)
    missed = {f"attendance-{first}": "missed", f"step-{first}": "For Doru.", f"step-{second}": "For Alma."}
    page = close(alma, **missed)
    assert "Session 1 of 16 is closed" in page
    there, here = course_of(clinic, DORU).sessions[0], course_of(clinic, ALMA).sessions[0]
    assert (there.kind, there.attendance, there.minutes, there.step) == (
        SessionKind.GROUP,
        Attendance.MISSED,
        None,
        "For Doru.",
    )
    assert (here.attendance, here.minutes, here.techniques, here.step) == (
        Attendance.ATTENDED,
        90,
        (Technique.ROLE_PLAY,),
        "For Alma.",
    )
    assert "For Doru" not in page
    assert "For Alma" not in doru.get("session").text


def test_the_part_of_another_member_waits_and_is_filed_from_that_chart(clinic: Clinic) -> None:
    doru = clinic.opened(DORU)
    agree(doru)
    file(doru)
    join(doru)
    alma = clinic.opened(ALMA)
    offered = [item.get("value") for item in Page(alma.get("group").text).all("input") if item.get("name") == "group"]
    join(alma, offered[0])
    close(alma)
    assert "ipt-session" not in str(clinic.chart("CarePlan"))
    again = clinic.opened(DORU)
    assert "not in the record yet" in again.get("").text or "To be filed" in again.get("filing").text
    file(again)
    assert "ipt-session" in str(clinic.chart("CarePlan"))
    assert "zztest-alma" not in str([item for item in clinic.chart("CarePlan") if DORU in str(item["subject"])])


def test_a_safety_answer_of_one_member_keeps_the_session_open_for_all(clinic: Clinic) -> None:
    """decisions D21, D42: the page says for whom, and nothing of the answer."""
    doru, alma = both(clinic)
    fill_in(doru, "000000001")
    page = close(alma)
    assert "a safety answer waits. Open this chart" in page
    assert "Several days" not in page
    assert course_of(clinic, DORU).sessions == course_of(clinic, ALMA).sessions == ()


def test_a_session_one_member_has_open_keeps_the_group_from_closing_over_it(clinic: Clinic) -> None:
    """Here or on another chart: the page says whose it is before anybody presses, and what was entered stays."""
    doru, alma = both(clinic)
    doru.submit("session", ("act", "keep"), step="Open one.", minutes="50")
    alma = clinic.opened(ALMA)
    assert "▲ Session 1 is still open." in alma.get("group").text
    said = "ZZ-100004 · DZD: session 1 is still open. Open this chart and close it there first."
    assert said in close(alma)
    doru = clinic.opened(DORU)
    page = Page(doru.get("group").text)
    (way,) = [item.get("href") for item in page.all("a") if item.text == "Close it first"]
    assert way.endswith("/session")
    assert said in close(doru)
    (session,) = course_of(clinic, DORU).sessions
    assert (session.kind, session.closed, session.step) == (SessionKind.INDIVIDUAL, False, "Open one.")
    assert course_of(clinic, ALMA).sessions == ()
    doru.submit("session", ("act", "close"))
    assert "is closed" in close(clinic.opened(ALMA))


def test_a_course_that_was_changed_meanwhile_closes_for_nobody_and_what_was_typed_comes_back(clinic: Clinic) -> None:
    """fault-F72."""
    doru, alma = both(clinic)
    form: Fields = {**alma.fields("group"), f"step-{keys(alma)[0]}": "For Doru.", "act": "close"}
    doru.submit("session", ("act", "keep"))
    page = alma.post("group", form).text
    assert "the course was changed meanwhile" in page
    assert "For Doru." in page
    assert course_of(clinic, ALMA).sessions == ()


def test_other_members_are_known_by_record_number_and_initials_only_and_each_look_is_audited(clinic: Clinic) -> None:
    _doru, alma = both(clinic)
    page = alma.get("group").text
    assert "ZZ-100004 · DZ" in page
    assert "Doru" not in page
    assert DORU not in page
    assert "questionnaire not filled in today" in page
    assert "PHQ-9" not in page


def test_nobody_else_sees_the_group(clinic: Clinic) -> None:
    both(clinic)
    other = clinic.opened(DORU, OKORO)
    assert "in none of your groups" in other.get("group").text


def test_a_member_leaves_and_keeps_the_course(clinic: Clinic) -> None:
    doru, alma = both(clinic)
    form = {**doru.fields("group"), "act": "leave"}
    assert "in none of your groups" in doru.post("group/member", form).text
    assert len(keys(alma)) == 1
    with clinic.practice.store.read() as tx:
        owners = {item.group for item in of_owner(tx, clinic.iss, _owner(clinic))}
    assert len(owners) == 1
    assert course_of(clinic, DORU).id


def _owner(clinic: Clinic) -> str:
    """The ``sub`` under which the therapist put patients into the group."""
    with clinic.practice.store.read() as tx:
        return str(tx.connection.exec_driver_sql("select owner from group_members").scalar())
