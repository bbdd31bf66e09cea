"""Answers corrected, marked as entered in error, and a hospital's own form: chart and fresh copy of the app agree."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any

from ipt_fhir import rawjson
from ipt_fhir.model.filed_parts import filed_part
from ipt_fhir.model.measures import ResponseStatus
from ipt_fhir.rawjson import JsonObject
from smart_app.services.practice import Practice
from tests.journeys.clinician import Clinician, Form
from tests.journeys.hospitals import Site
from tests.journeys.test_whole_way import PHQ9, course_of, receipts_of

REASON = "Filled in for another patient"
# Nested, with a condition, a question under an answer, and a number a careless program would respell.
INTAKE: JsonObject = {
    "resourceType": "Questionnaire",
    "url": "http://hospital.example/Questionnaire/intake",
    "version": "2.1",
    "title": "ZZTEST intake",
    "status": "active",
    "item": [
        {
            "linkId": "home",
            "type": "group",
            "text": "Home",
            "item": [
                {"linkId": "alone", "type": "boolean", "text": "Lives alone"},
                {
                    "linkId": "with",
                    "type": "string",
                    "text": "With whom",
                    "enableWhen": [{"question": "alone", "operator": "=", "answerBoolean": False}],
                    "item": [{"linkId": "since", "type": "date", "text": "Since when"}],
                },
            ],
        },
        {"linkId": "dose", "type": "decimal", "text": "Dose in mg"},
    ],
}


def hand_in(clinician: Clinician, questionnaire: JsonObject) -> str:
    """Open a form from a file; its address."""
    form = Form()
    form.feed(clinician.get("forms").text)
    file: Any = (BytesIO(rawjson.write(questionnaire)), "form.json")
    return clinician.post("forms", {**form.fields, "file": file}).request.path


def named(page: str) -> list[str]:
    """The names of the fields of a page, in order."""
    return re.findall(r'<(?:input|textarea|select)[^>]* name="([^"]+)"', page)


def offered(page: str, name: str) -> list[str]:
    """The values of a group of radio buttons."""
    return re.findall(rf'<input type="radio" name="{re.escape(name)}" value="([^"]+)"', page)


def chosen(page: str) -> list[str]:
    """The names of the radio buttons that are pressed."""
    return re.findall(r'<input type="radio" name="([^"]+)"[^>]* checked', page)


def in_the_chart(practice: Practice, site: Site, kind: str) -> list[JsonObject]:
    """What was read back of a type."""
    resources = [rawjson.parse_object(copy.content) for copy in receipts_of(practice, site)]
    return [item for item in resources if item["resourceType"] == kind]


def test_answers_entered_in_error_are_marked_in_the_chart_with_all_that_was_drawn_from_them(site: Site) -> None:
    """decision-D36, decision-D65."""
    with site.fresh_app() as (app, practice):
        clinician = Clinician(app, site.app_url)
        clinician.launch(site.click())
        clinician.submit("forms/phq-9", ("act", "done"), **PHQ9)
        assert "✓ in the record" in clinician.submit("filing", ("act", "file")).text
        (first,) = course_of(practice, site).responses

        page = clinician.submit(f"history/{first.id}/withdraw", ("act", "withdraw"), reason=REASON)
        assert "change not filed yet" in page.text
        assert "✓ in the record" in clinician.submit("filing", ("act", "file")).text
        (response,) = in_the_chart(practice, site, "QuestionnaireResponse")
        drawn = in_the_chart(practice, site, "Observation")
        assert [item["status"] for item in (response, *drawn)] == ["entered-in-error"] * 3
        assert all(copy.verified and copy.differences == () for copy in receipts_of(practice, site))
        assert (
            REASON not in rawjson.write([rawjson.parse(copy.content) for copy in receipts_of(practice, site)]).decode()
        )

    with site.fresh_app() as (app, practice):
        clinician = Clinician(app, site.app_url)
        clinician.launch(site.click())
        (again,) = course_of(practice, site).responses
        assert again == replace(first, status=ResponseStatus.ENTERED_IN_ERROR)
        page = clinician.get(f"history/{first.id}")
        assert "entered in error" in page.text
        assert REASON not in page.text  # it never left the first copy


def test_a_corrected_form_stands_beside_the_first_in_the_chart_and_only_it_counts(site: Site) -> None:
    """decision-D36, decision-D65."""
    with site.fresh_app() as (app, practice):
        clinician = Clinician(app, site.app_url)
        clinician.launch(site.click())
        clinician.submit("forms/phq-9", ("act", "done"), **PHQ9)
        assert "✓ in the record" in clinician.submit("filing", ("act", "file")).text
        (first,) = course_of(practice, site).responses

        form = clinician.get(clinician.get(f"history/{first.id}/correct").headers["Location"])
        eighth = [*chosen(form.text)][7]
        shown = clinician.submit(form.request.path, ("act", "done"), **{eighth: offered(form.text, eighth)[3]})
        assert '<td data-label="Until now">14</td>' in shown.text
        page = clinician.submit(f"history/{first.id}/correction", ("act", "correct"), reason=REASON)
        assert "Safety step" in page.text  # item 9 is above "not at all" in this version as well
        filed = clinician.submit("filing", ("act", "file"))
        assert "✓ in the record" in filed.text, filed.text

        responses = in_the_chart(practice, site, "QuestionnaireResponse")
        assert sorted(item["status"] for item in responses) == ["amended", "entered-in-error"]
        scores = [item for item in in_the_chart(practice, site, "Observation") if "valueQuantity" in item]
        told = {item["status"]: rawjson.number(item["valueQuantity"]["value"]) for item in scores}
        assert told == {"entered-in-error": 14, "amended": 17}
        assert len({item["effectiveDateTime"] for item in scores}) == 1
        assert not any(REASON.encode() in copy.content for copy in receipts_of(practice, site))
        ours = course_of(practice, site)

    with site.fresh_app() as (app, practice):
        page = Clinician(app, site.app_url).launch(site.click())
        assert course_of(practice, site) == filed_part(ours)
        assert '<span class="big">17</span>' in page.text
        assert "moderately severe" in page.text


def test_a_hospitals_nested_form_is_filled_filed_and_read_back_by_a_fresh_copy_of_the_app(site: Site) -> None:
    """decision-D64: equal by value, also where a server respells what it keeps."""
    with site.fresh_app() as (app, practice):
        clinician = Clinician(app, site.app_url)
        clinician.launch(site.click())
        form = hand_in(clinician, INTAKE)
        asked = {"a-0.0": "false"}
        clinician.submit(form, ("act", "stay"), **asked)  # without JavaScript a condition shows after a round trip
        asked |= {"a-0.1": "a sister", "a-1": "12.50"}
        clinician.submit(form, ("act", "stay"), **asked)
        since = next(name for name in named(clinician.get(form).text) if name.startswith("a-0.1") and name != "a-0.1")
        clinician.submit(form, ("act", "done"), **asked, **{since: "2026-01-05"})
        filed = clinician.submit("filing", ("act", "file"))
        assert "✓ in the record" in filed.text, filed.text
        (response,) = in_the_chart(practice, site, "QuestionnaireResponse")
        assert response["questionnaire"] == "http://hospital.example/Questionnaire/intake|2.1"
        assert rawjson.number(response["item"][1]["answer"][0]["valueDecimal"]) == Decimal("12.5")
        assert all(copy.differences == () for copy in receipts_of(practice, site))
        ours = course_of(practice, site)

    with site.fresh_app() as (app, practice):
        clinician = Clinician(app, site.app_url)
        clinician.launch(site.click())
        assert course_of(practice, site) == filed_part(ours)
        (again,) = course_of(practice, site).forms
        page = clinician.get(f"history/{again.id}").text
        for words in ("Lives alone", "With whom", "a sister", "2026-01-05", "12.5", "✓ in the record"):
            assert words in page
