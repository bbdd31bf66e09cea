"""What a hospital wrote itself, as far as it is understood: to be read, never to be changed.

All texts are the hospital's own, as text: whoever shows them escapes them. Times and numbers stay as they are spelled,
because a foreign ``2026`` or ``5.00`` means just that. What is missing is an empty text, an empty tuple or None.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ipt_fhir.locale.texts import N_, text


class Reason(StrEnum):
    """Why a part of a resource is not understood; ``WORDS`` has the sentence."""

    UNKNOWN_ELEMENT = "unknown-element"
    EXTENSION = "extension"
    MODIFIER = "modifier-extension"
    RULES = "implicit-rules"
    OTHER_TYPE = "other-type"
    CODE = "code"
    ENTERED_IN_ERROR = "entered-in-error"
    TIME = "time"
    EMPTY = "empty"
    NOT_SHOWN = "not-shown"
    ESCAPED = "escaped"


WORDS: dict[Reason, str] = {
    Reason.UNKNOWN_ELEMENT: N_("unknown element"),
    Reason.EXTENSION: N_("extension nobody here knows: {detail}"),
    Reason.MODIFIER: N_("extension nobody here knows, and it may change the meaning of all the rest: {detail}"),
    Reason.RULES: N_("follows rules nobody here knows: {detail}"),
    Reason.OTHER_TYPE: N_("value of another type; expected: {detail}"),
    Reason.CODE: N_("a code FHIR R4 does not have here"),
    Reason.ENTERED_IN_ERROR: N_("status entered-in-error: the hospital took this back"),
    Reason.TIME: N_("not a date or time as FHIR spells it"),
    Reason.EMPTY: N_("holds nothing that could be shown"),
    Reason.NOT_SHOWN: N_("part of FHIR, but not shown here"),
    Reason.ESCAPED: N_("written as escaped markup; shown as plain text"),
}


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """One part that was not understood: where (FHIRPath), why, and a detail the sentence names (a URL, a type)."""

    location: str
    reason: Reason
    detail: str = ""

    def words(self, language: str = "en") -> str:
        """The reason as a person reads it."""
        return text(WORDS[self.reason], language, detail=self.detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignLink:
    """A reference: where it points as it is spelled (``Goal/7``, ``#goal1``, ``urn:uuid:...``), and its words."""

    reference: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignPeriod:
    """From when until when, as spelled."""

    start: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignNote:
    """A remark: who, when as spelled, what."""

    words: str
    time: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignActivity:
    """Planned work: its words, what it points to, its status word, when in words, and the progress noted."""

    words: str = ""
    link: ForeignLink | None = None
    kind: str = ""
    status: str = ""
    timing: str = ""
    forbidden: bool = False
    outcomes: tuple[str, ...] = ()
    progress: tuple[ForeignNote, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignTarget:
    """What a goal wants to reach: the measure, the aim in words, until when."""

    measure: str = ""
    aim: str = ""
    due: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignGoal:
    """A Goal of somebody else. ``id`` is the resource's, to find a contained one again."""

    id: str = ""
    words: str = ""
    status: str = ""
    achievement: str = ""
    priority: str = ""
    start: str = ""
    status_date: str = ""
    categories: tuple[str, ...] = ()
    targets: tuple[ForeignTarget, ...] = ()
    addresses: tuple[ForeignLink, ...] = ()
    subject: ForeignLink | None = None
    expressed_by: ForeignLink | None = None
    notes: tuple[ForeignNote, ...] = ()
    narrative: str = ""
    security: tuple[str, ...] = ()

    @property
    def only_narrative(self) -> bool:
        """All there is to read stands in the narrative."""
        return bool(self.narrative) and not self.words


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignPlan:
    """A CarePlan of somebody else; ``contained_goals`` are the goals it holds itself."""

    id: str = ""
    title: str = ""
    description: str = ""
    status: str = ""
    intent: str = ""
    created: str = ""
    period: ForeignPeriod = ForeignPeriod()
    categories: tuple[str, ...] = ()
    subject: ForeignLink | None = None
    author: ForeignLink | None = None
    contributors: tuple[ForeignLink, ...] = ()
    addresses: tuple[ForeignLink, ...] = ()
    goals: tuple[ForeignLink, ...] = ()
    contained_goals: tuple[ForeignGoal, ...] = ()
    activities: tuple[ForeignActivity, ...] = ()
    notes: tuple[ForeignNote, ...] = ()
    narrative: str = ""
    security: tuple[str, ...] = ()

    @property
    def only_narrative(self) -> bool:
        """All there is to read, beside a title, stands in the narrative; so it is at Oracle Health (Cerner)."""
        said = (self.description, self.addresses, self.goals, self.activities, self.notes)
        return bool(self.narrative) and not any(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignMember:
    """Somebody of a team: the name as the chart shows it, and the roles in words."""

    name: str
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignTeam:
    """A CareTeam of somebody else: who looks after the patient. ``status`` as spelled."""

    reference: str
    name: str = ""
    status: str = ""
    members: tuple[ForeignMember, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignAnswer:
    """An answer in words, the FHIR type it had (``Coding``, ``decimal``), and the questions asked because of it."""

    words: str
    kind: str = ""
    items: tuple[ForeignItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignItem:
    """A question or a group, in the order of the form; ``link_id`` may repeat."""

    link_id: str = ""
    question: str = ""
    answers: tuple[ForeignAnswer, ...] = ()
    items: tuple[ForeignItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignResponse:
    """A QuestionnaireResponse of somebody else. ``questionnaire`` is the canonical as spelled."""

    id: str = ""
    questionnaire: str = ""
    status: str = ""
    authored: str = ""
    author: ForeignLink | None = None
    subject: ForeignLink | None = None
    source: ForeignLink | None = None
    items: tuple[ForeignItem, ...] = ()
    narrative: str = ""
    security: tuple[str, ...] = ()

    @property
    def only_narrative(self) -> bool:
        """All there is to read stands in the narrative."""
        return bool(self.narrative) and not self.items

    def rows(self) -> Iterator[tuple[int, str, str]]:
        """Depth, question and answers of everything asked, in order; a group has no answers."""
        yield from _rows(self.items, 0)


def _rows(items: tuple[ForeignItem, ...], depth: int) -> Iterator[tuple[int, str, str]]:
    for item in items:
        yield depth, item.question or item.link_id, ", ".join(answer.words for answer in item.answers if answer.words)
        for answer in item.answers:
            yield from _rows(answer.items, depth + 1)
        yield from _rows(item.items, depth + 1)
