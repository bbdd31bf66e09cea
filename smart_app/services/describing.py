"""The artefacts of a course in a person's words: what it is, where it lies, who will see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ipt_fhir.instruments.catalogue import Instrument
from ipt_fhir.locale.texts import text as library_text
from ipt_fhir.mapping import narrative
from ipt_fhir.mapping.references import item_key, part_key, score_key
from ipt_fhir.mapping.site import Site
from ipt_fhir.model.consents import ConsentDecision
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.filed_parts import filed_part
from ipt_fhir.model.measures import SafetyItem
from ipt_fhir.terminology.therapy import CONSENTS
from smart_app import language
from smart_app.language import day, ngettext
from smart_app.language import gettext as _
from smart_app.services.titles import title_of, title_of_filled


def names_of(episode: Episode, site: Site) -> dict[str, str]:
    """A short name for every resource of the course, by key."""
    names = {episode.id: narrative.plan_title(episode, site)}
    names |= {goal.id: goal.text for goal in episode.goals}
    names |= {activity.id: activity.text for activity in episode.activities}
    for response in episode.responses:
        measure = site.catalogue.instrument(response.instrument)
        when = day(response.authored.date())
        names[response.id] = _("%(measure)s of %(day)s", measure=title_of(measure), day=when)
        names[score_key(response.id)] = _("%(measure)s total of %(day)s", measure=title_of(measure), day=when)
        names |= {
            part_key(response.id, part.id): _(
                "%(measure)s of %(day)s", measure=library_text(part.title, language.current()), day=when
            )
            for part in measure.parts
        }
        if measure.safety:
            asked = asked_words(measure, measure.safety.link_id)
            names[item_key(response.id, measure.safety.link_id)] = _("%(item)s of %(day)s", item=asked, day=when)
    names |= {
        form.id: _("%(measure)s of %(day)s", measure=title_of_filled(form), day=day(form.authored.date()))
        for form in episode.forms
    }
    names |= {
        total.id: _(
            "%(measure)s total of %(day)s",
            measure=title_of(site.catalogue.instrument(total.instrument)),
            day=day(total.authored.date()),
        )
        for total in episode.totals
    }
    names |= {
        item.id: _("Decision of %(day)s: %(what)s", day=day(item.last_on), what=_decided_words(item))
        for item in episode.consents
    }
    names |= {
        rating.id: _("Rating of %(day)s: %(goal)s", day=day(rating.rated.date()), goal=goal.text)
        for goal in episode.goals
        for rating in goal.ratings
    }
    names |= {item.id: _("Safety step of %(day)s", day=day(item.opened.date())) for item in episode.safety_items}
    return names


def _decided_words(decision: ConsentDecision) -> str:
    return library_text(CONSENTS[decision.kind].label, language.current())


def asked_words(measure: Instrument, link_id: str) -> str:
    """An item of a measure as people call it: by the number printed before it, else by its linkId."""
    item = measure.item(link_id)
    number = item.prefix.strip(" .") if item else ""
    return _("%(measure)s item %(number)s", measure=title_of(measure), number=number or link_id)


def waiting_words(episode: Episode, item: SafetyItem, site: Site) -> str:
    """What a safety item waits for; it may stand alone while the form is not sent."""
    version = next((found for found in episode.measured if found.id == item.response), None)
    if version is None:
        return _("An answer needs somebody to act: step not recorded")
    asked = asked_words(site.catalogue.instrument(version.instrument), item.link_id)
    return _("%(item)s needs somebody to act: step not recorded", item=asked)


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
        "Appointment": _("appointment"),
        "QuestionnaireResponse": _("answers"),
        "Observation": _("score or answer"),
        "Condition": _("problem area"),
        "Encounter": _("session"),
        "Procedure": _("session"),
        "EpisodeOfCare": _("course of therapy"),
        "CareTeam": _("team"),
        "Consent": _("consent decision"),
        "Communication": _("message"),
        "DocumentReference": _("document"),
    }


def kind_of(resource_type: str) -> str:
    """As kinds, for any type; one without a name of ours keeps FHIR's."""
    return kinds().get(resource_type, resource_type)


def counted() -> Mapping[str, Callable[[int], str]]:
    """How a number of resources of a FHIR type reads on a page, in the order a clinician would look for them."""
    return {
        "CarePlan": lambda num: ngettext("%(num)s care plan", "%(num)s care plans", num),
        "Goal": lambda num: ngettext("%(num)s goal", "%(num)s goals", num),
        "QuestionnaireResponse": lambda num: ngettext("%(num)s questionnaire", "%(num)s questionnaires", num),
        "Observation": lambda num: ngettext("%(num)s score or answer", "%(num)s scores and answers", num),
        "Task": lambda num: ngettext("%(num)s task", "%(num)s tasks", num),
        "Appointment": lambda num: ngettext("%(num)s appointment", "%(num)s appointments", num),
        "ServiceRequest": lambda num: ngettext("%(num)s planned service", "%(num)s planned services", num),
        "Condition": lambda num: ngettext("%(num)s problem area", "%(num)s problem areas", num),
        "Encounter": lambda num: ngettext("%(num)s session", "%(num)s sessions", num),
        "Procedure": lambda num: ngettext("%(num)s session", "%(num)s sessions", num),
        "EpisodeOfCare": lambda num: ngettext("%(num)s course of therapy", "%(num)s courses of therapy", num),
        "CareTeam": lambda num: ngettext("%(num)s team", "%(num)s teams", num),
        "Consent": lambda num: ngettext("%(num)s consent decision", "%(num)s consent decisions", num),
        "Communication": lambda num: ngettext("%(num)s message", "%(num)s messages", num),
        "DocumentReference": lambda num: ngettext("%(num)s document", "%(num)s documents", num),
    }


def counted_words(resource_type: str, number: int) -> str:
    """As counted, for any type; one without a word of ours keeps FHIR's."""
    label = counted().get(resource_type)
    return label(number) if label else f"{number} {resource_type}"
