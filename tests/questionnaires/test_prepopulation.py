"""A form is filled in from the launch and the record, with the launched patient's data only."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.filling import Filling, Origin, open_filling
from ipt_fhir.questionnaires.form_reading import read_form
from ipt_fhir.questionnaires.prepopulation import Prepared, prepopulate
from ipt_fhir.rawjson import JsonObject
from tests.published import published
from tests.questionnaires.forms import NOW, extension, fhirpath, form_of, item, questionnaire, shown

PATIENT: JsonObject = {
    "resourceType": "Patient",
    "id": "p1",
    "gender": "female",
    "birthDate": "1974-12-25",
    "name": [{"use": "official", "family": "Solvang", "given": ["Una"]}],
}
LAUNCHED = replace(NOW, resources={"patient": PATIENT})


class Record:
    """A record that answers from a list, and remembers what it was asked."""

    def __init__(self, *resources: JsonObject, answers: bool = True) -> None:
        self.resources = resources
        self.answers = answers
        self.asked: list[str] = []
        self.rounds = 0

    def __call__(self, queries: Sequence[str]) -> list[JsonObject | None]:
        self.asked += queries
        self.rounds += 1
        return [self._answer(query.partition("?")[0]) for query in queries]

    def _answer(self, kind: str) -> JsonObject | None:
        entries = [{"resource": found} for found in self.resources if found["resourceType"] == kind]
        return {"resourceType": "Bundle", "type": "searchset", "entry": entries} if self.answers else None


def observation(code: str, patient: str = "p1", **members: Any) -> JsonObject:
    head = {"resourceType": "Observation", "status": "final", "subject": {"reference": f"Patient/{patient}"}}
    coded = {"code": {"coding": [{"system": "http://loinc.org", "code": code}]}}
    return {**head, **coded, "effectiveDateTime": "2026-07-01", **members}


def query(name: str, text: str, known: Known = Known.VARIABLE) -> JsonObject:
    return extension(known, valueExpression={"name": name, "language": "application/x-fhir-query", "expression": text})


def initial(link_id: str, text: str, kind: str = "string") -> JsonObject:
    return item(link_id, kind, extension=[fhirpath(Known.INITIAL_EXPRESSION, text)])


def said(prepared: Prepared) -> list[str]:
    return [problem.words() for problem in prepared.problems]


def fill(questionnaire: JsonObject, record: Record) -> tuple[Filling, Prepared]:
    form = read_form(questionnaire)
    prepared = prepopulate(form, LAUNCHED, record)
    return open_filling(form, prepared.surroundings), prepared


def test_a_query_is_asked_once_and_its_answer_fills_the_form() -> None:
    asked = questionnaire(
        initial("a", "%obs.entry.resource.valueString"),
        initial("b", "%same.entry.resource.valueString"),
        extension=[query(name, "Observation?patient={{%patient.id}}") for name in ("obs", "same")],
    )
    record = Record(observation("1-8", valueString="seen"))
    filling, prepared = fill(asked, record)
    assert [shown(filling, name).answers[0].value.content for name in "ab"] == ["seen", "seen"]
    assert shown(filling, "a").origin is Origin.CHART
    assert record.asked == ["Observation?patient=p1"]
    assert prepared.problems == ()


def test_a_query_may_need_the_answer_to_another() -> None:
    device = {"resourceType": "Observation", "id": "o9", "status": "final", "subject": {"reference": "Patient/p1"}}
    asked = questionnaire(
        initial("a", "%later.entry.resource.id"),
        extension=[
            query("later", "Condition?patient=p1&evidence={{%earlier.entry.resource.id}}"),
            query("earlier", "Observation?patient=p1"),
        ],
    )
    record = Record(device, {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p1"}})
    filling, prepared = fill(asked, record)
    assert record.asked == ["Observation?patient=p1", "Condition?patient=p1&evidence=o9"]
    assert record.rounds == 2
    assert prepared.problems == ()
    assert shown(filling, "a").answers[0].value.content == "c"


def test_nothing_of_another_patient_enters() -> None:
    """fault: a server that answers with another patient's data beside this one's."""
    asked = questionnaire(
        initial("a", "%obs.entry.resource.valueString"), extension=[query("obs", "Observation?patient=p1")]
    )
    record = Record(observation("1-8", "p2", valueString="hers"), observation("1-8", valueString="mine"))
    filling, prepared = fill(asked, record)
    assert [answer.value.content for answer in shown(filling, "a").answers] == ["mine"]
    assert "not this patient's" in said(prepared)[0]
    assert "hers" not in json.dumps(prepared.surroundings.resources)


def test_a_launch_with_another_patients_encounter_is_cut_down() -> None:
    encounter = {"resourceType": "Encounter", "id": "e1", "subject": {"reference": "Patient/p2"}}
    launched = replace(NOW, resources={"patient": PATIENT, "encounter": encounter})
    prepared = prepopulate(form_of(initial("a", "%encounter.id")), launched, Record())
    assert set(prepared.surroundings.resources) == {"patient"}
    assert "encounter" in said(prepared)[0]


def test_a_query_for_others_is_not_asked_and_said_at_the_question() -> None:
    asked = questionnaire(
        initial("a", "%all.entry.resource.valueString"), extension=[query("all", "Observation?code=1-8")]
    )
    record = Record(observation("1-8", valueString="x"))
    filling, prepared = fill(asked, record)
    assert record.asked == []
    assert "more than this patient's data" in said(prepared)[0]
    assert "all" in shown(filling, "a").problem


def test_a_record_that_does_not_answer_is_said() -> None:
    asked = questionnaire(initial("a", "%obs.entry.id"), extension=[query("obs", "Observation?patient=p1")])
    filling, prepared = fill(asked, Record(answers=False))
    assert "obs" in said(prepared)[0]
    assert shown(filling, "a").problem


def test_without_a_patient_nothing_is_asked() -> None:
    record = Record()
    form = form_of(initial("a", "%obs.entry.id"), extension=[query("obs", "Observation?patient=p1")])
    prepared = prepopulate(form, NOW, record)
    assert record.asked == []
    assert "which patient" in said(prepared)[0]


def test_a_form_that_asks_nothing_asks_nothing() -> None:
    record = Record()
    assert prepopulate(form_of(initial("a", "%patient.gender")), LAUNCHED, record).problems == ()
    assert record.asked == []


def test_a_form_may_not_ask_without_end() -> None:
    names = [f"q{number}" for number in range(100)]
    variables = [query(name, f"Observation?patient=p1&code={name}") for name in names]
    record = Record()
    prepared = prepopulate(form_of(item("a"), extension=variables), LAUNCHED, record)
    assert len(record.asked) == 60
    assert "60" in said(prepared)[0]


def test_the_launch_is_known_by_the_name_the_form_gives_it() -> None:
    name = {"url": "name", "valueCoding": {"code": "client"}}
    context = {"url": str(Known.LAUNCH_CONTEXT), "extension": [name, {"url": "type", "valueCode": "Patient"}]}
    filling, _ = fill(questionnaire(initial("a", "%client.name.family"), extension=[context]), Record())
    assert shown(filling, "a").answers[0].value.content == "Solvang"


def test_a_batch_of_queries_is_asked_in_its_order() -> None:
    requests = ("Condition?patient={{%patient.id}}", "Device?x=1", "Observation?patient={{%patient.id}}")
    batch = {"resourceType": "Bundle", "id": "Pop", "entry": [{"request": {"url": url}} for url in requests]}
    asked = questionnaire(
        initial("a", "%Pop.entry[2].resource.entry.resource.valueString"),
        initial("b", "%Pop.entry[1].resource.entry.resource.id"),
        contained=[batch],
        extension=[extension(Known.SOURCE_QUERIES, valueReference={"reference": "#Pop"})],
    )
    filling, prepared = fill(asked, Record(observation("1-8", valueString="third")))
    assert shown(filling, "a").answers[0].value.content == "third"
    assert shown(filling, "b").answers == ()
    assert "Device" in said(prepared)[0]


def test_an_observation_answers_a_linked_question() -> None:
    linked = item(
        "w",
        "decimal",
        code=[{"system": "http://loinc.org", "code": "29463-7"}],
        extension=[extension(Known.OBSERVATION_LINK_PERIOD, valueDuration={"value": 1, "code": "a"})],
        initial=[],
    )
    del linked["initial"]
    filling, _ = fill(questionnaire(linked), Record(observation("29463-7", valueQuantity={"value": 80})))
    assert shown(filling, "w").answers == ()
    linked["extension"].append(extension(Known.UNIT, valueCoding={"code": "kg"}))
    record = Record(observation("29463-7", valueQuantity={"value": 80, "code": "kg"}))
    filling, _ = fill(questionnaire(linked), record)
    assert shown(filling, "w").answers[0].value.content == 80
    assert shown(filling, "w").origin is Origin.CHART


def sample(name: str) -> JsonObject:
    found: JsonObject = json.loads(published(f"samples/questionnaires/{name}.json").read_bytes())
    return found


def test_a_published_form_takes_weight_and_height_from_the_record() -> None:
    """lforms-fhir-app-178918: observationLinkPeriod beside an initial value that only proposes a unit."""
    kg = {"value": 80, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"}
    record = Record(observation("3141-9", valueQuantity=kg))
    filling, _ = fill(sample("lforms-fhir-app-178918"), record)
    weight = shown(filling, "/3141-9")
    assert (weight.answers[0].value.content["value"], weight.origin) == (80, Origin.CHART)
    assert shown(filling, "/8302-2").answers == ()


def test_a_published_form_takes_blood_pressure_from_the_record() -> None:
    """smart-forms-BloodPressureObservation: a query, two groups opened for components, codes and numbers."""
    parts = [
        {"code": {"coding": [{"system": "http://loinc.org", "code": code}]}, "valueQuantity": {"value": value}}
        for code, value in (("8480-6", 128), ("8462-4", 82))
    ]
    filling, prepared = fill(
        sample("smart-forms-BloodPressureObservation"), Record(observation("85354-9", component=parts))
    )
    found = {at.item.link_id: at.answers[0].value.content for at in filling.walk() if at.answers}
    assert {128, 82} <= {value for value in found.values() if isinstance(value, int)}
    assert prepared.problems == ()


def test_a_published_form_asks_its_batch_of_queries() -> None:
    """smart-forms-mbs715: 25 queries of one batch, all about the patient."""
    record = Record(observation("8302-2", valueQuantity={"value": 178, "code": "cm"}))
    filling, prepared = fill(sample("smart-forms-mbs715"), record)
    assert 20 <= len(record.asked) <= 25
    assert record.rounds == 1
    assert all("patient=p1" in asked for asked in record.asked)
    assert prepared.problems == ()
    assert any(at.origin is Origin.CHART for at in filling.walk())
