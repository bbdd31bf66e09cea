"""Where our validator and HL7's engine differ, each kind with its reason; anything else is a fault of one of them.

A kind is known by what the one that refuses says: our rule and sentence, or the engine's message id and words. None of
the kinds in which we pass what the engine refuses is about structure, cardinality, type or a code that is given and
not of its required value set.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ipt_fhir.validation.issues import Issue
from tests.peers import judge
from tests.validation.mutator import Mutant


@dataclass(frozen=True)
class Kind:
    """One way to differ: what the refusing side says, and why the other does not."""

    said: str
    reason: str


ENGINE_ALONE = (
    Kind(
        "^Terminology_PassThrough_TX_Message ",
        "a code its code system does not list, where the binding is not required; or a unit that is no UCUM: the "
        "content of code systems is not ours to ship",
    ),
    Kind(
        r"^\S*#(?:per-1|rng-2|inv-1) ",
        "dates of different exactness cannot be compared; charts mix them and we must file beside them",
    ),
    Kind(
        "^Type_Specific_Checks_DT_OID_Valid ",
        "the engine wants more arcs than the regular expression of R4 (urn:oid:1.2.840)",
    ),
    Kind(
        "^Type_Specific_Checks_DT_Identifier_System ",
        "the engine takes no absolute address but http, https and urn",
    ),
    Kind(
        "(?i)^BUNDLE_",
        "whether the references of a Bundle find their entries, and which entry of a search is what: the server's "
        "matter",
    ),
    Kind("^DUPLICATE_ID ", "two elements with one id; nothing we read or write points to the id of an element"),
    Kind("^Type_Specific_Checks_DT_XHTML_Resolve ", "a link inside a narrative that leads nowhere"),
    Kind(
        r"^(?:Extension_|Validation_VAL_Profile_(?:Maximum|Minimum|Minimum_SLICE|NotAllowed) ).* at \S*\bextension\[",
        "what the definition of an extension asks of it, but for those US Core names; what we write ourselves HL7's "
        "engine judges in tests/conformance",
    ),
    Kind("^(?:Extension_EXTP_Context_Wrong|Profile_EXT_Not_Here) ", "where an extension may stand"),
    Kind(
        r"^Terminology_TX_Code_ValueSet_MISSING .* at \S*\.gender$",
        "a code of which only extensions are given: R4 lets them stand for the value (datatypes.html, primitive "
        "types), as charts say why a value is absent",
    ),
    Kind(
        "^TYPE_SPECIFIC_CHECKS_DT_IDENTIFIER_IETF_SYSTEM_VALUE ",
        "an identifier of the system urn:ietf:rfc:3986 whose value is no URI",
    ),
    Kind(
        "^Questionnaire_Q_EnableWhen_NoTarget ",
        "a condition that names no item of its form; our own forms are checked by instruments/defects.py",
    ),
    Kind("^Meta_RES_Security_Duplicate ", "a security label given twice, which says nothing new"),
    Kind(
        "^TYPE_SPECIFIC_CHECKS_DT_ATT_(?:SIZE_CORRECT|HASH_MISMATCH) ",
        "whether the stated size and hash of an attachment are those of its data",
    ),
    Kind("^validator-crash .*HAPI-0650", "the engine broke on the odd system of a ValueSet and gave no verdict"),
    Kind("^CONCEPTMAP_", "a resource of a type we do not hold, inside a Bundle"),
)
OURS_ALONE = (
    Kind(
        "^absolute ",
        "a code system is known by an absolute address; the engine lets a Coding have another",
    ),
    Kind(
        "^reference-target ",
        "a reference that is neither Type/id nor absolute (free text, patient/1) points nowhere",
    ),
    Kind("^format .* mimetypes is", "a media type has the shape type/subtype (BCP 13); the engine takes any code"),
    Kind("^format .* (?:string|markdown) is", "a string holds no control characters (R4 datatypes.html, string)"),
    Kind("^format .* elementId is", "the id of an element holds no white space (R4 element.html)"),
    Kind("^format .* (?:uri|url) is", "an address holds no white space of any kind; the engine knows the common kinds"),
)


@dataclass(frozen=True)
class Disagreement:
    """A mutant on which the two differ, and the kinds that explain it; with none, it is a fault to find."""

    mutant: Mutant
    said: tuple[str, ...]
    kinds: tuple[Kind, ...]

    @property
    def explained(self) -> bool:
        """Every single thing the refusing side said is of a known kind."""
        return len(self.kinds) == len(self.said)


def disagreement(mutant: Mutant, ours: Sequence[Issue], engines: Sequence[judge.Issue]) -> Disagreement | None:
    """None where both refuse or both pass."""
    if bool(ours) == bool(engines):
        return None
    said = tuple(f"{issue.rule} {issue.message} " for issue in ours)
    said += tuple(f"{issue.message_id} {issue.message} at {issue.location}" for issue in engines)
    known = OURS_ALONE if ours else ENGINE_ALONE
    found = [next((kind for kind in known if re.search(kind.said, words)), None) for words in said]
    return Disagreement(mutant, said, tuple(kind for kind in found if kind))
