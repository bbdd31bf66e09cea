"""What a person enters at the end of a course: as typed, read from the course, and kept until the course ends.

Why and when a course ended would be filed with it (decision-D2), so they stay in a draft until it has ended; the plan
against relapse and what the goals came to are part of the course as soon as they are saved.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import msgspec

from ipt_fhir.model.ending import TerminationReason
from ipt_fhir.model.episode import Episode, Frequency
from ipt_fhir.model.sessions import SkipReason
from ipt_fhir.protocol.course_guards import variant_of
from smart_app.services.desk import Desk
from smart_app.services.drafting import Owner, owner_at
from smart_app.services.practice import Practice
from smart_app.store import drafts

_DRAFT = "course-ending"
_PLAN = ("signs", "actions", "contacts", "review_on")

WITHOUT_PATIENT = frozenset(
    {TerminationReason.DIED, TerminationReason.MOVED, TerminationReason.LOST_CONTACT, TerminationReason.DECLINED}
)
"""Reasons that leave nobody to look back with: the patient's own part is not asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingForm:
    """Everything as typed. ``signs`` and ``actions`` hold one entry a line; ``achievements`` a code by goal id.

    ``saved``: what belongs to the course is in the course, and may have changed there since. ``stood`` is what the
    course said when the page was made.
    """

    reason: str = ""
    ended_on: str = ""
    reviewed_on: str = ""
    ending_agreed: bool = False
    gains: str = ""
    unmet: str = ""
    confidence: str = ""
    dispositions: tuple[str, ...] = ()
    signs: str = ""
    actions: str = ""
    contacts: tuple[str, ...] = ()
    review_on: str = ""
    sessions: str = ""
    frequency: str = Frequency.MONTHLY.value
    minutes: str = ""
    final: bool = False
    skip_reason: str = SkipReason.AGREED_TOGETHER.value
    achievements: dict[str, str] = field(default_factory=dict)
    saved: bool = False
    stood: EndingForm | None = None

    @property
    def without_patient(self) -> bool:
        """Whether the chosen reason leaves nobody to look back with."""
        return self.reason in {reason.value for reason in WITHOUT_PATIENT}


def form_of(practice: Practice, desk: Desk) -> EndingForm:
    """The form as this person left it, else as the course says. What is part of the course comes from there, but for
    what was changed on the page and not saved."""
    with practice.store.read() as tx:
        kept = drafts.load(tx, owner_at(desk).draft(_DRAFT))
    course = of_course(desk.episode, desk.today.isoformat())
    if kept is None:
        return course
    found = replace(msgspec.json.decode(kept.text, type=EndingForm), final=False)
    before = found if found.saved else found.stood or EndingForm()
    changed = {goal: said for goal, said in found.achievements.items() if said != before.achievements.get(goal, "")}
    plan = {name: getattr(course, name) for name in _PLAN if _said(found, name) == _said(before, name)}
    return replace(found, **plan, achievements={**course.achievements, **changed})


def stood(desk: Desk) -> str:
    """What the course says now, for a page to send back with what is typed on it (``read_stood``)."""
    return msgspec.json.encode(of_course(desk.episode, desk.today.isoformat())).decode()


def read_stood(sent: str) -> EndingForm | None:
    """What the course said when a page was made; None where the page did not send it."""
    try:
        return msgspec.json.decode(sent, type=EndingForm)
    except (msgspec.MsgspecError, RecursionError):
        return None


def _said(form: EndingForm, name: str) -> set[str]:
    """The entries of a part of the plan, however a browser ends its lines and in whatever order it sends its boxes."""
    value: str | tuple[str, ...] = getattr(form, name)
    return set(value.splitlines() if isinstance(value, str) else value)


def of_course(episode: Episode, today: str) -> EndingForm:
    """What the course says already, and what is usual."""
    plan, variant = episode.relapse_plan, variant_of(episode)
    held = [session.date for session in episode.sessions if session.closed]
    last = max(held).isoformat() if held else today
    return EndingForm(
        ended_on=last,
        signs="\n".join(plan.signs) if plan else "",
        actions="\n".join(plan.actions) if plan else "",
        contacts=plan.contacts if plan else (),
        review_on=plan.review_on.isoformat() if plan and plan.review_on else "",
        sessions="6",
        minutes=str(episode.contract.minutes if episode.contract else variant.minutes),
        achievements={goal.id: goal.achievement.value for goal in episode.goals if goal.achievement},
    )


def keep(practice: Practice, owner: Owner, form: EndingForm) -> None:
    """Keep what was typed, as it was typed."""
    with practice.store.write() as tx:
        drafts.save(tx, owner.draft(_DRAFT), msgspec.json.encode(form).decode())


def forget(practice: Practice, owner: Owner) -> None:
    """The course has ended, or went on: what was typed is part of it now."""
    with practice.store.write() as tx:
        drafts.discard(tx, owner.draft(_DRAFT))
