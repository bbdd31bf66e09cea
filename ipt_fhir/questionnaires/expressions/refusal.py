"""An expression that is not evaluated, and why."""

from __future__ import annotations


class ExpressionRefused(ValueError):
    """An expression is not allowed here, is no FHIRPath, is too much work, or has no answer for these data.

    ``reason`` is a sentence for a person: a message id of the library's catalogue with ``{named}`` as its only place.
    ``named`` is what it is about: a function, an operator, a variable, a limit. Neither holds anything of a patient.
    """

    def __init__(self, reason: str, named: str) -> None:
        super().__init__(reason.format(named=named))
        self.reason = reason
        self.named = named
