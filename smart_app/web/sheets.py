"""One sheet for each of the four problem areas: the work of that area, on a page that can be printed."""

from __future__ import annotations

from flask import Blueprint, abort, url_for
from werkzeug import Response

from ipt_fhir.model.inventory import Contact
from ipt_fhir.model.problem_areas import DisputeStage, ProblemArea, ProblemAreaCode
from ipt_fhir.protocol.anniversaries import anniversaries, events_of_loss
from ipt_fhir.terminology.therapy import DISPUTE_STAGES
from smart_app.language import gettext as _
from smart_app.services import focus_sheets
from smart_app.services.desk import Desk
from smart_app.services.events import when_words
from smart_app.services.formulating import about_words, person_of, person_words
from smart_app.services.overview import ended
from smart_app.services.problems import Problems
from smart_app.web import people_words, sheet_words, words
from smart_app.web.desks import desk_of, page
from smart_app.web.focus import chosen_areas, save_sheet
from smart_app.web.typed_forms import TypedForm, arrive, kept_only, opened

blueprint = Blueprint("sheets", __name__)


@blueprint.get("/focus/sheets/<area>")
def show(handle: str, area: str) -> str:
    """The sheet as it stands."""
    desk = desk_of(handle)
    code = _code(handle, area)
    return _page(desk, code, opened(desk, _draft_of(code), focus_sheets.typed_of(desk.episode, code)), Problems())


@blueprint.post("/focus/sheets/<area>")
def save(handle: str, area: str) -> str | Response | tuple[str, int]:
    """Keep the sheet here, or give up what was typed."""
    code = _code(handle, area)
    return save_sheet(
        arrive(handle, _draft_of(code)),
        _draft_of(code),
        url_for("sheets.show", handle=handle, area=code.value),
        lambda came: focus_sheets.write(came.desk.episode, code, came.typed, came.act, came.desk.today),
        lambda desk, form, problems: _page(desk, code, form, problems),
    )


@blueprint.post("/focus/sheets/<area>/keep")
def keep(handle: str, area: str) -> Response:
    """Keep what is being typed."""
    return kept_only(handle, _draft_of(_code(handle, area)))


def _code(handle: str, area: str) -> ProblemAreaCode:
    if area not in set(ProblemAreaCode):
        desk_of(handle)  # who may not open any sheet is told that first
        abort(404)
    return ProblemAreaCode(area)


def _draft_of(code: ProblemAreaCode) -> str:
    return f"sheet/{code.value}"


def _page(desk: Desk, code: ProblemAreaCode, form: TypedForm, problems: Problems) -> str:
    area = focus_sheets.area_of(desk.episode, code)
    person = person_of(desk.episode, area)
    return page(
        "focus/sheet.html",
        desk,
        code=code,
        area=area,
        person=person,
        person_words=person_words(person) if person else "",
        about=about_words(code, person),
        form=form,
        value=form.typed.one,
        problems=problems,
        wrong=problems.by_field(),
        chosen=chosen_areas(desk),
        ended=ended(desk.episode),
        steps=sheet_words.STRATEGY[code],
        aim=sheet_words.AIM[code],
        goals=[goal for goal in desk.episode.goals if goal.area is code and goal.status.value != "cancelled"],
        parts=_PARTS[code](desk, area, form),
    )


def _roles(_desk: Desk, _area: ProblemArea | None, _form: TypedForm) -> dict[str, object]:
    return {"rows": sheet_words.ROLE_ROWS}


def _dispute(desk: Desk, area: ProblemArea | None, _form: TypedForm) -> dict[str, object]:
    person = person_of(desk.episode, area)
    expected = person.expectations if person else ()
    return {
        "stages": [
            (stage.value, words.library(DISPUTE_STAGES[stage].label), sheet_words.STAGES[stage])
            for stage in DisputeStage
        ],
        "now": area.stage if area else None,
        "history": focus_sheets.stages_of(area) if area else [],
        "stage_words": {stage: words.library(DISPUTE_STAGES[stage].label) for stage in DisputeStage},
        "today": desk.today.isoformat(),
        "sides": [
            (_("The patient expects"), [item for item in expected if item.mine]),
            (_("%(person)s expects", person=person_words(person)), [item for item in expected if not item.mine]),
        ]
        if person
        else [],
        "unsafe": bool(person and person.safety_concern),
    }


def _grief(desk: Desk, area: ProblemArea | None, _form: TypedForm) -> dict[str, object]:
    events = events_of_loss(desk.episode, area.about if area else None)
    days = [item for item in anniversaries(desk.episode, desk.today) if item.event in events]
    return {
        "rows": sheet_words.GRIEF_ROWS,
        "events": [
            (when_words(event.when), str(people_words.KINDS[event.kind]), event.text, _mood(event.mood))
            for event in events
        ],
        "days": [
            (
                words.day(item.on) if item.exact else sheet_words.month(item.on),
                item.event.text,
                sheet_words.years(item.years),
                sheet_words.distance(item),
                sheet_words.is_soon(item),
            )
            for item in days
        ],
    }


def _mood(mood: int | None) -> str:
    return "" if mood is None else f"{mood:+d} {people_words.MOODS[mood]}" if mood else str(people_words.MOODS[0])


def _ladder(desk: Desk, _area: ProblemArea | None, form: TypedForm) -> dict[str, object]:
    people = [(entry.id, person_words(entry)) for entry in desk.episode.inventory if not entry.is_deceased]
    contacts = [(contact.value, words.capitalised(str(people_words.CONTACTS[contact]))) for contact in Contact]
    wishes = [item for item in contacts if item[0] not in {Contact.AVOIDED.value, Contact.NONE.value}]
    used = [place for place in range(focus_sheets.MOST_STEPS) if form.typed.one(f"text-{place}")]
    rows = min(focus_sheets.MOST_STEPS, max(3, (used[-1] if used else -1) + 2))
    return {
        "people": [("", _("somebody new")), *people],
        "wishes": [("", _("not agreed yet")), *wishes],
        "rows": range(rows),
        "most": focus_sheets.MOST_STEPS,
        "used": used,
        "now": {
            entry.id: str(people_words.CONTACTS[entry.contact]) if entry.contact else ""
            for entry in desk.episode.inventory
        },
        "around": [
            (
                person_words(entry),
                str(people_words.CONTACTS[entry.contact]) if entry.contact else _("not asked yet"),
                people_words.ring(entry.now),
                people_words.ring(entry.wanted),
            )
            for entry in desk.episode.inventory
            if not entry.is_deceased
        ],
    }


_PARTS = {
    ProblemAreaCode.ROLE_DISPUTE: _dispute,
    ProblemAreaCode.ROLE_TRANSITION: _roles,
    ProblemAreaCode.GRIEF: _grief,
    ProblemAreaCode.INTERPERSONAL_DEFICITS: _ladder,
}
