"""A full course filed on a server nobody here wrote, every type of it, and opened again from that server alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from ipt_fhir import rawjson
from ipt_fhir.carriers.native import Change, transaction
from ipt_fhir.mapping.beside import BESIDE_TYPES
from ipt_fhir.mapping.editing import identifier_of
from ipt_fhir.mapping.episode import RESOURCE_TYPES, changed, from_fhir, to_fhir
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.filed_parts import filed_part
from ipt_fhir.rawjson import JsonObject
from tests.mapping.full import EVERYTHING, FULL
from tests.protocol.cases import case
from tests.protocol.walking import walk

pytestmark = pytest.mark.proof

TYPES = (*RESOURCE_TYPES, *sorted(BESIDE_TYPES), "Appointment")
COURSES = {
    "full": lambda: FULL,
    "alma": lambda: case("A", "last"),
    "doru": lambda: case("D", "last"),
    "perinatal": lambda: walk("ipt-perinatal-8")[-1],
    "adolescent": lambda: walk("ipt-adolescent-12")[-1],
}


@pytest.mark.parametrize("name", COURSES)
def test_a_course_filed_on_hapi_is_opened_again_from_hapi_alone(hapi: str, name: str) -> None:
    course, patient = COURSES[name](), f"whole-{name}"
    _others_are_there(hapi, course, patient)
    writing = Writing(patient=patient, site=EVERYTHING)
    _file(hapi, to_fhir(course, writing))
    stored = list(_chart(hapi, patient))
    assert from_fhir(stored).episode == filed_part(course, EVERYTHING.carried)
    copies = {identifier_of(item) or "": item for item in stored}
    known = {key: f"{item['resourceType']}/{item['id']}" for key, item in copies.items()}
    again = to_fhir(course, Writing(patient=patient, site=EVERYTHING, known=known), copies)
    assert changed(again, copies) == []


def _file(hapi: str, resources: dict[str, JsonObject]) -> None:
    bundle = transaction([Change(key=key, resource=item) for key, item in resources.items()])
    answer = requests.post(hapi, data=rawjson.write(bundle), headers=_JSON, timeout=60)
    assert answer.status_code == 200, answer.text


def _chart(hapi: str, patient: str) -> Iterator[JsonObject]:
    for kind in TYPES:
        query = {"patient": patient, "_count": "200"}
        answer = requests.get(f"{hapi}/{kind}", params=query, headers=_JSON, timeout=60)
        assert answer.status_code == 200, answer.text
        bundle = rawjson.parse_object(answer.content)
        yield from (entry["resource"] for entry in bundle.get("entry", []))


def _others_are_there(hapi: str, course: Episode, patient: str) -> None:
    """What the course points to and did not write: the hospital had it before."""
    people = [course.therapist, course.supervisor, *(item.author for item in course.responses)]
    people += [form.author for form in course.forms] + [item.owner for item in course.safety_items]
    targets = {item.reference for item in course.diagnoses}
    targets |= {item.reference for item in course.links}
    targets |= {person.reference for person in people if person and person.reference}
    for target in (f"Patient/{patient}", *sorted(targets)):
        kind, identity = target.split("/")
        resource = {"resourceType": kind, "id": identity, **_NEEDED.get(kind, {})}
        for name in ("subject",) if kind in _NEEDED else ():
            resource[name] = {"reference": f"Patient/{patient}"}
        answer = requests.put(f"{hapi}/{target}", data=rawjson.write(resource), headers=_JSON, timeout=60)
        assert answer.status_code in {200, 201}, answer.text


_JSON = {"Content-Type": "application/fhir+json", "Accept": "application/fhir+json"}
_NEEDED: dict[str, JsonObject] = {
    "CarePlan": {"status": "active", "intent": "plan"},
    "Condition": {},
    "MedicationRequest": {
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": "Sertraline"},
    },
}
