"""Every address and every role: the table says who may, and what it does not say is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.routing import Rule

from smart_app.roles import STAFF, Role, StaffRoles
from smart_app.web.access import may
from tests.journeys.clinician import Clinician, Fields, Form
from tests.store.persons_given import everything
from tests.web.acts import agree, course_of, fill_in
from tests.web.clinic import ALMA, DORU, OKORO, VALE, Clinic, open_clinic
from tests.web.form_acts import press

_VALUES = {"handle": "x", "key": "phq-9", "entry": "nothing-there", "measure": "who-5", "number": 1}


def roles_with(role: Role) -> StaffRoles:
    """The lists of a clinic in which OKORO has that role and VALE is the therapist."""
    person = (f"Practitioner/{OKORO}",)
    therapists = (f"Practitioner/{VALE}",)
    return StaffRoles(
        therapists=therapists + (person if role is Role.THERAPIST else ()),
        supervisors=person if role is Role.SUPERVISOR else (),
        coordinators=person if role is Role.COORDINATOR else (),
    )


@pytest.fixture(params=STAFF, scope="module")
def role(request: pytest.FixtureRequest) -> Role:
    found: Role = request.param
    return found


@pytest.fixture(scope="module")
def opened(role: Role, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Clinic, Clinician]]:
    """A clinic in which somebody of that role has the chart of ALMA open."""
    with open_clinic(tmp_path_factory.mktemp(role), roles=roles_with(role)) as clinic:
        person = Clinician(clinic.app, clinic.app_url)
        person.launch(clinic.click(ALMA, OKORO))
        yield clinic, person


def _rules(clinic: Clinic) -> list[Rule]:
    """The addresses of a launch; the one that ends it comes last."""
    rules = [rule for rule in clinic.app.url_map.iter_rules() if rule.rule.startswith("/s/<handle>")]
    return sorted(rules, key=lambda rule: rule.endpoint == "launching.sign_out")


def _asked(rule: Rule, person: Clinician, form: Fields) -> int:
    built = rule.build({name: _VALUES.get(name, "nothing-there") for name in rule.arguments})
    assert built is not None
    address = built[1].removeprefix("/s/x/")
    answer = person.get(address) if "GET" in (rule.methods or ()) else person.post(address, form)
    return answer.status_code


def test_each_role_opens_what_the_table_says_and_nothing_else(role: Role, opened: tuple[Clinic, Clinician]) -> None:
    clinic, person = opened
    form = Form()
    form.feed(person.get("session").text)
    sent: Fields = {name: form.fields[name] for name in ("token", "patient", "revision")}
    refused = {rule.endpoint for rule in _rules(clinic) if _asked(rule, person, sent) == 403}
    assert refused == {rule.endpoint for rule in _rules(clinic) if not may(role, rule.endpoint)}


def test_a_look_and_a_refused_request_store_nothing(role: Role, opened: tuple[Clinic, Clinician]) -> None:
    """But for the audit log: no draft either, which whoever was refused would find again (fault-F71)."""
    clinic, person = opened
    person.launch(clinic.click(ALMA, OKORO))
    form = Form()
    form.feed(person.get("session").text)
    typed: Fields = {name: form.fields[name] for name in ("token", "patient", "revision")}
    typed |= {"act": "keep", "window": "zztest", "rationale": "typed by somebody", "gains": "typed by somebody"}
    changed = {}
    for rule in _rules(clinic):
        looks = "GET" in (rule.methods or ())
        if looks or not may(role, rule.endpoint):
            before = _stored(clinic)
            _asked(rule, person, typed)
            after = _stored(clinic)
            if found := {name for name in after if after[name] != before[name]}:
                changed[rule.endpoint] = found
    assert changed == {}


def _stored(clinic: Clinic) -> dict[str, list[tuple[object, ...]]]:
    with clinic.practice.store.read() as tx:
        return everything(tx)


def test_nothing_was_changed_by_a_supervisor(tmp_path: Path) -> None:
    with open_clinic(tmp_path, roles=roles_with(Role.SUPERVISOR)) as clinic:
        browser = clinic.opened(DORU, OKORO)
        before = course_of(clinic, DORU)
        assert before.therapist is None, "a course begun by a look has no therapist yet"
        form = browser.fields("session")
        answer = browser.post("session", {**form, "date": "2026-03-02", "act": "close"})
        assert answer.status_code == 403
        assert "not part of your role" in answer.text
        assert course_of(clinic, DORU) == before


def test_a_supervisor_is_told_so_and_every_control_is_off(tmp_path: Path) -> None:
    with open_clinic(tmp_path, roles=roles_with(Role.SUPERVISOR)) as clinic:
        page = clinic.opened(ALMA, OKORO).get("plan").text
        assert "You read this course as a supervisor." in page
        assert page.index('<fieldset class="reading" disabled>') < page.index("<main")


def test_a_coordinator_meets_no_diagnosis(tmp_path: Path) -> None:
    with open_clinic(tmp_path, roles=roles_with(Role.COORDINATOR)) as clinic:
        theirs, therapists = clinic.opened(ALMA, OKORO).get(""), clinic.opened(ALMA, VALE).get("")
        diagnosis = "Major depressive disorder"
        assert diagnosis in therapists.text
        assert diagnosis not in theirs.text


def test_a_coordinator_meets_no_diagnosis_on_the_way_to_the_chart(tmp_path: Path) -> None:
    """The plan names what it addresses; the preview shows what changes without it, and leads to no FHIR."""
    with open_clinic(tmp_path, roles=roles_with(Role.COORDINATOR), files=("Condition",)) as clinic:
        agree(clinic.opened(DORU, VALE))
        theirs, therapists = clinic.opened(DORU, OKORO), clinic.opened(DORU, VALE)
        course = course_of(clinic)
        assert "F34.1" in therapists.get(f"filing/preview/{course.id}").text
        preview = theirs.get("filing/preview").text
        assert "Dysthymic" not in preview
        assert "/filing/preview/" not in preview
        assert theirs.get(f"filing/preview/{course.id}").status_code == 403


def test_what_a_page_keeps_from_a_coordinator_no_form_gives_away(tmp_path: Path) -> None:
    with open_clinic(tmp_path, roles=roles_with(Role.COORDINATOR)) as clinic:
        therapist = clinic.opened(DORU, VALE)
        press(therapist, "forms/relapse-plan", "done", a_0="I sleep badly", a_1="Call my sister")
        (kept,) = course_of(clinic).forms
        theirs = clinic.opened(DORU, OKORO)
        assert "I sleep badly" in therapist.get(f"history/{kept.id}").text
        assert theirs.get(f"history/{kept.id}").status_code == 404
        assert kept.id not in theirs.get("history").text
        for form in ("interpersonal-inventory", "closeness-circle", "problem-area-checklist", "relapse-plan"):
            assert therapist.get(f"forms/{form}").status_code == 200
            assert theirs.get(f"forms/{form}").status_code == 404
            assert f"forms/{form}" not in theirs.get("forms").text
        assert theirs.get("forms/phq-9").status_code == 200


def test_a_coordinator_reads_plain_words(tmp_path: Path) -> None:
    with open_clinic(tmp_path, roles=roles_with(Role.COORDINATOR)) as clinic:
        agree(clinic.opened(ALMA, VALE), area="role-dispute")
        theirs, therapists = clinic.opened(ALMA, OKORO).get(""), clinic.opened(ALMA, VALE).get("")
        assert "role dispute" in therapists.text.lower()
        assert "disagreement" in theirs.text
        assert "role dispute" not in theirs.text.lower()


def test_a_coordinator_reads_phase_band_change_and_safety_step_without_a_specialists_term(tmp_path: Path) -> None:
    with open_clinic(tmp_path, roles=roles_with(Role.COORDINATOR)) as clinic:
        therapist = clinic.opened(DORU, VALE)
        path = fill_in(therapist, "222222221").request.path
        safety = path[path.index("safety/") :]
        clinic.clock.move(days=7)
        therapist = clinic.opened(DORU, VALE)
        fill_in(therapist, "111111110")
        theirs = clinic.opened(DORU, OKORO)
        overview, step = theirs.get("").text, theirs.get(safety).text
        for word in ("Initial phase", "moderate", "reliable", "Safety plan reviewed", "Access to means"):
            assert word not in overview + step + theirs.get("assessment").text.partition('class="wide"')[0], word
        assert "Beginning" in overview
        assert "some complaints" in overview
        assert "We went through the plan for bad moments" in step
        assert "Safety plan reviewed" in therapist.get(safety).text


def test_who_stands_in_no_list_opens_nothing(tmp_path: Path) -> None:
    roles = StaffRoles(therapists=(f"Practitioner/{VALE}",))
    with open_clinic(tmp_path, roles=roles) as clinic:
        browser = clinic.browser()
        browser.open(clinic.click(DORU, OKORO), DORU)
        assert browser.get("").status_code == 403


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.PROXY, Role.PATIENT])
def test_no_chart_is_open_to_anybody_who_did_not_launch_from_one(role: Role, clinic: Clinic) -> None:
    charts = {rule.endpoint for rule in _rules(clinic)}
    assert [endpoint for endpoint in sorted(charts) if may(role, endpoint)] == []
