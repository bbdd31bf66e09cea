"""Bundle <-> NDJSON, and the style of activities, for resources of anybody; what is not touched is written as it was.

NDJSON becomes a Bundle, and a Bundle NDJSON, as a stream. Only activities that move into their plan need all resources
at once.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from ipt_fhir import ndjson, rawjson
from ipt_fhir.exchange.activities import Entry, to_details, to_references
from ipt_fhir.exchange.reading import Place, Unit, entries
from ipt_fhir.mapping.editing import identifier_of
from ipt_fhir.rawjson import JsonObject

REFERENCE, DETAIL = "reference", "detail"
STYLES = (REFERENCE, DETAIL)
"""Planned work as resources the plan points to, or inside the plan."""

BUNDLE, NDJSON = "bundle", "ndjson"
FORMS = (BUNDLE, NDJSON)

Remark = Callable[[str], None]
"""Told each thing that could not be read or not be expressed."""

# In these, an entry means more than its resource: taking one out or adding one would change what is asked or answered.
_PLAIN = {"collection", "searchset"}
_ROOM = uuid.UUID("c1a9f1a2-6d2b-5b0a-8a6e-9b3d9d5f8e11")


def convert(found: Iterable[Unit], form: str | None, style: str | None, out: BinaryIO, remark: Remark) -> int:
    """Write what was found in another form; returns how many documents and lines were read.

    ``form`` None keeps the form: a document stays a document, lines stay lines. Several documents, or lines, become one
    collection Bundle or one resource a line.
    """
    counted = _Counted(found, remark)
    first = next(counted, None)
    if first is None:
        return counted.number
    if form is None and first.place.line is None:
        alone = next(counted, None)
        if alone is None:
            out.write(rawjson.write(_restyled_document(first, style, remark)) + b"\n")
            return counted.number
        everything: Iterator[Unit] = _chained([first, alone], counted)
    else:
        everything = _chained([first], counted)
    if form == BUNDLE and first.place.line is None:
        _write_bundle_of_documents(everything, style, out, remark)
    else:
        write = _write_bundle if form == BUNDLE else _write_lines
        write(_styled(_resources(everything, remark), style, remark), out)
    return counted.number


class _Counted(Iterator[Unit]):
    """Only what could be read; the rest is remarked."""

    def __init__(self, found: Iterable[Unit], remark: Remark) -> None:
        self._found, self._remark = iter(found), remark
        self.number = 0

    def __next__(self) -> Unit:
        for unit in self._found:
            if unit.value is not None:
                self.number += 1
                return unit
            self._remark(f"{unit.place}: {unit.refusal}")
        raise StopIteration


def _chained(first: list[Unit], rest: Iterator[Unit]) -> Iterator[Unit]:
    yield from first
    yield from rest


def _write_bundle_of_documents(found: Iterator[Unit], style: str | None, out: BinaryIO, remark: Remark) -> None:
    """One Bundle stays itself, with all that belongs to it; several documents become a collection."""
    first, second = next(found), next(found, None)
    if second is None and first.value is not None and first.value.get("resourceType") == "Bundle":
        out.write(rawjson.write(_restyled_document(first, style, remark)) + b"\n")
        return
    everything = _chained([first, *([second] if second else [])], found)
    _write_bundle(_styled(_resources(everything, remark), style, remark), out)


def _restyled_document(unit: Unit, style: str | None, remark: Remark) -> JsonObject:
    """A single document in its own form: its activities may change, and then the entries of a Bundle."""
    value = unit.value or {}
    if style is None:
        return value
    if value.get("resourceType") != "Bundle":
        made = list(_styled([Entry(unit.place, value)], style, remark))
        return value if len(made) == 1 and made[0].resource is value else _bundle(made)
    if value.get("type") not in _PLAIN:
        remark(f"{unit.place}: activities change their style in a Bundle of type {' or '.join(sorted(_PLAIN))} only")
        return value
    listed = dict(entries(unit.place, value))
    made = list(_styled(_resources(iter([unit]), remark), style, remark))
    first: dict[Place, JsonObject] = {}
    written = []
    for item in made:
        around = listed[item.place] if item.place not in first else {}
        first.setdefault(item.place, item.resource)
        written.append({**around, **({"fullUrl": item.address} if item.address else {}), "resource": item.resource})
    bare = [entry for entry in listed.values() if "resource" not in entry]
    return {**value, "entry": written + bare} if written or bare else value


def _styled(found: Iterable[Entry], style: str | None, remark: Remark) -> Iterator[Entry]:
    if style == DETAIL:
        whole = to_details(list(found))
        for words in whole.remarks:
            remark(words)
        yield from whole.entries
        return
    for entry in found:
        if style is None:
            yield entry
            continue
        restyled = to_references(entry)
        for words in restyled.remarks:
            remark(words)
        yield from restyled.entries


def _resources(found: Iterator[Unit], remark: Remark) -> Iterator[Entry]:
    """Resources that stand alone, and those inside Bundles."""
    for unit in found:
        value = unit.value or {}
        if value.get("resourceType") != "Bundle":
            yield Entry(unit.place, value)
            continue
        for place, entry in entries(unit.place, value):
            resource, address = entry.get("resource"), entry.get("fullUrl")
            if isinstance(resource, dict):
                yield Entry(place, resource, address if isinstance(address, str) else None)
            else:
                remark(f"{place}: has no resource; it is left out")


def _write_lines(found: Iterable[Entry], out: BinaryIO) -> None:
    for entry in found:
        ndjson.write_line(out, entry.resource)


def _write_bundle(found: Iterable[Entry], out: BinaryIO) -> None:
    """A collection written as it comes; without entries there is no list, because FHIR knows no empty one."""
    separator = b',"entry":['
    out.write(b'{"resourceType":"Bundle","type":"collection"')
    for entry in found:
        out.write(separator + rawjson.write(_entry(entry)))
        separator = b","
    out.write(b"]}\n" if separator == b"," else b"}\n")


def _bundle(found: Iterable[Entry]) -> JsonObject:
    return {"resourceType": "Bundle", "type": "collection", "entry": [_entry(entry) for entry in found]}


def _entry(entry: Entry) -> JsonObject:
    return {"fullUrl": entry.address or _address(entry), "resource": entry.resource}


def _address(entry: Entry) -> str:
    """Our identifier; for others a name made from type and id, or from the place of a resource that has no id."""
    ours = identifier_of(entry.resource)
    name = entry.resource.get("id")
    seed = f"{entry.resource.get('resourceType')}/{name}" if name else str(entry.place)
    return f"urn:uuid:{ours or uuid.uuid5(_ROOM, seed)}"
