"""The sheets of the four problem areas: role, dispute, grief, contact. Pure, and local (decision-D20)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from ipt_fhir.model.episode import Episode
from ipt_fhir.model.formulation import GriefSheet, LadderStep, RoleSheet
from ipt_fhir.model.inventory import Contact
from ipt_fhir.model.problem_areas import DisputeStage, ProblemArea, ProblemAreaCode, StageOn
from smart_app.language import gettext as _
from smart_app.services.problems import Problems, read_day
from smart_app.services.typed import Typed, read_choice, read_text

ROLE_FIELDS = ("old_good", "old_bad", "new_good", "new_bad")
GRIEF_FIELDS = ("good", "hard", "changed", "ahead")
MOST_STEPS = 12
MOST_STAGES = 30
Act = Callable[[Episode, Typed, str, date], tuple[Episode, Problems]]


def typed_of(episode: Episode, code: ProblemAreaCode) -> Typed:
    """The sheet of an area as its form shows it."""
    if code is ProblemAreaCode.ROLE_TRANSITION:
        return _typed_fields(episode.role_sheet, ROLE_FIELDS)
    if code is ProblemAreaCode.GRIEF:
        return _typed_fields(episode.grief_sheet, GRIEF_FIELDS)
    if code is ProblemAreaCode.INTERPERSONAL_DEFICITS:
        return _typed_ladder(episode)
    return Typed({})


def write(episode: Episode, code: ProblemAreaCode, typed: Typed, act: str, today: date) -> tuple[Episode, Problems]:
    """The course with the sheet of the area as typed; ``act`` is the button. With problems it is as it was."""
    after, problems = _WRITERS[code](episode, typed, act, today)
    return (episode if problems else after), problems


def area_of(episode: Episode, code: ProblemAreaCode) -> ProblemArea | None:
    """The area, if it is one of the chosen."""
    return next((area for area in episode.problem_areas if area.code is code), None)


def stages_of(area: ProblemArea) -> list[StageOn]:
    """The stages of a dispute, the newest first."""
    return sorted(area.stages, key=lambda item: item.day, reverse=True)


def _typed_fields(sheet: RoleSheet | GriefSheet | None, fields: tuple[str, ...]) -> Typed:
    return Typed({name: (found,) for name in fields if sheet and (found := getattr(sheet, name))})


def _typed_ladder(episode: Episode) -> Typed:
    values: dict[str, tuple[str, ...]] = {}
    for place, step in enumerate(episode.contact_ladder):
        values |= {
            f"id-{place}": (step.id,),
            f"text-{place}": (step.text,),
            f"person-{place}": (step.person or "",),
            f"wanted-{place}": (step.wanted.value if step.wanted else "",),
            f"done-{place}": (step.done_on.isoformat() if step.done_on else "",),
        }
    return Typed(values)


def _write_roles(episode: Episode, typed: Typed, _act: str, _today: date) -> tuple[Episode, Problems]:
    problems = Problems()
    texts = {name: read_text(typed, name, f"RoleSheet.{name}", problems) for name in ROLE_FIELDS}
    return replace(episode, role_sheet=RoleSheet(**texts) if any(texts.values()) else None), problems


def _write_grief(episode: Episode, typed: Typed, _act: str, _today: date) -> tuple[Episode, Problems]:
    problems = Problems()
    texts = {name: read_text(typed, name, f"GriefSheet.{name}", problems) for name in GRIEF_FIELDS}
    return replace(episode, grief_sheet=GriefSheet(**texts) if any(texts.values()) else None), problems


def _write_stage(episode: Episode, typed: Typed, act: str, today: date) -> tuple[Episode, Problems]:
    """Add the stage of a day, in the place of what was noted for that day; or take a day out (``drop-2026-01-05``)."""
    problems = Problems()
    area = area_of(episode, ProblemAreaCode.ROLE_DISPUTE)
    if area is None:
        problems.add("stage", _("The dispute is not the focus. Choose it first."))
        return episode, problems
    if act.startswith("drop-"):
        kept = tuple(item for item in area.stages if item.day.isoformat() != act.removeprefix("drop-"))
        return _with_stages(episode, area, kept), problems
    stage = read_choice(typed, "stage", DisputeStage, problems)
    if stage is None and not problems:
        problems.add("stage", _("Choose where the dispute stands."))
    day = read_day("day", typed.one("day"), problems)
    if day and day > today:
        problems.add("day", _("This day lies in the future."))
    if len(area.stages) >= MOST_STAGES:
        problems.add("stage", _("There are %(most)s stages already; more are not kept.", most=MOST_STAGES))
    if problems or stage is None or day is None:
        return episode, problems
    others = (item for item in area.stages if item.day != day)
    new = sorted((*others, StageOn(day=day, stage=stage)), key=lambda item: item.day)
    return _with_stages(episode, area, tuple(new)), problems


def _with_stages(episode: Episode, area: ProblemArea, stages: tuple[StageOn, ...]) -> Episode:
    changed = replace(area, stages=stages)
    return replace(episode, problem_areas=tuple(changed if found is area else found for found in episode.problem_areas))


def _write_ladder(episode: Episode, typed: Typed, act: str, today: date) -> tuple[Episode, Problems]:
    """The steps as typed, in their order; ``up-1`` moves the second one up. A step without words is taken out."""
    problems = Problems()
    people = {entry.id for entry in episode.inventory}
    known = {step.id for step in episode.contact_ladder}
    steps = []
    for place in range(MOST_STEPS):
        step = _step(typed, place, people, known, today, problems)
        if step:
            steps.append((place, step))
    ladder = [step for _place, step in steps]
    moved = next((index for index, (place, _step_) in enumerate(steps) if act == f"up-{place}"), 0)
    if moved:
        ladder[moved - 1], ladder[moved] = ladder[moved], ladder[moved - 1]
    return replace(episode, contact_ladder=tuple(ladder)), problems


def _step(
    typed: Typed, place: int, people: set[str], known: set[str], today: date, problems: Problems
) -> LadderStep | None:
    words = read_text(typed, f"text-{place}", "LadderStep.text", problems)
    if words is None:
        return None
    person = typed.one(f"person-{place}") or None
    if person and person not in people:
        problems.add(f"person-{place}", _("This person is not in the inventory any more. Choose another."))
    wanted = read_choice(typed, f"wanted-{place}", Contact, problems)
    done = typed.one(f"done-{place}")
    done_on = read_day(f"done-{place}", done, problems) if done else None
    if done_on and done_on > today:
        problems.add(f"done-{place}", _("This day lies in the future."))
    ident = typed.one(f"id-{place}")
    if ident not in known:
        ident = str(uuid.uuid4())
    known.discard(ident)  # an id sent twice names one step
    return LadderStep(id=ident, text=words, person=person, wanted=wanted, done_on=done_on)


_WRITERS: Mapping[ProblemAreaCode, Act] = {
    ProblemAreaCode.ROLE_TRANSITION: _write_roles,
    ProblemAreaCode.ROLE_DISPUTE: _write_stage,
    ProblemAreaCode.GRIEF: _write_grief,
    ProblemAreaCode.INTERPERSONAL_DEFICITS: _write_ladder,
}
