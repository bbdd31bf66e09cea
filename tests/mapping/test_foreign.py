"""What a hospital wrote itself opens read-only, as far as understood, and says what was not."""

from __future__ import annotations

import json
import tarfile
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir import rawjson
from ipt_fhir.mapping.foreign import Opened, open_foreign
from ipt_fhir.mapping.members import MEMBERS, RESOURCES, SILENT, STATUSES, step
from ipt_fhir.mapping.releases import Release
from ipt_fhir.model.foreign import WORDS, ForeignGoal, ForeignPlan, ForeignResponse, Reason
from ipt_fhir.validation import schemas
from tests.mapping.sprinkling import at, places
from tests.published import published
from tests.validation import examples
from tests.validation.examples import careplan, goal

CORE = "ig/hl7.fhir.r4.core-4.0.1-conformance-subset.tgz"
R4 = "4.0.1"


def plan_of(opened: Opened) -> ForeignPlan:
    assert isinstance(opened.value, ForeignPlan)
    return opened.value


def goal_of(opened: Opened) -> ForeignGoal:
    assert isinstance(opened.value, ForeignGoal)
    return opened.value


def response_of(opened: Opened) -> ForeignResponse:
    assert isinstance(opened.value, ForeignResponse)
    return opened.value


def noted(opened: Opened) -> dict[str, Reason]:
    return {item.location: item.reason for item in opened.not_understood}


def sample(name: str) -> dict[str, Any]:
    return examples.samples()[name]


def response(*items: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"resourceType": "QuestionnaireResponse", "status": "completed", "item": list(items), **members}


# Real files.


def test_a_plan_of_a_population_generator_reads_as_text() -> None:
    resource = sample("careplans/generated-sample-data-0435c985-6bad-4226-9db6-043ff14d6293.json")
    plan = plan_of(open_foreign(resource))
    assert plan.subject is not None
    assert plan.subject.reference.startswith("urn:uuid:")
    assert plan.categories
    assert all(activity.words and activity.status for activity in plan.activities)
    assert plan.period.start == resource["period"]["start"]


def test_the_goals_a_plan_holds_itself_are_opened_and_lend_their_words() -> None:
    opened = open_foreign(sample("careplans/client-py-integrate.json"), R4)
    plan = plan_of(opened)
    assert not [item for item in plan.goals if item.reference.startswith("#") and not item.words]
    resource = sample("careplans/android-fhir-AncVisit-PlanDefinition.json")
    held = [item for item in resource["contained"] if item["resourceType"] == "Goal"]
    assert len(plan_of(open_foreign(resource)).contained_goals) == len(held) == 1


def test_the_id_of_a_mongodb_export_is_no_element() -> None:
    opened = open_foreign(sample("goals/personal-health-record-format-ig-WGT-loss.json"))
    assert noted(opened)["Goal._id"] is Reason.UNKNOWN_ELEMENT
    assert goal_of(opened).words


def test_questions_and_answers_stand_in_order_and_nested() -> None:
    found = response_of(open_foreign(sample("questionnaireresponses/US-Core-AUDIT-C-2.json")))
    rows = list(found.rows())
    assert len(rows) >= 4
    assert all(question and answer for _, question, answer in rows)


def test_questions_below_an_answer_and_repeated_link_ids_are_kept() -> None:
    below = {"linkId": "1.1", "text": "Which?", "answer": [{"valueString": "Walking"}]}
    asked = {"linkId": "1", "text": "Any?", "answer": [{"valueBoolean": True, "item": [below]}]}
    found = response_of(open_foreign(response(asked, asked)))
    assert list(found.rows()) == [(0, "Any?", "true"), (1, "Which?", "Walking")] * 2


def test_every_sample_and_official_example_opens_or_is_refused_by_name() -> None:
    everything = {**examples.samples(), **examples.r4(), **examples.us_core("6.1.0"), **examples.us_core("8.0.0")}
    ours = [item for item in everything.values() if item["resourceType"] in RESOURCES]
    assert len(ours) > 130
    for resource in ours:
        opened = open_foreign(resource)
        assert (opened.value is None) == (opened.release not in {Release.R4, Release.UNKNOWN})
        assert opened.refusal() or opened.release is Release.R4
        assert open_foreign(resource, R4).value is not None


def test_files_of_other_releases_are_refused_by_name() -> None:
    for name, resource in examples.samples().items():
        if name.startswith("other-versions/"):
            opened = open_foreign(resource)
            assert opened.value is None
            assert opened.release.value in opened.refusal()


# Quirks of hospitals whose files may not be kept.


def test_a_document_in_the_narrative_is_plain_text_even_when_its_markup_is_escaped() -> None:
    """Oracle Health (Cerner): title, author and a whole History and Physical as escaped HTML."""
    document = (
        "&lt;html&gt;&lt;head&gt;&lt;style&gt;p {}&lt;/style&gt;&lt;/head&gt;&lt;body&gt;&lt;p&gt;Mood low&lt;/p&gt;"
    )
    document += "&lt;script&gt;alert(1)&lt;/script&gt;&lt;ul&gt;&lt;li&gt;PHQ-9 &amp;lt; 5&lt;/li&gt;&lt;/ul&gt;"
    text = {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{document}</div>'}
    opened = open_foreign(careplan(text=text, title="History and Physical", status="entered-in-error"), R4)
    plan = plan_of(opened)
    assert plan.narrative == "Mood low\nPHQ-9 < 5"
    assert plan.only_narrative
    assert noted(opened) == {
        "CarePlan.status": Reason.ENTERED_IN_ERROR,
        "CarePlan.text.div": Reason.ESCAPED,
    }


def test_a_narrative_beside_content_is_not_all_there_is() -> None:
    opened = open_foreign(careplan(activity=[{"detail": {"status": "scheduled", "description": "Walk"}}]))
    assert plan_of(opened).narrative == "A course of IPT"
    assert not plan_of(opened).only_narrative


def test_a_number_in_quotes_is_no_number() -> None:
    asked = {"linkId": "1", "text": "Weight", "answer": [{"valueQuantity": {"value": "20", "unit": "kg"}}]}
    opened = open_foreign(response(asked))
    place = "QuestionnaireResponse.item[0].answer[0]"
    assert noted(opened) == {
        f"{place}.value.ofType(Quantity).value": Reason.OTHER_TYPE,
        place: Reason.EMPTY,
    }
    assert [row[2] for row in response_of(opened).rows()] == [""]


def test_numbers_and_times_stay_as_they_are_spelled() -> None:
    text = b'{"resourceType":"QuestionnaireResponse","authored":"2026-01-05T10:00:00.123456+00:00","item":[{"answer":['
    text += b'{"valueDecimal":1.50},{"valueDecimal":1e2},{"valueQuantity":{"value":5.0,"code":"{score}"}}]}]}'
    found = response_of(open_foreign(rawjson.parse_object(text)))
    assert found.authored == "2026-01-05T10:00:00.123456+00:00"
    assert [answer.words for answer in found.items[0].answers] == ["1.50", "1e2", "5.0 {score}"]


@pytest.mark.parametrize("spelling", ["05.01.2026", "2026-1-5", "2026-01-05T10:00", "yesterday"])
def test_a_time_fhir_does_not_spell_so_is_shown_and_named(spelling: str) -> None:
    opened = open_foreign(goal(startDate=spelling))
    assert goal_of(opened).start == spelling
    assert noted(opened) == {"Goal.start.ofType(date)": Reason.TIME}


def test_references_with_a_display_only_no_subject_and_categories_in_words() -> None:
    """Epic gives displays beside references; others give nothing else."""
    resource = careplan(goal=[{"display": "Sleep through"}], category=[{"text": "Longitudinal"}])
    del resource["subject"]
    plan = plan_of(open_foreign(resource))
    assert [(item.reference, item.words) for item in plan.goals] == [("", "Sleep through")]
    assert (plan.subject, plan.categories) == (None, ("Longitudinal",))


def test_an_extension_and_above_all_one_that_changes_the_meaning_is_named_with_its_url() -> None:
    one, other = {"url": "urn:hospital:a", "valueString": "x"}, {"url": "urn:hospital:not", "valueBoolean": True}
    resource = goal(extension=[one], modifierExtension=[other], _startDate={"extension": [one]})
    words = {item.location: item.words() for item in open_foreign(resource).not_understood}
    assert words == {
        "Goal.extension[0]": "extension nobody here knows: urn:hospital:a",
        "Goal.modifierExtension[0]": "extension nobody here knows, and it may change the meaning of all the rest: "
        "urn:hospital:not",
        "Goal.start.ofType(date).extension[0]": "extension nobody here knows: urn:hospital:a",
    }


def test_planned_work_says_what_and_when() -> None:
    repeat = {"frequency": 1, "period": 2, "periodUnit": "wk", "boundsPeriod": {"start": "2026-01"}}
    detail = {
        "status": "in-progress",
        "code": {"coding": [{"code": "x", "display": "Group"}]},
        "description": "Evening",
    }
    resource = careplan(
        activity=[
            {"detail": {**detail, "scheduledTiming": {"repeat": repeat}, "doNotPerform": True}},
            {"detail": {"status": "odd", "scheduledString": "after lunch", "kind": "Task"}},
            {
                "reference": {"reference": "Task/1", "display": "Call"},
                "progress": [{"text": "Done", "time": "2026-02"}],
            },
        ]
    )
    opened = open_foreign(resource)
    first, second, third = plan_of(opened).activities
    assert (first.words, first.timing, first.forbidden) == ("Group: Evening", "1 × / 2 wk; 2026-01", True)
    assert (second.timing, second.kind, second.status) == ("after lunch", "Task", "odd")
    assert third.link is not None
    assert (third.words, third.link.reference) == ("Call", "Task/1")
    assert [note.words for note in third.progress] == ["Done"]
    assert noted(opened) == {"CarePlan.activity[1].detail.status": Reason.CODE}


def test_a_goal_says_its_aim_whatever_its_type() -> None:
    aims: list[dict[str, Any]] = [
        {"detailQuantity": {"comparator": "<", "value": 5, "unit": "points"}},
        {"detailRange": {"low": {"value": 1}, "high": {"value": 2, "code": "kg"}}},
        {"detailString": "less"},
        {"detailBoolean": False},
        {"detailInteger": 0},
        {"detailRatio": {"numerator": {"value": 1}, "denominator": {"value": 3}}},
        {"detailCodeableConcept": {"text": "settled"}, "dueDuration": {"value": 3, "unit": "months"}},
    ]
    opened = open_foreign(goal(target=[{"measure": {"text": "m"}, **aim} for aim in aims]))
    found = goal_of(opened).targets
    assert [item.aim for item in found] == ["< 5 points", "1 – 2 kg", "less", "false", "0", "1 / 3", "settled"]
    assert found[-1].due == "3 months"
    assert opened.not_understood == ()


def test_security_labels_are_shown() -> None:
    labels = [{"system": "urn:x", "code": "R", "display": "restricted"}, {"code": "PSY"}]
    assert goal_of(open_foreign(goal(meta={"security": labels}))).security == ("restricted", "PSY")


def test_a_type_that_is_not_opened_here_is_refused() -> None:
    for kind in ("Patient", ["CarePlan"], None):
        opened = open_foreign({"resourceType": kind})
        assert opened.value is None
        assert noted(opened) == {"resourceType": Reason.CODE}


def test_every_reason_has_its_words() -> None:
    assert set(WORDS) == set(Reason)


# Laws.

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
FULL: dict[str, dict[str, Any]] = {
    "CarePlan": careplan(
        meta={"security": [{"code": "R"}]},
        period={"start": "2026"},
        category=[{"coding": [{"code": "x"}]}],
        goal=[{"reference": "#g"}],
        contained=[goal(id="g", target=[{"detailQuantity": {"value": 5}}])],
        activity=[{"detail": {"status": "scheduled", "scheduledTiming": {"repeat": {"frequency": 1}}}}],
        note=[{"text": "seen", "authorReference": {"display": "x"}}],
    ),
    "Goal": goal(
        target=[{"measure": {"text": "m"}, "detailRange": {"low": {"value": 1}}}], addresses=[{"display": "x"}]
    ),
    "QuestionnaireResponse": response(
        {"linkId": "1", "answer": [{"valueQuantity": {"value": 1}, "item": [{"linkId": "2"}]}]}, author={"display": "x"}
    ),
}


@given(st.sampled_from(sorted(RESOURCES)), st.data())
def test_nothing_a_hospital_writes_breaks_the_reading(kind: str, data: st.DataObject) -> None:
    resource = rawjson.copy(FULL[kind])
    for _ in range(data.draw(st.integers(1, 3))):
        place = at(resource, data.draw(st.sampled_from(places(resource))))
        if isinstance(place, list):
            place.insert(0, data.draw(JSON))
        else:
            name = data.draw(st.sampled_from(sorted(set(place) - {"resourceType"} | {"new", "_status", "extension"})))
            place[name] = data.draw(JSON)
    for version in (None, R4, "4.3.0"):
        assert open_foreign(resource, version).refusal() or version == R4 or version is None


@given(st.sampled_from(sorted(RESOURCES)), st.data())
def test_no_unknown_member_is_passed_over(kind: str, data: st.DataObject) -> None:
    """At whatever depth it stands, a place is named that holds it."""
    resource = rawjson.copy(FULL[kind])
    objects = [path for path in places(resource) if isinstance(at(resource, path), dict)]
    before = set(open_foreign(resource, R4).not_understood)
    path = data.draw(st.sampled_from(objects))
    at(resource, path)["unheardOf"] = 1
    new = set(open_foreign(resource, R4).not_understood) - before
    assert [item.location.rpartition(".")[2] for item in new] == ["unheardOf"]
    assert [item.reason for item in new] == [Reason.UNKNOWN_ELEMENT]


# The tables against the official definitions.


@cache
def definitions() -> dict[str, list[dict[str, Any]]]:
    wanted = {f"package/StructureDefinition-{kind.split('.')[0]}.json" for kind in MEMBERS}
    found = {}
    with tarfile.open(published(CORE)) as archive:
        for member in archive:
            stream = archive.extractfile(member) if member.name in wanted else None
            if stream:
                content = json.load(stream)
                found[content["name"]] = content["snapshot"]["element"]
    return found


def definition(kind: str) -> list[dict[str, Any]]:
    return definitions()[kind.split(".")[0]]


def names_below(kind: str) -> set[str]:
    found = set()
    for element in definition(kind):
        owner, _, name = element["path"].rpartition(".")
        choices = [item["code"] for item in element.get("type", [])] if name.endswith("[x]") else [""]
        if owner == kind:
            found |= {name.removesuffix("[x]") + choice[:1].upper() + choice[1:] for choice in choices}
    return found


@pytest.mark.parametrize("kind", MEMBERS)
def test_the_members_are_those_of_the_official_definition(kind: str) -> None:
    assert MEMBERS[kind] - {"resourceType"} == names_below(kind)


@pytest.mark.parametrize("kind", MEMBERS)
def test_choices_are_named_as_fhirpath_does(kind: str) -> None:
    chosen = {e["path"] for e in definition(kind) if e["path"].endswith("[x]")}
    for name in MEMBERS[kind] - SILENT:
        spelled = step(kind, name)
        assert (".ofType(" in spelled) == (f"{kind}.{name}" not in all_paths(kind)), name
        assert spelled == name or f"{kind}.{spelled.partition('.')[0]}[x]" in chosen


def all_paths(kind: str) -> set[str]:
    return {element["path"] for element in definition(kind)} | {f"{kind}.resourceType"}


def test_the_status_words_are_those_of_the_official_value_sets() -> None:
    """codes.json is generated from the official package."""
    official = schemas.document("codes.json")["$defs"]
    sets = {
        "CarePlan.status": "request-status",
        "CarePlan.intent": "care-plan-intent",
        "Goal.lifecycleStatus": "goal-status",
        "QuestionnaireResponse.status": "questionnaire-answers-status",
        "CarePlan.activity.detail.status": "care-plan-activity-status",
    }
    assert {place: set(official[name]["enum"]) for place, name in sets.items()} == STATUSES
