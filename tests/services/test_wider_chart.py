"""What others wrote into the chart around this therapy."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir.terminology import systems
from smart_app.sandbox.charts import demo_charts
from smart_app.services.wider_chart import WIDER_TYPES, Why, WiderChart, granted, wider_chart

BOTH = set(WIDER_TYPES)
OURS = {"resourceType": "CarePlan", "id": "1", "identifier": [{"system": systems.IDENTIFIER, "value": "x"}]}


def chart_of(patient: str) -> list[dict[str, Any]]:
    return [item for item in demo_charts() if item.get("subject", {}).get("reference") == f"Patient/{patient}"]


def test_other_plans_teams_and_medication_are_shown_and_ours_is_not() -> None:
    found = wider_chart([*chart_of("zztest-bene"), OURS], "zztest-bene", BOTH, ())
    (plan,) = found.plans
    assert (plan.title, plan.author, plan.goals) == (
        "Life after the heart attack",
        "Mika ZZTEST-LINDNER",
        ("Walk half an hour on most days",),
    )
    first = plan.activities[0]
    assert (first.words, first.status) == ("Cardiac rehabilitation, phase III", "in-progress")
    assert [member.name for member in found.teams[0].members] == ["Mika ZZTEST-LINDNER", "Heart sport group, Tuesdays"]
    assert [(item.words, item.dosage) for item in found.medications] == [
        ("Antidepressant", ("One tablet in the morning",))
    ]
    assert found.withheld == ()


def test_what_is_not_understood_is_named_with_its_place() -> None:
    (plan,) = wider_chart(chart_of("zztest-chi"), "zztest-chi", BOTH, ()).plans
    assert [gap.location for gap in plan.gaps] == ["CarePlan.extension[0]"]


def test_a_goal_without_words_in_the_reference_speaks_for_itself() -> None:
    resources = chart_of("zztest-bene")
    plan = next(item for item in resources if item["resourceType"] == "CarePlan")
    bare = {**plan, "goal": [{"reference": plan["goal"][0]["reference"]}, {"reference": "Goal/gone"}]}
    found = wider_chart([*(item for item in resources if item is not plan), bare], "zztest-bene", BOTH, ())
    assert found.plans[0].goals == ("Walk half an hour on most days",)


def test_the_living_come_first_and_a_long_list_says_that_it_was_cut() -> None:
    plans = [
        {"resourceType": "CarePlan", "id": str(n), "title": f"Plan {n}", "status": "completed" if n < 20 else "active"}
        for n in range(23)
    ]
    found = wider_chart(plans, "x", BOTH, ())
    assert ([plan.title for plan in found.plans[:3]], found.more_plans) == (["Plan 20", "Plan 21", "Plan 22"], 3)
    in_error = [{**plans[22], "status": "entered-in-error"}]
    assert wider_chart(in_error, "x", BOTH, ()).plans == ()


def test_a_plan_of_another_release_is_named_and_not_opened() -> None:
    found = wider_chart([{"resourceType": "CarePlan", "id": "1", "addresses": [{"concept": {}}]}], "x", BOTH, ())
    assert (found.plans[0].release, found.plans[0].title) == ("R5", "")


@pytest.mark.parametrize(
    ("scopes", "asked"),
    [
        (("patient/*.rs",), WIDER_TYPES),
        (("patient/CareTeam.read", "user/MedicationRequest.rs"), WIDER_TYPES),
        (("patient/CareTeam.r", "patient/MedicationRequest.s"), ("MedicationRequest",)),
        (("patient/CarePlan.crus",), ()),
    ],
)
def test_only_what_was_granted_is_asked_for(scopes: tuple[str, ...], asked: tuple[str, ...]) -> None:
    assert granted(scopes) == asked


def test_nothing_read_is_not_nothing_there() -> None:
    found = wider_chart([], "x", {"MedicationRequest"}, {"MedicationRequest"})
    assert found.withheld_of("CareTeam") is Why.NOT_GRANTED
    assert found.withheld_of("MedicationRequest") is Why.REFUSED
    assert wider_chart([], "x", BOTH, ()).withheld_of("CareTeam") is None


FOUND_IN_CHARTS = (
    "status title description category goal activity participant name period author text note contained identifier "
    "medicationCodeableConcept medicationReference dosageInstruction authoredOn"
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "resourceType": st.sampled_from(["CarePlan", "CareTeam", "MedicationRequest", "Goal"]),
                "id": st.just("1"),
            },
            optional=dict.fromkeys(FOUND_IN_CHARTS.split(), ANYTHING),
        ),
        max_size=4,
    )
)
def test_whatever_a_chart_holds_it_can_be_kept_and_read_again(resources: list[dict[str, Any]]) -> None:
    found = wider_chart(resources, "x", BOTH, ())
    assert msgspec.json.decode(msgspec.json.encode(found), type=WiderChart) == found
