"""Agree the contract: which form of IPT, how many sessions, how often, until when, where. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ipt_fhir.model.episode import Contract, Episode, Frequency, Setting
from ipt_fhir.protocol.catalogue import (
    UnknownVariant,
    Variant,
    VariantNotSupported,
    supported_variant,
    variants,
)
from ipt_fhir.protocol.course_guards import variant_of
from ipt_fhir.protocol.pace import day_of_session
from smart_app import language
from smart_app.language import gettext as _
from smart_app.services.plan_form import PlanForm
from smart_app.services.problems import Problems, read_day, read_number

MINUTES = (15, 120)
"""The least and the most minutes of a session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What the form says about the contract; ``contract`` is None while nothing is agreed."""

    variant: str
    setting: Setting | None
    contract: Contract | None


def bounds_of(variant: Variant) -> tuple[int, int]:
    """The least and the most sessions that may be contracted, over the forms that differ in their number alone."""
    family = [item for item in variants().values() if item.family == variant.family and item.supported]
    return min((item.least for item in family), default=variant.least), max(
        (item.most for item in family), default=variant.most
    )


def chosen_variant(form: PlanForm, episode: Episode) -> Variant:
    """The form of IPT the page shows: the one chosen where there is such a one, else that of the course."""
    return variants().get(form.variant) or variant_of(episode)


def sessions_begun(episode: Episode) -> int:
    """The number of the last contracted session that is open or behind us."""
    return max((item.number for item in episode.sessions if item.kind.counts), default=0)


def usual_end(contract: Contract) -> date:
    """When the contract ends by its pace."""
    return day_of_session(contract.agreed_on, contract.sessions, contract.frequency)


def read_agreement(form: PlanForm, episode: Episode, today: date, problems: Problems) -> Agreement:
    """The agreement as typed; problems are noted by field."""
    said = Setting(form.setting) if form.setting in set(Setting) else None
    setting = episode.setting if form.setting is None else said
    variant = _variant(form, episode, problems)
    contract = _contract(form, episode, variant, today, problems) if form.contract_agreed else None
    unknown = form.variant in {"", episode.variant} and episode.variant not in variants()
    fitting = episode.variant if unknown else _fitting(variant, contract)
    return Agreement(variant=fitting, setting=setting, contract=contract)


def _variant(form: PlanForm, episode: Episode, problems: Problems) -> Variant:
    if form.variant in {"", episode.variant}:
        return variant_of(episode)
    try:
        return supported_variant(form.variant)
    except UnknownVariant:
        problems.add("variant", _("Choose one of the forms of IPT."))
    except VariantNotSupported as refused:
        problems.add("variant", refused.sentence(language.current()))
    return variant_of(episode)


def _contract(form: PlanForm, episode: Episode, variant: Variant, today: date, problems: Problems) -> Contract | None:
    sessions = _sessions(form, episode, variant, problems)
    minutes = read_number("minutes", form.minutes, *MINUTES, problems)
    agreed_on = read_day("contract_on", form.contract_on, problems)
    ends_on = read_day("ends_on", form.ends_on, problems) if form.ends_on else None
    if agreed_on and agreed_on > today:
        problems.add("contract_on", _("An agreement cannot lie in the future."))
        return None
    if sessions is None or minutes is None or agreed_on is None or (form.ends_on and ends_on is None):
        return None
    frequency = Frequency(form.frequency)
    ends_on = ends_on or day_of_session(agreed_on, sessions, frequency)
    if ends_on < agreed_on:
        problems.add("ends_on", _("A contract ends after it was agreed."))
        return None
    if ends_on < episode.started:
        problems.add("contract_on", _("This contract would have ended before the course started."))
        return None
    return Contract(sessions=sessions, frequency=frequency, minutes=minutes, agreed_on=agreed_on, ends_on=ends_on)


def _sessions(form: PlanForm, episode: Episode, variant: Variant, problems: Problems) -> int | None:
    sessions = read_number("sessions", form.sessions, *bounds_of(variant), problems)
    begun = sessions_begun(episode)
    if sessions is not None and sessions < begun:
        problems.add("sessions", _("Session %(number)s has begun: the contract has that many at least.", number=begun))
        return None
    return sessions


def _fitting(variant: Variant, contract: Contract | None) -> str:
    """Within a family the number of sessions decides, so that the phases fall where they belong."""
    if contract is None:
        return variant.id
    family = [item for item in variants().values() if item.family == variant.family and item.supported]
    fitting = [item for item in family if item.sessions <= contract.sessions]
    longest = max(fitting, key=lambda item: item.sessions, default=variant)
    return longest.id
