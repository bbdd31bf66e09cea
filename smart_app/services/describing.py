"""The artefacts of a course in a person's words: what it is, where it lies, who will see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ipt_fhir.instruments.catalogue import instrument
from ipt_fhir.mapping import narrative
from ipt_fhir.mapping.references import item_key, score_key
from ipt_fhir.mapping.site import Site
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.filed_parts import filed_part
from smart_app.language import day, ngettext
from smart_app.language import gettext as _


def names_of(episode: Episode, site: Site) -> dict[str, str]:
    """A short name for every resource of the course, by key."""
    names = {episode.id: narrative.plan_title(episode, site)}
    names |= {goal.id: goal.text for goal in episode.goals}
    names |= {activity.id: activity.text for activity in episode.activities}
    for response in episode.responses:
        measure = instrument(response.instrument)
        when = day(response.authored.date())
        names[response.id] = _("%(measure)s of %(day)s", measure=measure.title, day=when)
        names[score_key(response.id)] = _("%(measure)s total of %(day)s", measure=measure.title, day=when)
        if measure.safety:
            names[item_key(response.id, measure.safety.link_id)] = _(
                "%(measure)s item 9 of %(day)s", measure=measure.title, day=when
            )
    names |= {item.id: _("Safety step of %(day)s", day=day(item.opened.date())) for item in episode.safety_items}
    return names


def description_of(key: str, episode: Episode, site: Site) -> str:
    """What one artefact says, as XHTML made from our own values (safe to print); empty when the course lacks it."""
    if key == episode.id:
        return narrative.of_plan(filed_part(episode, site.carried), site)
    for goal in episode.goals:
        if goal.id == key:
            return narrative.of_goal(goal, site)
    names = names_of(episode, site)
    return narrative.of_sentences(names[key]) if key in names else ""


def kinds() -> Mapping[str, str]:
    """What a FHIR type is called on a page."""
    return {
        "CarePlan": _("care plan"),
        "Goal": _("goal"),
        "ServiceRequest": _("planned work"),
        "Task": _("task"),
        "QuestionnaireResponse": _("answers"),
        "Observation": _("score or answer"),
    }


def counted() -> Mapping[str, Callable[[int], str]]:
    """How a number of resources of a FHIR type reads on a page, in the order a clinician would look for them."""
    return {
        "CarePlan": lambda num: ngettext("%(num)s care plan", "%(num)s care plans", num),
        "Goal": lambda num: ngettext("%(num)s goal", "%(num)s goals", num),
        "QuestionnaireResponse": lambda num: ngettext("%(num)s questionnaire", "%(num)s questionnaires", num),
        "Observation": lambda num: ngettext("%(num)s score or answer", "%(num)s scores and answers", num),
        "Task": lambda num: ngettext("%(num)s task", "%(num)s tasks", num),
        "ServiceRequest": lambda num: ngettext("%(num)s planned service", "%(num)s planned services", num),
    }
