"""Record what a person did about a worrying answer (decision-D21): never how high a risk is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from ipt_fhir.model.episode import Episode
from ipt_fhir.model.limits import TEXT_LIMITS, clean_text
from ipt_fhir.model.measures import SafetyAct, SafetyItem
from ipt_fhir.model.people import Person
from smart_app.language import gettext as _
from smart_app.services.problems import Problems


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyForm:
    """What the person entered."""

    act: str = ""
    handed_to: str = ""
    accepted: bool = False
    reason: str = ""


def settle(
    episode: Episode, item: SafetyItem, form: SafetyForm, person: Person, now: datetime
) -> tuple[Episode, Problems]:
    """The course with the item settled by this person."""
    problems = _check(form)
    if problems:
        return episode, problems
    act = SafetyAct(form.act)
    settled = replace(
        item,
        act=act,
        settled=now,
        settled_by=person,
        handed_to=clean_text(form.handed_to) if act is SafetyAct.HANDED_OVER else None,
        reason=clean_text(form.reason) or None,
    )
    items = tuple(settled if other.id == item.id else other for other in episode.safety_items)
    return replace(episode, safety_items=items), problems


def _check(form: SafetyForm) -> Problems:
    problems = Problems()
    reason, handed_to = clean_text(form.reason), clean_text(form.handed_to)
    if form.act not in {act.value for act in SafetyAct}:
        problems.add("act", _("Choose what was done."))
    if form.act == SafetyAct.HANDED_OVER.value:
        if not handed_to:
            problems.add("handed_to", _("Name the colleague who takes over."))
        elif not form.accepted:
            problems.add("accepted", _("A hand-over counts once the colleague has accepted."))
    if form.act == SafetyAct.NOT_APPLICABLE.value and not reason:
        problems.add("reason", _("Give the reason why no step applies."))
    if len(reason) > TEXT_LIMITS["SafetyItem.reason"]:
        problems.add("reason", _("This is longer than %(limit)s characters.", limit=TEXT_LIMITS["SafetyItem.reason"]))
    if len(handed_to) > TEXT_LIMITS["SafetyItem.handed_to"]:
        problems.add("handed_to", _("This is longer than %(limit)s characters.", limit=80))
    return problems
