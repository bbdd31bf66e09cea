"""The grammar of resource types, ids and references, held before anything becomes part of a URL (attack-A33)."""

from __future__ import annotations

import re
from typing import NamedTuple

from ipt_fhir.ehr.errors import ReferenceRefused

_TYPE = r"[A-Z][A-Za-z]{1,63}"
_ID = r"[A-Za-z0-9\-.]{1,64}"
_VERSION = r"[A-Za-z0-9\-.]{1,64}"
_IS_ID = re.compile(_ID)
_IS_TYPE = re.compile(_TYPE)
_LOCAL = re.compile(rf"({_TYPE})/({_ID})(?:/_history/({_VERSION}))?")
_AT_THE_END = re.compile(rf"(?:^|/)({_TYPE})/({_ID})(?:/_history/({_VERSION}))?/?$")


class Target(NamedTuple):
    """What a reference points to; ``version`` is None for the current one."""

    resource_type: str
    id: str
    version: str | None = None


def is_id(text: object) -> bool:
    """FHIR R4 datatypes, ``id``; ``.`` and ``..`` fit the grammar but would climb in a URL."""
    return isinstance(text, str) and _IS_ID.fullmatch(text) is not None and set(text) != {"."}


def address(resource_type: str, resource_id: str) -> str:
    """``Type/id``. Raises ReferenceRefused for what is neither."""
    if _IS_TYPE.fullmatch(resource_type) is None or not is_id(resource_id):
        raise ReferenceRefused("not a resource type and an id")
    return f"{resource_type}/{resource_id}"


def check_type(resource_type: str) -> str:
    """The type as it is. Raises ReferenceRefused when it is none."""
    if _IS_TYPE.fullmatch(resource_type) is None:
        raise ReferenceRefused("not a resource type")
    return resource_type


def local_target(reference: object, base: str) -> Target | None:
    """The resource on this server that a reference names, relative or absolute below ``base`` (no slash at its end).

    None for every other reference: another server, contained, urn:uuid, or no reference at all (attack-A34).
    """
    if not isinstance(reference, str):
        return None
    found = _LOCAL.fullmatch(reference.removeprefix(f"{base}/"))
    return _target(found)


def target_of_location(location: object) -> Target | None:
    """Type, id and version at the end of a Location, whichever host it names: proxies leave inner names in it.

    Nobody ever goes to the address itself.
    """
    return _target(_AT_THE_END.search(location)) if isinstance(location, str) else None


def _target(found: re.Match[str] | None) -> Target | None:
    return Target(found[1], found[2], found[3]) if found and is_id(found[2]) else None
