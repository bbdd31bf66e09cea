"""One event of the timeline, on a page of its own: added, changed, taken out."""

from __future__ import annotations

from flask import Blueprint
from werkzeug import Response

from ipt_fhir.model.episode import Episode
from ipt_fhir.model.limits import TEXT_LIMITS
from ipt_fhir.model.timeline import EventKind, TimelineEvent
from smart_app.language import gettext as _
from smart_app.services.desk import Desk
from smart_app.services.events import MOODS, find_event, keep_event, read_event, remove_event, typed_of
from smart_app.services.problems import Problems
from smart_app.web import entries, people_words, words
from smart_app.web.desks import page
from smart_app.web.timeline import event_row, mood_words
from smart_app.web.typed_forms import Arrived, TypedForm

blueprint = Blueprint("event", __name__)


@blueprint.get("/people/event")
def add(handle: str) -> str:
    """A new event."""
    return entries.add(_EVENT, handle)


@blueprint.get("/people/event/<key>")
def show(handle: str, key: str) -> str:
    """An event of the timeline, or one that was begun and not saved."""
    return entries.show(_EVENT, handle, key)


@blueprint.post("/people/event/<key>")
def save(handle: str, key: str) -> str | Response:
    """Keep the event, take it out, or give up what was typed."""
    return entries.save(_EVENT, handle, key)


@blueprint.post("/people/event/<key>/keep")
def keep(handle: str, key: str) -> Response:
    """Keep what is being typed."""
    return entries.keep(_EVENT, handle, key)


def _read(arrived: Arrived, key: str) -> tuple[Episode, Problems]:
    episode = arrived.desk.episode
    event, problems = read_event(key, arrived.typed, episode, arrived.desk.today)
    return keep_event(episode, event) if event else (episode, problems)


def _page(desk: Desk, key: str, saved: TimelineEvent | None, form: TypedForm, problems: Problems) -> str:
    people = [(entry.id, people_words.name(entry)) for entry in desk.episode.inventory]
    return page(
        "people/event.html",
        desk,
        **entries.standing(key, saved, form, problems),
        saved_now=event_row(saved, 1, desk.episode) if saved and form.notice else None,
        kinds=[
            ("", _("choose a kind")),
            *((item.value, words.capitalised(str(people_words.KINDS[item]))) for item in EventKind),
        ],
        moods=[("", _("not asked yet")), *((str(mood), mood_words(mood)) for mood in MOODS)],
        people=[("", _("nobody in particular")), *people],
        limit=TEXT_LIMITS["TimelineEvent.text"],
    )


_EVENT = entries.Kind(
    name="event",
    back="timeline.show",
    find=find_event,
    typed_of=typed_of,
    read=_read,
    remove=remove_event,
    page=_page,
)
