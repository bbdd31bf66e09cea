"""One questionnaire from the form to the hospital and back: read this first.

A clinician opens the app from a chart, fills in a PHQ-9, and files it. The hospital then holds a
QuestionnaireResponse with the answers, an Observation with the total and one with item 9, and a Task for the safety
step. Another copy of the app, which has never seen the patient, reads them and shows the same score.
"""

from __future__ import annotations

from ipt_fhir import rawjson
from ipt_fhir.rawjson import JsonObject
from smart_app.services.practice import Practice
from tests.journeys.clinician import Clinician
from tests.journeys.hospitals import Site
from tests.journeys.test_whole_way import PHQ9, receipts_of


def test_a_questionnaire_goes_to_the_chart_and_comes_back(site: Site) -> None:
    with site.fresh_app() as (app, practice):
        # 1 · The launch. The EHR hands over iss and launch; the app signs in at the hospital and reads the chart.
        clinician = Clinician(app, site.app_url)
        clinician.launch(site.click())

        # 2 · The form. One answer is still open: what was entered is kept, and there is no total.
        open_item = {name: answer for name, answer in PHQ9.items() if name != "a-7"}
        page = clinician.submit("forms/phq-9", ("act", "done"), **open_item)
        assert "Question 7: not answered yet" in page.text
        assert page.text.count(" checked") == len(open_item)

        # 3 · Done. The answers become a value of the model; the score is worked out from their codes. Item 9 was
        #     answered above "not at all", so a person must act before the session can be closed.
        page = clinician.submit("forms/phq-9", ("act", "done"), **PHQ9)
        assert "Safety step" in page.text

        # 4 · File. Model to FHIR, our validator, the outbox, one transaction, and every resource read back.
        page = clinician.submit("filing", ("act", "file"))
        assert "✓ in the record" in page.text

        # 5 · What the hospital has now, as it answered when it was read back.
        response, total, item_9, task = in_the_chart(practice, site)
        assert response["status"] == "completed"
        assert response["item"][0]["linkId"] == "/44250-9"
        assert response["item"][0]["answer"][0]["valueCoding"]["code"] == "LA6571-9"
        assert total["code"]["coding"][0]["code"] == "44261-6"
        assert rawjson.number(total["valueQuantity"]["value"]) == 14
        assert total["derivedFrom"][0]["reference"] == f"QuestionnaireResponse/{response['id']}"
        assert item_9["valueCodeableConcept"]["coding"][0]["code"] == "LA6569-3"
        assert (task["status"], task["focus"]["reference"]) == ("requested", f"Observation/{item_9['id']}")

    with site.fresh_app() as (app, _):
        # 6 · A copy of the app with an empty database opens the same chart and shows the same score.
        page = Clinician(app, site.app_url).launch(site.click())
        assert "14" in page.text
        assert "moderate" in page.text
        assert "step not recorded" in page.text


def in_the_chart(practice: Practice, site: Site) -> tuple[JsonObject, JsonObject, JsonObject, JsonObject]:
    """The response, the total, item 9 and the safety step as the hospital holds them."""
    resources = [rawjson.parse_object(copy.content) for copy in receipts_of(practice, site)]
    (response,) = [item for item in resources if item["resourceType"] == "QuestionnaireResponse"]
    (total,) = [item for item in resources if "valueQuantity" in item]
    (item_9,) = [item for item in resources if "valueCodeableConcept" in item]
    (task,) = [item for item in resources if item["resourceType"] == "Task" and "focus" in item]
    return response, total, item_9, task
