"""Rung L1: every resource natively, in one transaction (decision-D8).

New resources are created under the condition that our identifier does not exist yet, changed ones replace exactly the
version we read: a bundle that is sent twice changes nothing the second time (FHIR R4 http, section 3.1.0.11).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from ipt_fhir.ehr.capabilities import Capabilities
from ipt_fhir.ehr.scopes import allows
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems

_WITH_IDENTIFIER = f"identifier={quote(f'{systems.IDENTIFIER}|', safe='')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerCopy:
    """What we know of a resource on the server: its address, the version last read, and its content (the base)."""

    resource_type: str
    id: str
    version: str
    resource: JsonObject

    @property
    def reference(self) -> str:
        """``Type/id``."""
        return f"{self.resource_type}/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One resource to write. ``base`` is the copy the change was made on, None for a new resource."""

    key: str
    resource: JsonObject
    base: ServerCopy | None = None

    @property
    def resource_type(self) -> str:
        """The FHIR type."""
        return str(self.resource["resourceType"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Why a rung cannot be used: the interaction the server does not offer or the sign-in did not grant."""

    resource_type: str
    interaction: str
    granted: bool
    """True when the server lacks it, False when the scope was not granted."""


def missing_for(changes: Sequence[Change], capabilities: Capabilities, scopes: frozenset[str]) -> list[Missing]:
    """What stands in the way of writing these changes natively; empty when nothing does."""
    found: list[Missing] = []
    if not capabilities.transaction:
        found.append(Missing(resource_type="Bundle", interaction="transaction", granted=True))
    for resource_type, interaction in sorted({(item.resource_type, _interaction(item)) for item in changes}):
        letter = interaction[0]
        if not allows(scopes, resource_type, letter):
            found.append(Missing(resource_type=resource_type, interaction=interaction, granted=False))
        elif not capabilities.offers(resource_type, interaction):
            found.append(Missing(resource_type=resource_type, interaction=interaction, granted=True))
    return found


def transaction(changes: Sequence[Change]) -> JsonObject:
    """The transaction Bundle of the changes, one entry each, in their order."""
    return {"resourceType": "Bundle", "type": "transaction", "entry": [_entry(change) for change in changes]}


def _interaction(change: Change) -> str:
    return "update" if change.base else "create"


def _entry(change: Change) -> JsonObject:
    if change.base:
        request = {"method": "PUT", "url": change.base.reference, "ifMatch": f'W/"{change.base.version}"'}
        return {"resource": change.resource, "request": request}
    condition = f"{_WITH_IDENTIFIER}{quote(change.key, safe='')}"
    request = {"method": "POST", "url": change.resource_type, "ifNoneExist": condition}
    return {"fullUrl": f"urn:uuid:{change.key}", "resource": change.resource, "request": request}
