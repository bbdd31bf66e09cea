"""What can be wrong with a response to a form, and the sentence for each.

A sentence names what the form says, never what somebody answered: findings are logged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from ipt_fhir.locale.texts import N_, text


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    """The response is not a right answer to this form."""
    WARNING = "warning"
    """It can be filed; somebody should look."""
    NOT_CHECKED = "not-checked"
    """Nobody here can tell: a value set that is not at hand, a rule we do not know. Never called right for that."""


class FindingKind(StrEnum):
    """What is wrong with a response, or cannot be judged."""

    UNNAMED_FORM = "unnamed-form"
    WRONG_FORM = "wrong-form"
    WRONG_VERSION = "wrong-version"
    FORM_STATUS = "form-status"
    FORM_PERIOD = "form-period"
    UNSUPPORTED = "unsupported"
    UNKNOWN_ITEM = "unknown-item"
    MISPLACED = "misplaced"
    OUT_OF_ORDER = "out-of-order"
    MISSING = "missing"
    TOO_FEW = "too-few"
    TOO_MANY = "too-many"
    SEPARATE_ITEMS = "separate-items"
    NOT_ENABLED = "not-enabled"
    NO_ANSWER_ALLOWED = "no-answer-allowed"
    NO_ITEM_ALLOWED = "no-item-allowed"
    ANSWER_AND_ITEM = "answer-and-item"
    OTHER_TEXT = "other-text"
    NO_VALUE = "no-value"
    WRONG_TYPE = "wrong-type"
    NOT_OFFERED = "not-offered"
    NO_CHOICES = "no-choices"
    CHOICES_UNKNOWN = "choices-unknown"
    NO_SYSTEM = "no-system"
    NOT_ALONE = "not-alone"
    LIKE_A_CHOICE = "like-a-choice"
    TOO_SHORT = "too-short"
    TOO_LONG = "too-long"
    LINE_BREAK = "line-break"
    OTHER_PATTERN = "other-pattern"
    TOO_LOW = "too-low"
    TOO_HIGH = "too-high"
    TOO_PRECISE = "too-precise"
    OTHER_UNIT = "other-unit"
    NOT_COMPARABLE = "not-comparable"
    UNIT_UNKNOWN = "unit-unknown"
    TOO_BIG = "too-big"
    OTHER_SIZE = "other-size"
    OTHER_MEDIA_TYPE = "other-media-type"
    OTHER_TARGET = "other-target"
    TARGET_UNKNOWN = "target-unknown"
    RULE_BROKEN = "rule-broken"
    RULE_FAILED = "rule-failed"
    OTHER_RESULT = "other-result"


_ERRORS = {
    FindingKind.WRONG_FORM: N_("The response names another form than {named}."),
    FindingKind.WRONG_VERSION: N_("The response names another version of the form than {named}."),
    FindingKind.UNKNOWN_ITEM: N_("The form has no such question."),
    FindingKind.MISPLACED: N_("The form has this question at another place."),
    FindingKind.OUT_OF_ORDER: N_("This question comes earlier in the form."),
    FindingKind.MISSING: N_("Please answer this question."),
    FindingKind.TOO_FEW: N_("Too few answers; at least {named}."),
    FindingKind.TOO_MANY: N_("Too many answers; at most {named}."),
    FindingKind.NOT_ENABLED: N_("This is answered, but other answers switch the question off."),
    FindingKind.NO_ANSWER_ALLOWED: N_("This asks nothing, so it takes no answer."),
    FindingKind.NO_ITEM_ALLOWED: N_("This is a text to read, so nothing can stand under it."),
    FindingKind.ANSWER_AND_ITEM: N_("What belongs to a question must stand under its answer."),
    FindingKind.OTHER_TEXT: N_("The question is worded otherwise in the form."),
    FindingKind.NO_VALUE: N_("The answer is empty."),
    FindingKind.WRONG_TYPE: N_("The answer is of another kind than the form asks for."),
    FindingKind.NOT_OFFERED: N_("This is not one of the choices."),
    FindingKind.NOT_ALONE: N_("One of these choices cannot be combined with another."),
    FindingKind.TOO_SHORT: N_("Too short; at least {named} characters."),
    FindingKind.TOO_LONG: N_("Too long; at most {named} characters."),
    FindingKind.OTHER_PATTERN: N_("This is not written as the form asks: {named}"),
    FindingKind.TOO_LOW: N_("Permitted from {named} on."),
    FindingKind.TOO_HIGH: N_("Permitted up to {named}."),
    FindingKind.TOO_PRECISE: N_("Too many decimal places; at most {named}."),
    FindingKind.OTHER_UNIT: N_("Give the amount in one of the units of the form: {named}"),
    FindingKind.NOT_COMPARABLE: N_("The unit cannot be compared with the limit: {named}"),
    FindingKind.TOO_BIG: N_("The file is too large; at most {named} bytes."),
    FindingKind.OTHER_SIZE: N_("The file has another size than is stated."),
    FindingKind.OTHER_MEDIA_TYPE: N_("The file must be of this kind: {named}"),
    FindingKind.OTHER_TARGET: N_("This must point to: {named}"),
    FindingKind.RULE_BROKEN: "{named}",
}
_WARNINGS = {
    FindingKind.UNNAMED_FORM: N_("The response does not say which form it answers."),
    FindingKind.FORM_STATUS: N_("The form is not in use: {named}"),
    FindingKind.FORM_PERIOD: N_("The form was not in use when the response was given: {named}"),
    FindingKind.SEPARATE_ITEMS: N_("Several answers to one question belong together in one item."),
    FindingKind.NO_SYSTEM: N_("The answer has no code system; it was found by its code alone."),
    FindingKind.LIKE_A_CHOICE: N_("This text is one of the choices; choose it instead."),
    FindingKind.OTHER_RESULT: N_("The form computes another value here."),
    FindingKind.LINE_BREAK: N_("This should be one line."),
}
_NOT_CHECKED = {
    FindingKind.UNSUPPORTED: N_("Not checked: the form uses something this software does not support ({named})."),
    FindingKind.NO_CHOICES: N_("Not checked: the form gives no choices."),
    FindingKind.CHOICES_UNKNOWN: N_("Not checked: this list is not known here ({named})."),
    FindingKind.UNIT_UNKNOWN: N_("Not checked: this unit is not known here; the limit is {named}."),
    FindingKind.TARGET_UNKNOWN: N_("Not checked: this should point to {named}, and does not show what it points to."),
    FindingKind.RULE_FAILED: N_("Not checked: a rule of the form could not be evaluated ({named})."),
}
_SENTENCES = {**_ERRORS, **_WARNINGS, **_NOT_CHECKED}
_SEVERITIES = {
    **dict.fromkeys(_ERRORS, Severity.ERROR),
    **dict.fromkeys(_WARNINGS, Severity.WARNING),
    **dict.fromkeys(_NOT_CHECKED, Severity.NOT_CHECKED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing wrong.

    ``location`` is a FHIRPath into the response, or into the Questionnaire where the form is the reason. ``link_id`` is
    empty where it is not about one item. ``path`` names the field of the filled form as ``Shown.path`` does. ``named``
    is what the sentence names of the form: a limit, an address, a rule.
    """

    kind: FindingKind
    severity: Severity
    location: str
    link_id: str = ""
    path: str = ""
    named: str = ""

    @property
    def is_error(self) -> bool:
        """Whether the response is wrong because of it."""
        return self.severity is Severity.ERROR

    def sentence(self, language: str = "en") -> str:
        """The finding as one sentence beside the field it is about."""
        return text(_SENTENCES[self.kind], language, named=self.named)

    def words(self, language: str = "en") -> str:
        """The finding as one sentence by itself, with the linkId of its item."""
        sentence = self.sentence(language)
        return f"{self.link_id}: {sentence}" if self.link_id else sentence


def finding(kind: FindingKind, location: str, *, severity: Severity | None = None, **rest: str) -> Finding:
    """A finding of the usual weight of its kind, or of another one."""
    return Finding(kind=kind, severity=severity or _SEVERITIES[kind], location=location, **rest)


class Place(NamedTuple):
    """Where an answer or item stands, and whose it is; see ``Finding``."""

    location: str
    link_id: str
    path: str = ""

    def found(self, kind: FindingKind, named: object = "", severity: Severity | None = None) -> Finding:
        """A finding about it."""
        return finding(kind, self.location, severity=severity, link_id=self.link_id, path=self.path, named=str(named))


def errors(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that make the response wrong."""
    return tuple(item for item in found if item.is_error)
