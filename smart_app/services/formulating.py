"""The formulation: versions of a few sentences, and a first draft made from what the course holds. Pure, and local.

The draft repeats what was recorded, in the order onset, events, people, area; the therapist says what it means.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ipt_fhir.locale.texts import text
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.formulation import Formulation
from ipt_fhir.model.inventory import InventoryEntry
from ipt_fhir.model.limits import TEXT_LIMITS
from ipt_fhir.model.people import Person
from ipt_fhir.model.problem_areas import ProblemArea, ProblemAreaCode
from ipt_fhir.model.timeline import EventKind, TimelineEvent
from ipt_fhir.protocol.focus_criteria import near_onset, onset_of
from ipt_fhir.terminology.concepts import PROBLEM_AREAS
from ipt_fhir.terminology.roles import ROLES
from ipt_fhir.terminology.therapy import DISPUTE_STAGES
from smart_app import language
from smart_app.language import gettext as _
from smart_app.services.events import when_words
from smart_app.services.problems import Problems, read_day
from smart_app.services.typed import Typed, read_text

_LIFE = tuple(kind for kind in EventKind if kind not in {EventKind.ONSET, EventKind.TREATMENT})
_MOST_EVENTS = 3
MOST_VERSIONS = 50


@dataclass(frozen=True, slots=True)
class Sentences:
    """A draft: its sentences, and what is still missing for a fuller one."""

    text: str
    missing: tuple[str, ...]


def typed_of(formulation: Formulation | None) -> Typed:
    """The newest version as its form shows it."""
    if formulation is None:
        return Typed()
    values = {"text": (formulation.text,)}
    if formulation.agreed_on:
        values |= {"agreed": ("yes",), "agreed_on": (formulation.agreed_on.isoformat(),)}
    return Typed(values)


def newest(episode: Episode) -> Formulation | None:
    """The version that stands."""
    return episode.formulations[-1] if episode.formulations else None


def write(episode: Episode, typed: Typed, author: Person, today: date) -> tuple[Episode, Problems]:
    """The course with a new version; the same words only note the agreement. With problems it is as it was."""
    problems = Problems()
    words = read_text(typed, "text", "Formulation.text", problems)
    if words is None and not problems:
        problems.add("text", _("Write the formulation first."))
    agreed_on = read_day("agreed_on", typed.one("agreed_on"), problems) if typed.one("agreed") == "yes" else None
    if agreed_on and agreed_on > today:
        problems.add("agreed_on", _("An agreement cannot lie in the future."))
    last = newest(episode)
    changed = last is None or last.text != words
    if changed and len(episode.formulations) >= MOST_VERSIONS:
        problems.add("text", _("There are %(most)s versions already; more are not kept.", most=MOST_VERSIONS))
    if problems or words is None:
        return episode, problems
    if last and not changed:
        noted = replace(last, agreed_on=agreed_on)
        return replace(episode, formulations=(*episode.formulations[:-1], noted)), problems
    new = Formulation(version=(last.version + 1) if last else 1, text=words, author=author, agreed_on=agreed_on)
    return replace(episode, formulations=(*episode.formulations, new)), problems


def draft(episode: Episode, diagnoses: Sequence[str]) -> Sentences:
    """Sentences from the structure of the course, in the language of the page; a blank where nothing is recorded."""
    area = episode.primary_area
    person = person_of(episode, area)
    sentences = [
        *_illness(episode, diagnoses),
        *_events(episode),
        *(_area_words(episode, area, person) if area else ()),
        *_people(episode, person),
        *_time(episode),
    ]
    return Sentences(_fitting(sentences), tuple(_missing(episode)))


def person_of(episode: Episode, area: ProblemArea | None) -> InventoryEntry | None:
    """Who an area is about, as the inventory has them."""
    return next((entry for entry in episode.inventory if area and entry.id == area.about), None)


def person_words(entry: InventoryEntry) -> str:
    """A person by role and initial, inside this app: ``H (husband)``."""
    role = text(ROLES[entry.role].label, language.current())
    return f"{entry.initial} ({role})" if entry.initial else role


def about_words(code: ProblemAreaCode, person: InventoryEntry | None) -> str:
    """Whom an area is about: with H (husband), for P (partner); empty where nobody is chosen."""
    if person is None:
        return ""
    if code is ProblemAreaCode.GRIEF:
        return _("for %(person)s", person=person_words(person))
    return _("with %(person)s", person=person_words(person))


def _fitting(sentences: Sequence[str]) -> str:
    """The sentences, up to what the field holds."""
    words = ""
    for sentence in sentences:
        if len(words) + 1 + len(sentence) > TEXT_LIMITS["Formulation.text"]:
            break
        words = f"{words} {sentence}".strip()
    return words


def _illness(episode: Episode, diagnoses: Sequence[str]) -> Iterator[str]:
    if diagnoses:
        yield _("The illness has a name: %(diagnosis)s.", diagnosis=_listed(diagnoses))
    onset = onset_of(episode)
    if onset:
        yield _("It began in this way (%(when)s): %(event)s.", when=when_words(onset.when), event=_bare(onset.text))


def _events(episode: Episode) -> Iterator[str]:
    if onset_of(episode):
        near = near_onset(episode, *_LIFE)[:_MOST_EVENTS]
        if near:
            yield _("Around that time this happened: %(events)s.", events=_told(near))
        return
    # Where no onset is known: what weighed most, in the order of time.
    lives = [event for event in episode.timeline if event.kind in _LIFE]
    worst = sorted(lives, key=lambda event: event.mood or 0)[:_MOST_EVENTS]
    if worst:
        yield _("This happened before: %(events)s.", events=_told(sorted(worst, key=lambda event: event.when)))


def _area_words(episode: Episode, area: ProblemArea, person: InventoryEntry | None) -> Iterator[str]:
    label = text(PROBLEM_AREAS[area.code].label, language.current())
    about = about_words(area.code, person)
    yield _("We see a link to one problem area: %(area)s.", area=f"{label} {about}" if about else label)
    yield from _OF_AREA[area.code](episode, area, person)


def _of_dispute(_episode: Episode, area: ProblemArea, person: InventoryEntry | None) -> Iterator[str]:
    for mine, words in ((True, _("You expect: %(text)s.")), (False, _("%(person)s expects: %(text)s."))):
        expected = [item.text for item in person.expectations if item.mine is mine][:1] if person else []
        for line in expected:
            yield words % {"text": _bare(line), "person": person_words(person) if person else ""}
    if area.stage:
        stage = text(DISPUTE_STAGES[area.stage].label, language.current())
        yield _("The dispute stands here: %(stage)s.", stage=stage)


def _of_transition(episode: Episode, _area: ProblemArea, _person: InventoryEntry | None) -> Iterator[str]:
    sheet = episode.role_sheet
    if sheet and sheet.old_good:
        yield _("The old role gave: %(text)s.", text=_bare(sheet.old_good))
    if sheet and sheet.new_bad:
        yield _("The new role is hard in this: %(text)s.", text=_bare(sheet.new_bad))


def _of_grief(episode: Episode, _area: ProblemArea, _person: InventoryEntry | None) -> Iterator[str]:
    if episode.grief_sheet and episode.grief_sheet.changed:
        yield _("With the death this changed: %(text)s.", text=_bare(episode.grief_sheet.changed))


def _of_deficits(episode: Episode, _area: ProblemArea, _person: InventoryEntry | None) -> Iterator[str]:
    wished = [entry for entry in episode.inventory if entry.wanted and entry.now and entry.wanted != entry.now]
    if wished:
        yield _("You want to be closer to: %(people)s.", people=_listed([person_words(entry) for entry in wished[:3]]))


_OF_AREA = {
    ProblemAreaCode.ROLE_DISPUTE: _of_dispute,
    ProblemAreaCode.ROLE_TRANSITION: _of_transition,
    ProblemAreaCode.GRIEF: _of_grief,
    ProblemAreaCode.INTERPERSONAL_DEFICITS: _of_deficits,
}


def _people(episode: Episode, person: InventoryEntry | None) -> Iterator[str]:
    helping = [entry for entry in episode.inventory if entry.support_received and entry is not person]
    if helping:
        yield _("Support comes from: %(people)s.", people=_listed([person_words(entry) for entry in helping[:3]]))
    if person and person.norms:
        yield _("What is expected of this role: %(norms)s.", norms=_bare(person.norms))


def _time(episode: Episode) -> Iterator[str]:
    if episode.contract:
        yield _("We have %(count)s sessions to work on this.", count=episode.contract.sessions)


def _missing(episode: Episode) -> Iterator[str]:
    if onset_of(episode) is None:
        yield _("the onset in the timeline")
    area = episode.primary_area
    if area is None:
        yield _("the problem area")
    elif area.about is None:
        yield _("whom the problem area is about")
    if not episode.inventory:
        yield _("the people of the inventory")


def _told(events: Sequence[TimelineEvent]) -> str:
    return "; ".join(f"{_bare(event.text)} ({when_words(event.when)})" for event in events)


def _listed(items: Sequence[str]) -> str:
    return ", ".join(items)


def _bare(words: str) -> str:
    """Words that go into a sentence: without the full stop they bring along."""
    return words.rstrip(" .")
