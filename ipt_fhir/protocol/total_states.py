"""A total read off a sheet: entered, then corrected, or withdrawn as answers are (``response_states.withdraw``).

Only for an instrument without a form here: where there is a form it is filled in, because a total hides what was
answered. Where the sheet has an item about self-harm, whoever enters the total says what was answered there
(decision-D21).
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from ipt_fhir.instruments.catalogue import SHIPPED, Catalogue, Instrument, form_is_shipped
from ipt_fhir.locale.texts import N_, text
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.goals import GoalStatus
from ipt_fhir.model.measures import ResponseStatus, SafetyItem, Withdrawal
from ipt_fhir.model.totals import EnteredTotal
from ipt_fhir.protocol.response_states import find, with_version, withdraw

WORRYING = "above-lowest"
"""What a safety item says of an answer nobody here has seen: only that it was not the lowest one."""

_NAMESPACE = uuid.UUID("0d0ad0c5-2f2b-5f0f-8a8e-2b7d9c5a6e13")
_FILL_IN = N_("{title} has a form here. Fill it in instead of entering a total.")
_NO_TOTAL = N_("{title} has no total.")
_NOT_ON_SCALE = N_("{title} has totals from {lowest} to {highest} in steps of {step}. Correct {total}.")
_SAY = N_("Say whether item {item} of {title} was answered above its lowest answer.")


class TotalRefused(ValueError):
    """The total cannot be entered as it is; ``sentence`` says why and what to do."""

    def __init__(self, msgid: str, **values: object) -> None:
        self._msgid = msgid
        self._values = values
        super().__init__(self.sentence())

    def sentence(self, language: str = "en") -> str:
        """What to tell the person who entered it."""
        return text(self._msgid, language, **self._values)


def check_total(instrument: Instrument, total: Decimal, worrying: bool | None) -> None:
    """Whether such a total may be entered for the instrument. Raises TotalRefused."""
    title, scale = instrument.title, instrument.scale
    if form_is_shipped(instrument):
        raise TotalRefused(_FILL_IN, title=title)
    if scale is None:
        raise TotalRefused(_NO_TOTAL, title=title)
    if not total.is_finite() or not scale.holds(total):
        ends = {"lowest": scale.lowest, "highest": scale.highest, "step": scale.step}
        raise TotalRefused(_NOT_ON_SCALE, title=title, total=total, **ends)
    if instrument.safety and worrying is None:
        raise TotalRefused(_SAY, title=title, item=instrument.safety.link_id)


def enter_total(episode: Episode, total: EnteredTotal, now: datetime, catalogue: Catalogue = SHIPPED) -> Episode:
    """The course with a total; one whose worrying item was answered above its lowest answer opens a safety item.

    ``now`` is when it is entered: an older sheet obliges from then on. Raises TotalRefused, or UnknownInstrument for
    one that is not here.
    """
    instrument = catalogue.instrument(total.instrument)
    check_total(instrument, total.total, total.worrying)
    aimed = replace(total, focus_goal=total.focus_goal or _goal_measured(episode, instrument))
    return _with_safety(with_version(episode, aimed), aimed, instrument, now)


def amend_total(
    episode: Episode,
    total_id: str,
    corrected: EnteredTotal,
    now: datetime,
    reason: str | None = None,
    catalogue: Catalogue = SHIPPED,
) -> Episode:
    """The course with a corrected total in place of the first, which stays and no longer counts.

    ``corrected`` has an id of its own; its status and what it replaces are set here. The safety item of the first
    stays: that somebody looked at it remains true. Raises UnknownResponse, ResponseMoveRefused, TotalRefused, or
    TypeError where that id is not a total's.
    """
    why = Withdrawal(at=now, by=corrected.author, reason=reason) if reason else None
    amended = replace(corrected, status=ResponseStatus.AMENDED, replaces=total_id)
    if not isinstance(find(episode, total_id), EnteredTotal):
        raise TypeError("answers are corrected with answers")
    return enter_total(withdraw(episode, total_id, why), amended, now, catalogue)


def _goal_measured(episode: Episode, instrument: Instrument) -> str | None:
    """The first active goal that aims at this total."""
    code = instrument.total.code if instrument.total else ""
    active = (goal for goal in episode.goals if goal.target and goal.status is GoalStatus.ACTIVE)
    return next((goal.id for goal in active if goal.target and goal.target.measure == code), None)


def _with_safety(episode: Episode, total: EnteredTotal, instrument: Instrument, now: datetime) -> Episode:
    if not total.worrying or instrument.safety is None:
        return episode
    item = SafetyItem(
        id=str(uuid.uuid5(_NAMESPACE, total.id)),
        response=total.id,
        link_id=instrument.safety.link_id,
        answer=WORRYING,
        opened=now,
    )
    items = sorted((*episode.safety_items, item), key=lambda found: (found.opened, found.id))
    return replace(episode, safety_items=tuple(items))
