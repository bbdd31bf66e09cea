"""Bundle <-> NDJSON, and the style of activities, for resources of anybody; what is not touched is written as it was.

NDJSON becomes a Bundle, and a Bundle NDJSON, as a stream. Only activities that move into their plan need all resources
at once.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import BinaryIO

from ipt_fhir import ndjson, rawjson
from ipt_fhir.exchange.activities import Entry, to_details, to_references
from ipt_fhir.exchange.bundles import nameless, unfolded
from ipt_fhir.exchange.reading import Place, Unit, entries, no_objects
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


def convert(found: Iterable[Unit], form: str | None, style: str | None, out: BinaryIO, remark: Remark) -> Counted:
    """Write what was found in another form; answers with what was read and refused.

    ``form`` None keeps the form: a document stays a document, lines stay lines. Several documents, or lines, become one
    collection Bundle or one resource a line.
    """
    counted = Counted(found, remark)
    first, second = next(counted, None), None
    if first is None:
        return counted
    if first.place.line is None:
        second = next(counted, None)
    alone = first.place.line is None and second is None
    if alone and (form is None or (form == BUNDLE and _is_bundle(first))):
        out.write(rawjson.write(_restyled_document(first, style, remark)) + b"\n")
        return counted
    everything = counted.opened(chain([first], [second] if second else [], counted), apart=form != BUNDLE)
    if form == BUNDLE:
        _write_bundle(_styled(map(_in_bundle, _resources(everything)), style, remark), out)
    else:
        _write_lines(_styled(map(_in_line, _taken_out(everything)), style, remark), out)
    return counted


class Counted(Iterator[Unit]):
    """The units that could be read, counted as they are asked for; the others are remarked and counted too."""

    def __init__(self, found: Iterable[Unit], remark: Remark) -> None:
        self._found, self._remark = iter(found), remark
        self.read = self.refused = 0

    def __next__(self) -> Unit:
        for unit in self._found:
            if unit.value is not None:
                self.read += 1
                return unit
            self._refuse(unit.place, unit.refusal or "")
        raise StopIteration

    def opened(self, found: Iterable[Unit], *, apart: bool) -> Iterator[Unit]:
        """The units as they are; of a Bundle, what will be missing or lost outside of it is remarked."""
        for unit in found:
            value = unit.value or {}
            for place in no_objects(unit.place, value):
                self._refuse(place, "not an object")
            for place, entry in entries(unit.place, value):
                if not isinstance(entry.get("resource"), dict):
                    self._remark(f"{place}: has no resource; it is left out")
            for place in nameless(unit.place, value) if apart else ():
                self._remark(f"{place}: has neither id nor identifier of ours, so what points to it will not find it")
            yield unit

    def _refuse(self, place: Place, why: str) -> None:
        self.refused += 1
        self._remark(f"{place}: {why}")


def _is_bundle(unit: Unit) -> bool:
    return unit.value is not None and unit.value.get("resourceType") == "Bundle"


def _restyled_document(unit: Unit, style: str | None, remark: Remark) -> JsonObject:
    """A single document in its own form: its activities may change, and then the entries of a Bundle."""
    value = unit.value or {}
    if style is None:
        return value
    if value.get("resourceType") != "Bundle":
        made = list(_styled([_in_bundle(Entry(unit.place, value))], style, remark))
        return value if len(made) == 1 and made[0].resource is value else _bundle(made)
    if value.get("type") not in _PLAIN:
        remark(f"{unit.place}: activities change their style in a Bundle of type {' or '.join(sorted(_PLAIN))} only")
        return value
    listed = dict(entries(unit.place, value))
    made = list(_styled(_resources([unit]), style, remark))
    first: dict[Place, JsonObject] = {}
    written = []
    for item in made:
        around = listed[item.place] if item.place not in first else {}
        first.setdefault(item.place, item.resource)
        written.append({**around, **({"fullUrl": item.address} if item.address else {}), "resource": item.resource})
    bare = [entry for entry in value.get("entry", []) if not _holds_resource(entry)]
    return {**value, "entry": written + bare} if written else value


def _holds_resource(entry: object) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("resource"), dict)


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


def _resources(found: Iterable[Unit]) -> Iterator[Entry]:
    """Resources that stand alone, and those inside Bundles."""
    for unit in found:
        value = unit.value or {}
        if value.get("resourceType") != "Bundle":
            yield Entry(unit.place, value)
            continue
        for place, entry in entries(unit.place, value):
            address = entry.get("fullUrl")
            if _holds_resource(entry):
                yield Entry(place, entry["resource"], address if isinstance(address, str) else None)


def _taken_out(found: Iterable[Unit]) -> Iterator[Entry]:
    """As ``_resources``, for outside their Bundles: a reference by an address that holds only there is renamed.

    Otherwise what the patient of a document said would seem to be said by somebody nobody knows.
    """
    for unit in found:
        named = dict(unfolded(unit.place, unit.value or {}))
        yield from (replace(entry, resource=named[entry.place]) for entry in _resources([unit]))


def _in_bundle(entry: Entry) -> Entry:
    """Every entry of a Bundle has an address, so that what is new can be found by one."""
    return entry if entry.address else replace(entry, address=_address(entry))


def _in_line(entry: Entry) -> Entry:
    """A line has no address; one from a Bundle is kept while it is needed to find what points to it."""
    return entry if entry.address is None else replace(entry, in_bundle=False)


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
    return {"fullUrl": entry.address, "resource": entry.resource}


def _address(entry: Entry) -> str:
    """Our identifier; for others a name made from type and id, or from the place of a resource that has no id."""
    ours = identifier_of(entry.resource)
    name = entry.resource.get("id")
    seed = f"{entry.resource.get('resourceType')}/{name}" if name else str(entry.place)
    return f"urn:uuid:{ours or uuid.uuid5(_ROOM, seed)}"
