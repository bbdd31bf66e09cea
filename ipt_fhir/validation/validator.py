"""May this resource leave the house? (decision-D4): the base type always, profiles when they are named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation import contained, schemas
from ipt_fhir.validation.entries import entry_resources, misnamed
from ipt_fhir.validation.findings import Findings
from ipt_fhir.validation.invariants import ADVICE
from ipt_fhir.validation.issues import Issue, Severity, errors
from ipt_fhir.validation.schemas import BASE, Schema
from ipt_fhir.validation.sentences import sentence


def validate(resource: JsonObject, profiles: Sequence[str] = ()) -> list[Issue]:
    """Hold a resource against FHIR R4 4.0.1 and against these profiles (canonical URLs, ``|version`` if it matters).

    ``meta.profile`` is a claim, not a request: what it names is checked only when it is passed in ``profiles``.
    A type or profile that cannot be checked is an ERROR, never a silent pass. The resource is raw JSON as
    ``ipt_fhir.rawjson`` reads it; it is not changed. Codes of LOINC, SNOMED CT and value sets kept elsewhere, display
    texts and the existence of what is referred to are not checked.
    """
    schema = _schema_of(resource)
    if schema is None:
        return [Issue(Severity.ERROR, "resourceType", "unknown-type", sentence("unknown-type"))]
    where = resource["resourceType"]
    found = _in_full(schema, resource, where)
    shown, local = resource, frozenset[str]()
    if profiles and "contained" in resource:
        shown, local = contained.spelled_out(resource), _local(resource)
    for profile in profiles:
        found += _against_profile(profile, shown, local)
    return list(dict.fromkeys(found)) if found else list(_advice(resource, where))


def is_valid(resource: JsonObject, profiles: Sequence[str] = ()) -> bool:
    """True when there is no ERROR; see ``validate``."""
    return not errors(validate(resource, profiles))


def _schema_of(resource: JsonObject) -> Schema | None:
    name = resource.get("resourceType")
    return schemas.of_type(name) if isinstance(name, str) else None


def _in_full(schema: Schema, resource: JsonObject, where: str) -> list[Issue]:
    """A resource with what it contains and, for a Bundle, each entry of a type we hold."""
    if "contained" in resource:
        found = _with_contained(schema, resource, where)
    else:
        found = _against(schema, resource, where, frozenset())
    if resource["resourceType"] == "Bundle":
        found += [_misnamed(f"{where}.{place}") for place in misnamed(resource)]
        for place, inner in entry_resources(resource):
            own = _schema_of(inner)
            found += _in_full(own, inner, f"{where}.{place}") if own else []
    return found


def _misnamed(place: str) -> Issue:
    return Issue(Severity.ERROR, place, "full-url", f"{BASE}: {sentence('full-url')}")


def _local(resource: JsonObject) -> frozenset[str]:
    return frozenset(f"#{name}" for name in contained.contained_ids(resource))


def _against(schema: Schema, resource: JsonObject, where: str, local: frozenset[str]) -> list[Issue]:
    if schema.accepts(resource):
        return []
    return Findings(schema, where, local).of(schema.errors(resource))


def _against_profile(profile: str, resource: JsonObject, local: frozenset[str]) -> list[Issue]:
    schema, where = schemas.of_profile(profile), resource["resourceType"]
    if schema is None or schema.document["constrains"] != where:
        words = sentence("unknown-profile", element=profile)
        return [Issue(Severity.ERROR, where, "unknown-profile", words)]
    return _against(schema, resource, where, local)


def _with_contained(schema: Schema, resource: JsonObject, where: str) -> list[Issue]:
    """Contained resources of the types we hold are checked in full; of the others the outer schema knows the name."""
    local, shown = _local(resource), contained.spelled_out(resource)
    found = _against(schema, shown, where, local)
    for index, inner in contained.inner_resources(shown):
        own = _schema_of(inner)
        if own is not None:
            found += _against(own, inner, f"{where}.contained[{index}]", local | {"#"})
    for place, rule in contained.broken_rules(resource):
        found.append(Issue(Severity.ERROR, f"{where}.{place}", rule, f"{BASE}: {sentence(rule)}"))
    return found


def _advice(resource: JsonObject, where: str) -> Iterator[Issue]:
    """Only asked of resources without an error: its rows rely on the shape of what they read."""
    name = resource["resourceType"]
    for kind, rule, element, broken in ADVICE:
        if (not kind or kind == name) and broken(resource):
            yield Issue(Severity.WARNING, f"{where}.{element}", rule, f"{BASE}: {sentence(rule)}")
    if name == "Bundle":
        for place, inner in entry_resources(resource):
            if _schema_of(inner):
                yield from _advice(inner, f"{where}.{place}")
