"""Find names of people who never agreed to be in a chart (decision-D20), whatever field they slipped into."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from ipt_fhir.rawjson import JsonObject

_TAG = re.compile(r"<[^>]*>")
_SHORTEST = 2


def named_in(resource: JsonObject, names: Iterable[str]) -> Iterator[str]:
    """The FHIRPath, below the resource, of each text that holds one of the names as a word."""
    words = [re.escape(plain) for name in names if len(plain := _plain(name)) >= _SHORTEST]
    if words:
        pattern = re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)")
        yield from (place for place, text in _texts(resource, "") if pattern.search(_plain(text)))


def _texts(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, f"{place}[{index}]")
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from _texts(member, f"{place}.{name}" if place else name)


def _plain(text: str) -> str:
    """One spelling for a name in upper case, in full-width letters, over two lines, between tags, as entities."""
    unmarked = html.unescape(_TAG.sub(" ", text))
    return " ".join(unicodedata.normalize("NFKC", unmarked).casefold().split())
