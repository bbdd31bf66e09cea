"""What of our own course in the chart could not be read at the launch, and how that is said.

Filing writes the plan whole. While the plan, or a goal or planned work it names, cannot be read, filing could drop it
from the plan, so nothing is filed until the entry is mended in the hospital's record; meanwhile the course stays here
as it was read before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from ipt_fhir.instruments.catalogue import Catalogue
from ipt_fhir.mapping import editing, observation
from ipt_fhir.mapping.episode import Reading, Unread
from ipt_fhir.rawjson import JsonObject
from smart_app.language import day
from smart_app.language import gettext as _
from smart_app.services.describing import counted_words
from smart_app.services.failures import Failure
from smart_app.services.titles import title_of

_ENTERED_IN_ERROR = "entered-in-error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Otherwise:
    """A score, or the answer to an item, that the chart states otherwise than its answers make it."""

    instrument: str
    on: date
    there: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRead:
    """The entries of this course that could not be read, or not be believed (``otherwise``). ``in_plan``: the plan is,
    or names, one that could not be read. ``voided``: the plan of the course here was marked as entered in error."""

    entries: tuple[Unread, ...] = ()
    in_plan: bool = False
    voided: bool = False
    otherwise: tuple[Otherwise, ...] = ()

    @property
    def holds_filing(self) -> bool:
        """Whether filing could overwrite or drop what nobody here has seen."""
        return self.in_plan or self.voided


def of_plan(unread: Unread) -> NotRead:
    """The plan itself could not be read."""
    return NotRead(entries=(unread,), in_plan=True)


def of_course(reading: Reading, resources: Iterable[JsonObject]) -> NotRead:
    """What the plan names and what names the plan or its goals, of all that could not be read."""
    plan = reading.resources[reading.episode.id]
    goals = {editing.target_of(item) for item in plan.get("goal", [])}
    work = {editing.target_of(item.get("reference")) for item in plan.get("activity", [])}
    about = {*editing.targets(plan), *goals}
    unread = {(item.resource_type, item.key): item for item in reading.unread}
    named, naming = [], []
    for resource in resources:
        item = unread.get((str(resource.get("resourceType")), editing.identifier_of(resource) or ""))
        if item and not (goals | work).isdisjoint(editing.targets(resource)):
            named.append(item)
        elif item and not about.isdisjoint(_references(resource)):
            naming.append(item)
    return NotRead(entries=(*named, *naming), in_plan=bool(named))


def stated_otherwise(reading: Reading, catalogue: Catalogue) -> tuple[Otherwise, ...]:
    """What Observations of the course state otherwise than the responses they are drawn from."""
    known = catalogue.instruments()
    return tuple(
        Otherwise(instrument=response.instrument, on=drawn.at.date(), there=there)
        for response in reading.episode.responses
        if response.stands and response.instrument in known
        for drawn in observation.drawn_from(response, catalogue, reading.episode.responses)
        if (there := observation.stated_otherwise(drawn, reading.resources.get(drawn.key, {})))
    )


def is_voided(plan: str, resources: Iterable[JsonObject]) -> bool:
    """Whether the CarePlan of that key was marked as entered in error."""
    plans = (item for item in resources if item.get("resourceType") == "CarePlan")
    return any(editing.identifier_of(item) == plan and item.get("status") == _ENTERED_IN_ERROR for item in plans)


def notices(found: NotRead, catalogue: Catalogue) -> Sequence[Failure]:
    """What a page says above everything else; nothing where all was read and believed."""
    if found.voided:
        return [_voided()]
    said = [_otherwise(item, catalogue) for item in found.otherwise]
    return [_not_read(found), *said] if found.entries else said


def _not_read(found: NotRead) -> Failure:
    listed = "; ".join(_sentence(item) for item in found.entries)
    what_to_do = _("Mend the entry in the hospital's record, then open the app from the chart again.")
    if found.in_plan:
        held = _("Until then nothing is filed, so that nothing is lost, and changes in the chart do not come in.")
        what_to_do = f"{what_to_do} {held}"
    return Failure(code="chart-unread", happened=listed, what_to_do=what_to_do, tone="warn")


def _otherwise(item: Otherwise, catalogue: Catalogue) -> Failure:
    known = catalogue.instruments().get(item.instrument)
    title = title_of(known) if known else item.instrument
    return Failure(
        code="score-differs",
        happened=_(
            "The record says %(there)s for the %(measure)s of %(day)s; its answers say otherwise. This app goes by the "
            "answers.",
            there=item.there,
            measure=title,
            day=day(item.on),
        ),
        what_to_do=_("Mend the score in the hospital's record, or correct the answers under History."),
        tone="warn",
    )


def why(unread: Unread) -> str:
    """The reason in plain words; the library notes it as the error its reader raised."""
    kind, _colon, said = unread.reason.partition(": ")
    if kind == "KeyError":
        return _("the element “%(name)s” is missing", name=said.strip("'"))
    if longest := re.fullmatch(r"\S+ holds (\d+) characters", said):
        return _("its text is longer than %(limit)s characters", limit=longest[1])
    if value := re.match(r"'([^']*)' is not a valid", said):
        return _("“%(value)s” is not a value this app knows", value=value[1])
    if said == "a full date is needed here":
        return _("a date in it is not a full date")
    return _("something in it has another form than this app expects")


def _voided() -> Failure:
    return Failure(
        code="plan-entered-in-error",
        happened=_("The plan was marked as entered in error in the chart. Nothing is filed any more."),
        what_to_do=_(
            "If it should stand, set its state right in the hospital's record, then open the app from the chart again. "
            "If not, ask who runs this app to erase this course: a new one begins at the next launch."
        ),
    )


def _sentence(unread: Unread) -> str:
    if unread.resource_type == "CarePlan":
        return _("The plan in the chart could not be read: %(why)s", why=why(unread))
    what = counted_words(unread.resource_type, 1)
    return _("%(what)s of this course could not be read: %(why)s", what=what, why=why(unread))


def _references(value: object) -> Iterator[str]:
    """Where anything in a resource points; it could not be read, so its shape is not relied on."""
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield editing.target_of(value) or ""
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)
