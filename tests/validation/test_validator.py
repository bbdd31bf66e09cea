"""The validator as its callers see it: what it refuses, where it points, what it says."""

from __future__ import annotations

from typing import Any

import pytest

from ipt_fhir import rawjson
from ipt_fhir.validation.issues import errors
from ipt_fhir.validation.validator import is_valid, validate
from tests.validation.examples import US_CORE_PROFILES, careplan, condition, goal, observation, patient

CAREPLAN = f"{US_CORE_PROFILES}/us-core-careplan"
ABSENT = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}


def found(resource: dict[str, Any], *profiles: str) -> list[tuple[str, str]]:
    return [(issue.location, issue.rule) for issue in errors(validate(resource, profiles))]


def without(resource: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in resource.items() if key != name}


@pytest.mark.parametrize(
    "resource", [{}, {"resourceType": None}, {"resourceType": ["CarePlan"]}, {"resourceType": "Potion"}]
)
def test_a_type_that_cannot_be_checked_is_no_silent_pass(resource: dict[str, Any]) -> None:
    assert found(resource) == [("resourceType", "unknown-type")]


@pytest.mark.parametrize(
    "profile", ["http://example.org/p", CAREPLAN + "|9.9.9", f"{US_CORE_PROFILES}/us-core-goal", ""]
)
def test_a_profile_that_is_unknown_or_of_another_type_is_an_error(profile: str) -> None:
    assert found(careplan(), profile) == [("CarePlan", "unknown-profile")]


def test_a_profile_may_be_named_with_its_version() -> None:
    assert found(careplan(), CAREPLAN) == found(careplan(), CAREPLAN + "|6.1.0") == [("CarePlan.category", "required")]


def test_a_claim_in_meta_is_not_a_request() -> None:
    assert is_valid(careplan(meta={"profile": [CAREPLAN]}))


def test_the_place_is_fhirpath_and_the_sentence_says_who_asks() -> None:
    activity = [{"detail": {"status": "scheduled"}}, {"detail": {"status": "done"}}]
    (issue,) = errors(validate(careplan(activity=activity)))
    assert (issue.location, issue.rule) == ("CarePlan.activity[1].detail.status", "binding")
    assert issue.message.startswith("FHIR R4: ")
    (issue,) = errors(validate(careplan(), [CAREPLAN]))
    assert issue.message == "us-core-careplan 6.1.0: The required element category is missing."


@pytest.mark.parametrize(
    ("resource", "location"),
    [
        (observation(valueInteger="17"), "Observation.value.ofType(integer)"),
        (goal(startDate="yesterday"), "Goal.start.ofType(date)"),
        (patient(name=[{"given": ["A", ""]}]), "Patient.name[0].given[1]"),
        (patient(_birthDate={"extension": [{"url": "x y", "valueCode": "a"}]}), "Patient.birthDate.extension[0].url"),
    ],
)
def test_choices_and_siblings_are_named_as_in_fhirpath(resource: dict[str, Any], location: str) -> None:
    assert {place for place, _ in found(resource)} == {location}


def test_issues_never_repeat_what_the_resource_says() -> None:
    """Issues are logged; a value of a resource may be about a person."""
    secret = "Xq7 secret"
    spoilt = careplan(
        title=secret + "\x00",
        status=secret,
        period={"start": secret, "end": secret},
        subject={"reference": f"Practitioner/{secret}"},
        created=[secret],
        category=[{"coding": [{"system": secret, "code": f" {secret}"}]}],
    )
    told = errors(validate(spoilt, [CAREPLAN]))
    assert len(told) >= 6
    assert not [issue for issue in told if "Xq7" in f"{issue}"]


def test_the_name_of_an_unknown_member_cannot_forge_a_line_of_a_log() -> None:
    (issue,) = errors(validate(careplan(**{"a\nERROR root": 1})))
    assert "\n" not in f"{issue.location}{issue.message}"


class TestRequired:
    """Required elements, and what may stand for them."""

    @pytest.mark.parametrize("name", ["status", "intent", "subject"])
    def test_missing(self, name: str) -> None:
        assert found(without(careplan(), name)) == [(f"CarePlan.{name}", "required")]

    def test_an_extension_may_say_why_a_primitive_is_missing(self) -> None:
        assert is_valid(without(careplan(_status=ABSENT), "status"))

    def test_an_id_beside_a_primitive_does_not_replace_it(self) -> None:
        assert found(without(careplan(_status={"id": "a"}), "status")) == [("CarePlan.status", "required")]

    def test_an_id_beside_a_primitive_is_fine(self) -> None:
        assert is_valid(careplan(_status={"id": "a"}))

    def test_a_required_choice(self) -> None:
        context = {"code": {"code": "focus"}}
        useful = {"resourceType": "Questionnaire", "status": "active", "useContext": [context]}
        assert found(useful) == [("Questionnaire.useContext[0].value", "required")]


class TestShape:
    """JSON as FHIR wants it."""

    @pytest.mark.parametrize("empty", [[], {}, "", None])
    def test_empty(self, empty: Any) -> None:
        assert found(careplan(note=empty))

    def test_an_id_is_no_content(self) -> None:
        assert found(careplan(period={"id": "a"})) == [("CarePlan.period", "empty")]

    def test_null_in_a_list_needs_its_sibling(self) -> None:
        assert is_valid(patient(name=[{"given": [None, "B"], "_given": [ABSENT, None]}]))
        assert found(patient(name=[{"given": [None, "B"]}])) == [("Patient.name[0].given[0]", "null")]
        assert found(patient(name=[{"given": [None, "B"], "_given": [None, ABSENT]}])) == [
            ("Patient.name[0].given", "null")
        ]

    def test_a_list_of_objects_has_no_null(self) -> None:
        assert found(patient(name=[None])) == [("Patient.name[0]", "shape")]

    def test_two_types_of_one_choice(self) -> None:
        assert found(goal(startDate="2026", startCodeableConcept={"text": "x"})) == [("Goal", "choice")]
        assert found(observation(_valueString=ABSENT)) == [("Observation", "choice")]
        assert is_valid(without(observation(valueString="a", _valueString=ABSENT), "valueInteger"))


class TestReferences:
    """Reference targets as far as they can be seen (R4 references.html)."""

    @pytest.mark.parametrize(
        "reference",
        [
            "Patient/1",
            "Patient/1/_history/2",
            "https://ehr.example.org/fhir/R4/Patient/1",
            "urn:uuid:2a3d6f63-4f0a-4d3b-9c11-0a6d55d2f2a1",
            "https://ehr.example.org/records/7",
        ],
    )
    def test_allowed(self, reference: str) -> None:
        assert is_valid(careplan(subject={"reference": reference}))

    @pytest.mark.parametrize(
        "reference",
        [
            "Practitioner/1",
            "https://x.org/fhir/Practitioner/1",
            "Practitioner/1/_history/2",
            "Potion/1",
            "1",
            "patient/1",
        ],
    )
    def test_refused(self, reference: str) -> None:
        assert found(careplan(subject={"reference": reference})) == [("CarePlan.subject.reference", "reference-target")]

    def test_by_type_identifier_or_name_only(self) -> None:
        assert is_valid(careplan(subject={"type": "Patient", "identifier": {"value": "1"}}))
        assert is_valid(careplan(subject={"display": "A. Smith"}))
        assert found(careplan(subject={"type": "Device", "display": "x"})) == [
            ("CarePlan.subject.type", "reference-target")
        ]

    def test_the_rule_of_the_target_does_not_hide_other_faults(self) -> None:
        assert found(careplan(subject={"reference": "Patient/1", "foo": 1})) == [
            ("CarePlan.subject.foo", "unknown-element")
        ]


class TestBindings:
    """Required bindings."""

    def test_a_concept_needs_one_coding_of_the_value_set(self) -> None:
        system = "http://terminology.hl7.org/CodeSystem/condition-clinical"
        local = {"system": "http://example.org", "code": "x"}
        good = {"coding": [local, {"system": system, "code": "active"}]}
        assert is_valid(condition(clinicalStatus=good))
        assert found(condition(clinicalStatus={"coding": [local]})) == [("Condition.clinicalStatus.coding", "binding")]
        assert found(condition(clinicalStatus={"text": "active"})) == [("Condition.clinicalStatus", "binding")]

    @pytest.mark.parametrize("kind", ["text/html", "application/fhir+json; charset=utf-8"])
    def test_media_types_have_their_shape(self, kind: str) -> None:
        assert is_valid(patient(photo=[{"contentType": kind}]))
        assert found(patient(photo=[{"contentType": "pdf"}])) == [("Patient.photo[0].contentType", "format")]


class TestExtensions:
    """Extensions: addressed absolutely, one value or parts, never both."""

    def test_a_complex_extension(self) -> None:
        parts = [{"url": "a", "valueCode": "x"}, {"url": "b", "extension": [{"url": "c", "valueString": "y"}]}]
        assert is_valid(careplan(extension=[{"url": "http://example.org/x", "id": "e", "extension": parts}]))

    @pytest.mark.parametrize(
        ("extension", "rule"),
        [
            ({"url": "http://x.org/e"}, "ext-1"),
            ({"url": "http://x.org/e", "id": "a"}, "ext-1"),
            ({"url": "http://x.org/e", "valueCode": "a", "extension": [{"url": "a", "valueCode": "b"}]}, "ext-1"),
            ({"url": "http://x.org/e", "valueCode": "a", "valueString": "b"}, "choice"),
            ({"url": "relative", "valueCode": "a"}, "absolute"),
            ({"url": "http://x.org/e", "valueFoo": "a"}, "unknown-element"),
            ({"valueCode": "a"}, "required"),
        ],
    )
    def test_refused(self, extension: dict[str, Any], rule: str) -> None:
        assert {name for _, name in found(careplan(extension=[extension]))} == {rule}

    def test_nothing_stands_for_the_url(self) -> None:
        told = found(careplan(extension=[{"_url": ABSENT, "valueCode": "a"}]))
        assert ("CarePlan.extension[0].url", "required") in told

    def test_the_extensions_a_profile_names_are_checked(self) -> None:
        profile, url = f"{US_CORE_PROFILES}/us-core-patient", f"{US_CORE_PROFILES}/us-core-race"
        named = patient(name=[{"family": "A"}], identifier=[{"system": "http://x.org", "value": "1"}], gender="female")
        race = {"url": url, "extension": [{"url": "text", "valueString": "x"}]}
        assert is_valid({**named, "extension": [race]}, [profile])
        assert [rule for _, rule in found({**named, "extension": [race, race]}, profile)] == ["slice"]
        wrong = {"url": url, "extension": [{"url": "text", "valueCode": "x"}]}
        assert {rule for _, rule in found({**named, "extension": [wrong]}, profile)} == {"choice-type", "required"}


@pytest.mark.parametrize("nonsense", [None, 5, True, "x", [], {}, [[]], [{}], [None], {"reference": {}}, {"coding": 5}])
@pytest.mark.parametrize(
    "name", ["text", "meta", "subject", "category", "period", "goal", "extension", "id", "activity"]
)
def test_nonsense_is_an_issue_and_no_crash(name: str, nonsense: Any) -> None:
    issues = validate(careplan(**{name: nonsense}), [CAREPLAN])
    assert issues
    assert all(issue.message for issue in issues)


def test_a_resource_straight_from_the_wire_is_accepted() -> None:
    text = rawjson.write(observation())
    assert is_valid(rawjson.parse(text))
