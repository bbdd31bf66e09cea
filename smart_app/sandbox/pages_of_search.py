"""Bundles that list resources: searchsets, page by page, and histories (FHIR R4 http, "Paging")."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from urllib.parse import urlencode

from smart_app.sandbox.json_text import JsonObject
from smart_app.sandbox.outcomes import Refused, outcome
from smart_app.sandbox.searching import Search, understand
from smart_app.sandbox.store import Version


def first_page(search: Search, visible: Sequence[Version], page_size: int, base: str, offset: int = 0) -> JsonObject:
    """The searchset Bundle of the matches from ``offset`` on; ``total`` counts all of them."""
    matches = search.matches(visible)
    size = page_size if search.count is None else min(search.count, page_size)
    links = [{"relation": "self", "url": f"{base}/{search.resource_type}?{urlencode(search.used)}".rstrip("?")}]
    if size and offset + size < len(matches):
        links.append({"relation": "next", "url": f"{base}?_page={_page(search, offset + size)}"})
    entries = [_match(item, base) for item in matches[offset : offset + size]]
    if search.unknown:
        text = f"Ignored, because this hospital does not know them: {', '.join(search.unknown)}"
        entries.append({"resource": outcome("warning", "not-supported", text), "search": {"mode": "outcome"}})
    bundle: JsonObject = {"resourceType": "Bundle", "type": "searchset", "total": len(matches), "link": links}
    return bundle | ({"entry": entries} if entries else {})


def next_page(page: str, base: str) -> tuple[Search, int]:
    """The search and the offset a ``next`` link stands for. Raises Refused (400) when we made no such link."""
    try:
        resource_type, pairs, offset = json.loads(base64.urlsafe_b64decode(page.encode("ascii")))
        search = understand(resource_type, tuple((str(name), str(text)) for name, text in pairs), base)
        if not isinstance(offset, int) or offset < 0:
            raise ValueError("no offset")
    except (binascii.Error, ValueError, TypeError, LookupError) as error:
        raise Refused(400, "invalid", "This page is not one a search of ours linked to") from error
    return search, offset


def history_bundle(versions: Sequence[Version], base: str) -> JsonObject:
    """The history Bundle of one resource, newest version first."""
    entries = [_past(item, base) for item in reversed(versions)]
    return {"resourceType": "Bundle", "type": "history", "total": len(entries), "entry": entries}


def _page(search: Search, offset: int) -> str:
    text = json.dumps([search.resource_type, search.used, offset])
    return base64.urlsafe_b64encode(text.encode()).decode()


def _match(version: Version, base: str) -> JsonObject:
    full_url = f"{base}/{version.resource_type}/{version.id}"
    return {"fullUrl": full_url, "resource": version.resource, "search": {"mode": "match"}}


def _past(version: Version, base: str) -> JsonObject:
    place = f"{version.resource_type}/{version.id}"
    method = "DELETE" if version.content is None else "POST" if version.number == 1 else "PUT"
    response = {
        "status": "204" if method == "DELETE" else "200",
        "etag": f'W/"{version.number}"',
        "lastModified": version.last_updated.isoformat(timespec="milliseconds"),
    }
    entry: JsonObject = {
        "fullUrl": f"{base}/{place}",
        "request": {"method": method, "url": place},
        "response": response,
    }
    return entry if version.content is None else entry | {"resource": version.resource}
