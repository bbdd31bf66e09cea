"""A hospital's choices: what its resources look like, what may be used there, which rules are on."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from ipt_fhir.instruments.catalogue import SHIPPED, Catalogue
from ipt_fhir.model.filed_parts import ICD_10_CM, Carried
from ipt_fhir.questionnaires.off_track import OffTrackPolicy
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
    DocumentReference): not every server takes them. ``forms`` are addresses of forms of ours that are filed here and
    stay in the app elsewhere (decision-D20). ``labels`` are put on everything filed; whether a server keeps and honours
    them is the server's. ``catalogue`` holds the instruments it may use (decision-D60). ``off_track`` are the
    thresholds by which a course is called off track; None, the default, calls none (decision-D73).
    """

    language: str = "en"
    snomed: bool = True
    icd10cm: bool = True
    profiles: ProfileSet = ProfileSet.US_CORE
    files: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    labels: tuple[Label, ...] = ((systems.CONFIDENTIALITY, "R"), (systems.ACT_CODE, "MH"))
    catalogue: Catalogue = field(default=SHIPPED, repr=False)
    off_track: OffTrackPolicy | None = None

    @property
    def carried(self) -> Carried:
        """What the site allows beside the plan, as ``filed_part`` asks for it."""
        known = self.catalogue.instruments().values() if self.forms else ()
        allowed = self.files | self.forms | {item.id for item in known if item.canonical in self.forms}
        return allowed | {ICD_10_CM} if self.icd10cm else allowed


DEFAULT_SITE = Site()
