"""The plan as a form: problem area, contract, goals, planned work."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, request, url_for
from werkzeug import Response

from ipt_fhir.mapping import narrative
from ipt_fhir.model.activities import COURSE, ActivityStatus
from ipt_fhir.model.episode import Frequency
from ipt_fhir.model.goals import Goal, GoalKind, GoalStatus
from ipt_fhir.model.problem_areas import ProblemAreaCode, ProposedBy, Rank
from ipt_fhir.protocol.catalogue import GoalTemplate
from ipt_fhir.protocol.course_guards import variant_of
from ipt_fhir.terminology import concepts
from ipt_fhir.terminology.therapy import FREQUENCIES
from smart_app.language import gettext as _
from smart_app.language import lazy_gettext
from smart_app.services import charting
from smart_app.services.desk import Desk
from smart_app.services.planning import PERSON, PlanForm, agree, baseline, offered_activities, offered_goals
from smart_app.services.problems import Problems
from smart_app.web import words
from smart_app.web.desks import changing, chosen, desk_of, page, practice

blueprint = Blueprint("plan", __name__)

# Who a goal may be about: by role (HL7 v3-RoleCode holds the family ones), never by name (decision-D20).
PEOPLE = (
    lazy_gettext("my husband"),
    lazy_gettext("my wife"),
    lazy_gettext("my partner"),
    lazy_gettext("my mother"),
    lazy_gettext("my father"),
    lazy_gettext("my child"),
    lazy_gettext("my brother or sister"),
    lazy_gettext("my friend"),
    lazy_gettext("my manager"),
    lazy_gettext("my colleague"),
    lazy_gettext("a person I trust"),
)
_PROPOSERS = {
    ProposedBy.TOGETHER: lazy_gettext("both together"),
    ProposedBy.PATIENT: lazy_gettext("the patient"),
    ProposedBy.THERAPIST: lazy_gettext("the therapist"),
}
_KIND_WORDS = {
    GoalKind.PROM: lazy_gettext("by score"),
    GoalKind.GAS: lazy_gettext("rated in five levels"),
    GoalKind.PLAIN: lazy_gettext("reached or not"),
}
_TEXT_PREFIXES = ("text-", "due-", "level-", "person-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level of a scale on the page."""

    level: int
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalRow:
    """A goal of the course or one on offer, as the page prints it. ``key`` names its fields."""

    key: str
    offer: str
    kind_words: str
    area: ProblemAreaCode | None
    target: str
    text: str
    due: str
    levels: tuple[Level, ...]
    chosen: bool
    asks_person: bool


@blueprint.get("/plan")
def show(handle: str) -> str:
    """The form with the plan as it stands."""
    desk = desk_of(handle)
    return _page(desk, _from_course(desk), Problems())


@blueprint.post("/plan")
def save(handle: str) -> str | Response:
    """Keep the plan here; "preview" goes on to what the chart will say."""
    desk = changing(handle)
    form = _from_request()
    episode, problems = agree(desk.episode, form, desk.today, set(desk.chart), practice().site.language)
    if problems:
        return _page(desk, form, problems)
    charting.save(practice(), desk, episode)
    onward = "filing.show" if request.form.get("act") == "preview" else "plan.show"
    return redirect(url_for(onward, handle=handle), 303)


def _from_course(desk: Desk) -> PlanForm:
    course = desk.episode
    first, second = (next((area for area in course.problem_areas if area.rank is rank), None) for rank in Rank)
    contract, variant = course.contract, variant_of(course)
    active = tuple(goal.id for goal in course.goals if goal.status is not GoalStatus.CANCELLED)
    today = desk.today.isoformat()
    return PlanForm(
        area=first.code.value if first else "",
        second_area=second.code.value if second else "",
        proposed_by=first.proposed_by.value if first else ProposedBy.TOGETHER.value,
        agreed=bool(first and first.agreed_by_patient),
        agreed_on=first.agreed_on.isoformat() if first and first.agreed_on else today,
        rationale=(first.rationale if first else None) or "",
        sessions=str(contract.sessions if contract else variant.sessions),
        frequency=contract.frequency.value if contract else Frequency.WEEKLY.value,
        minutes=str(contract.minutes if contract else variant.minutes),
        contract_agreed=contract is not None,
        contract_on=contract.agreed_on.isoformat() if contract else today,
        goals=active,
        activities=tuple(item.code for item in course.activities if item.status is not ActivityStatus.CANCELLED),
        texts=_goal_texts(course.goals) | _offer_texts(desk),
    )


def _goal_texts(goals: tuple[Goal, ...]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for goal in goals:
        texts[f"text-{goal.id}"] = goal.text
        texts[f"due-{goal.id}"] = goal.due.isoformat()
        texts |= {f"level-{goal.id}-{level.level}": level.text for level in goal.levels}
    return texts


def _offer_texts(desk: Desk) -> dict[str, str]:
    texts: dict[str, str] = {}
    for template in offered_goals(desk.episode):
        texts[f"text-{template.id}"] = words.library(template.text)
        texts[f"due-{template.id}"] = template.due_on(desk.episode.started, desk.episode.contract).isoformat()
        for level, wording in zip(range(-2, 3), template.levels, strict=False):
            texts[f"level-{template.id}-{level}"] = words.library(wording)
    return texts


def _from_request() -> PlanForm:
    sent = request.form
    areas = {code.value for code in ProblemAreaCode}
    return PlanForm(
        area=sent.get("area", "") if sent.get("area") in areas else "",
        second_area=sent.get("second_area", "") if sent.get("second_area") in areas else "",
        proposed_by=chosen("proposed_by", ProposedBy, ProposedBy.TOGETHER),
        agreed=sent.get("agreed") == "yes",
        agreed_on=sent.get("agreed_on", ""),
        rationale=sent.get("rationale", ""),
        sessions=sent.get("sessions", ""),
        frequency=chosen("frequency", Frequency, Frequency.WEEKLY),
        minutes=sent.get("minutes", ""),
        contract_agreed=sent.get("contract_agreed") == "yes",
        contract_on=sent.get("contract_on", ""),
        goals=tuple(sent.getlist("goal")),
        activities=tuple(sent.getlist("activity")),
        texts={name: value for name, value in sent.items() if name.startswith(_TEXT_PREFIXES)},
    )


def _page(desk: Desk, values: PlanForm, problems: Problems) -> str:
    areas = words.choices_of(concepts.PROBLEM_AREAS)
    form = {
        "filled": values,
        "problems": problems,
        "wrong": problems.by_field(),
        "areas": areas,
        "second_areas": [("", _("none")), *areas],
        "proposers": [(code.value, label) for code, label in _PROPOSERS.items()],
        "frequencies": [(code.value, words.library(concept.label)) for code, concept in FREQUENCIES.items()],
        "goals": [*_course_rows(desk, values), *_offer_rows(desk, values)],
        "people": PEOPLE,
        "activities": _activities(desk, values),
        "from_chart": [item.text for item in desk.episode.activities if not item.by_us],
    }
    return page("plan.html", desk, form=form)


def _course_rows(desk: Desk, values: PlanForm) -> list[GoalRow]:
    return [
        _row(
            goal.id,
            goal.text,
            goal.kind,
            goal.area,
            narrative.target_words(goal, words.site()),
            values,
            [level.level for level in goal.levels],
        )
        for goal in desk.episode.goals
    ]


def _offer_rows(desk: Desk, values: PlanForm) -> list[GoalRow]:
    return [
        _row(
            template.id,
            words.library(template.text).replace(PERSON, "…"),
            template.kind,
            template.area,
            _target(template, desk),
            values,
            list(range(-2, 3)) if template.levels else [],
            asks_person=PERSON in template.text,
        )
        for template in offered_goals(desk.episode)
    ]


def _row(
    key: str,
    offer: str,
    kind: GoalKind,
    area: ProblemAreaCode | None,
    target: str,
    values: PlanForm,
    levels: list[int],
    *,
    asks_person: bool = False,
) -> GoalRow:
    return GoalRow(
        key=key,
        offer=offer,
        kind_words=str(_KIND_WORDS[kind]),
        area=area,
        target=target,
        text=values.texts.get(f"text-{key}", ""),
        due=values.texts.get(f"due-{key}", ""),
        levels=tuple(_level(key, level, values) for level in levels),
        chosen=key in values.goals,
        asks_person=asks_person,
    )


def _level(key: str, level: int, values: PlanForm) -> Level:
    name = (
        f"{level:+d} · {words.library(concepts.GAS_LEVELS[level].label)}"
        if level
        else f"0 · {words.library(concepts.GAS_LEVELS[0].label)}"
    )
    return Level(level=level, name=name, text=values.texts.get(f"level-{key}-{level}", ""))


def _target(template: GoalTemplate, desk: Desk) -> str:
    if template.kind is not GoalKind.PROM or template.comparator is None:
        return ""
    value = template.target_value(baseline(desk.episode))
    if value is None:
        return _("needs a first PHQ-9")
    reach = words.library(narrative.COMPARATORS[template.comparator]).format(value=value)
    return f"PHQ-9 {reach}"


def _activities(desk: Desk, values: PlanForm) -> list[dict[str, object]]:
    return [
        {
            "code": item.id,
            "text": words.library(item.text),
            "chosen": item.id in values.activities or item.id == COURSE,
            "fixed": item.id == COURSE,
        }
        for item in offered_activities(desk.episode)
    ]
