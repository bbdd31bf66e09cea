"""What leaves as a Bundle is valid under HL7's own engine, and the engine does look into it."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest

from ipt_fhir import rawjson
from ipt_fhir.exchange import conversion
from ipt_fhir.exchange.export import export
from ipt_fhir.exchange.reading import Place, Unit
from ipt_fhir.mapping.references import Writing
from ipt_fhir.mapping.site import Site
from ipt_fhir.model.episode import Episode
from ipt_fhir.rawjson import JsonObject
from tests.conformance.courses import BARE
from tests.mapping.example import EXAMPLE
from tests.mapping.full import FULL
from tests.peers.judge import Judge

pytestmark = pytest.mark.proof

AT = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
COURSES = {"under way": EXAMPLE, "ended": FULL, "before anything is agreed": BARE}


def exported(episode: Episode, form: str, language: str = "en") -> JsonObject:
    return rawjson.parse_object(export(episode, form, Writing(patient="alma", site=Site(language=language)), AT))


@pytest.mark.parametrize("form", ["bundle", "document", "transaction"])
@pytest.mark.parametrize("course", COURSES)
def test_a_bundle_has_no_error(judge: Judge, course: str, form: str) -> None:
    for language in ("en", "de"):
        assert judge.judge(exported(COURSES[course], form, language)).errors == ()


@pytest.mark.parametrize("style", conversion.STYLES)
def test_activities_of_the_other_style_have_no_error(judge: Judge, style: str) -> None:
    """Ours, and a detail of somebody else that became a resource."""
    theirs = {"kind": "Task", "code": {"text": "Diary"}, "status": "in-progress", "description": "Keep a diary"}
    bundle = exported(FULL, "bundle")
    plan = next(entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "CarePlan")
    plan["activity"].append({"detail": theirs})
    out, heard = BytesIO(), list[str]()
    conversion.convert([Unit(Place(file="a"), bundle, None)], None, style, out, heard.append)
    changed = rawjson.parse_object(out.getvalue())
    assert len(changed["entry"]) != len(bundle["entry"])
    assert judge.judge(changed).errors == ()


@pytest.mark.parametrize("form", ["bundle", "document", "transaction"])
def test_a_defect_in_an_entry_is_found(judge: Judge, form: str) -> None:
    bundle = exported(EXAMPLE, form)
    plan = next(entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "CarePlan")
    del plan["intent"]
    assert judge.judge(bundle).errors


@pytest.mark.parametrize("lost", ["timestamp", "identifier"])
def test_a_document_without_its_time_or_name_is_refused(judge: Judge, lost: str) -> None:
    """bdl-9 and bdl-10."""
    bundle = exported(EXAMPLE, "document")
    del bundle[lost]
    assert judge.judge(bundle).errors


def test_a_document_whose_subject_is_not_inside_is_refused(judge: Judge) -> None:
    bundle = exported(EXAMPLE, "document")
    bundle["entry"] = [entry for entry in bundle["entry"] if entry["resource"]["resourceType"] != "Patient"]
    assert judge.judge(bundle).errors
