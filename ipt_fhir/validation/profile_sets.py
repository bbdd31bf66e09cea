"""Which profiles a release of US Core has for a type, among those this software holds."""

from __future__ import annotations

from functools import cache

from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation import schemas

US_CORE_RELEASES = ("6.1.0", "7.0.0", "8.0.0")
_US_CORE = "http://hl7.org/fhir/us/core/"


def us_core_profiles(resource: JsonObject, release: str) -> tuple[str, ...]:
    """The profiles of that release a resource should meet, as ``url|version``.

    Where a release has several for one type (Condition, Observation), those the resource claims: which one is meant
    cannot be told from outside.
    """
    found = _by_type(release).get(str(resource.get("resourceType")), ())
    if len(found) < 2:
        return found
    claimed = {profile.partition("|")[0] for profile in claims(resource)}
    return tuple(profile for profile in found if profile.partition("|")[0] in claimed)


def claims(resource: JsonObject) -> list[str]:
    """What ``meta.profile`` names."""
    meta = resource.get("meta")
    listed = meta.get("profile") if isinstance(meta, dict) else None
    return [item for item in listed if isinstance(item, str)] if isinstance(listed, list) else []


def constrained_type(profile: str) -> str | None:
    """The type a profile is for; None for a profile this software does not hold."""
    schema = schemas.of_profile(profile)
    return str(schema.document["constrains"]) if schema else None


@cache
def _by_type(release: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for url, versions in schemas.document("profiles.json")["$defs"].items():
        if url.startswith(_US_CORE) and release in versions:
            kind = schemas.document(versions[release])["constrains"]
            found[kind] = (*found.get(kind, ()), f"{url}|{release}")
    return found
