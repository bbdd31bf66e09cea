"""Goals to start from, and how a template becomes a goal of one patient."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from string import Formatter
from types import MappingProxyType

from msgspec import Struct

from ipt_fhir.instruments.catalogue import instruments
from ipt_fhir.locale.texts import text
from ipt_fhir.model.episode import Contract
from ipt_fhir.model.goals import Comparator, Goal, GoalKind, GoalStatus, ScaleLevel, ScoreTarget
from ipt_fhir.model.inventory import InventoryEntry
from ipt_fhir.model.problem_areas import DisputeStage, ProblemAreaCode
from ipt_fhir.protocol.goal_refusals import (
    BaselineMissing,
    FillInMissing,
    NotMeasurableYet,
    PersonNotInPlan,
    TargetOutOfRange,
)
from ipt_fhir.protocol.pace import DAYS_BETWEEN
from ipt_fhir.terminology.roles import ROLES
from ipt_fhir.terminology.scores import SCORES

PERSON = "person"
NUMBERS = ("n", "m")
"""The names of the fill-ins; there are no others."""

NO_NUMBERS: Mapping[str, int] = MappingProxyType({})
_DROPS = {"drop-4": 4, "drop-6": 6, "drop-10": 10}
_RISES = {"rise-1": 1, "rise-2": 2}
_AGREED = "m"


class DueRule(StrEnum):
    """When a goal is due, where that is closer than a week of treatment."""

    SESSION_1 = "session-1"
    LAST_BUT_ONE = "last-1"
    BEFORE_DATE = "before-date"


class GoalTemplate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A goal to start from. ``levels`` are the five GAS texts from -2 to +2; ``week`` the week it is due.

    ``measure`` is a key of ``terminology.scores`` for a PROM goal, else ``gas``, ``stage`` or ``done``; ``value`` are
    points, the name of a rule that starts from the first score, or the fill-in ``m``. ``apart`` are the days that must
    lie between the readings that reach the goal.
    """

    id: str
    kind: GoalKind
    text: str
    measure: str
    week: int
    due: DueRule | None = None
    area: ProblemAreaCode | None = None
    comparator: Comparator | None = None
    value: int | str | None = None
    stage: DisputeStage | None = None
    apart: int = 0
    levels: tuple[str, ...] = ()

    @property
    def instrument(self) -> str | None:
        """The id of the instrument that measures the goal; None where it needs none."""
        return SCORES[self.measure].instrument if self.kind is GoalKind.PROM else None

    @property
    def available(self) -> bool:
        """Whether the goal can be measured in this version: its instrument is here, or it needs none."""
        return self.instrument is None or self.instrument in instruments()

    @property
    def fill_ins(self) -> tuple[str, ...]:
        """What the wording asks for: ``person``, ``n``, ``m``, in the order in which it stands there."""
        return tuple(dict.fromkeys(name for _, name, _, _ in Formatter().parse(self.text) if name is not None))

    def fill(self, person: InventoryEntry | None, numbers: Mapping[str, int], language: str = "en") -> str:
        """The wording with its fill-ins: a person by role and initial, numbers as agreed.

        Raises FillInMissing, or PersonNotInPlan for somebody the plan may not speak of.
        """
        values: dict[str, object] = {}
        for name in self.fill_ins:
            if name == PERSON and person:
                values[name] = person_words(person, language)
            elif name in NUMBERS and name in numbers:
                values[name] = numbers[name]
            else:
                raise FillInMissing(self.id, name)
        return text(self.text, language, **values)

    def target_value(self, baseline: Decimal | int | None, numbers: Mapping[str, int] = NO_NUMBERS) -> Decimal | None:
        """The points to reach; None when the template starts from a baseline or a number and there is none."""
        if isinstance(self.value, int):
            return Decimal(self.value)
        if self.value == _AGREED:
            return Decimal(numbers[_AGREED]) if _AGREED in numbers else None
        if baseline is None or self.value is None:
            return None
        if self.value == "half":
            return Decimal(baseline // 2)
        return Decimal(baseline - _DROPS.get(self.value, 0) + _RISES.get(self.value, 0))

    def due_on(self, started: date, contract: Contract | None = None, before: date | None = None) -> date:
        """The day the goal is due: by its rule where what the rule needs is known, else by its week of treatment.

        Never before the start, and never after the course, where nobody would look at it again.
        """
        due = started + timedelta(weeks=self.week)
        if self.due is DueRule.BEFORE_DATE and before:
            return max(started, before - timedelta(days=1))
        if self.due is DueRule.LAST_BUT_ONE and contract:
            due = contract.ends_on - timedelta(days=round(DAYS_BETWEEN[contract.frequency]))
        return max(started, min(due, contract.ends_on) if contract else due)


def person_words(person: InventoryEntry, language: str = "en") -> str:
    """A person of the inventory as a plan may name one: ``H (husband)``, or the role alone. Raises PersonNotInPlan."""
    if not person.in_plan:
        raise PersonNotInPlan(person.role.value)
    role = text(ROLES[person.role].label, language)
    return f"{person.initial} ({role})" if person.initial else role


def propose_goal(
    template: GoalTemplate,
    goal_id: str,
    started: date,
    *,
    baseline: Decimal | int | None = None,
    contract: Contract | None = None,
    person: InventoryEntry | None = None,
    numbers: Mapping[str, int] = NO_NUMBERS,
    before: date | None = None,
    language: str = "en",
) -> Goal:
    """A proposed goal from a template: wording filled in, target worked out, due date set.

    ``baseline`` is the first total of the template's instrument, ``before`` the date a ``before-date`` goal is for.
    Raises NotMeasurableYet, FillInMissing, PersonNotInPlan, BaselineMissing or TargetOutOfRange (all GoalRefused).
    """
    if not template.available:
        raise NotMeasurableYet(template.id, template.instrument or "")
    return Goal(
        id=goal_id,
        kind=template.kind,
        text=template.fill(person, numbers, language),
        template=template.id,
        area=template.area,
        status=GoalStatus.PROPOSED,
        start=started,
        due=template.due_on(started, contract, before),
        target=_target(template, baseline, numbers),
        stage=template.stage,
        levels=scale_of(template, language),
    )


def scale_of(template: GoalTemplate, language: str = "en") -> tuple[ScaleLevel, ...]:
    """The five levels of a GAS template, from -2 to +2; none for any other kind."""
    levels = zip(range(-2, 3), template.levels, strict=True) if template.levels else ()
    return tuple(ScaleLevel(level=level, text=text(words, language)) for level, words in levels)


def _target(template: GoalTemplate, baseline: Decimal | int | None, numbers: Mapping[str, int]) -> ScoreTarget | None:
    if template.kind is not GoalKind.PROM or template.comparator is None:
        return None
    value = template.target_value(baseline, numbers)
    if value is None:
        raise BaselineMissing(template.id)
    score = SCORES[template.measure]
    if value < score.lowest or (score.highest is not None and value > score.highest):
        raise TargetOutOfRange(template.id, value)
    return ScoreTarget(measure=template.measure, comparator=template.comparator, value=value)
