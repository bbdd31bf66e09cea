"""Answers to any Questionnaire that has no score: a hospital's form, a form of a clinic's pack, a form of our own."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from ipt_fhir import rawjson
from ipt_fhir.model.measures import ResponseStatus, Withdrawal, check_version
from ipt_fhir.model.people import Person
from ipt_fhir.rawjson import JsonObject, Limits

ITEM_LIMITS = Limits(size=1024 * 1024, depth=48, nodes=100_000)
"""What the items of one filled form may cost: the resource around them, and a Bundle around that, must still pass."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FilledForm:
    """A form with its answers, kept as they were entered and never scored (decision-D64). Immutable once filed.

    ``form`` is the Questionnaire as the response names it (canonical address, with ``|version`` where known), ``title``
    its name for people. ``items`` is QuestionnaireResponse.item as JSON text, a list of objects; it stays the truth,
    unknown members and the spelling of numbers included (decision-D3). A form that is ``local`` stays in this app
    unless the site turns its address on. The rest is as in ``Response``.

    Equal by value: a server may spell the same items in another way.
    """

    id: str
    form: str
    title: str
    authored: datetime
    author: Person | None = None
    items: str
    status: ResponseStatus = ResponseStatus.COMPLETED
    replaces: str | None = None
    self_entered: bool = False
    local: bool = False
    withdrawn: Withdrawal | None = None

    def __post_init__(self) -> None:
        """The items are a list of objects within the limits, and a finished form has some; a form has its names.

        Raises ValueError, of which JsonRefused is one.
        """
        items = rawjson.parse(self.items.encode(), ITEM_LIMITS)
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise ValueError("the items of a form are a list of objects")
        if not items and self.status is not ResponseStatus.IN_PROGRESS:
            raise ValueError("a completed form has an item")
        if not self.form.strip() or not self.title.strip():
            raise ValueError("a form has an address and a title")
        check_version(self)

    @property
    def address(self) -> str:
        """The canonical address of the form without a version."""
        return self.form.partition("|")[0]

    @property
    def stands(self) -> bool:
        """Whether its answers count: it is finished and nobody withdrew it."""
        return self.status.stands

    def raw_items(self) -> list[JsonObject]:
        """The items as raw JSON, a copy of one's own."""
        found: list[JsonObject] = rawjson.parse(self.items.encode(), ITEM_LIMITS)
        return found

    def __eq__(self, other: object) -> bool:
        """Every field is equal, the items by value."""
        if not isinstance(other, FilledForm):
            return NotImplemented
        names = (field.name for field in fields(self) if field.name != "items")
        return all(getattr(self, name) == getattr(other, name) for name in names) and (
            self.items == other.items or rawjson.equal(self.raw_items(), other.raw_items())
        )

    def __hash__(self) -> int:
        """By its id, which tells forms apart."""
        return hash(self.id)
