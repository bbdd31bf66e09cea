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
from smart_app.services.typed import Typed


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyForm:
    """What the person entered."""

    act: str = ""
    handed_to: str = ""
    accepted: bool = False
    reason: str = ""


def read_form(typed: Typed) -> SafetyForm:
    """What the person entered, from the fields of the page."""
    return SafetyForm(
        act=typed.one("act"),
        handed_to=typed.one("handed_to"),
        accepted=typed.one("accepted") == "yes",
        reason=typed.one("reason"),
    )


def settle(
    episode: Episode, item: SafetyItem, form: SafetyForm, person: Person, now: datetime
) -> tuple[Episode, Problems]:
    """The course with the item settled by this person, and with it what is open of the versions its form corrects."""
    problems = _check(form)
    if problems:
        return episode, problems
    act, same = SafetyAct(form.act), _of_earlier_versions(episode, item)
    settled = replace(
        item,
        act=act,
        settled=now,
        settled_by=person,
        handed_to=clean_text(form.handed_to) if act is SafetyAct.HANDED_OVER else None,
        reason=clean_text(form.reason) or None,
        owner=None if act is SafetyAct.HANDED_OVER else item.owner,
    )
    items = tuple(
        settled if other.id == item.id else _covered(other, settled) if other.id in same else other
        for other in episode.safety_items
    )
    return replace(episode, safety_items=items), problems


def _of_earlier_versions(episode: Episode, item: SafetyItem) -> set[str]:
    """The open items of the versions that the form of this one corrects: the same question, asked once."""
    replaced = {version.id: version.replaces for version in episode.measured}
    earlier: set[str] = set()
    found = replaced.get(item.response)
    while found and found not in earlier:
        earlier.add(found)
        found = replaced.get(found)
    return {
        other.id for other in episode.open_safety_items if other.response in earlier and other.link_id == item.link_id
    }


def _covered(earlier: SafetyItem, settled: SafetyItem) -> SafetyItem:
    return replace(
        earlier,
        act=settled.act,
        settled=settled.settled,
        settled_by=settled.settled_by,
        handed_to=settled.handed_to,
        reason=settled.reason,
    )


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
