"""The focus: what speaks for each problem area, which was chosen, and what the patient agreed to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, url_for
from werkzeug import Response

from ipt_fhir.model.episode import Episode
from ipt_fhir.model.filed_parts import ICD_10_CM
from ipt_fhir.model.inventory import InventoryEntry
from ipt_fhir.model.problem_areas import ProblemArea, ProblemAreaCode, ProposedBy
from ipt_fhir.model.timeline import TimelineEvent
from ipt_fhir.protocol import focus_criteria
from ipt_fhir.protocol.course_guards import focus_change_needs_reason, variant_of
from ipt_fhir.protocol.focus_criteria import Criterion, Sign
from ipt_fhir.terminology import concepts
from ipt_fhir.terminology.therapy import DISPUTE_STAGES
from ipt_fhir.terminology.z_codes import Z_CODES
from smart_app.language import gettext as _
from smart_app.language import lazy_gettext
from smart_app.services import charting, focusing
from smart_app.services.desk import Desk
from smart_app.services.events import when_words
from smart_app.services.formulating import about_words, newest, person_of, person_words
from smart_app.services.overview import course, ended
from smart_app.services.problems import Problems
from smart_app.web import words
from smart_app.web.desks import desk_of, page, practice
from smart_app.web.guarding import Refusal
from smart_app.web.typed_forms import Arrived, TypedForm, arrive, done, kept_only, opened, returned

blueprint = Blueprint("focus", __name__)

DRAFT = "focus"
_PROPOSERS = {
    ProposedBy.TOGETHER: lazy_gettext("both together"),
    ProposedBy.PATIENT: lazy_gettext("the patient"),
    ProposedBy.THERAPIST: lazy_gettext("the therapist"),
}
_MARKS = {
    Sign.YES: ("✓", "yes", lazy_gettext("a sign is recorded")),
    Sign.NO: ("○", "no", lazy_gettext("no sign is recorded")),
    Sign.UNKNOWN: ("?", "unknown", lazy_gettext("not recorded yet")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question as the page prints it: mark, what the mark says, the question, and what it rests on."""

    mark: str
    tone: str
    says: str
    question: str
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaCard:
    """An area with its questions. ``signs`` of ``of`` are answered by what is recorded; ``rank`` if it is chosen."""

    code: ProblemAreaCode
    questions: tuple[Question, ...]
    signs: int
    of: int
    rank: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A chosen area: about whom, the words for it, and where a dispute stands."""

    area: ProblemArea
    person: InventoryEntry | None
    about: str
    stage: str
    z_code: str


@blueprint.get("/focus")
def show(handle: str) -> str:
    """The page with the areas as they stand."""
    desk = desk_of(handle)
    return _page(desk, opened(desk, DRAFT, focusing.typed_of(desk.episode, desk.today)), Problems())


@blueprint.post("/focus")
def save(handle: str) -> str | Response | tuple[str, int]:
    """Keep the choice here, or give up what was typed."""
    return save_sheet(
        arrive(handle, DRAFT),
        DRAFT,
        url_for("focus.show", handle=handle),
        lambda came: focusing.choose(came.desk.episode, focusing.read_form(came.typed), came.desk.today),
        _page,
    )


@blueprint.post("/focus/keep")
def keep(handle: str) -> Response:
    """Keep what is being typed."""
    return kept_only(handle, DRAFT)


def save_sheet(
    arrived: Arrived,
    draft: str,
    here: str,
    write: Callable[[Arrived], tuple[Episode, Problems]],
    show: Callable[[Desk, TypedForm, Problems], str],
) -> str | Response | tuple[str, int]:
    """What every page of the focus does with its form: save it, show it again with its problems, or give it up.

    ``here`` is the page's address. Nothing of the focus changes once the course is over. Raises Refusal.
    """
    desk = arrived.desk
    if ended(desk.episode):
        raise Refusal("course-ended", 409)
    if arrived.act == "discard":
        done(desk, draft)
        return redirect(here, 303)
    episode, problems = write(arrived)
    if problems or arrived.late:
        text = show(desk, returned(arrived), problems)
        return (text, 409) if arrived.late else text
    charting.save(practice(), desk, episode)
    done(desk, draft)
    return redirect(here, 303)


def chosen_areas(desk: Desk) -> list[Chosen]:
    """The chosen areas in words, the leading one first."""
    return [_chosen(desk, area) for area in desk.episode.problem_areas]


def _chosen(desk: Desk, area: ProblemArea) -> Chosen:
    person = person_of(desk.episode, area)
    code = Z_CODES[area.code].get(area.z_code or "")
    return Chosen(
        area=area,
        person=person,
        about=about_words(area.code, person),
        stage=words.library(DISPUTE_STAGES[area.stage].label) if area.stage else "",
        z_code=f"{area.z_code} {words.library(code.label)}" if code else area.z_code or "",
    )


def _former(desk: Desk) -> list[dict[str, str]]:
    """The leading areas that were given up, the newest first."""
    return [
        {
            "name": words.problem_area(item.area.code),
            "about": about_words(item.area.code, person_of(desk.episode, item.area)),
            "from": words.day(item.area.agreed_on) if item.area.agreed_on else "",
            "until": words.day(item.left_on),
            "reason": words.library(concepts.FOCUS_CHANGES[item.reason]) if item.reason else "",
            "rationale": item.area.rationale or "",
        }
        for item in reversed(desk.episode.former_areas)
    ]


def _page(desk: Desk, form: TypedForm, problems: Problems) -> str:
    filled = focusing.read_form(form.typed)
    counted, variant = course(desk.episode), variant_of(desk.episode)
    return page(
        "focus/focus.html",
        desk,
        form=form,
        filled=filled,
        problems=problems,
        wrong=problems.by_field(),
        cards=_cards(desk),
        chosen=chosen_areas(desk),
        ended=ended(desk.episode),
        former=_former(desk),
        asks_why=focus_change_needs_reason(desk.episode),
        midway=focusing.changed_midway(desk.episode),
        unsafe=[person_words(entry) for entry in focus_criteria.unsafe(desk.episode)],
        near=(focus_criteria.NEAR_BEFORE, focus_criteria.NEAR_AFTER),
        asked=[words.library(question) for question in focus_criteria.ASKED_TOGETHER],
        options=_options(desk),
        course=counted,
        variant=words.library(variant.title),
        formulation=newest(desk.episode),
        deathless=_deathless(desk),
    )


def _options(desk: Desk) -> dict[str, object]:
    areas = words.choices_of(concepts.PROBLEM_AREAS)
    people = [(entry.id, person_words(entry)) for entry in desk.episode.inventory]
    codes = [(words.problem_area(area), words_of) for area in ProblemAreaCode if (words_of := _codes(area))]
    return {
        "areas": areas,
        "second_areas": [("", _("none")), *areas],
        "changes": words.choices_of(concepts.FOCUS_CHANGES),
        "proposers": [(code.value, label) for code, label in _PROPOSERS.items()],
        "people": [("", _("nobody in particular")), *people] if people else [],
        "codes": codes if ICD_10_CM in practice().site.carried else [],
    }


def _codes(area: ProblemAreaCode) -> list[tuple[str, str]]:
    return [(code, f"{code} {words.library(concept.label)}") for code, concept in Z_CODES[area].items()]


def _deathless(desk: Desk) -> bool:
    """Grief is chosen and nothing recorded says that somebody died."""
    grief = any(area.code is ProblemAreaCode.GRIEF for area in desk.episode.problem_areas)
    first = focus_criteria.criteria(desk.episode)[ProblemAreaCode.GRIEF][0]
    return grief and first.sign is not Sign.YES


def _cards(desk: Desk) -> list[AreaCard]:
    ranks = {area.code: area.rank.value for area in desk.episode.problem_areas}
    return [
        AreaCard(
            code=code,
            questions=tuple(_question(item) for item in found),
            signs=sum(item.sign is Sign.YES for item in found),
            of=len(found),
            rank=ranks.get(code, ""),
        )
        for code, found in focus_criteria.criteria(desk.episode).items()
    ]


def _question(item: Criterion) -> Question:
    mark, tone, says = _MARKS[item.sign]
    return Question(
        mark=mark,
        tone=tone,
        says=str(says),
        question=words.library(item.question),
        basis=_basis(item.people, item.events),
    )


def _basis(people: Sequence[InventoryEntry], events: Sequence[TimelineEvent]) -> str:
    """Who and what a sign rests on, in one line."""
    named = [person_words(entry) for entry in people]
    return " · ".join([*named, *(f"{event.text}, {when_words(event.when)}" for event in events)])
