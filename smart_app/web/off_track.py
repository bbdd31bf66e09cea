"""The off-track verdict as a panel: rule, figures, questions, and that it is policy (``templates/off_track.html``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ipt_fhir.questionnaires import off_track_words as said
from ipt_fhir.questionnaires.off_track import (
    DETERIORATION,
    LITTLE_GAIN,
    MISSED,
    NO_EARLY_GAIN,
    Track,
    Verdict,
    off_track,
)
from smart_app import language
from smart_app.language import gettext as _
from smart_app.language import lazy_gettext
from smart_app.services.desk import Desk
from smart_app.web import words
from smart_app.web.desks import practice

_PLAIN_REASONS: Mapping[str, str] = {
    NO_EARLY_GAIN: lazy_gettext("not better than at the beginning"),
    LITTLE_GAIN: lazy_gettext("only a little better than at the beginning"),
    DETERIORATION: lazy_gettext("clearly worse than before"),
    MISSED: lazy_gettext("meetings missed in a row"),
}
_PLAIN_QUESTIONS = (
    lazy_gettext("What has happened in this person's life since then?"),
    lazy_gettext("What stands in the way: time, place, money, care for others?"),
    lazy_gettext("Is it time to talk with your supervisor?"),
)
"""For a coordinator, who does not choose the focus or the number of sessions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One rule that applies: in a few words, the figures it looked at, and the rule itself (not for a coordinator)."""

    name: str
    figures: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A verdict in words. ``is_off`` is that of "off track"; ``unasked`` tells why rules were not asked."""

    is_off: bool
    name: str
    reasons: tuple[Reason, ...]
    unasked: tuple[str, ...]
    prompts: tuple[str, ...]
    policy: str


def panel_of(desk: Desk) -> Panel | None:
    """The panel of a course; None where the site did not switch the rules on."""
    verdict = off_track(desk.episode, practice().site.off_track, practice().catalogue)
    return panel(verdict) if verdict else None


def panel(verdict: Verdict) -> Panel:
    """A verdict in the language of the page."""
    spoken, basis = language.current(), verdict.basis
    return Panel(
        is_off=verdict.track is Track.OFF,
        name=track_name(verdict.track),
        reasons=tuple(
            Reason(
                name=reason_name(reason),
                figures=said.figures_words(reason, basis, spoken, language.day),
                rule="" if words.are_plain() else said.rule_words(reason, basis, spoken),
            )
            for reason in verdict.reasons
        ),
        unasked=tuple(said.unasked_words(why, basis, spoken) for why in verdict.unasked),
        prompts=_questions(verdict),
        policy=words.library(said.POLICY),
    )


def track_name(track: Track) -> str:
    """The verdict in two words; for a coordinator without a specialist's term."""
    if track is Track.OFF and words.are_plain():
        return _("worth talking about")
    return words.library(said.TRACKS[track])


def reason_name(reason: str) -> str:
    """Why, in a few words; for a coordinator plain ones."""
    return str(_PLAIN_REASONS[reason]) if words.are_plain() else said.reason_words(reason, language.current())


def _questions(verdict: Verdict) -> tuple[str, ...]:
    if words.are_plain():
        return tuple(str(question) for question in _PLAIN_QUESTIONS)
    return tuple(words.library(question) for question in said.prompts(verdict))
