"""FHIR's primitive types as they stand in JSON (R4 datatypes.html 2.24.0.1, json.html 2.6.2), calendar included.

Patterns are of the Rust kind jsonschema-rs runs: no look-around, so that hostile text costs linear time.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

LARGEST_INTEGER = 2**31 - 1

_YEAR = r"(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
_LEAP_YEAR = r"(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
_DAY = (
    rf"(?:{_YEAR}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    rf"|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|{_LEAP_YEAR}-02-29)"
)
_PARTIAL = rf"{_YEAR}(?:-(?:0[1-9]|1[0-2]))?"
# The second 60 is a leap second; 24:00 is not a time (R4 datatypes.html, dateTime).
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
_ZONE = r"(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)"

_OID = r"urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+"
_UUID = r"urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ABSOLUTE = r"^[A-Za-z][A-Za-z0-9+.-]*:\S+$"

# Tab, line feed and carriage return are the only control characters of a string.
TEXT = r"^[^\x00-\x08\x0B\x0C\x0E-\x1F]+$"
_SEXTET = r"[0-9a-zA-Z+/]\s*"
_PADDED = rf"{_SEXTET * 2}(?:=\s*){{2}}|{_SEXTET * 3}=\s*"
# jsonschema-rs knows this very spelling and looks for white space without a regular expression.
_NO_SPACE = r"^\S*$"

# Media types are listed by IANA (BCP 13), currencies by ISO 4217: outside the packages, so their shape is checked.
UNLISTED: dict[str, Schema] = {
    "mimetypes": {"type": "string", "pattern": r"^[^\s/]+/[^\s/;]+(?:;.*)?$"},
    "currencies": {"type": "string", "pattern": r"^[A-Z]{3}$"},
}


# JSON Schema counts 1.0 as an integer since draft 6, FHIR does not; so one document of ours is written in draft 4.
WHOLE_DOCUMENT = "whole.json"
DRAFT_4 = "http://json-schema.org/draft-04/schema#"
WHOLE: Schema = {"rule": "integer", "type": "integer"}


def _text(pattern: str) -> Schema:
    return {"type": "string", "pattern": pattern}


def _word() -> Schema:
    """A text without white space."""
    return {"minLength": 1, **_text(_NO_SPACE)}


def _whole(smallest: int) -> Schema:
    limits = {"type": "integer", "minimum": smallest, "maximum": LARGEST_INTEGER}
    return {**limits, "allOf": [{"$ref": f"{WHOLE_DOCUMENT}#/$defs/whole"}]}


def _begins(prefix: str) -> Schema:
    """Said so that jsonschema-rs compares and runs no regular expression."""
    return {"pattern": f"^{prefix}"}


_URN: Schema = {
    "if": _begins("urn:"),
    "then": {
        "allOf": [
            {"if": _begins("urn:uuid:"), "then": {"pattern": f"^{_UUID}$"}},
            {"if": _begins("urn:oid:"), "then": {"pattern": f"^{_OID}$"}},
        ]
    },
}
# Most addresses are seen at a glance; the others are asked more.
_ON_THE_WEB: Schema = {"anyOf": [_begins("http://"), _begins("https://")]}


def _address(pattern: str) -> Schema:
    """An address with a scheme."""
    return {**_word(), "if": _ON_THE_WEB, "else": {**_URN, "allOf": [{"rule": "absolute", "pattern": pattern}]}}


PRIMITIVES: dict[str, Schema] = {
    # languageTag and systemUri are ours: a code of BCP 47, and a uri that must be absolute.
    "base64Binary": _text(rf"^\s*(?:(?:{_SEXTET * 4})+(?:{_PADDED})?|{_PADDED})$"),
    "boolean": {"type": "boolean"},
    "canonical": _address(r"^(?:#\S*|[A-Za-z][A-Za-z0-9+.-]*:\S+)$"),
    # Its regular expression would let a line break pass, its words only single spaces.
    "code": _text(r"^\S+(?: \S+)*$"),
    "date": _text(rf"^(?:{_DAY}|{_PARTIAL})$"),
    "dateTime": _text(rf"^(?:{_DAY}(?:T{_CLOCK}{_ZONE})?|{_PARTIAL})$"),
    "decimal": {"type": "number"},
    "elementId": _word(),
    "id": _text(r"^[A-Za-z0-9.-]{1,64}$"),
    "instant": _text(rf"^{_DAY}T{_CLOCK}{_ZONE}$"),
    "integer": _whole(-LARGEST_INTEGER - 1),
    "languageTag": _text(r"^(?:[A-Za-z]{2,8}|[xXiI])(?:-[A-Za-z0-9]{1,8})*$"),
    "markdown": _text(TEXT),
    "oid": _text(rf"^{_OID}$"),
    "positiveInt": _whole(1),
    "string": _text(TEXT),
    "time": _text(rf"^{_CLOCK}$"),
    "systemUri": _address(_ABSOLUTE),
    "unsignedInt": _whole(0),
    "uri": {**_word(), "if": _ON_THE_WEB, "else": _URN},
    "url": {**_word(), **_URN},
    "uuid": _text(rf"^{_UUID}$"),
    "xhtml": {"type": "string"},
}
