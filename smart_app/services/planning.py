"""Agree the plan: contract, goals, planned work. Pure: a course and a form in, a course and problems out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ipt_fhir.mapping.site import DEFAULT_SITE, Site
from ipt_fhir.model.episode import Episode, EpisodeStatus
from ipt_fhir.model.goals import GoalStatus
from ipt_fhir.protocol.course import Step, allowed_steps, take
from ipt_fhir.protocol.course_guards import variant_of
from smart_app.language import gettext as _
from smart_app.services.contracting import read_agreement
from smart_app.services.goal_planning import read_goals
from smart_app.services.overview import course, ended, on_hold
from smart_app.services.plan_form import PlanForm
from smart_app.services.problems import Problems
from smart_app.services.work_planning import read_work


def agree(
    episode: Episode, form: PlanForm, today: date, filed: set[str], site: Site = DEFAULT_SITE
) -> tuple[Episode, Problems]:
    """The course with what the form says; where there are problems the course is as it was.

    ``filed`` holds the keys the chart already has: what is given up is cancelled there, never deleted.
    """
    problems = Problems()
    if ended(episode):
        problems.add("plan", _("This course has ended: its plan is read, not changed."))
        return episode, problems
    agreement = read_agreement(form, episode, today, problems)
    goals = read_goals(episode, form, filed, today, site.catalogue, problems)
    if problems:
        return episode, problems
    agreed = replace(
        episode, contract=agreement.contract, setting=agreement.setting, goals=goals, variant=agreement.variant
    )
    work = read_work(episode, form, variant_of(agreed), filed, site)
    return with_standing(replace(agreed, activities=work)), problems


def resume(episode: Episode, today: date) -> Episode:
    """The course back at the step from which it was put on hold; one that is not on hold as it was."""
    if not on_hold(episode):
        return episode
    back = next(step for step in allowed_steps(episode, today) if step is not Step.CLOSED)
    return take(episode, back, today)


def with_standing(episode: Episode) -> Episode:
    """Status and phase follow from what is agreed and held: a plan is active once area, contract and goals are."""
    ready = all(area.agreed_by_patient for area in episode.problem_areas) and episode.problem_areas
    active = ready and episode.contract and any(goal.status is GoalStatus.ACTIVE for goal in episode.goals)
    status = EpisodeStatus.ACTIVE if active else EpisodeStatus.DRAFT
    if episode.status not in {EpisodeStatus.DRAFT, EpisodeStatus.ACTIVE}:
        status = episode.status
    return replace(episode, status=status, phase=course(episode).phase)
