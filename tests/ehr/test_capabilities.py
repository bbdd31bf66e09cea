"""Reading CapabilityStatements."""

from __future__ import annotations

import json

import pytest

from ipt_fhir.ehr.capabilities import Capabilities, read_capabilities
from ipt_fhir.ehr.errors import AnswerUnreadable, FhirVersionRefused
from ipt_fhir.rawjson import JsonObject
from tests.ehr.given import statement
from tests.parts import data_folder, need


def test_interactions_are_read_by_type_and_for_the_system() -> None:
    found = read_capabilities(statement(system=("transaction", "batch"), CarePlan=("read", "create")))
    assert found.transaction
    assert found.batch
    assert found.offers("CarePlan", "create")
    assert not found.offers("CarePlan", "update")
    assert not found.offers("Goal", "read")


def test_conditions_and_versions_are_read_as_declared() -> None:
    document = statement(Goal=("create",))
    document["rest"][0]["resource"][0] |= {
        "conditionalCreate": True,
        "versioning": "versioned-update",
        "searchParam": [{"name": "identifier"}],
    }
    found = read_capabilities(document)
    assert found.conditional_create("Goal")
    assert not found.conditional_create("CarePlan")
    assert found.of("Goal").versioning == "versioned-update"
    assert found.of("Goal").search_parameters == {"identifier"}


@pytest.mark.parametrize("version", ["5.0.0", "3.0.2", "4.3.0", "4.01", "", None, 4])
def test_another_release_is_refused_by_name(version: object) -> None:
    with pytest.raises(FhirVersionRefused, match="is needed"):
        read_capabilities({**statement(), "fhirVersion": version})


def test_another_resource_is_no_statement() -> None:
    with pytest.raises(AnswerUnreadable):
        read_capabilities({"resourceType": "OperationOutcome"})


@pytest.mark.parametrize("rest", [None, {}, [], ["x"], [{"mode": "client"}], [{"mode": "server", "resource": "x"}]])
def test_a_statement_that_says_nothing_offers_nothing(rest: object) -> None:
    document: JsonObject = {**statement(), "rest": rest}
    assert read_capabilities(document) == Capabilities(fhir_version="4.0.1")


def test_no_commercial_ehr_lets_an_app_create_a_careplan() -> None:
    """The fact that decides the design (decision-D8), read from their published statements."""
    need("published data")
    folder = data_folder()
    assert folder is not None
    vendors = json.loads((folder / "vendor-capabilities.json").read_text())
    found = {name: read_capabilities(_as_statement(vendor)) for name, vendor in vendors.items()}
    assert len(found) == 8
    assert not any(each.offers(kind, "create") for each in found.values() for kind in ("CarePlan", "Goal"))
    assert sum(each.offers("QuestionnaireResponse", "create") for each in found.values()) == 5
    assert not any(each.transaction for each in found.values())


def _as_statement(vendor: JsonObject) -> JsonObject:
    resources = [
        {"type": name, "interaction": [{"code": code} for code in each["interaction"]]}
        for name, each in vendor["resource"].items()
    ]
    system = [{"code": code} for code in vendor["systemInteraction"]]
    rest = {"mode": "server", "resource": resources, "interaction": system}
    return {"resourceType": "CapabilityStatement", "fhirVersion": vendor["fhirVersion"], "rest": [rest]}
