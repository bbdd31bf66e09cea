"""Groups open once for each thing the chart says (itemPopulationContext)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.filling import Filling, Origin
from tests.questionnaires.forms import NOW, fhirpath, group, item, opened, sent, shown

PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "contact": [
        {"name": {"family": "Dahl", "given": ["Ida", "Eva"]}},
        {"name": {"family": "Berg", "given": ["Per"]}},
    ],
}
FAMILY = item("family", extension=[fhirpath(Known.INITIAL_EXPRESSION, "%person.name.family")])


def filling(*items: dict[str, Any], patient: dict[str, Any] = PATIENT) -> Filling:
    return opened(*items, surroundings=replace(NOW, resources={"patient": patient}))


def contacts(*below: dict[str, Any], **members: Any) -> dict[str, Any]:
    context = fhirpath(Known.ITEM_POPULATION_CONTEXT, "%patient.contact", "person")
    return group("contacts", *below, extension=[context], **members)


def families(found: Filling) -> list[str]:
    return [at.answers[0].value.content for at in found.walk() if at.item.link_id == "family" and at.answers]


def test_a_group_is_opened_once_for_each_value() -> None:
    found = filling(contacts(FAMILY, repeats=True))
    assert families(found) == ["Dahl", "Berg"]
    assert shown(found, "family").origin is Origin.CHART
    assert len(sent(found)) == 2


def test_a_group_without_a_value_stands_open_once() -> None:
    found = filling(contacts(FAMILY, repeats=True), patient={"resourceType": "Patient", "id": "p1"})
    assert [at.item.link_id for at in found.walk()] == ["contacts", "family"]
    assert found.problems == ()


def test_a_group_inside_a_group_looks_at_the_outer_value() -> None:
    context = fhirpath(Known.ITEM_POPULATION_CONTEXT, "%person.name.given", "given")
    given = item("given", extension=[fhirpath(Known.INITIAL_EXPRESSION, "%given")])
    found = filling(contacts(FAMILY, group("names", given, extension=[context], repeats=True), repeats=True))
    names = [at.answers[0].value.content for at in found.walk() if at.item.link_id == "given"]
    assert names == ["Ida", "Eva", "Per"]


def test_several_values_for_a_group_that_stands_once_are_a_problem() -> None:
    """To take the first would be a guess."""
    found = filling(contacts(FAMILY))
    assert families(found) == []
    assert [(problem.link_id, problem.named) for problem in found.problems] == [("contacts", "2")]


def test_what_cannot_be_found_out_is_said_at_the_group() -> None:
    context = fhirpath(Known.ITEM_POPULATION_CONTEXT, "%nobody.contact", "person")
    found = opened(group("contacts", FAMILY, extension=[context], repeats=True))
    assert "%nobody" in shown(found, "contacts").problem


def test_a_value_that_was_changed_is_nobodys_but_the_persons() -> None:
    found = filling(contacts(FAMILY, repeats=True))
    items = [{"linkId": "contacts", "item": [{"linkId": "family", "answer": [{"valueString": "Lie"}]}]}]
    changed = found.with_items(items)
    assert families(changed) == ["Lie"]
    assert shown(changed, "family").origin is None
