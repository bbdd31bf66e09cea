"""The plan as it was typed, and the texts of a form that was not filled in yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanForm:
    """What the person entered, as typed.

    ``variant`` and ``setting`` are codes; an empty variant and no setting leave those of the course, an empty setting
    says none, an empty ``ends_on`` lets the pace say when the contract ends. ``goals`` are ids of goals of the course
    and of templates, ``activities`` and ``done`` codes of planned work. ``texts`` holds the fields of single goals and
    of links by their names on the page.
    """

    variant: str = ""
    setting: str | None = None
    sessions: str = ""
    frequency: str = "weekly"
    minutes: str = ""
    contract_agreed: bool = False
    contract_on: str = ""
    ends_on: str = ""
    goals: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    texts: Mapping[str, str]
