"""In which release of FHIR a resource is written: the only file that knows how the releases differ (decision-D6).

The server's own word comes first (CapabilityStatement.fhirVersion). Without it the elements decide: each row of the
tables names an element and the releases that have it; what all elements seen have in common is the release. R4 and R4B
(4.3.0) have the same elements in the three types opened here, so elements alone never tell them apart and such a
resource counts as R4. A server that says 4.3.0 is R4B by name: read the same way, and not written to, because no R4B
server was ever tested and R4B allows what R4 servers must refuse (wider Observation.subject, valueCodeableReference).
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from ipt_fhir.locale.texts import N_, text
from ipt_fhir.rawjson import JsonObject


class Release(StrEnum):
    """A release of FHIR by the name people use; BEFORE_R4 when elements show no more than that it is too old."""

    DSTU2 = "DSTU2"
    STU3 = "STU3"
    BEFORE_R4 = "DSTU2 or STU3"
    R4 = "R4"
    R4B = "R4B"
    R5 = "R5"
    R6 = "R6"
    UNKNOWN = "unknown"


class OtherRelease(ValueError):
    """A resource that is not known to be R4 was about to be written. Fault: ours; it may be shown, never changed."""

    def __init__(self, release: Release) -> None:
        super().__init__(sentence(release))
        self.release = release


_VERSIONS = {
    "1.0": Release.DSTU2,
    "3.0": Release.STU3,
    "4.0": Release.R4,
    "4.1": Release.R4B,
    "4.3": Release.R4B,
    "5.0": Release.R5,
    "6.0": Release.R6,
}
_OTHER = N_("This record is written in FHIR {release}. Only FHIR R4 is read in full here; it is shown, never changed.")
_UNKNOWN = N_("Nothing says in which release of FHIR this record is written. It is shown, never changed.")

_D, _S, _4, _5 = Release.DSTU2, Release.STU3, Release.R4, Release.R5
Releases = frozenset[Release]
_TO_S, _TO_4, _FROM_S, _FROM_4, _S4, _D5 = map(
    frozenset, ((_D, _S), (_D, _S, _4), (_S, _4, _5), (_4, _5), (_S, _4), (_D, _5))
)
_ALL: Releases = frozenset((_D, _S, _4, _5))


def _only(release: Release) -> Releases:
    return frozenset((release,))


# Type -> releases -> paths; ``:string``, ``:object``, ``:array`` after a path asks for that shape. Sources: the
# StructureDefinitions of the releases; a test compares the rows with the definitions of STU3, R4, R4B and R5.
ELEMENTS: dict[str, dict[Releases, str]] = {
    "CarePlan": {
        _only(_D): "modified relatedPlan support participant activity.actionResulting",
        _only(_S): "definition activity.detail.definition",
        _TO_S: "context activity.detail.category activity.detail.prohibited author:array",
        _TO_4: "author activity.detail activity.reference addresses.reference:string addresses.display",
        _S4: "activity.outcomeCodeableConcept activity.outcomeReference",
        _only(_4): "activity.detail.kind activity.detail.doNotPerform activity.detail.instantiatesCanonical"
        " activity.detail.instantiatesUri author:object",
        _FROM_S: "intent title basedOn replaces partOf careTeam supportingInfo",
        _FROM_4: "created encounter contributor instantiatesCanonical instantiatesUri",
        _only(_5): "custodian activity.plannedActivityReference activity.performedActivity addresses.concept"
        " addresses.reference:object",
    },
    "Goal": {
        _only(_D): "author targetDate targetQuantity description:string outcome.resultCodeableConcept"
        " outcome.resultReference",
        _TO_S: "status",
        _D5: "outcome",
        _S4: "expressedBy outcomeCode outcomeReference",
        _FROM_S: "target description:object",
        _FROM_4: "lifecycleStatus achievementStatus target.detailBoolean target.detailInteger target.detailRatio"
        " target.detailString",
        _only(_5): "continuous source outcome.concept outcome.reference",
    },
    "QuestionnaireResponse": {
        _only(_D): "group",
        _only(_S): "context parent item.subject",
        _TO_S: "questionnaire:object",
        _TO_4: "identifier:object",
        _FROM_S: "item basedOn",
        _FROM_4: "partOf questionnaire:string",
        _only(_5): "identifier:array",
    },
}
_SHAPES: dict[str, type] = {"string": str, "object": dict, "array": list, "": object}


def release_of(resource: JsonObject, fhir_version: str | None = None) -> Release:
    """The release a resource is written in, UNKNOWN when neither the server nor the elements say."""
    if fhir_version is not None:
        return release_named(fhir_version)
    possible = _ALL
    for releases, path in _rows(resource.get("resourceType")):
        if _holds(resource, path):
            possible &= releases
    if possible and possible <= _TO_S:
        return next(iter(possible)) if len(possible) == 1 else Release.BEFORE_R4
    return next(iter(possible)) if len(possible) == 1 else Release.UNKNOWN


def release_named(fhir_version: str) -> Release:
    """The release of a version number (``4.0.1``, ``4.0``); anything else without a name is UNKNOWN."""
    return _VERSIONS.get(".".join(fhir_version.split(".")[:2]), Release.UNKNOWN)


def check_writable(resource: JsonObject, fhir_version: str | None = None) -> None:
    """Let pass what is known to be R4; raises OtherRelease for everything else."""
    release = release_of(resource, fhir_version)
    if release is not Release.R4:
        raise OtherRelease(release)


def sentence(release: Release, language: str = "en") -> str:
    """Why a resource of that release is not written, in plain words; empty for R4."""
    if release is Release.R4:
        return ""
    return text(_UNKNOWN if release is Release.UNKNOWN else _OTHER, language, release=release.value)


def _rows(resource_type: Any) -> Iterator[tuple[Releases, str]]:
    table = ELEMENTS.get(resource_type, {}) if isinstance(resource_type, str) else {}
    for releases, paths in table.items():
        for path in paths.split():
            yield releases, path


def _holds(resource: JsonObject, path: str) -> bool:
    steps, _, shape = path.partition(":")
    *owners, name = steps.split(".")
    found: list[Any] = [resource]
    for owner in owners:
        found = [item for value in found for item in _items(value.get(owner))]
    present = (value.get(name) for value in found)
    return any(value is not None and isinstance(value, _SHAPES[shape]) for value in present)


def _items(value: Any) -> list[JsonObject]:
    """The objects of a member, one or many, whatever cardinality that release gives it."""
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
