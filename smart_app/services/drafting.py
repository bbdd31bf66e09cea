"""Keep what was typed and not completed: encrypted, for this person and this patient only (fault-F71)."""

from __future__ import annotations

from dataclasses import dataclass

from smart_app.services.desk import Desk
from smart_app.services.practice import Practice
from smart_app.store import drafts, launches
from smart_app.store.drafts import Draft, DraftKey
from smart_app.store.lanes import Lane


def load(practice: Practice, desk: Desk, form: str) -> Draft | None:
    """What was kept of a form."""
    with practice.store.read() as tx:
        return drafts.load(tx, DraftKey.of(desk.lane, desk.user_sub, form))


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose draft it is and about whom: from the launch in which the form was made, even after it went idle."""

    lane: Lane
    user_sub: str

    @property
    def patient(self) -> str:
        """The patient of the launch."""
        return self.lane.patient


def owner_of(practice: Practice, handle: str, browser_secret: str) -> Owner | None:
    """The owner of a form that comes from this browser; None once the launch was ended or grew too old."""
    with practice.store.read() as tx:
        launch = launches.find(tx, handle, browser_secret, launches.LONGEST)
    return Owner(launch.lane, launch.user.sub) if launch else None


def keep(practice: Practice, owner: Owner, form: str, text: str) -> None:
    """Keep a form as typed."""
    with practice.store.write() as tx:
        drafts.save(tx, DraftKey.of(owner.lane, owner.user_sub, form), text)


def discard(practice: Practice, desk: Desk, form: str) -> None:
    """Forget it: the form was completed."""
    with practice.store.write() as tx:
        drafts.discard(tx, DraftKey.of(desk.lane, desk.user_sub, form))
