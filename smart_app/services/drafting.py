"""Keep what was typed and not completed: encrypted, for this person and this patient only (fault-F71)."""

from __future__ import annotations

from smart_app.services.desk import Desk
from smart_app.services.practice import Practice
from smart_app.store import drafts
from smart_app.store.drafts import Draft, DraftKey


def load(practice: Practice, desk: Desk, form: str) -> Draft | None:
    """What was kept of a form."""
    with practice.store.read() as tx:
        return drafts.load(tx, DraftKey.of(desk.lane, desk.user_sub, form))


def save(practice: Practice, desk: Desk, form: str, text: str) -> None:
    """Keep a form as typed."""
    with practice.store.write() as tx:
        drafts.save(tx, DraftKey.of(desk.lane, desk.user_sub, form), text)


def discard(practice: Practice, desk: Desk, form: str) -> None:
    """Forget it: the form was completed."""
    with practice.store.write() as tx:
        drafts.discard(tx, DraftKey.of(desk.lane, desk.user_sub, form))
