"""Settings as configuration: what is usual where the therapy takes place."""

from __future__ import annotations

from msgspec import Struct

from ipt_fhir.model.episode import Frequency, Setting
from ipt_fhir.model.sessions import Mode


class SettingDefaults(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is offered first in one setting; everything else stays possible.

    ``minutes`` is the length of a session, ``weekly_slot`` whether the next meeting is offered at the same hour of the
    week, ``tablet_first`` whether a form is offered on the clinic's tablet first.
    """

    setting: Setting
    frequency: Frequency
    minutes: int
    mode: Mode
    weekly_slot: bool
    tablet_first: bool = False
    source: str
    checked: bool

    @property
    def id(self) -> str:
        """The code of the setting, by which the row is found."""
        return self.setting.value
