"""Planned work to choose from: what it is in FHIR, the phase it belongs to, and for which variants it is meant."""

from __future__ import annotations

from msgspec import Struct

from ipt_fhir.locale.texts import N_
from ipt_fhir.model.activities import ActivityKind, Owner
from ipt_fhir.model.sessions import Phase, SessionKind
from ipt_fhir.protocol.variants import Format, Variant

SESSIONAL = "sessional-measure"
"""The measure of every session: a plan calls it by the leading measure of its variant (``catalogue.work_words``)."""
AT_EVERY_SESSION = N_("{measure} at every session")


class ActivityTemplate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A planned activity. ``snomed`` is a SNOMED CT code, or None where no verified one exists.

    ``phase`` is None where the work may fall in any. ``default`` work stands in every new plan of its ``formats``
    (empty: of all); ``extra`` work is offered only where a variant names it. ``session`` is the kind of session the
    work is, ``owner`` who does it where that is fixed.
    """

    id: str
    kind: ActivityKind
    text: str
    phase: Phase | None = None
    snomed: str | None = None
    default: bool = False
    formats: tuple[Format, ...] = ()
    extra: bool = False
    session: SessionKind | None = None
    owner: Owner | None = None
    not_supported_yet: str | None = None

    def is_offered_for(self, variant: Variant) -> bool:
        """Whether a plan of the variant may hold it."""
        fits = not self.formats or variant.format in self.formats
        return fits and self.not_supported_yet is None and (not self.extra or self.id in variant.activities)

    def is_default_for(self, variant: Variant) -> bool:
        """Whether every new plan of the variant holds it."""
        return self.is_offered_for(variant) and (self.default or self.id in variant.activities)
