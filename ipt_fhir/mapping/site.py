"""What a hospital wants its resources to look like."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A hospital's choices for what we write.

    ``language`` is the language of narratives and labels (BCP 47). ``snomed`` is False where the hospital has no
    SNOMED CT licence: the codes are then left out and text and our own codes remain (decision-D5).
    """

    language: str = "en"
    snomed: bool = True


DEFAULT_SITE = Site()
