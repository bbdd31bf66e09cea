"""What an answer must keep beside its type: length and pattern, range and places, size and kind of a file, target."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ipt_fhir import rawjson
from ipt_fhir.questionnaires import units
from ipt_fhir.questionnaires.findings import Finding, FindingKind, Place
from ipt_fhir.questionnaires.form import FormItem, ItemType, Limits, Value
from ipt_fhir.questionnaires.patterns import matches
from ipt_fhir.questionnaires.targets import RESOURCE_TYPES, target_type
from ipt_fhir.questionnaires.values import WRITTEN, NotComparable, compared, decimal_places, is_number, spelled
from ipt_fhir.rawjson import JsonObject


def check_words(item: FormItem, value: Value, place: Place) -> Iterator[Finding]:
    """What holds for the characters of an answer."""
    yield from _length(item.limits, value.content, place)
    if value.member not in WRITTEN:
        return
    if item.type is ItemType.STRING and ("\n" in value.content or "\r" in value.content):
        yield place.found(FindingKind.LINE_BREAK)
    if item.limits.regex is not None and not matches(item.limits.regex, value.content):
        yield place.found(FindingKind.OTHER_PATTERN, item.entry_format or item.limits.regex)


def check_amount(limits: Limits, value: Value, place: Place) -> Iterator[Finding]:
    """What holds for its amount."""
    if limits.least or limits.most:
        yield from _range(limits, value, place)
    if limits.max_decimal_places is not None:
        yield from _places(limits.max_decimal_places, value, place)


def check_file(limits: Limits, attachment: JsonObject, place: Place) -> Iterator[Finding]:
    """Size and kind of a file."""
    size = _size(attachment)
    stated = attachment.get("size")
    if "data" in attachment and stated is not None and size != stated:
        yield place.found(FindingKind.OTHER_SIZE)
    size = stated if size is None else size
    if limits.max_size is not None and isinstance(size, int) and size > limits.max_size:
        yield place.found(FindingKind.TOO_BIG, limits.max_size)
    if limits.mime_types and not _is_media_type(attachment.get("contentType"), limits.mime_types):
        yield place.found(FindingKind.OTHER_MEDIA_TYPE, ", ".join(limits.mime_types))


def check_target(
    allowed: Sequence[str], reference: JsonObject, contained: Mapping[str, JsonObject], place: Place
) -> Iterator[Finding]:
    """What a reference points to. ``contained`` are the resources inside the response, by id."""
    kind = target_type(reference, contained)
    if kind is None and allowed:
        yield place.found(FindingKind.TARGET_UNKNOWN, ", ".join(allowed))
    elif kind is not None and kind not in (allowed or RESOURCE_TYPES):
        yield place.found(FindingKind.OTHER_TARGET, ", ".join(allowed) or "FHIR R4")


def _length(limits: Limits, content: Any, place: Place) -> Iterator[Finding]:
    """Characters of a text, or of a number as it is written (R4, Questionnaire.item.maxLength and que-10)."""
    length = len(content if isinstance(content, str) else rawjson.write(content))
    if limits.max_length is not None and length > limits.max_length:
        yield place.found(FindingKind.TOO_LONG, limits.max_length)
    if limits.min_length is not None and length < limits.min_length:
        yield place.found(FindingKind.TOO_SHORT, limits.min_length)


def _range(limits: Limits, value: Value, place: Place) -> Iterator[Finding]:
    for limit, beyond, kind in ((limits.least, -1, FindingKind.TOO_LOW), (limits.most, 1, FindingKind.TOO_HIGH)):
        if limit is None:
            continue
        try:
            if compared(value, limit) == beyond:
                yield place.found(kind, spelled(limit))
        except NotComparable:
            yield place.found(FindingKind.NOT_COMPARABLE, spelled(limit))
        except units.UnknownUnit:
            yield place.found(FindingKind.UNIT_UNKNOWN, spelled(limit))


def _places(most: int, value: Value, place: Place) -> Iterator[Finding]:
    content = value.content.get("value") if value.member == "valueQuantity" else value.content
    if is_number(content) and decimal_places(content) > most:
        yield place.found(FindingKind.TOO_PRECISE, most)


def _size(attachment: JsonObject) -> int | None:
    """The bytes of the content; None where it is not in there or is no base64."""
    try:
        return len(base64.b64decode("".join(str(attachment["data"]).split()), validate=True))
    except (KeyError, ValueError):
        return None


def _is_media_type(given: Any, allowed: Sequence[str]) -> bool:
    """``image/png`` is of ``image/png`` and of ``image/*``; parameters (``; charset``) do not count."""
    kind = str(given).partition(";")[0].strip().lower() if given is not None else ""
    wanted = [name.strip().lower() for name in allowed]
    return kind in wanted or any(name.endswith("/*") and kind.startswith(name[:-1]) for name in wanted)
