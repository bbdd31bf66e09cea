"""What others wrote into the chart: their plans, the teams, the medication. Shown, never written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ipt_fhir.ehr.scopes import allows
from ipt_fhir.mapping.editing import identifier_of
from ipt_fhir.mapping.foreign import open_foreign
from ipt_fhir.mapping.foreign_team import read_foreign_team
from ipt_fhir.mapping.medicationrequest import read_medication
from ipt_fhir.mapping.releases import Release
from ipt_fhir.model.diagnoses import Medication
from ipt_fhir.model.foreign import ForeignGoal, ForeignLink, ForeignPeriod, ForeignPlan, ForeignTeam, NotUnderstood
from ipt_fhir.rawjson import JsonObject

WIDER_TYPES = ("CareTeam", "MedicationRequest")
"""Types that are read at the launch for this alone: a launch goes on without them."""

_IN_ERROR = "entered-in-error"
_OVER = frozenset({"completed", "revoked", "inactive", "cancelled", "stopped"})
_MOST = 20
_LONGEST = 2000
_LINE = 300


class Why(StrEnum):
    """Why something of the chart was not read: this sign-in may not, or the hospital's server did not give it."""

    NOT_GRANTED = "not-granted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A type of which nothing is known here; that is not the same as "there is none"."""

    resource_type: str
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherWork:
    """A planned activity of another plan, and its status as spelled."""

    words: str
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherPlan:
    """A CarePlan of somebody else, as far as it is understood; ``gaps`` names each part that is not.

    ``text`` is its readable text where nothing else says what it is about. ``release`` is the release of FHIR it was
    written in; one that is not R4 is not opened. At most twenty goals, activities and gaps are kept.
    """

    reference: str
    title: str = ""
    status: str = ""
    period: ForeignPeriod = field(default_factory=ForeignPeriod)
    author: str = ""
    categories: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    activities: tuple[OtherWork, ...] = ()
    text: str = ""
    gaps: tuple[NotUnderstood, ...] = ()
    release: str = Release.R4.value

    @property
    def over(self) -> bool:
        """Whether this plan has ended."""
        return self.status in _OVER


@dataclass(frozen=True, slots=True, kw_only=True)
class WiderChart:
    """What others wrote, the living first; ``more_plans`` were left out of the list."""

    plans: tuple[OtherPlan, ...] = ()
    more_plans: int = 0
    teams: tuple[ForeignTeam, ...] = ()
    medications: tuple[Medication, ...] = ()
    withheld: tuple[Withheld, ...] = ()

    def withheld_of(self, resource_type: str) -> Why | None:
        """Why nothing of a type is known; None when it was read."""
        return next((item.why for item in self.withheld if item.resource_type == resource_type), None)


def granted(scopes: Iterable[str]) -> tuple[str, ...]:
    """Which of these types this sign-in may search."""
    allowed = tuple(scopes)
    return tuple(name for name in WIDER_TYPES if allows(allowed, name, "s"))


def wider_chart(
    resources: Sequence[JsonObject], patient: str, asked: Collection[str], refused: Collection[str]
) -> WiderChart:
    """What the resources of a chart say that is not of this app.

    ``asked`` are the types that were searched, ``refused`` those the server did not give.
    """
    theirs = [item for item in resources if identifier_of(item) is None and item.get("status") != _IN_ERROR]
    goals = {f"Goal/{item['id']}": item for item in theirs if item["resourceType"] == "Goal" and "id" in item}
    plans = sorted(_plans(theirs, goals), key=lambda plan: plan.over)
    teams = [read_foreign_team(item, f"Patient/{patient}") for item in _of_type(theirs, "CareTeam")]
    medications = [_medication(item) for item in _of_type(theirs, "MedicationRequest")]
    return WiderChart(
        plans=tuple(plans[:_MOST]),
        more_plans=max(0, len(plans) - _MOST),
        teams=tuple(sorted(teams, key=lambda team: team.status in _OVER)),
        medications=tuple(sorted(medications, key=lambda item: item.status in _OVER)),
        withheld=tuple(_withheld(asked, refused)),
    )


def _withheld(asked: Collection[str], refused: Collection[str]) -> Iterator[Withheld]:
    for name in WIDER_TYPES:
        if name in refused:
            yield Withheld(resource_type=name, why=Why.REFUSED)
        elif name not in asked:
            yield Withheld(resource_type=name, why=Why.NOT_GRANTED)


def _medication(resource: JsonObject) -> Medication:
    """As the library reads it; a chart may hold anything where a text belongs."""
    found = read_medication(resource)
    return Medication(
        reference=found.reference,
        words=str(found.words)[:_LINE],
        status=str(found.status)[:_LINE],
        authored=found.authored if isinstance(found.authored, str) else None,
        dosage=tuple(str(line)[:_LINE] for line in found.dosage[:_MOST]),
    )


def _of_type(resources: Iterable[JsonObject], resource_type: str) -> Iterator[JsonObject]:
    return (item for item in resources if item["resourceType"] == resource_type and isinstance(item.get("id"), str))


def _plans(theirs: Sequence[JsonObject], goals: Mapping[str, JsonObject]) -> Iterator[OtherPlan]:
    for resource in _of_type(theirs, "CarePlan"):
        opened = open_foreign(resource)
        reference = f"CarePlan/{resource['id']}"
        if isinstance(opened.value, ForeignPlan):
            yield _plan(reference, opened.value, opened.not_understood, goals)
        else:
            yield OtherPlan(reference=reference, release=opened.release.value)


def _plan(
    reference: str, plan: ForeignPlan, gaps: Sequence[NotUnderstood], goals: Mapping[str, JsonObject]
) -> OtherPlan:
    work = (OtherWork(words=item.words[:_LINE], status=item.status) for item in plan.activities if item.words)
    aims = (_goal_words(link, goals) for link in plan.goals)
    return OtherPlan(
        reference=reference,
        title=(plan.title or plan.description or next(iter(plan.categories), ""))[:_LINE],
        status=plan.status,
        period=plan.period,
        author=plan.author.words if plan.author else "",
        categories=plan.categories,
        goals=tuple(words[:_LINE] for words in aims if words)[:_MOST],
        activities=tuple(work)[:_MOST],
        text=plan.narrative[:_LONGEST],
        gaps=tuple(gaps)[:_MOST],
    )


def _goal_words(link: ForeignLink, goals: Mapping[str, JsonObject]) -> str:
    """The words of the reference, else those of the Goal where it was read."""
    if link.words or link.reference not in goals:
        return link.words
    found = open_foreign(goals[link.reference]).value
    return found.words if isinstance(found, ForeignGoal) else ""
