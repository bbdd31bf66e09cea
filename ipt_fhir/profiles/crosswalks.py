"""Our problem areas beside the words of others: ICD-10-CM, the Omaha System, a school with three areas."""

from __future__ import annotations

from collections.abc import Iterator

from ipt_fhir.mapping.publication import heading
from ipt_fhir.model.problem_areas import ProblemAreaCode
from ipt_fhir.profiles.vocabulary import value_set_of
from ipt_fhir.protocol.catalogue import schools
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import concepts, systems
from ipt_fhir.terminology.z_codes import Z_CODES

_THREE_AREAS = "ipt-problem-area-3"
_SCHOOL = "stuart-robertson"
OMAHA_NAMES = {
    ProblemAreaCode.ROLE_DISPUTE: "Interpersonal relationship",
    ProblemAreaCode.ROLE_TRANSITION: "Role change",
    ProblemAreaCode.GRIEF: "Grief",
    ProblemAreaCode.INTERPERSONAL_DEFICITS: "Social contact",
}
"""Problems of the Omaha System by name; the system is registered with HL7 without codes, so none is given."""


def concept_maps() -> Iterator[JsonObject]:
    """R4 ConceptMap resources from the problem areas to their neighbours."""
    yield _to_icd()
    yield _to_omaha()
    yield _to_three_areas()


def three_areas() -> JsonObject:
    """The value set of the school that works with three problem areas."""
    codes = [{"code": area.value} for area in schools()[_SCHOOL].areas]
    return {
        **heading("ValueSet", _THREE_AREAS, "IPT problem areas, three-area school", schools()[_SCHOOL].source),
        "immutable": False,
        "compose": {"include": [{"system": systems.IPT_PROBLEM_AREA, "concept": codes}]},
    }


def _to_icd() -> JsonObject:
    comment = "A circumstance that goes with the area; it never stands for the area or for the diagnosis of a course."
    elements = [
        _element(area, *({"code": code, "equivalence": "inexact", "comment": comment} for code in codes))
        for area, codes in Z_CODES.items()
    ]
    description = "Circumstances (Z codes) that go with each problem area. Codes as in the release of April 2026."
    return _map("ipt-problem-area-to-icd-10-cm", "IPT problem areas and ICD-10-CM", description) | {
        "group": [{"source": systems.IPT_PROBLEM_AREA, "target": systems.ICD_10_CM, "element": elements}]
    }


def _to_omaha() -> JsonObject:
    comment = "By name only: the Omaha System is registered with HL7 without codes."
    elements = [
        _element(area, {"display": name, "equivalence": "relatedto", "comment": comment})
        for area, name in OMAHA_NAMES.items()
    ]
    description = "The problems of the Omaha System that are close neighbours of the problem areas, by name."
    return _map("ipt-problem-area-to-omaha", "IPT problem areas and the Omaha System", description) | {
        "group": [{"source": systems.IPT_PROBLEM_AREA, "target": systems.OMAHA, "element": elements}]
    }


def _to_three_areas() -> JsonObject:
    kept = schools()[_SCHOOL].areas
    missing = {"equivalence": "unmatched", "comment": "The school with three areas does not have this one."}
    elements = [
        _element(area, {"code": area.value, "equivalence": "equal"} if area in kept else missing)
        for area in ProblemAreaCode
    ]
    description = f"Four problem areas against three. {schools()[_SCHOOL].source}"
    written = _map("ipt-problem-area-to-three-areas", "IPT problem areas, four and three", description)
    written["targetCanonical"] = f"{systems.VALUE_SET}/{_THREE_AREAS}"
    group = {"source": systems.IPT_PROBLEM_AREA, "target": systems.IPT_PROBLEM_AREA, "element": elements}
    return {**written, "group": [group]}


def _map(map_id: str, title: str, description: str) -> JsonObject:
    return {
        **heading("ConceptMap", map_id, title, description),
        "sourceCanonical": value_set_of(systems.IPT_PROBLEM_AREA),
    }


def _element(area: ProblemAreaCode, *targets: JsonObject) -> JsonObject:
    return {"code": area.value, "display": concepts.PROBLEM_AREAS[area].label, "target": list(targets)}
