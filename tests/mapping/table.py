"""docs/mapping.md: which element of which resource carries each field of the model.

Nobody writes this table. Each field of a full course is changed in turn; the elements that then differ carry it.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, cast

from ipt_fhir import rawjson
from ipt_fhir.mapping.episode import to_fhir
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.filed_parts import CARRIER_OF_PART, FILED_PARTS, Destination
from ipt_fhir.model.goals import GoalKind
from ipt_fhir.rawjson import JsonObject
from tests.mapping.full import EVERYTHING, FULL

WRITING = Writing(patient="alma", site=EVERYTHING)
# Ids and references are followed, not mapped: changing one would change what points to it as well.
IDENTITIES = {"id", "replaces", "focus_goal", "response", "reference", "inline", "by_us", "instrument", "link_id"}

# Texts that are codes: another code of the same kind.
_CODES = {
    "Z63.0": "Z63.1",
    "Z60.3": "Z60.0",
    "44261-6": "70274-6",
    "LA6570-1": "LA6569-3",
    "LA6569-3": "LA6570-1",
    "LA6568-5": "LA6570-1",
}

_REFUSED: Any = object()

_HEAD = """# Mapping: IPT <-> FHIR R4

Written by `make reference`, which changes each field of a full course in turn and looks what differs; a test compares.
Narratives (`text`, the page of a DocumentReference) say everything and are left out. What a site decides about:
`Site.files` in [the API](api.md).

| field of the model | FHIR elements that carry it |
|---|---|
"""

_LOCAL = """
## What stays in the app

These parts are in no resource (decision-D20).

| value | fields |
|---|---|
"""


def mapping_page() -> str:
    """The whole page."""
    carried = elements_of_fields()
    rows = "".join(f"| `{field}` | {_cells(field, carried.get(field, set()))} |\n" for field in _chart_fields())
    return f"{_HEAD}{rows}{_LOCAL}{_local_rows()}"


def elements_of_fields() -> dict[str, set[str]]:
    """``Episode.phase`` -> ``{"CarePlan.extension"}``: the elements that change when a field does."""
    before = to_fhir(FULL, WRITING)
    found: dict[str, set[str]] = {}
    varied = (
        *_varied(FULL, FULL),
        ("ProblemArea.rank", _with_ranks_swapped(FULL)),
        ("Goal.target", _with_a_goal_of_no_score(FULL)),
    )
    for field, episode in varied:
        elements = _differing(before, to_fhir(episode, WRITING))
        found.setdefault(field, set()).update(map(_without_spelling, elements))
    return found


def _with_ranks_swapped(episode: Episode) -> Episode:
    """One area leads, always: a rank cannot be changed alone."""
    first, second = episode.problem_areas
    areas = (dataclasses.replace(first, rank=second.rank), dataclasses.replace(second, rank=first.rank))
    return dataclasses.replace(episode, problem_areas=areas)


def _with_a_goal_of_no_score(episode: Episode) -> Episode:
    """Kind and target of a goal hang together."""
    first, *others = episode.goals
    return dataclasses.replace(episode, goals=(dataclasses.replace(first, kind=GoalKind.PLAIN, target=None), *others))


def _without_spelling(element: str) -> str:
    """``x.coding.code``, ``x.coding.display`` and ``x.text`` are all the code ``x``."""
    return re.sub(r"\.(coding(\.(code|display|system))?|valueCoding\.(code|display|system))$", "", element)


def _chart_fields() -> Iterator[str]:
    return (
        field
        for field, destination in FILED_PARTS.items()
        if destination is not Destination.LOCAL and field.split(".")[1] not in IDENTITIES
    )


def _cells(field: str, elements: set[str]) -> str:
    coded = {element.removesuffix(".text") for element in elements if element.removesuffix(".text") in elements}
    words = ", ".join(f"`{element}`" for element in sorted(elements - {f"{name}.text" for name in coded}))
    carrier = CARRIER_OF_PART.get(field)
    return f"{words} (where the site allows {carrier})" if carrier else words


def _local_rows() -> str:
    fields: dict[str, list[str]] = {}
    for part, destination in FILED_PARTS.items():
        if destination is Destination.LOCAL:
            fields.setdefault(part.split(".")[0], []).append(part.split(".")[1])
    return "".join(f"| {value} | {', '.join(f'`{name}`' for name in names)} |\n" for value, names in fields.items())


def _varied(value: Any, root: Episode) -> Iterator[tuple[str, Episode]]:
    """Each field of each value in the course, with the course in which that field alone is another."""
    for path, part in _parts(value, ()):
        for field in dataclasses.fields(part):
            name = f"{type(part).__name__}.{field.name}"
            if FILED_PARTS[name] is Destination.LOCAL or field.name in IDENTITIES:
                continue
            for other in _others(getattr(part, field.name)):
                changed = _replaced(root, (*path, field.name), other)
                if changed is not _REFUSED:
                    yield name, changed
                    break


def _parts(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if dataclasses.is_dataclass(value):
        yield path, value
        for field in dataclasses.fields(value):
            yield from _parts(getattr(value, field.name), (*path, field.name))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _parts(item, (*path, index))


def _others(value: Any) -> Iterator[Any]:
    """Values of the same kind that are not this one."""
    match value:
        case StrEnum():
            yield from (member for member in type(value) if member is not value)
        case bool():
            yield not value
        case datetime():
            yield value + timedelta(minutes=1)
        case date():
            yield from (value + timedelta(days=1), value - timedelta(days=1))
        case int() | Decimal():
            yield from (value + 1, value - 1)
        case str() if value.startswith("["):
            yield '[{"linkId":"another"}]'
        case str():
            yield _CODES.get(value, f"{value}x")
        case tuple() if value:
            yield value[:-1]
        case _ if dataclasses.is_dataclass(value):
            yield None


def _replaced(value: Any, path: tuple[str | int, ...], other: Any) -> Any:
    """The course with one field replaced; _REFUSED where the model does not allow it."""
    if not path:
        return other
    step, rest = path[0], path[1:]
    try:
        if isinstance(step, int):
            inner = _replaced(value[step], rest, other)
            return _REFUSED if inner is _REFUSED else (*value[:step], inner, *value[step + 1 :])
        inner = _replaced(getattr(value, step), rest, other)
        return _REFUSED if inner is _REFUSED else dataclasses.replace(value, **{step: inner})
    except ValueError:
        return _REFUSED


def _differing(before: Mapping[str, JsonObject], after: Mapping[str, JsonObject]) -> Iterator[str]:
    for key in before.keys() & after.keys():
        for element in _elements(before[key], after[key], before[key]["resourceType"]):
            if not element.startswith("DocumentReference.content"):
                yield element
    for key in before.keys() ^ after.keys():
        yield cast(str, (before.get(key) or after[key])["resourceType"])


def _elements(left: Any, right: Any, place: str) -> Iterator[str]:
    """Paths that differ, without list positions; an extension is named by the end of its url."""
    if isinstance(left, dict) and isinstance(right, dict):
        if left.get("resourceType") != right.get("resourceType"):
            yield from (left["resourceType"], right["resourceType"])
            return
        if left.get("url") == right.get("url") and "url" in left:
            place = place.removesuffix(".extension") + f".extension({left['url'].rpartition('/')[2]})"
        for name in (left.keys() | right.keys()) - {"text"} if "resourceType" in left else left.keys() | right.keys():
            yield from _elements(left.get(name), right.get(name), f"{place}.{name}")
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for one, other in zip(left, right, strict=True):
            yield from _elements(one, other, place)
    elif isinstance(left, list) and isinstance(right, list):
        yield from _uneven(left, right, place)
    elif not rawjson.equal(left, right):
        yield place


def _uneven(left: list[Any], right: list[Any], place: str) -> Iterator[str]:
    """Lists of different length: what one has and the other has not."""
    longer, shorter = (left, right) if len(left) > len(right) else (right, left)
    for item in longer:
        if not any(rawjson.equal(item, other) for other in shorter):
            url = item.get("url", "") if isinstance(item, dict) else ""
            yield f"{place}({url.rpartition('/')[2]})" if url else place
