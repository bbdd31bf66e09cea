"""An off-track verdict in words: the reason, the rule, the figures it looked at, and questions to think about.

The questions are prompts for the therapist, in our own words; none says what to do. Whatever shows a verdict shows
``POLICY`` beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from ipt_fhir.locale.texts import N_, text
from ipt_fhir.questionnaires.off_track import (
    DETERIORATION,
    LITTLE_GAIN,
    MISSED,
    NO_EARLY_GAIN,
    Basis,
    Track,
    Unasked,
    Verdict,
)
from ipt_fhir.questionnaires.readings import Reading
from ipt_fhir.terminology.plan_words import OFF_TRACK_REASONS

POLICY = N_("Project policy, not validated. It predicts nothing; you decide.")
TRACKS: dict[Track, str] = {
    Track.ON: N_("no rule applies"),
    Track.OFF: N_("off track"),
    Track.NOT_JUDGED: N_("not judged"),
}
_RULES: dict[str, str] = {
    NO_EARLY_GAIN: N_("Rule: from session {early} on, a total that is not better than the first."),
    LITTLE_GAIN: N_(
        "Rule: from session {half_way} of {contracted} on (half-way), a gain below {percent} % of the first total and "
        "below a reliable change of {reliable} points."
    ),
    DETERIORATION: N_("Rule: a total that is worse than the best one so far by {reliable} points or more."),
    MISSED: N_("Rule: {missed_in_a_row} sessions missed in a row."),
}
_UNASKED: dict[Unasked, str] = {
    Unasked.TOO_EARLY: N_("The rules about gain are asked from session {asked} on."),
    Unasked.NO_SCALE: N_("This measure has no total to compare."),
    Unasked.NO_TOTALS: N_("Two totals are needed to compare."),
    Unasked.NO_LATER_TOTAL: N_("There is no total since session {asked} came up."),
    Unasked.NO_RELIABLE_CHANGE: N_("No figure of a reliable change was checked at its source for this measure."),
    Unasked.LOW_START: N_("The first total is too low for the rules about gain."),
    Unasked.ACUTE_PHASE_OVER: N_("The rules about gain are for the acute phase."),
}
_ABOUT_THE_COURSE = (
    N_("Is the focus still the right one?"),
    N_("Did something happen between people that went by unnoticed?"),
    N_("Is a second problem area behind it?"),
    N_("Would another person help: a session together, somebody who supports?"),
    N_("Do number and frequency of sessions still fit?"),
    N_("Is there something to take to supervision, or to whoever prescribes?"),
)
PROMPTS: dict[str, tuple[str, ...]] = {
    NO_EARLY_GAIN: _ABOUT_THE_COURSE[:4],
    LITTLE_GAIN: _ABOUT_THE_COURSE,
    DETERIORATION: (
        N_("What has happened since the best score?"),
        *_ABOUT_THE_COURSE[:2],
        N_("Does the safety plan need a look?"),
        _ABOUT_THE_COURSE[5],
    ),
    MISSED: (
        N_("Who gets in touch with the patient, and when?"),
        N_("What stands in the way of coming: time, place, money, care for others?"),
        N_("Does missing sessions say something about the focus, or about the two of you?"),
    ),
}
"""Questions for the therapist by reason, the first ones first."""


def reason_words(reason: str, language: str = "en") -> str:
    """The reason in a few words."""
    return text(OFF_TRACK_REASONS[reason].label, language)


def rule_words(reason: str, basis: Basis, language: str = "en") -> str:
    """The rule with the thresholds of the site."""
    return text(
        _RULES[reason],
        language,
        early=basis.policy.early_session,
        half_way=basis.half_way,
        contracted=basis.contracted,
        percent=basis.policy.gain_percent,
        reliable=_figure(basis.reliable),
        missed_in_a_row=basis.policy.missed_in_a_row,
    )


def figures_words(reason: str, basis: Basis, language: str = "en", day: Callable[[date], str] = date.isoformat) -> str:
    """What the rule looked at; ``day`` spells a date."""
    if reason == MISSED:
        missed = ", ".join(str(number) for number in basis.missed)
        return text(N_("Missed: sessions {missed}."), language, missed=missed)
    if reason == DETERIORATION:
        msgid = N_("{measure} {latest} on {latest_day}, best {best} on {best_day}.")
    elif basis.gain is not None and basis.gain > 0:
        msgid = N_(
            "At session {session}: {measure} {latest} on {latest_day}, first {first} on {first_day}: {gain} points "
            "better ({percent} %)."
        )
    else:
        msgid = N_("At session {session}: {measure} {latest} on {latest_day}, first {first} on {first_day}.")
    return text(
        msgid,
        language,
        measure=text(basis.instrument.title, language),
        session=basis.session,
        first=_total(basis.first),
        first_day=_day(basis.first, day),
        best=_total(basis.best),
        best_day=_day(basis.best, day),
        latest=_total(basis.latest),
        latest_day=_day(basis.latest, day),
        gain=_figure(basis.gain),
        percent=_percent(basis.gain_percent),
    )


def unasked_words(why: Unasked, basis: Basis, language: str = "en") -> str:
    """Why a rule was not asked."""
    early = min(basis.policy.early_session, basis.half_way)
    asked = basis.half_way if why is Unasked.NO_LATER_TOTAL and basis.session >= basis.half_way else early
    return text(_UNASKED[why], language, asked=asked)


def prompts(verdict: Verdict) -> tuple[str, ...]:
    """The questions of all reasons, each once (message ids)."""
    return tuple(dict.fromkeys(question for reason in verdict.reasons for question in PROMPTS[reason]))


def _total(reading: Reading | None) -> str:
    return _figure(reading.total if reading else None)


def _day(reading: Reading | None, day: Callable[[date], str]) -> str:
    return day(reading.at.date()) if reading else "–"


def _figure(value: Decimal | None) -> str:
    return "–" if value is None else f"{value.normalize():f}"


def _percent(value: Decimal | None) -> str:
    """Rounded down: a gain of 19.6 % must not read as the 20 % it did not reach."""
    return "–" if value is None else f"{int(value)}"
