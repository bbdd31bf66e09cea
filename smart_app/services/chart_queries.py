"""What a launch asks of the chart: one search a type, each as narrow and as few pages as the server can make it. Pure.

A chart may hold ten thousand Observations of other kinds, and pages behind the first cost a round each (decision-D100).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ipt_fhir.ehr.bundles import Query
from ipt_fhir.ehr.capabilities import Capabilities
from ipt_fhir.terminology.concepts import SURVEY

PAGE = 100
"""How many matches a page may have: no server known refuses that many, and HAPI sends 20 when it is not asked."""


def queries(patient: str, types: Iterable[str], server: Capabilities) -> list[Query]:
    """The patient first, then the diagnoses, then each of these types once."""
    found: list[Query] = [("Patient", [("_id", patient)])]
    names = dict.fromkeys(("Condition", *types))
    return [*found, *((name, list(_parameters(name, patient, server))) for name in names)]


def _parameters(name: str, patient: str, server: Capabilities) -> Iterator[tuple[str, str]]:
    """Every Observation of ours is a survey; a server that does not search by category is asked for all."""
    yield "patient", patient
    if name == "Observation" and "category" in server.of(name).search_parameters:
        yield "category", f"{SURVEY.system}|{SURVEY.code}"
    yield "_count", str(PAGE)
