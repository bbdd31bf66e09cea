"""Look up variants, goal templates and planned activities; the data lies beside this file as TOML."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from ipt_fhir.model.activities import ActivityKind
from ipt_fhir.model.goals import Comparator, GoalKind
from ipt_fhir.model.problem_areas import ProblemAreaCode
from ipt_fhir.model.sessions import Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A form of IPT. ``sessions`` is the usual number, ``least`` and ``most`` what may be contracted."""

    id: str
    title: str
    sessions: int
    least: int
    most: int
    minutes: int
    initial: int
    ending: int
    source: str

    def phase_of(self, number: int, contracted: int) -> Phase:
        """The phase in which session ``number`` of ``contracted`` falls."""
        if number <= self.initial:
            return Phase.INITIAL
        return Phase.TERMINATION if number > contracted - self.ending else Phase.MIDDLE


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalTemplate:
    """A goal to start from. ``levels`` are the five GAS texts from -2 to +2; ``week`` the week it is due."""

    id: str
    kind: GoalKind
    text: str
    week: int
    area: ProblemAreaCode | None = None
    measure: str | None = None
    comparator: Comparator | None = None
    value: int | str | None = None
    levels: tuple[str, ...] = ()

    def target_value(self, baseline: int | None) -> Decimal | None:
        """The points to reach; None when the template starts from a baseline and there is none."""
        if isinstance(self.value, int):
            return Decimal(self.value)
        if baseline is None:
            return None
        return Decimal({"half": baseline // 2, "drop-6": baseline - 6}[str(self.value)])


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityTemplate:
    """A planned activity. ``snomed`` is a SNOMED CT code, or None where no verified one exists."""

    id: str
    kind: ActivityKind
    text: str
    snomed: str | None = None
    default: bool


@cache
def variants() -> dict[str, Variant]:
    """All variants by id, in the order of the file."""
    return {row["id"]: Variant(**row) for row in _rows("variants.toml", "variant")}


@cache
def goal_templates() -> dict[str, GoalTemplate]:
    """All goal templates by id, in the order of the file."""
    return {row["id"]: _goal_template(row) for row in _rows("goals.toml", "goal")}


@cache
def activity_templates() -> dict[str, ActivityTemplate]:
    """All planned activities by id, in the order of the file."""
    return {
        row["id"]: ActivityTemplate(**{**row, "kind": ActivityKind(row["kind"])})
        for row in _rows("activities.toml", "activity")
    }


def _goal_template(row: dict[str, Any]) -> GoalTemplate:
    typed = {
        "kind": GoalKind(row["kind"]),
        "area": ProblemAreaCode(row["area"]) if "area" in row else None,
        "comparator": Comparator(row["comparator"]) if "comparator" in row else None,
        "levels": tuple(row.get("levels", ())),
    }
    return GoalTemplate(**{**row, **typed})


def _rows(file: str, name: str) -> list[dict[str, Any]]:
    with (files(__package__) / file).open("rb") as opened:
        rows: list[dict[str, Any]] = tomllib.load(opened)[name]
    return rows
