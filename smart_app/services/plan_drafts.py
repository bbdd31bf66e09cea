"""What was typed on the plan and not saved: it comes back for the same person and the same patient only (fault-F71).

A draft remembers on which plan it was typed. Where that plan still stands it fills the form again; where it was changed
since, a form filled from it would undo the change, so its texts stand aside to be read (decision-D82).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

import msgspec

from ipt_fhir.model.episode import Episode
from smart_app.services.drafting import Owner
from smart_app.services.plan_form import PlanForm
from smart_app.services.practice import Practice
from smart_app.store import drafts

_KEY = "plan"
_TEXTS = ("text-", "level-")
_LARGEST = 400_000


class _Kept(msgspec.Struct, frozen=True):
    basis: str
    form: PlanForm


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDraft:
    """A plan as it was typed: on which plan (``basis_of``), and when it was kept."""

    form: PlanForm
    basis: str
    kept: datetime


def basis_of(episode: Episode) -> str:
    """Names a state of the plan, so that a page can say on which one it was made."""
    part = (
        episode.variant,
        episode.setting,
        episode.contract,
        episode.problem_areas,
        episode.goals,
        episode.activities,
        episode.links,
        episode.status,
    )
    return hashlib.sha256(msgspec.json.encode(part)).hexdigest()[:16]


def keep(practice: Practice, owner: Owner, form: PlanForm, basis: str) -> None:
    """Keep what is being typed in the place of what was kept before; more than a plan can hold is not kept."""
    text = msgspec.json.encode(_Kept(basis=basis[:16], form=form))
    if len(text) > _LARGEST:
        return
    with practice.store.write() as tx:
        drafts.save(tx, owner.draft(_KEY), text.decode())


def load(practice: Practice, owner: Owner) -> PlanDraft | None:
    """What was typed and not saved."""
    with practice.store.read() as tx:
        found = drafts.load(tx, owner.draft(_KEY))
    if found is None:
        return None
    kept = msgspec.json.decode(found.text, type=_Kept)
    return PlanDraft(form=kept.form, basis=kept.basis, kept=found.updated)


def discard(practice: Practice, owner: Owner) -> None:
    """Forget it: it was saved, or a person does not want it."""
    with practice.store.write() as tx:
        drafts.discard(tx, owner.draft(_KEY))


def unsaved_texts(form: PlanForm, shown: PlanForm) -> list[str]:
    """The texts of the goals that were ticked in a draft and stand nowhere on the page as it is now."""
    standing = {text.strip() for text in shown.texts.values()}
    typed = (
        text.strip()
        for name, text in form.texts.items()
        if name.startswith(_TEXTS) and any(name in {f"text-{key}", *_levels(key)} for key in form.goals)
    )
    return list(dict.fromkeys(text for text in typed if text and text not in standing))


def _levels(key: str) -> set[str]:
    return {f"level-{key}-{level}" for level in range(-2, 3)}
