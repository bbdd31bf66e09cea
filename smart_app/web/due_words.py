"""What is due, in words: a tag, a sentence, and the way to the page where it is done."""

from __future__ import annotations

from dataclasses import dataclass

from ipt_fhir.model.measures import SafetyItem
from ipt_fhir.protocol.catalogue import usual_in
from ipt_fhir.questionnaires.off_track import leading_measure
from ipt_fhir.sync.intent import IntentState
from smart_app.language import gettext as _
from smart_app.language import ngettext
from smart_app.services.assessing import MeasureState, measure_states
from smart_app.services.describing import waiting_words
from smart_app.services.desk import Desk
from smart_app.services.filing import Standing
from smart_app.services.overview import Due, course, due, goals_past, measure
from smart_app.services.packs import is_by_hand
from smart_app.services.titles import title_of
from smart_app.web import words
from smart_app.web.desks import practice
from smart_app.web.ways import filling_words, first_way, measure_way, way

_MOST_SAFETY = 2
_PRESSING = {IntentState.CONFLICT, IntentState.HELD}


@dataclass(frozen=True, slots=True, kw_only=True)
class DueItem:
    """One thing to do: a tag (word, shape, tone), a sentence, and the way there; ``url`` is "" for who only looks."""

    name: str
    mark: str = "▲"
    tone: str = "warn"
    sentence: str
    label: str
    url: str


def due_items(desk: Desk, filed: Standing) -> list[DueItem]:
    """Everything that is due, the most pressing first."""
    waiting = due(desk.episode, desk.today, filed.pending, practice().catalogue)
    found = _safety_items(desk) if Due.SAFETY in waiting else []
    found += [_measure(desk)] if Due.MEASURE in waiting else []
    found += _other_measures(desk)
    found += [_item(item, desk, filed) for item in waiting if item not in {Due.SAFETY, Due.MEASURE}]
    if filed.intent and filed.intent.state in _PRESSING and not filed.pending:
        found.append(_item(Due.FILING, desk, filed))
    return found


def _safety_items(desk: Desk) -> list[DueItem]:
    """The open ones, one's own first."""
    waiting = sorted(desk.episode.open_safety_items, key=lambda found: not _is_mine(found, desk))
    listed = [_safety(item, desk) for item in waiting[:_MOST_SAFETY]]
    if further := len(waiting) - len(listed):
        more = ngettext("%(num)s more answer waits", "%(num)s more answers wait", further)
        url = way(desk, "safety.show", item=waiting[_MOST_SAFETY].id)
        listed.append(
            DueItem(name=_("safety"), mark="●", tone="danger", sentence=more, label=_step_label(desk), url=url)
        )
    return listed


def _safety(item: SafetyItem, desk: Desk) -> DueItem:
    sentence = waiting_words(desk.episode, item, practice().site)
    if item.owner:
        sentence = _("%(sentence)s · to act: %(name)s", sentence=sentence, name=item.owner.display)
    url = way(desk, "safety.show", item=item.id)
    return DueItem(name=_("safety"), mark="●", tone="danger", sentence=sentence, label=_step_label(desk), url=url)


def _step_label(desk: Desk) -> str:
    return _("Look") if desk.only_reads else _("Record")


def _is_mine(item: SafetyItem, desk: Desk) -> bool:
    """Whether it is this clinician's turn to act."""
    return item.owner is not None and item.owner.reference == desk.therapist.reference


def _other_measures(desk: Desk) -> list[DueItem]:
    """The measures of the course that are due beside the leading one."""
    leading = leading_measure(desk.episode, practice().catalogue)
    states = measure_states(desk.episode, practice().catalogue, {}, desk.today)
    return [_other(item, desk) for item in states if item.is_due and item.instrument.id != leading]


def _other(item: MeasureState, desk: Desk) -> DueItem:
    found, latest = item.instrument, item.latest
    sentence = _("every 4 sessions")
    if latest:
        sentence = _("%(sentence)s; last %(date)s", sentence=sentence, date=words.day(latest.at.astimezone().date()))
    return DueItem(name=title_of(found), sentence=sentence, label=filling_words(found), url=measure_way(desk, found))


def _item(item: Due, desk: Desk, filed: Standing) -> DueItem:
    if item is Due.FILING:
        return _filing(desk, filed)
    return _of_the_course(item, desk)


def _measure(desk: Desk) -> DueItem:
    name = leading_measure(desk.episode, practice().catalogue)
    found = measure(desk.episode, name, practice().catalogue)
    sentence = _("opens every session")
    if found.latest:
        sentence = _("%(sentence)s; last %(date)s", sentence=sentence, date=words.day(found.latest.at.date()))
    url = measure_way(desk, found.instrument)
    by_hand = is_by_hand(practice(), found.instrument)
    tablet = desk.devices is not None and desk.devices.tablets and not by_hand
    if tablet and usual_in(desk.episode.setting).tablet_first:
        there = way(desk, "patient_device.show", form=name)
        return DueItem(name=title_of(found.instrument), sentence=sentence, label=_("Hand over"), url=there)
    return DueItem(
        name=title_of(found.instrument),
        sentence=sentence,
        label=filling_words(found.instrument),
        url=url,
    )


def _filing(desk: Desk, filed: Standing) -> DueItem:
    url = way(desk, "filing.show")
    state = filed.intent.state if filed.intent else None
    if state in _PRESSING:
        said = _("the chart changed meanwhile") if state is IntentState.CONFLICT else _("the hospital refused it")
        return DueItem(name=_("filing"), mark="●", tone="danger", sentence=said, label=_("Look"), url=url)
    said = _("some entries are not in the record yet")
    return DueItem(name=_("filing"), sentence=said, label=_("Look") if desk.only_reads else _("File"), url=url)


def _of_the_course(item: Due, desk: Desk) -> DueItem:
    plan = way(desk, "plan.show")
    if item is Due.FOCUS:
        url = first_way(desk, "focus.show", "plan.show")
        return DueItem(name=_("focus"), sentence=_("no problem area is chosen yet"), label=_("Open"), url=url)
    if item is Due.PLAN:
        said = _("contract or goals are not agreed yet")
        return DueItem(name=_("plan"), sentence=said, label=_("Open"), url=plan)
    if item is Due.GOALS:
        past = len(goals_past(desk.episode, desk.today))
        said = ngettext("%(num)s goal is past its date", "%(num)s goals are past their date", past)
        return DueItem(name=_("goals"), sentence=said, label=_("Open"), url=plan)
    if item is Due.ENDING:
        url = first_way(desk, "ending.show", "session.show")
        return DueItem(name=_("ending"), sentence=_("look back and close the course"), label=_("Open"), url=url)
    said = _("session %(number)s is not closed", number=course(desk.episode).today)
    return DueItem(name=_("session"), sentence=said, label=_("Close"), url=way(desk, "session.show"))
