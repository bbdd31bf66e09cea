"""Do two texts say the same? Asked before any clock starts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ipt_fhir import rawjson


class Differs(AssertionError):
    """Two contenders did not do the same work, so their times must not be compared."""


def check_same(ours: bytes, theirs: bytes, name: str) -> None:
    """Raises Differs with the first place where a peer's resources say something else than ours."""
    found = difference(rawjson.parse(ours), rawjson.parse(theirs))
    if found:
        raise Differs(f"{name} emits something else at {found}")


def difference(ours: Any, theirs: Any, place: str = "$") -> str | None:
    """The first place that differs. Numbers count by value and times by instant: fhir.resources respells both."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        if ours.keys() != theirs.keys():
            return f"{place}: {sorted(ours.keys() ^ theirs.keys())}"
        pairs = [(ours[name], theirs[name], f"{place}.{name}") for name in ours]
    elif isinstance(ours, list) and isinstance(theirs, list):
        if len(ours) != len(theirs):
            return f"{place}: {len(ours)} against {len(theirs)} items"
        pairs = [
            (mine, other, f"{place}[{index}]") for index, (mine, other) in enumerate(zip(ours, theirs, strict=True))
        ]
    else:
        return None if rawjson.equal(_instant(ours), _instant(theirs)) else place
    return next(filter(None, (difference(*pair) for pair in pairs)), None)


def _instant(value: Any) -> Any:
    if not isinstance(value, str) or "T" not in value:
        return value
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return value
    return found.astimezone(UTC).isoformat() if found.tzinfo else value
