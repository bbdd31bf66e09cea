"""What a person must know about a form while filling it, because the engine could not do it."""

from __future__ import annotations

from dataclasses import dataclass

from ipt_fhir.locale.texts import N_, text

CIRCLE = N_("This value depends on itself ({named}), so it is left empty.")
TOO_DEEP = N_("More than {named} variables of the form ask for one another, so this is left empty.")
UNSETTLED = N_("This value never comes to rest, so it is left empty.")
TOO_MANY = N_("The form computes {named} values where one is expected, so this is left empty.")
WRONG_KIND = N_("The form computes something that does not fit here ({named}), so this is left empty.")
NOT_BOOLEAN = N_("Whether this is asked cannot be decided: the form computes neither yes nor no ({named}).")
OTHER_UNIT = N_("Whether another question is asked cannot be decided: this unit cannot be compared with {named}.")
NO_QUERY = N_("The form asks the record for “{named}”, and there is no answer to that.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One place of a form where something could not be worked out.

    ``reason`` is a message id of the library's catalogue with ``{named}`` as its only place.
    """

    path: str
    link_id: str
    reason: str
    named: str = ""

    def words(self, language: str = "en") -> str:
        """The problem as a sentence for the person at the form."""
        return text(self.reason, language, named=self.named)
