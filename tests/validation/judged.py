"""Ask our validator and HL7's engine about the same resources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ipt_fhir import rawjson
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation.issues import errors
from ipt_fhir.validation.validator import validate
from tests.peers.judge import Judge
from tests.validation.disagreements import Disagreement, disagreement
from tests.validation.mutator import Mutant


def refused(judge: Judge, resource: JsonObject, *profiles: str) -> bool:
    """Whether the engine finds an error."""
    return bool(judge.judge(resource, *profiles).errors)


def without_claims(resource: JsonObject) -> JsonObject:
    """The engine looks up every profile that is claimed anywhere inside; this asks base R4 only."""
    bare: JsonObject = rawjson.copy(resource)
    for inner in _resources(bare):
        meta = inner.get("meta")
        if isinstance(meta, dict) and meta.pop("profile", None) and not meta:
            del inner["meta"]
    return bare


def clean_for_both(judge: Judge, good: Mapping[str, JsonObject]) -> dict[str, JsonObject]:
    """Those that neither refuses, so that what comes of a mutant comes of its mutation."""
    bare = {name: without_claims(resource) for name, resource in good.items()}
    return {name: item for name, item in bare.items() if not refused(judge, item) and not errors(validate(item))}


def differences(judge: Judge, found: Iterable[Mutant]) -> list[Disagreement]:
    """The mutants on which the two differ. The engine holds one version of a guide and takes profiles without it."""
    told = []
    for mutant in found:
        profiles = [mutant.profile] if mutant.profile else []
        ours = errors(validate(mutant.resource, profiles))
        theirs = judge.judge(mutant.resource, *(profile.partition("|")[0] for profile in profiles)).errors
        told.append(disagreement(mutant, ours, theirs))
    return [difference for difference in told if difference]


def unexplained(found: Iterable[Disagreement]) -> list[str]:
    """What no kind explains, as a reader needs it to find the fault."""
    return [shown(item) for item in found if not item.explained]


def shown(item: Disagreement) -> str:
    """One difference in a line."""
    return f"{item.mutant.kind}: {item.mutant.source}: {item.mutant.place}: {' / '.join(item.said)}"


def _resources(value: Any) -> Iterator[JsonObject]:
    if isinstance(value, dict):
        if "resourceType" in value:
            yield value
        for member in list(value.values()):
            yield from _resources(member)
    elif isinstance(value, list):
        for item in value:
            yield from _resources(item)
