"""What is drawn from a response: resources proposed to a person, and what could not be drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from ipt_fhir.locale.texts import N_, text
from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.fhirpath import evaluate
from ipt_fhir.questionnaires.form import Form
from ipt_fhir.questionnaires.layout import Layout, Occurrence
from ipt_fhir.questionnaires.loose import extensions_of, words
from ipt_fhir.rawjson import JsonObject

NewId: TypeAlias = Callable[[], str]
"""A new UUID as text (R4, urn:uuid), handed in so that a test can know it."""

UNSUPPORTED = N_("The form draws data from its answers in a way that is not supported: {named}")
NOT_AN_OBSERVATION = N_("An answer of this kind cannot be an Observation: {named}")
NO_FIT = N_("An answer does not fit where the form wants it in a resource: {named}")
OF_ANOTHER = N_("The form wants to write about another patient than the answers are about ({named}); it is left out.")
UNFINISHED = N_("Nothing is drawn from answers that are not finished ({named}).")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A resource that a person may file: as the form's author wants it, which need not be enough for a server.

    ``link_id`` is the item it was drawn from, empty for the whole form. ``full_url`` is its address among the proposals
    (``urn:uuid``), which others may refer to. ``method`` is POST for a new one, PUT for the one at ``url``.
    ``conditions`` are further members of Bundle.entry.request (``ifNoneExist`` ...).
    """

    resource: JsonObject
    link_id: str
    full_url: str
    method: str = "POST"
    url: str
    conditions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Something the form wants drawn and that was not. ``reason`` is a message id with ``{named}`` as its place."""

    link_id: str
    reason: str
    named: str

    def words(self, language: str = "en") -> str:
        """The reason as a sentence."""
        return text(self.reason, language, named=self.named)


@dataclass(frozen=True, slots=True)
class Extraction:
    """Everything drawn from one response."""

    proposals: tuple[Proposal, ...]
    left_out: tuple[LeftOut, ...]

    def bundle(self) -> JsonObject:
        """The proposals as SDC's $extract would answer: a transaction. It is sent by nobody unless a person says so."""
        entries = [
            {
                "fullUrl": proposal.full_url,
                "resource": proposal.resource,
                "request": {"method": proposal.method, "url": proposal.url, **proposal.conditions},
            }
            for proposal in self.proposals
        ]
        return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """One response while resources are drawn from it. ``reference`` is its address in the record."""

    form: Form
    response: JsonObject
    layout: Layout
    reference: str
    new_id: NewId
    ids: dict[tuple[str, str], str] = field(default_factory=dict)

    def fhirpath(self, expression: str, focus: object, at: Occurrence | None, **known: object) -> list[Any]:
        """Evaluate an expression at an item (None: the form). Raises ExpressionRefused.

        Expressions of an extraction see the response, the form, and the ids set aside for them; no launch, no variables
        (SDC 4.0.0, Form Data Extraction).
        """
        around = {"resource": self.response, "context": focus, "questionnaire": self.form.raw, **self._allocated(at)}
        qitem = {"qitem": at.item.raw} if at else {}
        return evaluate(expression, focus, {**around, **qitem, **known}, now=_moment(self.response))

    def row(self, at: Occurrence | None) -> JsonObject:
        """The item of the response at an occurrence; the response itself for None."""
        return at.row if at else self.response

    def _allocated(self, at: Occurrence | None) -> dict[str, str]:
        """Ids by the name the form gives them (extractAllocateId), one for each time its item stands there."""
        found: dict[str, str] = {}
        around = [] if at is None else [at, *at.ancestors()]
        places: list[tuple[str, JsonObject]] = [(one.path, one.item.raw or {}) for one in around]
        for path, raw in [*places, ("", self.form.raw)]:
            for extension in extensions_of(raw, Known.EXTRACT_ALLOCATE_ID):
                name = words(extension, "valueString")
                if (path, name) not in self.ids:
                    self.ids[path, name] = f"urn:uuid:{self.new_id()}"
                found.setdefault(name, self.ids[path, name])
        return found


def _moment(response: JsonObject) -> datetime | None:
    """now() is the moment of the answers: drawing again must not draw another day."""
    try:
        moment = datetime.fromisoformat(str(response.get("authored")))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
