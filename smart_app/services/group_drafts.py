"""What is being typed about the session of a group: each member's part is a draft of that member's own (decision-D106).

So nothing typed about one member lies with another: it goes when that person's data go, and on whichever chart of the
group the page is opened it stands beside the member it was typed for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from smart_app.services import session_drafts
from smart_app.services.drafting import Owner
from smart_app.services.groups import Group, GroupForm, Member, members_of
from smart_app.services.practice import Practice
from smart_app.services.session_drafts import GROUP, Sent, SessionDraft

_LONGEST = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDraft:
    """The form as it was typed, and when.

    ``closed`` are texts for a session that was closed elsewhere, ``aside`` those of another window: each with the
    member's label. ``filled`` tells that the form holds something that was typed.
    """

    form: GroupForm
    filled: bool
    updated: datetime | None
    closed: tuple[tuple[str, str], ...]
    aside: tuple[tuple[str, str], ...]


def keep(practice: Practice, owner: Owner, form: GroupForm, window: str) -> None:
    """Keep what a page sent, for those who are in the group of the patient it was made for, and for nobody else."""
    for key, lane in members_of(practice, owner.lane, owner.user_sub):
        if key in form.attendance or key in form.steps:
            number = form.drafts.get(key, "")[:9]
            sent = Sent(
                place=form.places.get(key, "")[:20],
                window=window,
                number=int(number) if number.isdecimal() else 0,
                typed=_part(form, key),
            )
            session_drafts.keep(practice, replace(owner, lane=lane), sent, GROUP)


def load(practice: Practice, owner: Owner, group: Group, usual: GroupForm) -> GroupDraft:
    """The usual form with what was typed and not saved; what all share is as it was typed last."""
    found = [(member, draft) for member in group.members if (draft := _of(practice, owner, member))]
    standing = [(member, draft) for member, draft in found if draft.place == str(member.number)]
    dated = [(draft.updated, draft) for _member, draft in standing if draft.updated]
    newest = max(dated, key=lambda item: item[0])[1] if dated else None
    form = replace(
        _with_shared(usual, newest.fields) if newest else usual,
        attendance={**usual.attendance, **{member.key: _one(draft, "attendance") for member, draft in standing}},
        steps={member.key: _one(draft, "step") for member, draft in standing},
        drafts={member.key: str(draft.number) for member, draft in standing},
    )
    closed = ((member.label, _one(draft, "step")) for member, draft in found if draft.place != str(member.number))
    return GroupDraft(
        form=form,
        filled=bool(standing),
        updated=newest.updated if newest else None,
        closed=tuple((label, text) for label, text in closed if text.strip()),
        aside=tuple((member.label, text) for member, draft in standing for text in draft.aside),
    )


def is_done(practice: Practice, owner: Owner, window: str) -> bool:
    """Whether this window closed the session already: a second click (attack-A77)."""
    return session_drafts.is_done(practice, owner, window, GROUP)


def close(practice: Practice, owner: Owner, window: str = "") -> None:
    """Forget the parts of all members: the session was closed, or the form begins anew."""
    for _key, lane in members_of(practice, owner.lane, owner.user_sub):
        session_drafts.close(practice, replace(owner, lane=lane), window, GROUP)


def leave(practice: Practice, owner: Owner) -> None:
    """Forget the part of one patient, who is no longer in the group."""
    session_drafts.close(practice, owner, "", GROUP)


def _of(practice: Practice, owner: Owner, member: Member) -> SessionDraft | None:
    return session_drafts.load(practice, replace(owner, lane=member.lane), GROUP)


def _part(form: GroupForm, key: str) -> dict[str, list[str]]:
    """What is kept with one member: what all share, and the member's own."""
    fields = {
        "date": [form.date],
        "start": [form.start],
        "minutes": [form.minutes],
        "mode": [form.mode],
        "technique": list(form.techniques),
        "attendance": [form.attendance.get(key, "")],
        "step": [form.steps.get(key, "")],
    }
    return {name: [value[:_LONGEST] for value in values] for name, values in fields.items()}


def _with_shared(form: GroupForm, fields: dict[str, list[str]]) -> GroupForm:
    date, start, minutes, mode = (fields[name][0] for name in ("date", "start", "minutes", "mode"))
    techniques = tuple(fields["technique"])
    return replace(form, date=date, start=start, minutes=minutes, mode=mode, techniques=techniques)


def _one(draft: SessionDraft, name: str) -> str:
    return draft.fields[name][0]
