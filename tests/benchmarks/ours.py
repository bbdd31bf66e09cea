"""What we do in each task, through the library's own doors."""

from __future__ import annotations

from collections.abc import Iterable

from ipt_fhir import rawjson
from ipt_fhir.carriers.native import Change, transaction
from ipt_fhir.mapping import careplan, editing
from ipt_fhir.model.episode import Episode
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation.issues import errors
from ipt_fhir.validation.validator import validate
from tests.benchmarks.course import WRITING, written_course

NOTE = "Seen by the ward"


class NotValid(ValueError):
    """What is measured would not be filed, so its time says nothing."""


def write_course(episode: Episode) -> bytes:
    """Map, validate with the declared profiles, write the transaction."""
    return gate(written_course(episode))


def gate(resources: dict[str, JsonObject]) -> bytes:
    """Validate with the declared profiles, and write the transaction."""
    hold(resources.values())
    return rawjson.write(transaction([Change(key=key, resource=item) for key, item in resources.items()]))


def hold(resources: Iterable[JsonObject]) -> None:
    """Hold each against its base type and the profiles it declares. Raises NotValid."""
    for resource in resources:
        declared = resource.get("meta", {}).get("profile", ())
        found = errors(validate(resource, declared))
        if found:
            raise NotValid(f"{found[0].location}: {found[0].message}")


def edit_plan(data: bytes) -> bytes:
    """Read a CarePlan, put it on hold, add a note to its first activity, and write it; checked before and after."""
    plan = rawjson.parse_object(data)
    hold([plan])
    editing.put(plan, "status", "on-hold")
    activity = plan["activity"][0]
    editing.put(activity, "progress", [*activity.get("progress", []), {"text": NOTE}])
    hold([plan])
    return rawjson.write(plan)


def add_session(data: bytes, episode: Episode) -> bytes:
    """Read the CarePlan, map the course with its new session over it, and write it; checked before and after."""
    plan = rawjson.parse_object(data)
    hold([plan])
    written = careplan.write_plan(episode, WRITING, plan)
    hold([written])
    return rawjson.write(written)


def read_each(texts: Iterable[bytes]) -> None:
    """Parse and hold against FHIR R4, one text a resource."""
    for data in texts:
        resource = rawjson.parse_object(data)
        found = errors(validate(resource))
        if found:
            raise NotValid(found[0].message)


def read_each_profiled(texts: Iterable[bytes]) -> None:
    """Parse and hold against FHIR R4 and the declared profiles."""
    hold(rawjson.parse_object(data) for data in texts)
