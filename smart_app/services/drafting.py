"""Whose draft it is: what was typed comes back for this person and this patient only (fault-F71)."""

from __future__ import annotations

from dataclasses import dataclass

from smart_app.roles import Role
from smart_app.services.desk import Desk
from smart_app.services.practice import Practice
from smart_app.store import launches
from smart_app.store.drafts import DraftKey
from smart_app.store.lanes import Lane


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose draft it is and about whom: from the launch in which the form was made, even after it went idle.

    ``role`` is what that person may do (None: nothing).
    """

    lane: Lane
    user_sub: str
    role: Role | None = None

    @property
    def patient(self) -> str:
        """The patient of the launch."""
        return self.lane.patient

    def draft(self, form: str) -> DraftKey:
        """Where the draft of a form lies."""
        return DraftKey.of(self.lane, self.user_sub, form)


def owner_of(practice: Practice, handle: str, browser_secret: str) -> Owner | None:
    """The owner of a form that comes from this browser; None once the launch was ended or grew too old."""
    with practice.store.read() as tx:
        launch = launches.find(tx, handle, browser_secret, launches.LONGEST)
    return Owner(launch.lane, launch.user.sub, practice.role_of(launch)) if launch else None


def owner_at(desk: Desk) -> Owner:
    """Whose drafts lie on a desk."""
    return Owner(desk.lane, desk.user_sub, desk.role)
