"""What the plan page prints: the contract with its bounds, the work by phase, the way the plan stands in the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ipt_fhir.model.activities import COURSE, ActivityKind, ActivityStatus
from ipt_fhir.model.episode import Episode, Frequency, Setting
from ipt_fhir.model.goals import GoalStatus
from ipt_fhir.model.sessions import Phase
from ipt_fhir.protocol.catalogue import usual_in, variants, work_words
from ipt_fhir.protocol.course_guards import initial_is_done
from ipt_fhir.protocol.variants import Format, Variant
from ipt_fhir.sync.intent import IntentState
from ipt_fhir.terminology.therapy import FREQUENCIES, SETTINGS
from smart_app.language import current, ngettext
from smart_app.language import gettext as _
from smart_app.services import filing
from smart_app.services.contracting import MINUTES, bounds_of, chosen_variant, usual_end
from smart_app.services.desk import Desk
from smart_app.services.goal_planning import CLOSED
from smart_app.services.overview import course
from smart_app.services.plan_drafts import basis_of
from smart_app.services.plan_form import PlanForm
from smart_app.services.plan_links import larger_plans
from smart_app.services.problems import Problems
from smart_app.services.work_planning import by_phase, offered_activities
from smart_app.web import words
from smart_app.web.desks import practice
from smart_app.web.filing import standing_words
from smart_app.web.goal_rows import goal_texts, goals_on_page, offer_texts
from smart_app.web.wider_rows import link_texts, wider_values


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """That the page shows what was typed and not saved; ``aside`` are texts of a plan that was changed since."""

    kept: datetime
    aside: tuple[str, ...] = ()


def form_of_course(desk: Desk) -> PlanForm:
    """The form with the plan as it stands."""
    episode = desk.episode
    contract, variant = episode.contract, chosen_variant(PlanForm(texts={}), episode)
    own_end = contract is not None and contract.ends_on != usual_end(contract)
    today = desk.today.isoformat()
    ours = (item for item in episode.activities if item.by_us and item.kind is not ActivityKind.APPOINTMENT)
    work = [item for item in ours if item.status is not ActivityStatus.CANCELLED]
    return PlanForm(
        variant=variant.id,
        setting=episode.setting.value if episode.setting else "",
        sessions=str(contract.sessions if contract else variant.sessions),
        frequency=(contract.frequency if contract else _frequency(variant, episode)).value,
        minutes=str(contract.minutes if contract else variant.minutes),
        contract_agreed=contract is not None,
        contract_on=contract.agreed_on.isoformat() if contract else today,
        ends_on=contract.ends_on.isoformat() if contract and own_end else "",
        goals=tuple(goal.id for goal in episode.goals if goal.status not in {GoalStatus.CANCELLED, *CLOSED}),
        activities=tuple(item.code for item in work),
        done=tuple(item.code for item in work if item.status is ActivityStatus.COMPLETED),
        texts=goal_texts(episode.goals) | offer_texts(desk) | link_texts(desk),
    )


def _frequency(variant: Variant, episode: Episode) -> Frequency:
    """How often sessions are offered: as the form of IPT has them; a weekly one as the setting has them."""
    return usual_in(episode.setting).frequency if variant.frequency is Frequency.WEEKLY else variant.frequency


def with_usual(form: PlanForm) -> PlanForm:
    """The form with the numbers the chosen form of IPT usually has."""
    variant = variants().get(form.variant)
    if variant is None:
        return form
    return replace(
        form,
        sessions=str(variant.sessions),
        frequency=variant.frequency.value,
        minutes=str(variant.minutes),
        ends_on="",
    )


def plan_values(desk: Desk, values: PlanForm, problems: Problems, draft: Draft | None) -> dict[str, object]:
    """Everything the template asks for."""
    filed = filing.standing(practice(), desk)
    waits = filed.intent is not None and filed.intent.state is IntentState.CONFLICT
    return {
        "form": {
            "filled": values,
            "problems": problems,
            "wrong": problems.by_field(),
            "basis": basis_of(desk.episode),
            "draft": draft,
            "contract": _contract(desk, values),
            "goals": goals_on_page(desk, values, problems),
            "work": _work(desk, values),
            "from_chart": [item.text for item in desk.episode.activities if not item.by_us],
            "wider": wider_values(desk, values),
        },
        "filing": standing_words(filed),
        "unfiled": filed.pending,
        "conflict": waits,
        "larger": larger_plans(desk.episode),
        "obstacles": _obstacles(desk),
    }


def _obstacles(desk: Desk) -> list[str]:
    """What the first phase still lacks; nothing once it is over."""
    if course(desk.episode).phase is not Phase.INITIAL:
        return []
    return [item.words(current()) for item in initial_is_done(desk.episode, practice().catalogue)]


def _contract(desk: Desk, values: PlanForm) -> dict[str, object]:
    variant = chosen_variant(values, desk.episode)
    least, most = bounds_of(variant)
    contract = desk.episode.contract
    return {
        "variants": [(item.id, item.offer(current()), item.supported) for item in variants().values()],
        "settings": [("", _("not said")), *words.choices_of(SETTINGS)],
        "frequencies": [(code.value, words.library(concept.label)) for code, concept in FREQUENCIES.items()],
        "least": least,
        "most": most,
        "minutes": MINUTES,
        "is_group": variant.format is Format.GROUP,
        "usual": _usual(variant),
        "ends": contract.ends_on if contract else None,
        "remarks": _remarks(variant, desk, values),
    }


def _usual(variant: Variant) -> str:
    """The chosen form in one line: how many, how long, how they fall into phases, what comes beside."""
    said = [
        ngettext("%(num)s session", "%(num)s sessions", variant.sessions),
        _("%(minutes)s minutes", minutes=variant.minutes),
        words.library(FREQUENCIES[variant.frequency].label),
    ]
    if variant.format is Format.GROUP:
        said.append(_("in a group"))
    said += [ngettext("%(num)s further meeting", "%(num)s further meetings", item.sessions) for item in variant.extras]
    if variant.maintenance:
        said.append(_("then maintenance"))
    return " · ".join(said)


def _remarks(variant: Variant, desk: Desk, values: PlanForm) -> list[str]:
    """What a person should know before choosing this form; nothing of it stands in the way."""
    said = []
    age, ages = desk.patient.age(desk.today), variant.ages
    if age is not None and (age < ages.least or (ages.most is not None and age > ages.most)):
        band = f"{ages.least}–{ages.most}" if ages.most is not None else f"{ages.least}+"
        said.append(_("This form is described for ages %(band)s; the patient is %(age)s.", band=band, age=age))
    if values.setting in set(Setting) and variant.settings and Setting(values.setting) not in variant.settings:
        usual = ", ".join(words.library(SETTINGS[item].label) for item in variant.settings)
        said.append(_("This form is described for other settings: %(list)s.", list=usual))
    if values.setting == Setting.WARD and values.frequency == Frequency.WEEKLY and not values.ends_on:
        said.append(_("On a ward without a fixed weekly slot, say until when instead."))
    if not variant.checked:
        said.append(_("Not every fact of this form was read at its source; check it against your manual."))
    return said


def _work(desk: Desk, values: PlanForm) -> Sequence[dict[str, object]]:
    """The planned work of each phase, with what is planned and what is done."""
    variant = chosen_variant(values, desk.episode)
    return [
        {
            "phase": words.phase(phase) if phase else _("In any phase"),
            "key": phase.value if phase else "any",
            "entries": [
                {
                    "code": item.id,
                    "text": work_words(item, variant, current(), practice().catalogue),
                    "chosen": item.id in values.activities or item.id == COURSE,
                    "done": item.id in values.done,
                    "fixed": item.id == COURSE,
                }
                for item in items
            ],
        }
        for phase, items in by_phase(offered_activities(desk.episode, variant))
    ]
