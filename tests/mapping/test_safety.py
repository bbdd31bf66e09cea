"""The Task of a safety item: who has to act, and what is told of a form that was never sent (decision-D21, D67)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ipt_fhir import rawjson
from ipt_fhir.mapping.episode import from_fhir, to_fhir
from ipt_fhir.mapping.references import Writing, item_key
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.measures import Answer, Response, SafetyAct, SafetyItem
from ipt_fhir.model.people import Person
from ipt_fhir.rawjson import JsonObject
from tests.mapping.example import EXAMPLE, id_of

AT = datetime(2026, 3, 2, 20, 15, tzinfo=UTC)
DUTY = Person(display="ZZTEST Duty", reference="Practitioner/duty-1")
BACKUP = Person(display="ZZTEST Backup", reference="Practitioner/backup-1")
UNSENT = SafetyItem(id=id_of(90), response=id_of(91), link_id="/44260-8", answer="LA6570-1", opened=AT, owner=DUTY)
SENT = Response(
    id=UNSENT.response,
    instrument="phq-9",
    authored=AT.replace(hour=21),
    answers=(Answer(link_id="/44260-8", code="LA6570-1"),),
    self_entered=True,
)
WRITING = Writing(patient="alma", known={})


def course(item: SafetyItem, *responses: Response) -> Episode:
    return replace(EXAMPLE, responses=responses, safety_items=(item,))


def written(episode: Episode, chart: dict[str, JsonObject] | None = None) -> dict[str, JsonObject]:
    return to_fhir(episode, WRITING, chart)


def test_the_task_of_a_form_that_was_not_sent_tells_who_must_act_and_points_to_nothing_unfiled() -> None:
    task = written(course(UNSENT))[UNSENT.id]
    assert task["owner"] == {"reference": "Practitioner/duty-1", "display": "ZZTEST Duty"}
    assert (task["status"], "focus" in task) == ("requested", False)
    assert "To act: ZZTEST Duty." in task["text"]["div"]


def test_nothing_else_of_a_form_that_was_not_sent_is_filed() -> None:
    resources = written(course(UNSENT))
    kinds = [item["resourceType"] for item in resources.values()]
    assert "QuestionnaireResponse" not in kinds
    assert "Observation" not in kinds


def test_the_item_comes_back_from_the_chart_alone() -> None:
    episode = course(UNSENT)
    assert from_fhir(written(episode).values()).episode.safety_items == (UNSENT,)


def test_once_the_form_is_sent_the_same_task_points_to_the_answer() -> None:
    before = written(course(UNSENT))
    after = written(course(UNSENT, SENT), before)
    task = after[UNSENT.id]
    assert task["focus"] == {"reference": f"urn:uuid:{item_key(SENT.id, '/44260-8')}"}
    assert [item["type"]["text"] for item in task["input"]] == ["linkId", "answer"]
    assert from_fhir(after.values()).episode.safety_items == (UNSENT,)


def test_an_answer_taken_back_before_sending_leaves_the_item_and_no_dead_reference() -> None:
    """Answered, then skipped, then sent: a person acts all the same."""
    other = replace(SENT, answers=(Answer(link_id="/44250-9", code="LA6568-5"),))
    resources = written(course(UNSENT, other))
    assert "focus" not in resources[UNSENT.id]
    assert from_fhir(resources.values()).episode.safety_items == (UNSENT,)


def test_a_re_assignment_changes_the_owner_of_the_same_task_and_nothing_else() -> None:
    before = written(course(UNSENT))
    chart = {key: rawjson.copy(resource) for key, resource in before.items()}
    after = written(course(replace(UNSENT, owner=BACKUP)), chart)
    changed = [key for key, resource in after.items() if not rawjson.equal(resource, before[key])]
    assert changed == [UNSENT.id]
    assert after[UNSENT.id]["owner"]["reference"] == "Practitioner/backup-1"
    differing = {name for name in after[UNSENT.id] if after[UNSENT.id][name] != before[UNSENT.id].get(name)}
    assert differing == {"owner", "text"}


def test_a_colleague_who_takes_the_task_in_the_chart_is_its_owner_here() -> None:
    resources = written(course(UNSENT))
    resources[UNSENT.id]["owner"] = {"reference": "Practitioner/other-7", "display": "ZZTEST Other"}
    (item,) = from_fhir(resources.values()).episode.safety_items
    assert item.owner == Person(display="ZZTEST Other", reference="Practitioner/other-7")


def test_an_input_somebody_else_added_is_passed_over_and_stays() -> None:
    resources = written(course(UNSENT))
    theirs = {"type": {"text": "form"}, "valueReference": {"reference": "Questionnaire/1"}}
    resources[UNSENT.id]["input"].append(theirs)
    assert from_fhir(resources.values()).episode.safety_items == (UNSENT,)
    assert theirs in written(course(replace(UNSENT, owner=BACKUP)), resources)[UNSENT.id]["input"]


def test_who_accepted_a_hand_over_takes_the_place_of_the_owner() -> None:
    settled = replace(UNSENT, owner=None, act=SafetyAct.HANDED_OVER, settled=AT, handed_to="ZZTEST Nurse")
    with pytest.raises(ValueError, match="takes the place"):
        replace(settled, owner=DUTY)
    assert from_fhir(written(course(settled)).values()).episode.safety_items == (settled,)
