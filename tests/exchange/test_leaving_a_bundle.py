"""What held only inside a Bundle is followed or named when its resources become lines."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from ipt_fhir import rawjson
from ipt_fhir.exchange import conversion, export
from ipt_fhir.exchange.receiving import receive
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.filed_parts import filed_part
from ipt_fhir.rawjson import JsonObject
from tests.exchange.given import Heard, exported, from_stdin
from tests.mapping.form_strategies import courses_with_forms
from tests.mapping.full import FULL

pytestmark = pytest.mark.proof

ADDRESS = "urn:uuid:00000000-0000-4000-8000-000000000001"


def lines_of(data: bytes, style: str | None = None) -> tuple[bytes, list[str], int]:
    """The lines, what was said, and how many things were refused."""
    out, heard = BytesIO(), Heard()
    counted = conversion.convert(from_stdin(data), "ndjson", style, out, heard)
    return out.getvalue(), heard.words, counted.refused


def of_entries(*entries: Any) -> bytes:
    return rawjson.write({"resourceType": "Bundle", "type": "collection", "entry": list(entries)})


def patient(**members: Any) -> JsonObject:
    return {"fullUrl": ADDRESS, "resource": {"resourceType": "Patient", **members}}


GOAL = {"resource": {"resourceType": "Goal", "id": "g", "subject": {"reference": ADDRESS}}}


@pytest.mark.parametrize("form", export.FORMS)
@given(episode=courses_with_forms())
@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=25)
def test_a_course_comes_back_from_the_lines_of_every_form(form: str, episode: Episode) -> None:
    heard = Heard()
    assert receive(from_stdin(lines_of(exported(episode, form))[0]), heard) == filed_part(episode)
    assert heard.words == []


@pytest.mark.parametrize("style", [None, *conversion.STYLES])
def test_what_the_patient_of_a_document_said_stays_the_patients(style: str | None) -> None:
    lines, _, _ = lines_of(exported(FULL, "document"), style)
    found = receive(from_stdin(lines), Heard())
    assert [goal.expressed_by for goal in found.goals] == [goal.expressed_by for goal in FULL.goals]
    assert [item.self_entered for item in found.responses] == [item.self_entered for item in filed_part(FULL).responses]


def test_an_address_becomes_type_and_id() -> None:
    lines, said, _ = lines_of(of_entries(patient(id="p"), GOAL))
    assert b'{"reference":"Patient/p"}' in lines
    assert said == []


def test_what_nothing_could_name_outside_of_its_bundle_is_named_on_the_way() -> None:
    lines, said, refused = lines_of(of_entries(patient(), GOAL))
    assert ADDRESS.encode() in lines
    assert len(said) == 1
    assert said[0].startswith("stdin entry 0: has neither id nor identifier of ours")
    assert refused == 0


def test_nobody_is_told_of_an_address_nothing_points_to() -> None:
    assert lines_of(of_entries(patient()))[1] == []


@pytest.mark.parametrize("form", conversion.FORMS)
def test_an_entry_that_is_no_object_is_refused_and_the_rest_goes_on(form: str) -> None:
    out, heard = BytesIO(), Heard()
    units = from_stdin(of_entries(None, GOAL) + b"\n" + of_entries(GOAL) + b"\n")
    counted = conversion.convert(units, form, None, out, heard)
    assert heard.words == ["stdin line 1 entry 0: not an object"]
    assert counted.refused == 1
    assert out.getvalue().count(b'"id":"g"') == 2


@pytest.mark.parametrize("style", conversion.STYLES)
def test_a_bundle_that_keeps_its_form_keeps_what_is_no_resource(style: str) -> None:
    odd = [None, {"fullUrl": "http://hospital.example/1"}, {"resource": 5}]
    out = BytesIO()
    conversion.convert(from_stdin(of_entries(GOAL, *odd)), None, style, out, Heard())
    assert rawjson.parse_object(out.getvalue())["entry"][1:] == odd
