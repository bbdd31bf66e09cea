"""What a hospital offers and refuses, one row each. A new kind of hospital is a new row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Literal

from smart_app.sandbox.resource_types import TYPES

Interaction = Literal["read", "vread", "history-instance", "search-type", "create", "update", "delete"]

LOOKS: Final[frozenset[Interaction]] = frozenset({"read", "vread", "history-instance", "search-type"})
WRITES: Final[frozenset[Interaction]] = frozenset({"create", "update", "delete"})
NEEDS_VERSIONS: Final[frozenset[Interaction]] = frozenset({"vread", "history-instance"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hospital:
    """One hospital. Every field is honoured by the servers and stated where FHIR or SMART have a word for it.

    interactions: what may be done with each resource type; a type that is missing is unknown here (404).
    conditional_create: False refuses If-None-Exist with 412.
    versioning: "versioned-update" demands If-Match, "versioned" honours it, "no-version" knows no versions at all.
    stale_status: the answer to an outdated If-Match; HAPI says 409, FHIR R4 says 412.
    update_creates: may PUT make a resource under the client's id?
    returns: what a write answers unless Prefer asks otherwise; "nothing" never answers a body, as several EHRs do.
    patients_sign_in: may patients sign in alone, by SMART's standalone launch, to their own chart?
    style: the hospital's colours (SMART "styling"); none where it is empty.
    page_size: the most matches on one page of a search.
    largest_body, token_seconds, launch_seconds: bytes; how long an access token and a launch live.
    """

    name: str
    interactions: Mapping[str, frozenset[Interaction]]
    transaction: bool = True
    batch: bool = True
    conditional_create: bool = True
    versioning: Literal["no-version", "versioned", "versioned-update"] = "versioned-update"
    stale_status: Literal[409, 412] = 412
    update_creates: bool = True
    returns: Literal["representation", "nothing"] = "representation"
    page_size: int = 50
    id_token_alg: Literal["RS256", "ES256"] = "RS256"  # noqa: S105 - an algorithm
    need_patient_banner: bool = True
    patients_sign_in: bool = False
    style: Mapping[str, str] = field(default_factory=dict)
    largest_body: int = 1024 * 1024
    token_seconds: int = 3600
    launch_seconds: int = 300

    @property
    def versioned(self) -> bool:
        """Do resources have versions that can be named?"""
        return self.versioning != "no-version"

    def offers(self, resource_type: str, interaction: Interaction) -> bool:
        """May this be done with this type here?"""
        if interaction in NEEDS_VERSIONS and not self.versioned:
            return False
        return interaction in self.interactions.get(resource_type, frozenset())


# People and places are registered in the EHR itself, never through the API.
_REGISTERED = {"Patient", "Practitioner", "Organization"}

OPEN: Final = Hospital(
    name="open",
    interactions=MappingProxyType({name: LOOKS if name in _REGISTERED else LOOKS | WRITES for name in TYPES}),
    patients_sign_in=True,
)
STYLED: Final = replace(
    OPEN,
    name="styled",
    style=MappingProxyType(
        {
            "color_background": "#edeae3",
            "color_error": "#9e2d2d",
            "color_highlight": "#5a2d82",
            "color_modal_backdrop": "",
            "color_success": "#498e49",
            "color_text": "#303030",
            "dim_border_radius": "3px",
            "dim_font_size": "13px",
            "dim_spacing_size": "20px",
            "font_family_body": "Georgia, Times, 'Times New Roman', serif",
        }
    ),
)
STAFF_ONLY: Final = replace(OPEN, name="staff-only", patients_sign_in=False)

HOSPITALS: Final[Mapping[str, Hospital]] = MappingProxyType({row.name: row for row in (OPEN, STYLED, STAFF_ONLY)})
