"""How the artefacts of an episode find each other before and after a server has given them ids."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from ipt_fhir.mapping.site import DEFAULT_SITE, Site

_NAMESPACE = uuid.UUID("6f0f5a5e-7b0e-5c0a-9a52-3d3f2f1d9b10")


def score_key(response_id: str) -> str:
    """The key of the Observation that holds the total score of a response."""
    return str(uuid.uuid5(_NAMESPACE, f"{response_id}/score"))


def part_key(response_id: str, part: str) -> str:
    """The key of the Observation that holds the score of a part of an instrument, by the id of the part."""
    return str(uuid.uuid5(_NAMESPACE, f"{response_id}/part/{part}"))


def item_key(response_id: str, link_id: str) -> str:
    """The key of the Observation that holds one answered item of a response (PHQ-9 item 9)."""
    return str(uuid.uuid5(_NAMESPACE, f"{response_id}/item{link_id}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What the writers need besides the value: whose record, how references are spelled, what the site wants.

    ``patient`` is the patient's logical id on the server. ``known`` maps an artefact's key (a UUID, also the value of
    its identifier) to ``Type/id`` once the server has it; until then it is referenced by urn:uuid inside a
    transaction.
    """

    patient: str
    known: Mapping[str, str] = field(default_factory=dict)
    site: Site = DEFAULT_SITE

    @property
    def subject(self) -> str:
        """The reference to the patient."""
        return f"Patient/{self.patient}"

    def to(self, key: str) -> str:
        """The reference to one of our artefacts."""
        return self.known.get(key) or f"urn:uuid:{key}"
