"""An episode in IPT's own words as a file: what ``ipt-fhir export`` reads and ``ipt-fhir import`` writes.

``{"ipt-fhir": "episode", "version": 1, "episode": {...}}``; the inner object holds the fields of
``ipt_fhir.model.episode.Episode`` under their names, dates as ``2026-01-05``, times with their zone, codes as their
values. Fields that may be missing in the model may be missing here. A change that an older reader would misread raises
the version.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from ipt_fhir import rawjson
from ipt_fhir.model import snapshot
from ipt_fhir.model.episode import Episode
from ipt_fhir.rawjson import JsonObject, JsonRefused

_KIND, _VERSION = "episode", 1
_WHERE = re.compile(r"^(?P<words>.*?)(?: - at `(?:key in )?\$\.?(?P<path>[^`]*)`)?$", re.DOTALL)
# A value may hold quotes itself, so all from the first one on goes.
_FROM_VALUE_ON = re.compile(r" ?['\"].*", re.DOTALL)


class NotAnEpisodeFile(ValueError):
    """The file is not an episode as this module writes it. The message names the field and never repeats its value."""


def dump(episode: Episode) -> bytes:
    """The file, indented for people."""
    inner = msgspec.Raw(snapshot.dump(episode))
    whole = msgspec.json.encode({"ipt-fhir": _KIND, "version": _VERSION, "episode": inner})
    return msgspec.json.format(whole, indent=2) + b"\n"


def load(data: bytes) -> Episode:
    """Read such a file. Raises NotAnEpisodeFile; a field the model does not know is refused, not dropped."""
    try:
        whole = rawjson.parse_object(data)
    except JsonRefused as refused:
        raise NotAnEpisodeFile(str(refused)) from refused
    given = _inner(whole)
    try:
        episode = snapshot.load(rawjson.write(given))
    except msgspec.ValidationError as wrong:
        raise NotAnEpisodeFile(_named(str(wrong))) from wrong
    unknown = _first_unknown(given, rawjson.parse(snapshot.dump(episode)), "episode")
    if unknown:
        raise NotAnEpisodeFile(f"{unknown}: the model has no such field")
    return episode


def _inner(whole: JsonObject) -> JsonObject:
    if whole.get("ipt-fhir") != _KIND:
        raise NotAnEpisodeFile(
            'ipt-fhir: not an episode file; it begins with {"ipt-fhir": "episode", "version": 1, ...}'
        )
    if whole.get("version") != _VERSION:
        raise NotAnEpisodeFile(f"version: only version {_VERSION} is known; a newer ipt-fhir may know more")
    given = whole.get("episode")
    if not isinstance(given, dict):
        raise NotAnEpisodeFile("episode: missing, or not an object")
    return given


def _named(message: str) -> str:
    """``Invalid enum value 'x' - at `$.goals[0].kind` `` -> ``episode.goals[0].kind: Invalid enum value``."""
    found = _WHERE.match(message)
    words, path = (found["words"], found["path"]) if found else (message, None)
    if "missing required field" in words:
        name = words.rpartition("`")[0].rpartition("`")[2]
        return f"{_joined(path, name)}: missing"
    return f"{_joined(path)}: {_FROM_VALUE_ON.sub('', words)}"


def _joined(*steps: str | None) -> str:
    return ".".join(filter(None, ("episode", *steps)))


def _first_unknown(given: Any, known: Any, place: str) -> str | None:
    """The first member that reading and writing lost: the model does not have it."""
    if isinstance(given, dict) and isinstance(known, dict):
        for name, value in given.items():
            inner = f"{place}.{name}"
            found = inner if name not in known else _first_unknown(value, known[name], inner)
            if found:
                return found
    elif isinstance(given, list) and isinstance(known, list):
        for index, (value, other) in enumerate(zip(given, known, strict=False)):
            found = _first_unknown(value, other, f"{place}[{index}]")
            if found:
                return found
    return None
