"""What a hospital wants its resources to look like."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ipt_fhir.model.filed_parts import ICD_10_CM, Carried
from ipt_fhir.terminology import systems

Label = tuple[str, str]
"""A security label: code system and code (meta.security)."""


class ProfileSet(StrEnum):
    """The profiles a site asks for; what we write meets them all, the set says which ones it claims."""

    US_CORE = "us-core-6.1.0"
    BASE = "base-r4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A hospital's choices for what we write.

    ``language`` is the language of narratives and labels (BCP 47). ``snomed`` and ``icd10cm`` are False where these
    codes are not to be sent: text and our own codes remain (decision-D5). ``files`` names the resource types that are
    written beside the plan (Condition, Encounter or Procedure, EpisodeOfCare, CareTeam, Consent, Communication,
    DocumentReference): not every server takes them. ``labels`` are put on everything filed; whether a server keeps and
    honours them is the server's.
    """

    language: str = "en"
    snomed: bool = True
    icd10cm: bool = True
    profiles: ProfileSet = ProfileSet.US_CORE
    files: frozenset[str] = frozenset()
    labels: tuple[Label, ...] = ((systems.CONFIDENTIALITY, "R"), (systems.ACT_CODE, "MH"))

    @property
    def carried(self) -> Carried:
        """What the site allows beside the plan, as ``filed_part`` asks for it."""
        return self.files | {ICD_10_CM} if self.icd10cm else self.files


DEFAULT_SITE = Site()
