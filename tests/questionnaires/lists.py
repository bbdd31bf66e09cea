"""The codings of value sets that others published: in a form itself, and in FHIR R4. What needs a server is unknown."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from ipt_fhir import rawjson
from ipt_fhir.questionnaires.surroundings import Expand
from ipt_fhir.rawjson import JsonObject
from tests.published import published

R4 = "ig/hl7.fhir.r4.core-4.0.1-conformance-subset.tgz"


def lists_of(questionnaire: JsonObject) -> Expand:
    """The value sets contained in a form, and those of R4."""
    inside = [row for row in questionnaire.get("contained", []) if row["resourceType"] == "ValueSet"]
    contained = {name: row for row in inside for name in (f"#{row.get('id')}", row.get("url"))}

    def expand(canonical: str) -> Sequence[JsonObject] | None:
        if canonical in contained:
            return _codings(contained[canonical])
        return r4_list(canonical)

    return expand


@cache
def r4_list(canonical: str) -> Sequence[JsonObject] | None:
    """The codings of a value set of FHIR R4, None where it takes in what is not listed (LOINC, ISO 3166 ...)."""
    found = _published().get(("ValueSet", canonical.partition("|")[0]))
    return _codings(found) if found else None


def _codings(value_set: JsonObject) -> list[JsonObject] | None:
    codings: list[JsonObject] = [
        {name: row[name] for name in ("system", "code", "display") if name in row}
        for row in value_set.get("expansion", {}).get("contains", [])
    ]
    for include in value_set.get("compose", {}).get("include", []):
        concepts = include.get("concept") or _all_of(include)
        if not concepts:
            return None
        system = {"system": include["system"]} if "system" in include else {}
        codings += [system | {name: row[name] for name in ("code", "display") if name in row} for row in concepts]
    return codings or None


def _all_of(include: JsonObject) -> list[JsonObject]:
    """Every concept of a whole code system."""
    if "filter" in include or "valueSet" in include:
        return []
    system = _published().get(("CodeSystem", str(include.get("system"))), {})
    return list(_concepts(system)) if system.get("content") == "complete" else []


def _concepts(node: JsonObject) -> Iterator[JsonObject]:
    for concept in node.get("concept", []):
        yield concept
        yield from _concepts(concept)


@cache
def _published() -> dict[tuple[str, str], JsonObject]:
    found: dict[tuple[str, str], Any] = {}
    with tarfile.open(published(R4)) as archive:
        for member in archive:
            if member.name.startswith(("package/ValueSet-", "package/CodeSystem-")):
                content = archive.extractfile(member)
                assert content is not None
                resource = rawjson.parse_object(content.read())
                found[resource["resourceType"], str(resource.get("url"))] = resource
    return found
