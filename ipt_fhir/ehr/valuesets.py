"""The codings in an expanded ValueSet (FHIR R4, valueset.html, "Value Set Expansion")."""

from __future__ import annotations

from collections.abc import Iterator

from ipt_fhir.rawjson import JsonObject

MOST_CODINGS = 2_000
_MEMBERS = ("system", "version", "code", "display")


def codings_in(value_set: JsonObject) -> list[JsonObject] | None:
    """Every coding that may be chosen, in the order of the expansion.

    None when there is no expansion, or only a part of it: a list with gaps would pass for the whole.
    """
    expansion = value_set.get("expansion")
    if not isinstance(expansion, dict):
        return None
    found = list(_chosen(expansion.get("contains")))
    total = expansion.get("total")
    # A total counts abstract and inactive rows as well, which cannot be chosen.
    whole = not isinstance(total, int) or _rows(expansion.get("contains")) >= total
    return found if found and whole and len(found) <= MOST_CODINGS else None


def _chosen(contains: object) -> Iterator[JsonObject]:
    for row in contains if isinstance(contains, list) else []:
        if not isinstance(row, dict):
            continue
        if "code" in row and not row.get("abstract") and not row.get("inactive"):
            yield {name: row[name] for name in _MEMBERS if name in row}
        yield from _chosen(row.get("contains"))


def _rows(contains: object) -> int:
    rows = [row for row in contains if isinstance(row, dict)] if isinstance(contains, list) else []
    return len(rows) + sum(_rows(row.get("contains")) for row in rows)
