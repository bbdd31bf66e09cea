"""The typed face: the same course as models, and no silent change on the way (decision-D4b)."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.goal import Goal as GoalOfR5
from fhir.resources.R4B.careplan import CarePlan
from fhir.resources.R4B.goal import Goal
from fhir.resources.R4B.observation import Observation
from hypothesis import given, settings

from ipt_fhir import rawjson, typed
from ipt_fhir.mapping import episode as mapping
from ipt_fhir.mapping.beside import BESIDE_TYPES
from ipt_fhir.mapping.references import Writing
from ipt_fhir.mapping.site import Site
from ipt_fhir.model.episode import Episode, EpisodeStatus
from ipt_fhir.model.filed_parts import filed_part
from ipt_fhir.terminology import systems
from ipt_fhir.validation.issues import errors
from tests.fidelity import files
from tests.mapping.example import EXAMPLE
from tests.mapping.strategies import episodes
from tests.validation.examples import goal, observation

ROOT = Path(__file__).resolve().parents[1]
WRITING = Writing(patient="alma", site=Site(files=BESIDE_TYPES))


def test_every_resource_we_emit_becomes_a_model_and_comes_back_equal() -> None:
    raw = mapping.to_fhir(EXAMPLE, WRITING)
    models = typed.to_fhir(EXAMPLE, WRITING)
    assert {model.__resource_type__ for model in models.values()} >= set(mapping.RESOURCE_TYPES)
    assert all(type(model).__module__.startswith("fhir.resources.R4B.") for model in models.values())
    for key, model in models.items():
        back = typed.from_model(model)
        assert instants(back) == instants(raw[key])


def instants(value: Any) -> Any:
    """With times as instants, whatever their spelling, and numbers by value."""
    if isinstance(value, dict):
        return {name: instants(member) for name, member in value.items()}
    if isinstance(value, list):
        return [instants(item) for item in value]
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\S+", value):
        return datetime.fromisoformat(value)
    return rawjson.number(value)


@given(episodes())
@settings(max_examples=25, deadline=None)
def test_reading_the_models_gives_the_filed_part(episode: Episode) -> None:
    writing = Writing(patient="alma")
    models = typed.to_fhir(episode, writing)
    assert typed.from_fhir(models.values()).episode == filed_part(episode, writing.site.carried)


def test_an_edit_over_models_of_the_chart_changes_what_it_should() -> None:
    chart = typed.to_fhir(EXAMPLE, Writing(patient="alma"))
    reading = typed.from_fhir(chart.values())
    after = typed.to_fhir(replace(reading.episode, status=EpisodeStatus.ON_HOLD), Writing(patient="alma"), chart)
    plan = after[EXAMPLE.id]
    assert isinstance(plan, CarePlan)
    assert plan.status == "on-hold"
    assert [key for key in after if after[key] != chart[key]] == [EXAMPLE.id]


def test_a_model_is_validated_as_strictly_as_its_json() -> None:
    """R4B takes any word as a status."""
    model = Goal.model_validate({**goal(), "lifecycleStatus": "nope"})
    assert [(issue.location, issue.rule) for issue in errors(typed.validate(model))] == [
        ("Goal.lifecycleStatus", "binding")
    ]
    plan = typed.to_fhir(EXAMPLE, WRITING)[EXAMPLE.id]
    assert errors(typed.validate(plan, [systems.US_CORE_CAREPLAN])) == []


@pytest.mark.parametrize("number", ["1.10", "12345678901234567890.5", "0.1", "5", "1e2", "123456789012345678.9"])
def test_a_decimal_keeps_its_digits_both_ways(number: str) -> None:
    text = b'{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":%b}}'
    model = typed.read(text % number.encode())
    assert isinstance(model, Observation)
    assert model.valueQuantity
    assert model.valueQuantity.value == Decimal(number)
    assert rawjson.equal(rawjson.parse(typed.write(model)), rawjson.parse(text % number.encode()))
    if "e" not in number:
        assert typed.write(model) == text % number.encode()


@pytest.mark.parametrize(
    ("members", "place"),
    [
        ({"unheardOf": 1}, "Goal.unheardOf"),
        ({"extension": [{"url": "urn:x", "valueMeta": {"tag": [{"code": "x"}]}}]}, "Goal.extension[0].valueMeta"),
        ({"target": [{"dueDate": "2026-13-01"}]}, "Goal.target[0].dueDate"),
        ({"description": None}, "Goal.description"),
        ({"note": []}, "Goal.note"),
        ({"subject": {"reference": "Patient/1", "display": None}}, "Goal.subject.display"),
        ({"note": [{"text": "x", "time": "2026-01-05T10:00:00.123456789Z"}]}, "Goal.note[0].time"),
    ],
)
def test_what_a_model_cannot_carry_is_refused_by_the_name_of_the_field(members: dict[str, Any], place: str) -> None:
    with pytest.raises(typed.NotCarried) as refused:
        typed.to_model(goal(**members))
    assert [found.partition(":")[0] for found in refused.value.places] == [place]
    assert place in str(refused.value)


@pytest.mark.parametrize("kind", ["Nothing", "Quantity", None, 5])
def test_a_type_r4b_does_not_have_is_refused(kind: Any) -> None:
    with pytest.raises(typed.NotCarried, match="resourceType"):
        typed.to_model({"resourceType": kind})


def test_times_are_respelled_and_stay_the_same_instant() -> None:
    times = {"effectiveDateTime": "2026-01-05T10:00:00.000+00:00", "issued": "2026-01-05T10:00:00.12Z"}
    back = typed.from_model(typed.to_model(observation(**times)))
    assert back["effectiveDateTime"] == "2026-01-05T10:00:00Z"
    assert back["issued"] == "2026-01-05T10:00:00.120000Z"


@pytest.mark.parametrize("given_", [{"resourceType": "Goal"}, "Goal", None])
def test_only_an_r4b_model_is_taken(given_: Any) -> None:
    with pytest.raises(typed.NotAnR4BModel):
        typed.write(given_)


def test_a_model_of_the_r5_default_is_refused_by_name() -> None:
    r5 = GoalOfR5.model_validate(goal())
    with pytest.raises(typed.NotAnR4BModel, match=r"fhir\.resources\.goal\.Goal"):
        typed.validate(r5)  # type: ignore[arg-type]


def test_official_examples_come_through_equal_or_are_refused_never_changed() -> None:
    found = {name: data for title in files.sets() if "US Core" in title for name, data in files.sets()[title].items()}
    carried = 0
    for name, data in found.items():
        try:
            model = typed.read(data)
        except typed.NotCarried:
            continue
        carried += 1
        assert instants(typed.from_model(model)) == instants(rawjson.parse(data)), name
    assert carried / len(found) > 0.98


def test_the_library_works_without_fhir_resources_and_the_typed_face_says_which_extra_is_missing() -> None:
    script = (
        "import sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] in {'fhir', 'fhir_core', 'pydantic'}:\n"
        "            raise ModuleNotFoundError(name, name=name)\n"
        "sys.meta_path.insert(0, Absent())\n"
        "import ipt_fhir.mapping.episode, ipt_fhir.validation.validator, ipt_fhir.cli\n"
        "try:\n"
        "    import ipt_fhir.typed\n"
        "except ModuleNotFoundError as missing:\n"
        "    print(missing)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "pip install 'ipt-fhir[typed]'" in done.stdout


def test_nothing_below_loads_the_models() -> None:
    """Their import costs a quarter of a second, which nobody pays who does not ask for models."""
    script = (
        "import sys, ipt_fhir.cli, ipt_fhir.mapping.episode, ipt_fhir.validation.validator, ipt_fhir.sync.engine\n"
        "assert 'fhir' not in sys.modules and 'pydantic' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)
