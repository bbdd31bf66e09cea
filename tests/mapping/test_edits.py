"""An edit of ours changes our elements and nothing else, compared token by token (decision-D3, invariant I14)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir import rawjson
from ipt_fhir.mapping.episode import changed, from_fhir, to_fhir
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.activities import ActivityStatus
from ipt_fhir.model.episode import Episode, EpisodeStatus
from ipt_fhir.model.sessions import Mode, Phase, Session
from tests.mapping.example import EXAMPLE, GOAL_BY_SCORE, START
from tests.mapping.test_episode import WRITING, server_copies

COPIES, KNOWN = server_copies(to_fhir(EXAMPLE, WRITING))
KNOWING = Writing(patient="alma", known=KNOWN)

# What a hospital and other clinicians may have put beside ours, spelled so that any re-serialiser would disturb it.
OTHERS_GOAL = rawjson.parse(
    b'{"id":"keep-me","meta":{"versionId":"7","security":[{"system":"urn:x","code":"R"}]},"language":"en-US",'
    b'"extension":[{"url":"urn:hospital:weight","valueDecimal":1.50},{"url":"urn:hospital:tiny","valueDecimal":1e-7}],'
    b'"_lifecycleStatus":{"extension":[{"url":"urn:hospital:who","valueString":"B\\u00e9la"}]},'
    b'"statusDate":"2026-01-05","note":[{"time":"2026-01-05T10:00:00.120+00:00","text":"theirs"}],'
    b'"outcomeCode":[{"text":"theirs"}]}'
)


def with_theirs(ours: dict[str, Any]) -> dict[str, Any]:
    theirs = rawjson.copy(OTHERS_GOAL)
    merged = {**ours, **{name: value for name, value in theirs.items() if name not in ours}}
    merged["extension"] = theirs["extension"] + ours.get("extension", [])
    merged["category"] = [{"text": "theirs"}, *ours["category"]]
    merged["identifier"] = [{"system": "urn:hospital", "value": "G7"}, *ours["identifier"]]
    merged["target"] = [*ours["target"], {"dueDate": "2027-01-01", "measure": {"text": "theirs"}}]
    return merged


def tokens(resource: Any) -> list[bytes]:
    """The JSON text as tokens; what is equal here is spelled equally."""
    return re.findall(rb'"(?:[^"\\]|\\.)*"|[^\s"]', rawjson.write(resource))


def edited(episode: Episode, chart: dict[str, Any]) -> dict[str, Any]:
    return to_fhir(episode, KNOWING, chart)


def test_an_edit_of_a_goal_leaves_everything_of_others_as_it_was() -> None:
    chart = {**COPIES, GOAL_BY_SCORE.id: with_theirs(COPIES[GOAL_BY_SCORE.id])}
    new = replace(EXAMPLE, goals=(replace(GOAL_BY_SCORE, text="Feel like myself again."), EXAMPLE.goals[1]))
    after = edited(new, chart)[GOAL_BY_SCORE.id]
    before = chart[GOAL_BY_SCORE.id]
    assert after["description"] == {"text": "Feel like myself again."}
    ours = {"description", "text"}
    assert list(before) == list(after)
    for name in before.keys() - ours:
        assert tokens(before[name]) == tokens(after[name]), name


def test_a_session_is_added_to_the_progress_and_the_plan_of_others_stays() -> None:
    """Somebody added an activity and a progress note in the chart (CarePlan users of a known engine lost these)."""
    plan = rawjson.copy(COPIES[EXAMPLE.id])
    plan["activity"].insert(0, {"detail": {"status": "scheduled", "description": "Walk daily"}, "id": "theirs"})
    plan["activity"][1]["progress"].append({"text": "Seen by the ward", "time": "2026-01-20"})
    plan["addresses"].append({"reference": "Condition/theirs"})
    plan["goal"].append({"reference": "Goal/theirs", "display": "theirs"})
    chart = {**COPIES, EXAMPLE.id: plan}
    read = from_fhir(chart.values()).episode
    assert [item.text for item in read.activities if not item.by_us] == ["Walk daily"]
    fourth = Session(number=4, date=START.replace(day=26), phase=Phase.MIDDLE, mode=Mode.PHONE)
    after = edited(replace(read, sessions=(*read.sessions, fourth)), chart)[EXAMPLE.id]
    assert after["activity"][0] == plan["activity"][0]
    assert plan["activity"][1]["progress"][-1] in after["activity"][1]["progress"]
    assert len(after["activity"][1]["progress"]) == 5
    assert after["goal"] == plan["goal"]
    assert {"reference": "Condition/theirs"} in after["addresses"]
    assert from_fhir({**chart, EXAMPLE.id: after}.values()).episode.sessions[-1] == fourth


def test_another_spelling_of_the_same_value_is_left_alone() -> None:
    """fault-F33: no edit ping-pong with a server that normalises."""
    goal = rawjson.copy(COPIES[GOAL_BY_SCORE.id])
    goal["target"][0]["detailQuantity"]["value"] = rawjson.parse(b"5.0")
    goal["subject"] = {"reference": "https://ehr.example/fhir/Patient/alma", "display": "Alma"}
    goal["achievementStatus"]["coding"][0]["userSelected"] = False
    chart = {**COPIES, GOAL_BY_SCORE.id: goal}
    assert changed(edited(EXAMPLE, chart), chart) == []


def test_a_narrative_of_somebody_else_is_never_replaced() -> None:
    plan = rawjson.copy(COPIES[EXAMPLE.id])
    plan["text"] = {"status": "additional", "div": "<div>by hand</div>"}
    chart = {**COPIES, EXAMPLE.id: plan}
    after = edited(replace(EXAMPLE, status=EpisodeStatus.ON_HOLD), chart)[EXAMPLE.id]
    assert after["text"] == plan["text"]
    assert after["status"] == "on-hold"


def test_a_status_word_of_others_that_means_ours_stays() -> None:
    key = EXAMPLE.activities[2].id
    task = {**rawjson.copy(COPIES[key]), "status": "in-progress"}
    chart = {**COPIES, key: task}
    assert from_fhir(chart.values()).episode.activities[2].status is ActivityStatus.PLANNED
    assert changed(edited(EXAMPLE, chart), chart) == []


_FOREIGN = st.dictionaries(
    st.sampled_from(["_title", "note", "contributor", "urn_unknown", "custom"]),
    st.recursive(
        st.text(max_size=5) | st.integers() | st.booleans(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
        max_leaves=6,
    ),
)


@given(_FOREIGN, st.sampled_from(EpisodeStatus), st.sampled_from(Phase))
def test_unknown_members_survive_any_edit_of_the_plan(
    foreign: dict[str, Any], status: EpisodeStatus, phase: Phase
) -> None:
    plan = {**rawjson.copy(COPIES[EXAMPLE.id]), **foreign}
    chart = {**COPIES, EXAMPLE.id: plan}
    after = edited(replace(EXAMPLE, status=status, phase=phase), chart)[EXAMPLE.id]
    for name, value in foreign.items():
        assert tokens(after[name]) == tokens(value)
