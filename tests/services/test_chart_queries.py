"""What a launch asks of the chart: little enough for a chart of any size (decision-D100)."""

from __future__ import annotations

from ipt_fhir.ehr.capabilities import Capabilities, TypeCapabilities
from ipt_fhir.mapping.episode import RESOURCE_TYPES, to_fhir
from smart_app.services.chart_queries import queries
from tests.mapping.full import FULL
from tests.mapping.written_resources import WRITING

_SURVEY = ("http://terminology.hl7.org/CodeSystem/observation-category", "survey")
_SEARCHES = TypeCapabilities(search_parameters=frozenset({"patient", "category"}))


def asked(server: Capabilities) -> dict[str, dict[str, str]]:
    return {name: dict(parameters) for name, parameters in queries("p1", RESOURCE_TYPES, server)}


def test_of_observations_only_surveys_are_asked_for() -> None:
    found = asked(Capabilities(fhir_version="4.0.1", types={"Observation": _SEARCHES}))
    assert found["Observation"] == {"patient": "p1", "category": "|".join(_SURVEY), "_count": "100"}


def test_a_server_that_does_not_search_by_category_is_asked_for_all_of_them() -> None:
    assert asked(Capabilities(fhir_version="4.0.1"))["Observation"] == {"patient": "p1", "_count": "100"}


def test_every_type_is_asked_for_once_in_pages_of_a_hundred() -> None:
    server = Capabilities(fhir_version="4.0.1")
    found = queries("p1", (*RESOURCE_TYPES, "CareTeam", "Condition", "Goal"), server)
    assert [name for name, _ in found] == ["Patient", "Condition", *RESOURCE_TYPES, "CareTeam"]
    assert all(dict(parameters) == {"patient": "p1", "_count": "100"} for _, parameters in found[1:])


def test_every_observation_of_a_full_course_is_a_survey() -> None:
    """Otherwise a launch would not find it again."""
    found = [item for item in to_fhir(FULL, WRITING).values() if item["resourceType"] == "Observation"]
    assert len(found) > 2
    for resource in found:
        codings = [code for concept in resource["category"] for code in concept["coding"]]
        assert _SURVEY in [(code["system"], code["code"]) for code in codings]
