"""What a state of a page is, and the steps by which most of them are reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.browser.ehr import Ehr

FORMS = Path(__file__).with_name("forms")
ALMA, BENE, CHI, DORU = "zztest-alma", "zztest-bene", "zztest-chi", "zztest-doru"
"""Alma: under way, a plan, everything filed. Bene and Chi: the same in other problem areas. Doru: nobody began yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One page in one state. ``endpoint`` is the page's name in the app's routes, ``reach`` walks there."""

    endpoint: str
    name: str
    patient: str
    reach: Callable[[Ehr], object]

    def __str__(self) -> str:
        return f"{self.endpoint}, {self.name}"


def stay(_ehr: Ehr) -> None:
    """The overview is where a launch arrives."""


def follow(*links: str) -> Callable[[Ehr], None]:
    """Follow these links, one after the other."""

    def walk(ehr: Ehr) -> None:
        for link in links:
            ehr.follow(link)

    return walk
