"""The formulation: a draft from what is recorded, versions the therapist wrote, and what the patient agreed to."""

from __future__ import annotations

import re

from flask import Blueprint, url_for
from werkzeug import Response

from smart_app.services import formulating
from smart_app.services.desk import Desk
from smart_app.services.overview import ended
from smart_app.services.problems import Problems
from smart_app.services.typed import Typed
from smart_app.web.desks import desk_of, page
from smart_app.web.focus import chosen_areas, save_sheet
from smart_app.web.typed_forms import TypedForm, arrive, kept_only, opened

blueprint = Blueprint("formulation", __name__)

DRAFT = "formulation"
_FEWEST, _USUAL = 5, 8
_SENTENCE_ENDS = re.compile(r"[.!?…](?=\s|$)")


@blueprint.get("/focus/formulation")
def show(handle: str) -> str:
    """The newest version, or a first draft."""
    desk = desk_of(handle)
    return _page(desk, opened(desk, DRAFT, _saved(desk)), Problems())


@blueprint.post("/focus/formulation")
def save(handle: str) -> str | Response | tuple[str, int]:
    """Keep a new version here, or give up what was typed."""
    return save_sheet(
        arrive(handle, DRAFT),
        DRAFT,
        url_for("formulation.show", handle=handle),
        lambda came: formulating.write(came.desk.episode, came.typed, came.desk.therapist, came.desk.today),
        _page,
    )


@blueprint.post("/focus/formulation/keep")
def keep(handle: str) -> Response:
    """Keep what is being typed."""
    return kept_only(handle, DRAFT)


def _drafted(desk: Desk) -> formulating.Sentences:
    return formulating.draft(desk.episode, [item.display for item in desk.background.diagnoses])


def _saved(desk: Desk) -> Typed:
    """The fields before anybody typed: the newest version, or the draft; the day is today until another is said."""
    last = formulating.newest(desk.episode)
    saved = formulating.typed_of(last) if last else Typed({"text": (_drafted(desk).text,)})
    return Typed({"agreed_on": (desk.today.isoformat(),), **saved.values})


def _page(desk: Desk, form: TypedForm, problems: Problems) -> str:
    last = formulating.newest(desk.episode)
    count = len(_SENTENCE_ENDS.findall(last.text)) if last else 0
    return page(
        "focus/formulation.html",
        desk,
        form=form,
        problems=problems,
        wrong=problems.by_field(),
        last=last,
        older=desk.episode.formulations[-2::-1],
        drafted=_drafted(desk),
        chosen=chosen_areas(desk),
        ended=ended(desk.episode),
        count=count,
        unusual=bool(last) and not _FEWEST <= count <= _USUAL,
    )
