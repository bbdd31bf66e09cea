"""Open a CarePlan, Goal or QuestionnaireResponse of a hospital, read-only, as far as it is understood.

Nothing here raises, whatever the hospital wrote, and nothing here is ever written back: what could not be understood
is named with its place and its reason. Findings of the validator are the caller's to add (they live a floor above).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ipt_fhir.mapping import foreign_words as words
from ipt_fhir.mapping.foreign_response import open_response
from ipt_fhir.mapping.members import RESOURCES
from ipt_fhir.mapping.releases import Release, release_of, sentence
from ipt_fhir.mapping.tolerant import Element, Notes, joined
from ipt_fhir.model.foreign import (
    ForeignActivity,
    ForeignGoal,
    ForeignLink,
    ForeignPlan,
    ForeignResponse,
    ForeignTarget,
    NotUnderstood,
    Reason,
)
from ipt_fhir.rawjson import JsonObject

_READ = frozenset((Release.R4, Release.R4B, Release.UNKNOWN))


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A resource of somebody else.

    ``value`` is None when it is refused: another release of FHIR, or another type. ``not_understood`` names each part
    that was not understood; ``refusal`` tells a person why it can only be read, or not at all.
    """

    release: Release
    value: ForeignPlan | ForeignGoal | ForeignResponse | None
    not_understood: tuple[NotUnderstood, ...] = ()

    def refusal(self, language: str = "en") -> str:
        """The sentence about the release; empty for R4."""
        return sentence(self.release, language)


def open_foreign(resource: JsonObject, fhir_version: str | None = None) -> Opened:
    """Open a resource as raw JSON (``rawjson.parse_object``); ``fhir_version`` is what the server says of itself.

    R4B is read as R4, whose elements it has; a resource of unknown release is read as if it were R4. Both stay
    read-only (``releases.check_writable``).
    """
    release = release_of(resource, fhir_version)
    kind = resource.get("resourceType")
    if not isinstance(kind, str) or kind not in RESOURCES:
        return Opened(release=release, value=None, not_understood=(NotUnderstood("resourceType", Reason.CODE),))
    if release not in _READ:
        return Opened(release=release, value=None)
    notes = Notes()
    root = Element(resource, kind, kind, notes)
    value = _OPENERS[kind](root)
    return Opened(release=release, value=value, not_understood=notes.closed())


def open_plan(root: Element) -> ForeignPlan:
    """A CarePlan."""
    inside = _Contained(root)
    return ForeignPlan(
        id=root.words("id"),
        title=root.words("title"),
        description=root.words("description"),
        status=root.code("status"),
        intent=root.code("intent"),
        created=root.moment("created"),
        period=words.period(root, "period"),
        categories=words.concepts(root, "category"),
        subject=words.link(root, "subject"),
        author=words.link(root, "author"),
        contributors=words.links(root, "contributor"),
        addresses=inside.named(words.links(root, "addresses")),
        goals=inside.named(words.links(root, "goal")),
        contained_goals=inside.goals,
        activities=tuple(_activity(item, inside) for item in root.many("activity", "CarePlan.activity")),
        notes=words.notes_of(root, "note"),
        narrative=words.narrative(root),
        security=words.security(root),
    )


def open_goal(root: Element) -> ForeignGoal:
    """A Goal."""
    inside = _Contained(root)
    return ForeignGoal(
        id=root.words("id"),
        words=words.concept(root, "description"),
        status=root.code("lifecycleStatus"),
        achievement=words.concept(root, "achievementStatus"),
        priority=words.concept(root, "priority"),
        start=root.moment("startDate") or words.concept(root, "startCodeableConcept"),
        status_date=root.moment("statusDate"),
        categories=words.concepts(root, "category"),
        targets=tuple(_target(item) for item in root.many("target", "Goal.target")),
        addresses=inside.named(words.links(root, "addresses")),
        subject=words.link(root, "subject"),
        expressed_by=words.link(root, "expressedBy"),
        notes=words.notes_of(root, "note"),
        narrative=words.narrative(root),
        security=words.security(root),
    )


_OPENERS: dict[str, Callable[[Element], ForeignPlan | ForeignGoal | ForeignResponse]] = {
    "CarePlan": open_plan,
    "Goal": open_goal,
    "QuestionnaireResponse": open_response,
}


class _Contained:
    """What a resource holds itself: goals are opened, the words of others stand in for a missing display."""

    def __init__(self, root: Element) -> None:
        goals: list[ForeignGoal] = []
        self._words: dict[str, str] = {}
        for index, content in root.objects("contained"):
            where = f"{root.where}.contained[{index}]"
            if content.get("resourceType") == "Goal" and root.kind == "CarePlan":
                goal = open_goal(Element(content, "Goal", where, root.notes))
                goals.append(goal)
                self._words[f"#{goal.id}"] = goal.words
            else:
                root.notes.add(where, Reason.NOT_SHOWN, str(content.get("resourceType", "")))
        self.goals = tuple(goals)

    def named(self, found: tuple[ForeignLink, ...]) -> tuple[ForeignLink, ...]:
        """The links, with the words of the contained resource where they have none."""
        return tuple(item if item.words else replace(item, words=self._words.get(item.reference, "")) for item in found)


def _activity(element: Element, inside: _Contained) -> ForeignActivity:
    pointed = words.link(element, "reference")
    detail = element.one("detail", "CarePlan.activity.detail")
    made = _detail(detail) if detail else ForeignActivity()
    shown = inside.named((pointed,))[0] if pointed else None
    return replace(
        made,
        words=made.words or (shown.words if shown else ""),
        link=shown,
        outcomes=words.concepts(element, "outcomeCodeableConcept"),
        progress=words.notes_of(element, "progress"),
    )


def _detail(detail: Element) -> ForeignActivity:
    code, description = words.concept(detail, "code"), detail.words("description")
    product = words.concept(detail, "productCodeableConcept")
    return ForeignActivity(
        words=joined((code, description if description != code else "", product), ": "),
        kind=detail.words("kind"),
        status=detail.code("status"),
        timing=detail.words("scheduledString")
        or words.timing(detail, "scheduledTiming")
        or words.period_words(detail, "scheduledPeriod"),
        forbidden=detail.flag("doNotPerform") is True,
    )


def _target(target: Element) -> ForeignTarget:
    said = target.flag("detailBoolean")
    return ForeignTarget(
        measure=words.concept(target, "measure"),
        aim=words.quantity(target, "detailQuantity")
        or words.limits(target, "detailRange")
        or words.concept(target, "detailCodeableConcept")
        or target.words("detailString")
        or target.number("detailInteger")
        or words.ratio(target, "detailRatio")
        or ("" if said is None else str(said).lower()),
        due=target.moment("dueDate") or words.quantity(target, "dueDuration"),
    )
