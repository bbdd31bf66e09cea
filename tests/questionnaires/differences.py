"""Where we and HL7's engine differ about a response to a form, each kind with its reason; anything else is a fault.

A kind is known by what the one that refuses says: our finding, or the engine's message id and words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tests.peers import judge
from tests.validation.disagreements import Kind

ENGINE_ALONE = (
    Kind(
        r"^QUESTIONNAIRE_QR_ITEM_MAX_OCCURS .* is (\d+) but this has \1 answers",
        "the engine calls exactly the most too many; R4 words maxOccurs as the maximum number",
    ),
    Kind(
        r"^QUESTIONNAIRE_QR_ITEM_MIN_OCCURS .* is (\d+) but this has \1 answers",
        "the engine calls exactly the least too few; R4 words minOccurs as the minimum number",
    ),
    Kind(
        "^QUESTIONNAIRE_QR_ITEM_QUANTITY_MIN ",
        "the engine (6.7.9) compares an amount with its lowest limit the wrong way round; later releases do not",
    ),
    Kind(
        r'^Questionnaire_QR_Item_BadOption .* Unknown code "http://loinc\.org',
        "a list inside the form: the engine's adapter looks it up elsewhere (see the head of tests/peers/validator)",
    ),
    Kind(
        "^validator-crash .*Expected answer and actual answer have incompatible types",
        "the engine breaks on a condition that compares a choice with a number, and gives no verdict; such a condition "
        "does not hold",
    ),
)
OURS_ALONE = (
    Kind(
        r"^too-low \S+ of a quantity",
        "the engine (6.7.9) compares an amount with its lowest limit the wrong way round; later releases do not",
    ),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A response about which the two differ: what was done to it, what the one that refuses said, what explains it."""

    way: str
    form: str
    said: tuple[str, ...]
    kinds: tuple[Kind, ...]

    @property
    def explained(self) -> bool:
        """Whether every single thing that was said is of a known kind."""
        return len(self.kinds) == len(self.said)


def difference(way: str, form: str, ours: Sequence[str], engines: Sequence[judge.Issue]) -> Difference | None:
    """None where both refuse or both pass. ``ours`` are our errors in words."""
    if bool(ours) == bool(engines):
        return None
    said = (*ours, *(f"{issue.message_id} {issue.message} at {issue.location}" for issue in engines))
    known = OURS_ALONE if ours else ENGINE_ALONE
    found = [next((kind for kind in known if re.search(kind.said, words)), None) for words in said]
    return Difference(way, form, said, tuple(kind for kind in found if kind))
