"""The off-track verdict as a panel: rule, figures, questions, and that it is policy (``templates/off_track.html``)."""

from __future__ import annotations

from dataclasses import dataclass

from ipt_fhir.questionnaires import off_track_words as said
from ipt_fhir.questionnaires.off_track import Track, Verdict, off_track
from smart_app import language
from smart_app.services.desk import Desk
from smart_app.web import words
from smart_app.web.desks import practice


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One rule that applies: in a few words, the figures it looked at, and the rule itself."""

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
        name=words.library(said.TRACKS[verdict.track]),
        reasons=tuple(
            Reason(
                name=said.reason_words(reason, spoken),
                figures=said.figures_words(reason, basis, spoken, language.day),
                rule=said.rule_words(reason, basis, spoken),
            )
            for reason in verdict.reasons
        ),
        unasked=tuple(said.unasked_words(why, basis, spoken) for why in verdict.unasked),
        prompts=tuple(words.library(question) for question in said.prompts(verdict)),
        policy=words.library(said.POLICY),
    )
