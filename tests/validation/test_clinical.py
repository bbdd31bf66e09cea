"""Our clinical rules: everything we write keeps them, and each is found broken when it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from ipt_fhir import rawjson
from ipt_fhir.mapping.episode import to_fhir
from ipt_fhir.mapping.references import Writing
from ipt_fhir.mapping.site import DEFAULT_SITE, Site
from ipt_fhir.model.episode import Episode
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from ipt_fhir.validation.clinical import WARNINGS, names_in, validate_course
from ipt_fhir.validation.issues import Severity, errors
from ipt_fhir.validation.sentences import SENTENCES
from tests.mapping.example import EXAMPLE
from tests.mapping.form_strategies import courses_with_forms
from tests.mapping.full import EVERYTHING, FULL
from tests.mapping.test_episode import server_copies

Course = dict[str, JsonObject]


def course() -> Course:
    """A sound course: its resources by a short name."""
    found: Course = {}
    for resource in to_fhir(EXAMPLE, Writing(patient="alma")).values():
        kind = resource["resourceType"]
        found[f"{kind}{sum(name.startswith(kind) for name in found) or ''}"] = rawjson.copy(resource)
    return found


def broken(change: Callable[[Course], Any]) -> list[tuple[str, str]]:
    """Where and which, after this change to a sound course."""
    resources = course()
    change(resources)
    return [(issue.location, issue.rule) for issue in validate_course(list(resources.values()))]


def test_a_sound_course_has_no_issue() -> None:
    assert validate_course(list(course().values())) == []


def test_a_course_in_which_everything_is_said_has_no_error() -> None:
    written = to_fhir(FULL, Writing(patient="alma", site=EVERYTHING))
    assert errors(validate_course(list(written.values()))) == []


@pytest.mark.parametrize("site", [DEFAULT_SITE, EVERYTHING])
@given(episode=courses_with_forms())
@settings(suppress_health_check=list(HealthCheck), deadline=None)
def test_no_rule_refuses_anything_we_write(site: Site, episode: Episode) -> None:
    """Neither on its way to a server nor as the server names it afterwards."""
    written = to_fhir(episode, Writing(patient="alma", site=site))
    copies, _ = server_copies(written)
    assert errors(validate_course(list(written.values()))) == []
    assert errors(validate_course(list(copies.values()))) == []


def score(resources: Course) -> JsonObject:
    return next(item for item in resources.values() if "valueQuantity" in item)


def put_score(value: Any) -> Callable[[Course], Any]:
    return lambda resources: score(resources)["valueQuantity"].update(value=value)


def without_due_date(resources: Course) -> None:
    del resources["Goal"]["target"][0]["dueDate"]


def second_score(resources: Course) -> None:
    resources["Goal"]["target"] *= 2


def without_an_answer(resources: Course) -> None:
    del resources["QuestionnaireResponse"]["item"][0]


def without_safety_task(resources: Course) -> None:
    safety = [name for name, item in resources.items() if item["resourceType"] == "Task" and "focus" in item]
    for name in safety:
        del resources[name]


def task_about_something_else(resources: Course) -> None:
    task = next(item for item in resources.values() if item["resourceType"] == "Task" and "focus" in item)
    task["focus"] = {"reference": "Observation/another"}


def ended(resources: Course) -> None:
    resources["CarePlan"].update(status="completed")
    del resources["CarePlan"]["period"]["end"]


def drawn_from(response: JsonObject, resources: Course) -> list[JsonObject]:
    """The Observations of a response."""
    source = {"reference": f"urn:uuid:{response['identifier']['value']}"}
    return [item for item in resources.values() if source in item.get("derivedFrom", [])]


def corrected_and_still_counting(resources: Course) -> None:
    first, second = resources["QuestionnaireResponse"], resources["QuestionnaireResponse1"]
    named = {"reference": f"urn:uuid:{first['identifier']['value']}"}
    second.update(status="amended", extension=[{"url": systems.EXTENSION_REPLACES, "valueReference": named}])


def withdrawn_with_its_score(resources: Course) -> None:
    resources["QuestionnaireResponse1"].update(status="entered-in-error")


CASES: dict[str, tuple[Callable[[Course], Any], str]] = {
    "ipt-goal-due": (without_due_date, "ofType(Goal).target"),
    "ipt-goal-one-score": (second_score, "ofType(Goal).target[1].measure"),
    "ipt-one-patient": (
        lambda resources: resources["Task"].update({"for": {"reference": "Patient/berta"}}),
        "ofType(Task).for",
    ),
    "ipt-plan-end": (ended, "ofType(CarePlan).period.end"),
    "ipt-replaced-counts": (corrected_and_still_counting, "ofType(QuestionnaireResponse).status"),
    "ipt-safety-task": (without_safety_task, "ofType(QuestionnaireResponse).item"),
    "ipt-score-incomplete": (without_an_answer, "ofType(Observation).value"),
    "ipt-score-range": (put_score(28), "ofType(Observation).value"),
    "ipt-score-source": (lambda resources: score(resources).pop("derivedFrom"), "ofType(Observation).derivedFrom"),
    "ipt-score-total": (put_score(3), "ofType(Observation).value"),
    "ipt-score-withdrawn": (withdrawn_with_its_score, "ofType(Observation).status"),
    "ipt-subject": (lambda resources: resources["Task"].pop("for"), "ofType(Task).for"),
}


@pytest.mark.parametrize("rule", CASES)
def test_a_broken_rule_is_found_where_it_is_broken(rule: str) -> None:
    change, place = CASES[rule]
    assert (place, rule) in [(location.partition(".")[2], name) for location, name in broken(change)]


def test_every_clinical_rule_has_a_case() -> None:
    ours = {rule for rule in SENTENCES if rule.startswith("ipt-")}
    assert ours == {*CASES, "ipt-third-party-name"}
    assert ours >= WARNINGS


def test_a_warning_keeps_nothing_in_the_house() -> None:
    resources = course()
    ended(resources)
    (issue,) = validate_course(list(resources.values()))
    assert issue.severity is Severity.WARNING


def test_what_fhir_refuses_is_told_at_its_place_in_the_course() -> None:
    told = broken(lambda resources: resources["Goal1"].update(lifecycleStatus="doing"))
    assert told == [("%course[1].ofType(Goal).lifecycleStatus", "binding")]


def test_the_profiles_a_resource_claims_are_checked() -> None:
    assert "required" in {rule for _, rule in broken(lambda resources: resources["CarePlan"].pop("category"))}


class TestSafety:
    """decision-D21."""

    def test_a_task_about_something_else_does_not_cover_the_answer(self) -> None:
        assert "ipt-safety-task" in {rule for _, rule in broken(task_about_something_else)}

    def test_an_answer_that_was_withdrawn_asks_for_nothing(self) -> None:
        def withdraw(resources: Course) -> None:
            without_safety_task(resources)
            resources["QuestionnaireResponse"].update(status="entered-in-error")
            for drawn in drawn_from(resources["QuestionnaireResponse"], resources):
                drawn.update(status="entered-in-error")

        assert broken(withdraw) == []

    def test_a_response_of_somebody_else_is_not_ours_to_act_on(self) -> None:
        def foreign(resources: Course) -> None:
            without_safety_task(resources)
            resources["QuestionnaireResponse"].pop("identifier")

        assert "ipt-safety-task" not in {rule for _, rule in broken(foreign)}


class TestOnePatient:
    """decision-D12: two patients are never mixed, however they are spelled."""

    @pytest.mark.parametrize(
        "same", ["Patient/alma", "Patient/alma/_history/2", "https://hospital.example/fhir/Patient/alma"]
    )
    def test_the_same_patient_in_another_spelling(self, same: str) -> None:
        assert broken(lambda resources: resources["Goal1"].update(subject={"reference": same})) == []

    @pytest.mark.parametrize(
        "other",
        [
            "Patient/berta",
            "https://hospital.example/fhir/Patient/berta",
            "urn:uuid:6f0f5a5e-7b0e-5c0a-9a52-3d3f2f1d9b10",
        ],
    )
    def test_another_patient(self, other: str) -> None:
        told = broken(lambda resources: resources["Goal1"].update(subject={"reference": other}))
        assert told == [("%course[1].ofType(Goal).subject", "ipt-one-patient")]

    def test_the_same_id_on_two_servers_is_two_patients(self) -> None:
        def two_servers(resources: Course) -> None:
            resources["Goal"].update(subject={"reference": "https://a.example/fhir/Patient/alma"})
            resources["Goal1"].update(subject={"reference": "https://b.example/fhir/Patient/alma"})

        assert broken(two_servers) == [("%course[1].ofType(Goal).subject", "ipt-one-patient")]

    def test_a_patient_named_deep_inside_counts(self) -> None:
        def performed(resources: Course) -> None:
            score(resources)["performer"] = [{"reference": "Patient/berta"}]

        assert "ipt-one-patient" in {rule for _, rule in broken(performed)}

    def test_the_patient_resource_itself_counts(self) -> None:
        def with_patient(resources: Course) -> None:
            resources["Patient"] = {"resourceType": "Patient", "id": "berta", "active": True}

        assert "ipt-one-patient" in {rule for _, rule in broken(with_patient)}


class TestNames:
    """decision-D20: no third-party names."""

    @pytest.mark.parametrize(
        "text",
        [
            "Talk to Ruth Meier once a week",
            "talk to RUTH  MEIER",
            "talk to Ruth\nMeier",
            "Ruth Meier's visit",
            "\uff32uth Meier",
        ],
    )
    def test_a_name_in_any_text_is_found(self, text: str) -> None:
        resources = course()
        resources["Goal"]["description"]["text"] = text
        (issue,) = names_in(list(resources.values()), ["Ruth Meier"])
        assert (issue.location, issue.rule) == ("%course[0].ofType(Goal).description.text", "ipt-third-party-name")
        assert "Ruth" not in issue.message

    @pytest.mark.parametrize("markup", ["<b>Ruth</b> Meier", "Ruth&#32;Meier", "R&#117;th Meier"])
    def test_markup_of_a_narrative_hides_no_name(self, markup: str) -> None:
        resources = course()
        resources["Goal"]["text"]["div"] = f'<div xmlns="http://www.w3.org/1999/xhtml">{markup}</div>'
        assert [issue.location for issue in names_in(list(resources.values()), ["Ruth Meier"])] == [
            "%course[0].ofType(Goal).text.div"
        ]

    @pytest.mark.parametrize("name", ["M", "", " ", "Ruthless"])
    def test_initials_and_parts_of_words_are_no_names(self, name: str) -> None:
        resources = course()
        resources["Goal"]["description"]["text"] = "Talk to Ruth Meier, M. and Truthless"
        assert names_in(list(resources.values()), [name]) == []

    def test_validating_a_course_looks_for_names_when_they_are_given(self) -> None:
        resources = course()
        resources["Goal"]["description"]["text"] = "Talk to Ruth"
        found = validate_course(list(resources.values()), ["Ruth"])
        assert [issue.rule for issue in found] == ["ipt-third-party-name"]


@pytest.mark.parametrize("nonsense", [{}, {"resourceType": "Goal", "meta": 5}, {"resourceType": ["x"]}])
def test_nonsense_is_an_issue_and_no_crash(nonsense: JsonObject) -> None:
    assert errors(validate_course([nonsense, *course().values()], ["Ruth"]))


def test_a_course_of_nothing_has_no_issue() -> None:
    assert validate_course([]) == []


def test_other_scores_need_no_response() -> None:
    """A WSAS comes from no form of ours; only its range is known."""
    count: JsonObject = {
        "resourceType": "Observation",
        "text": score(course())["text"],
        "status": "final",
        "code": {"coding": [{"system": systems.IPT_GOAL_MEASURE, "code": "wsas-total"}]},
        "subject": {"reference": "Patient/alma"},
        "valueInteger": 4,
    }
    assert validate_course([count]) == []
    assert [issue.rule for issue in validate_course([{**count, "valueInteger": 41}])] == ["ipt-score-range"]
