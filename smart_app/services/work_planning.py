"""Plan the work of the course, by phase: what is planned, what is done. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import replace

from ipt_fhir.locale.texts import LANGUAGES
from ipt_fhir.mapping.site import Site
from ipt_fhir.model.activities import COURSE, Activity, ActivityKind, ActivityStatus
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.sessions import Phase
from ipt_fhir.protocol.activities import SESSIONAL
from ipt_fhir.protocol.catalogue import ActivityTemplate, activity_templates, variants, work_words
from ipt_fhir.protocol.course_guards import variant_of
from ipt_fhir.protocol.variants import Variant
from smart_app.services.plan_form import PlanForm

_WORDED_ANEW = frozenset({ActivityStatus.PROPOSED, ActivityStatus.PLANNED})
_OPEN = frozenset({ActivityStatus.CANCELLED, ActivityStatus.PROPOSED, ActivityStatus.COMPLETED})


def offered_activities(episode: Episode, variant: Variant | None = None) -> list[ActivityTemplate]:
    """The planned work a plan of this variant may hold."""
    form = variant or variant_of(episode)
    return [template for template in activity_templates().values() if template.is_offered_for(form)]


def with_course(theirs: Episode, ours: Episode) -> Episode:
    """The chart's course with our activity that stands for it, where somebody took that out of the plan: sessions are
    its progress, so without it none can be closed."""
    if any(item.code == COURSE for item in theirs.activities):
        return theirs
    kept = [item for item in ours.activities if item.code == COURSE]
    return replace(theirs, activities=(*kept, *theirs.activities))


def by_phase(offered: Collection[ActivityTemplate]) -> list[tuple[Phase | None, list[ActivityTemplate]]]:
    """The work of each phase in the order of the course; what belongs to any of them comes last."""
    phases: list[Phase | None] = [*Phase, None]
    groups = [(phase, [item for item in offered if item.phase is phase]) for phase in phases]
    return [(phase, items) for phase, items in groups if items]


def read_work(
    episode: Episode, form: PlanForm, variant: Variant, filed: Collection[str], site: Site
) -> tuple[Activity, ...]:
    """The planned work as the form has it, in the language of the record.

    ``filed`` holds the keys the chart already has: work that is given up is cancelled there, never deleted.
    """
    kept = [_kept(_worded(item, variant, site), form, filed) for item in episode.activities]
    known = {item.code for item in episode.activities if item.kind is not ActivityKind.APPOINTMENT}
    new = [
        Activity(
            id=str(uuid.uuid4()),
            kind=template.kind,
            code=template.id,
            text=work_words(template, variant, site.language, site.catalogue),
            status=ActivityStatus.COMPLETED if template.id in form.done else ActivityStatus.PLANNED,
            owner=template.owner,
        )
        for template in offered_activities(episode, variant)
        if template.id in form.activities and template.id not in known
    ]
    return tuple(item for item in (*kept, *new) if item is not None)


def _worded(activity: Activity, variant: Variant, site: Site) -> Activity:
    """The measure of every session by the name of the form's own measure, also after the form of IPT was changed."""
    template = activity_templates()[SESSIONAL]
    if activity.code != SESSIONAL or not activity.by_us or activity.status not in _WORDED_ANEW:
        return activity
    ours = {
        work_words(template, form, language, site.catalogue) for form in variants().values() for language in LANGUAGES
    }
    # What a colleague called it in the chart stays.
    anew = work_words(template, variant, site.language, site.catalogue)
    return replace(activity, text=anew) if activity.text in ours else activity


def _kept(activity: Activity, form: PlanForm, filed: Collection[str]) -> Activity | None:
    if activity.kind is ActivityKind.APPOINTMENT:
        return activity
    if not activity.by_us or activity.code == COURSE:
        return replace(activity, status=ActivityStatus.PLANNED) if activity.code == COURSE else activity
    if activity.code in form.activities:
        if activity.code in form.done:
            return replace(activity, status=ActivityStatus.COMPLETED)
        return replace(activity, status=ActivityStatus.PLANNED) if activity.status in _OPEN else activity
    return replace(activity, status=ActivityStatus.CANCELLED) if activity.id in filed else None
