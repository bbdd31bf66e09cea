"""The preview of a filing, entry by entry: what is new, what changes from what to what, what stays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

import msgspec
from markupsafe import Markup

from ipt_fhir import rawjson
from ipt_fhir.carriers.native import Change
from ipt_fhir.rawjson import JsonObject
from smart_app.services import describing
from smart_app.services.comparing import Difference, differences_between
from smart_app.services.course_resources import Drawn
from smart_app.services.desk import Desk
from smart_app.services.portal import honest_words, sight_of
from smart_app.web.desks import practice
from smart_app.web.ways import way

_MOST_ROWS = 12
_MOST_ROWS_OF_PAGE = 60
_OPEN_GROUP = 6
_DIAGNOSIS = "Condition"
_ADDRESSES = (
    "CarePlan.addresses",
    "Condition.",
    "ServiceRequest.reason",
    "EpisodeOfCare.diagnosis",
    "Encounter.diagnosis",
)
"""Where resources of a course speak of diagnoses."""


def preview_values(desk: Desk, drawn: Drawn, changes: Sequence[Change], names: dict[str, str]) -> dict[str, object]:
    """Everything the preview prints beside the buttons.

    What an entry is as FHIR stands on the entry's own page: a course that was never filed has a hundred and more.
    """
    kept = [resource for key, resource in drawn.resources.items() if key not in drawn.unfiled]
    told = [change for change in changes if desk.sees_diagnoses or change.resource_type != _DIAGNOSIS]
    return {
        "groups": _groups(desk, in_order(told), names),
        "unchanged": len(kept),
        "narrative": _said(desk, desk.episode.id),
        "sights": _sights(drawn.resources.values()),
        "seen_by": honest_words(practice().site),
        "record_language": practice().site.language,
    }


def entry_values(desk: Desk, changes: Sequence[Change], key: str, names: dict[str, str]) -> dict[str, object] | None:
    """One entry in full and the ones beside it; None where filing would not touch it."""
    ordered = in_order(changes)
    place = next((place for place, change in enumerate(ordered) if change.key == key), None)
    if place is None:
        return None
    change = ordered[place]
    return {
        **_entry(desk, change, names, _differences(desk, change)),
        "said": _said(desk, key),
        "json": pretty(change.resource),
        "place": place + 1,
        "entries": len(ordered),
        "before": ordered[place - 1].key if place else None,
        "next": ordered[place + 1].key if place + 1 < len(ordered) else None,
        "record_language": practice().site.language,
    }


def in_order(changes: Sequence[Change]) -> list[Change]:
    """As a clinician would look for them: the plan first, then kind by kind."""
    return sorted(changes, key=lambda change: place_of(change.resource_type))


def _groups(desk: Desk, changes: Sequence[Change], names: dict[str, str]) -> list[dict[str, object]]:
    """The entries kind by kind. How much of what changes stands here is bounded; the entry's own page has all of it."""
    left = _MOST_ROWS_OF_PAGE
    groups: list[dict[str, object]] = []
    for resource_type, found in groupby(changes, lambda change: change.resource_type):
        entries = []
        for change in found:
            rows = _differences(desk, change)
            shown = rows[: min(_MOST_ROWS, left)]
            left -= len(shown)
            said = _said(desk, change.key) if resource_type == "Goal" and change.base is None else ""
            entries.append({**_entry(desk, change, names, shown), "more": len(rows) - len(shown), "said": said})
        label = describing.counted_words(resource_type, len(entries))
        groups.append({"name": label, "entries": entries, "open": len(entries) <= _OPEN_GROUP})
    return groups


def _differences(desk: Desk, change: Change) -> list[Difference]:
    return for_eyes_of(desk, differences_between(change.base.resource, change.resource)) if change.base else []


def for_eyes_of(desk: Desk, rows: Sequence[Difference]) -> list[Difference]:
    """What differs, without the diagnoses where they are no part of this person's work."""
    return [row for row in rows if desk.sees_diagnoses or not row.path.startswith(_ADDRESSES)]


def _entry(desk: Desk, change: Change, names: dict[str, str], rows: list[Difference]) -> dict[str, object]:
    return {
        "key": change.key,
        "url": way(desk, "filing.entry", entry=change.key),
        "kind": describing.kind_of(change.resource_type),
        "name": names.get(change.key, change.resource_type),
        "new": change.base is None,
        "rows": rows,
    }


def _said(desk: Desk, key: str) -> Markup:
    return Markup(describing.description_of(key, desk.episode, practice().site))  # noqa: S704 - made of escaped values


def _sights(resources: Iterable[JsonObject]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Who may see what: each answer once, with the kinds of entry it holds for (name and FHIR type)."""
    found = sorted({str(resource["resourceType"]) for resource in resources}, key=place_of)
    groups: dict[str, list[tuple[str, str]]] = {}
    for kind in found:
        groups.setdefault(sight_of(kind), []).append((describing.kind_of(kind), kind))
    return list(groups.items())


def place_of(resource_type: str) -> tuple[int, str]:
    """Where a kind of entry stands in a list; kinds without a word of ours come last."""
    order = list(describing.counted())
    return (order.index(resource_type) if resource_type in order else len(order), resource_type)


def pretty(resource: JsonObject) -> str:
    """A resource as people who read FHIR want it."""
    return msgspec.json.format(rawjson.write(resource), indent=2).decode()
