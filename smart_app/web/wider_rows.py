"""The wider plan: what other teams planned, who they are, what is prescribed, and how this plan is tied to it."""

from __future__ import annotations

from datetime import date

from ipt_fhir.mapping.releases import Release, sentence
from ipt_fhir.model.records import Relation
from smart_app.language import current, lazy_gettext
from smart_app.language import gettext as _
from smart_app.services.desk import Desk
from smart_app.services.plan_form import PlanForm
from smart_app.services.plan_links import Linkable, linkable
from smart_app.services.wider_chart import OtherPlan, Why
from smart_app.web import words

_RELATIONS = {
    Relation.PART_OF: lazy_gettext("This therapy is a part of it"),
    Relation.BASED_ON: lazy_gettext("This therapy carries it out"),
    Relation.SUPPORTED_BY: lazy_gettext("Named in this plan"),
}
_STATUSES = {
    "draft": lazy_gettext("draft"),
    "active": lazy_gettext("active"),
    "on-hold": lazy_gettext("on hold"),
    "revoked": lazy_gettext("revoked"),
    "completed": lazy_gettext("completed"),
    "not-started": lazy_gettext("not started"),
    "scheduled": lazy_gettext("scheduled"),
    "in-progress": lazy_gettext("under way"),
    "cancelled": lazy_gettext("cancelled"),
    "stopped": lazy_gettext("stopped"),
    "suspended": lazy_gettext("suspended"),
    "inactive": lazy_gettext("inactive"),
    "proposed": lazy_gettext("proposed"),
    "unknown": lazy_gettext("unknown"),
}


def link_texts(desk: Desk) -> dict[str, str]:
    """The fields of what the plan may point to, as it does now."""
    return {
        item.field: item.relation.value if item.relation else ""
        for item in linkable(desk.episode, desk.background.wider)
    }


def wider_values(desk: Desk, values: PlanForm) -> dict[str, object]:
    """Everything the section prints; what was not read is said, with the reason."""
    wider = desk.background.wider
    links = {item.reference: item for item in linkable(desk.episode, wider)}
    return {
        "plans": [_plan(plan, links[plan.reference], values) for plan in wider.plans],
        "more": wider.more_plans,
        "teams": [
            {
                "name": team.name or team.reference,
                "status": _status(team.status),
                "members": [(member.name, ", ".join(member.roles)) for member in team.members],
            }
            for team in wider.teams
        ],
        "medications": [
            {
                "words": item.words,
                "status": _status(item.status),
                "dosage": " · ".join(item.dosage),
                "link": _link(links[item.reference], values),
            }
            for item in wider.medications
        ],
        "unread": [_link(item, values) for item in links.values() if not item.known],
        "no_teams": _why(wider.withheld_of("CareTeam"), _("the teams of this patient")),
        "no_medication": _why(wider.withheld_of("MedicationRequest"), _("the medication")),
    }


def _plan(plan: OtherPlan, link: Linkable, values: PlanForm) -> dict[str, object]:
    return {
        "title": plan.title or plan.reference,
        "status": _status(plan.status),
        "since": _day(plan.period.start),
        "author": plan.author,
        "goals": plan.goals,
        "work": [(item.words, _status(item.status)) for item in plan.activities],
        "text": plan.text if not (plan.goals or plan.activities) else "",
        "gaps": [(gap.location, gap.words(current())) for gap in plan.gaps],
        "refusal": sentence(Release(plan.release), current()),
        "link": _link(link, values),
    }


def _link(item: Linkable, values: PlanForm) -> dict[str, object]:
    alone = _("No tie to this therapy") if item.is_plan else _("Not named in this plan")
    return {
        "field": item.field,
        "display": item.display,
        "chosen": values.texts.get(item.field, ""),
        "options": [("", alone), *((relation.value, str(_RELATIONS[relation])) for relation in item.relations)],
    }


def _day(spelled: str) -> str:
    """A full date in words; anything else as it is spelled."""
    try:
        return words.day(date.fromisoformat(spelled[:10]))
    except ValueError:
        return spelled


def _status(code: str) -> str:
    """A status in words; one nobody here knows as it is spelled."""
    return str(_STATUSES.get(code, code))


def _why(why: Why | None, what: str) -> str:
    if why is Why.NOT_GRANTED:
        return _("Your sign-in does not let this app read %(what)s. There may be some.", what=what)
    if why is Why.REFUSED:
        return _("The hospital's server did not show %(what)s to this app. There may be some.", what=what)
    return ""
