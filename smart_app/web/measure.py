"""The questionnaire as a form: what is open, why there is no total yet, and nothing typed is lost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, redirect, request, url_for
from werkzeug import Response

from ipt_fhir.instruments.catalogue import AnswerOption, Instrument, Item, instrument, questionnaire
from ipt_fhir.questionnaires.answers import accept
from ipt_fhir.questionnaires.scoring import Score, score
from smart_app.language import gettext as _
from smart_app.services import charting, drafting
from smart_app.services.desk import Desk
from smart_app.services.measuring import complete
from smart_app.services.overview import MEASURE
from smart_app.services.problems import Problems
from smart_app.web.desks import changing, desk_of, keep_typed, page, practice

blueprint = Blueprint("measure", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One question as the page prints it."""

    field: str
    prefix: str
    text: str
    options: tuple[AnswerOption, ...]
    chosen: str | None
    asks: bool
    missing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Consecutive questions with the same answers, printed as one matrix."""

    options: tuple[AnswerOption, ...]
    items: tuple[Row, ...]


@blueprint.get("/measures/phq-9")
def show(handle: str) -> str:
    """The form, with what was kept."""
    desk = desk_of(handle)
    draft = drafting.load(practice(), desk, MEASURE)
    answers = json.loads(draft.text) if draft else {}
    return _page(desk, answers, kept=draft.updated if draft else None)


@blueprint.post("/measures/phq-9")
def save(handle: str) -> str | Response:
    """Keep the answers, or complete the form when every question is answered."""
    measure = instrument(MEASURE)
    typed = {item.link_id: request.form.get(_field(item), "") for item in measure.items}
    answers, _refused = accept(measure, {link_id: code for link_id, code in typed.items() if code})
    keep_typed(handle, MEASURE, json.dumps(dict(answers)))
    desk = changing(handle)
    act = request.form.get("act")
    if act not in {"done", "incomplete"}:
        return redirect(url_for("overview.show", handle=handle), 303)
    result = score(measure, answers)
    if not answers or (result.missing and act == "done"):
        return _page(desk, answers, problems=_problems(measure, result))
    done = complete(desk.episode, measure, answers, desk.therapist, practice().clock().replace(microsecond=0))
    charting.save(practice(), desk, done)
    drafting.discard(practice(), desk, MEASURE)
    opened = next((item for item in done.safety_items if item not in desk.episode.safety_items), None)
    if opened:
        return redirect(url_for("safety.show", handle=handle, item=opened.id), 303)
    return redirect(url_for("overview.show", handle=handle), 303)


def _page(
    desk: Desk, answers: Mapping[str, str], problems: Problems | None = None, kept: datetime | None = None
) -> str:
    measure = instrument(MEASURE)
    result = score(measure, answers)
    missing = set(result.missing) if problems else set()
    rows = [_row(item, measure, answers, missing) for item in measure.items]
    form = {
        "title": measure.title,
        "language": questionnaire(MEASURE).get("language", "en"),
        "instruction": measure.instruction,
        "notice": measure.licence.notice,
        "blocks": _blocks(rows),
        "problems": problems or [],
        "kept": kept,
        "standing": _standing(result),
        "may_stop": bool(problems) and bool(answers),
    }
    return page("measure.html", desk, form=form)


def _problems(measure: Instrument, result: Score) -> Problems:
    problems = Problems()
    for item in measure.items:
        if item.link_id in result.missing:
            problems.add(_field(item), _("Question %(number)s is not answered yet.", number=item.prefix.rstrip(".")))
    return problems


def _standing(result: Score) -> dict[str, str]:
    if result.missing:
        words = _("%(done)s of %(all)s answered: no total until all are", done=result.answered, all=result.of)
        return {"words": words, "tone": "warn" if result.answered else ""}
    return {"words": _("total %(total)s", total=result.total), "tone": "good"}


def _row(item: Item, measure: Instrument, answers: Mapping[str, str], missing: set[str]) -> Row:
    chosen = answers.get(item.link_id)
    safety = measure.safety
    asks = safety is not None and item.link_id == safety.link_id and chosen in safety.positive
    return Row(
        field=_field(item),
        prefix=item.prefix,
        text=item.text,
        options=item.options,
        chosen=chosen,
        asks=asks,
        missing=item.link_id in missing,
    )


def _blocks(rows: list[Row]) -> list[Block]:
    blocks: list[Block] = []
    for row in rows:
        if blocks and blocks[-1].options == row.options:
            blocks[-1] = Block(options=row.options, items=(*blocks[-1].items, row))
        else:
            blocks.append(Block(options=row.options, items=(row,)))
    return blocks


def _field(item: Item) -> str:
    """A name that is also a valid id: LOINC codes with a letter before."""
    return "q" + item.link_id.strip("/")
