"""SMART scopes, both spellings: who may do what with which resources (SMART App Launch 2.2, "Scopes for requesting
FHIR Resources")."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from smart_app.sandbox.outcomes import Refused

_V1 = {"read": "rs", "write": "cud", "*": "cruds"}
_SPELLING = re.compile(r"(?P<context>patient|user)/(?P<type>\*|[A-Z][A-Za-z]*)\.(?P<may>read|write|\*|c?r?u?d?s?)")
# Scopes without a resource in them that the hospital understands.
SIGN_IN_SCOPES = ("openid", "fhirUser", "launch", "launch/patient")
_ABOUT_THE_PERSON = frozenset({"openid", "fhirUser", "launch/patient"})


@dataclass(frozen=True, slots=True)
class Scope:
    """``letters`` is a selection of cruds, ``resource_type`` may be ``*``, ``context`` is patient or user."""

    context: str
    resource_type: str
    letters: str

    def __str__(self) -> str:
        return f"{self.context}/{self.resource_type}.{self.letters}"

    def narrowed(self, other: Scope) -> Scope | None:
        """What both allow; None when that is nothing."""
        letters = "".join(letter for letter in self.letters if letter in other.letters)
        types = {self.resource_type, other.resource_type}
        if (len(types) == 2 and "*" not in types) or self.context != other.context or not letters:
            return None
        return Scope(self.context, (types - {"*"} or {"*"}).pop(), letters)


def parse(text: str) -> Scope | None:
    """The meaning of one resource scope; None for anything else, also for the search restrictions (``?``) of v2."""
    match = _SPELLING.fullmatch(text)
    if not match or not match["may"]:
        return None
    return Scope(match["context"], match["type"], _V1.get(match["may"], match["may"]))


def granted(requested: str, registered: Iterable[str]) -> str:
    """The part of the requested scopes that the client is registered for; a scope granted whole keeps its spelling."""
    known = tuple(registered)
    parts: dict[str, None] = {}
    for text in requested.split():
        parts |= dict.fromkeys(_granted(text, known))
    return " ".join(parts)


def for_patients(granted_scope: str) -> str:
    """The part of it that a patient who signs in alone may have: their own chart, and who they are."""
    scopes = granted_scope.split()
    return " ".join(text for text in scopes if text in _ABOUT_THE_PERSON or text.startswith("patient/"))


def _granted(text: str, registered: tuple[str, ...]) -> list[str]:
    wanted = parse(text)
    if wanted is None:
        return [text] if text in SIGN_IN_SCOPES and text in registered else []
    common = [wanted.narrowed(scope) for scope in map(parse, registered) if scope]
    return [text] if wanted in common else [str(scope) for scope in common if scope]


@dataclass(frozen=True, slots=True)
class Access:
    """What the bearer of a token may do: the granted scopes and the patient of the launch."""

    scope: str
    patient: str

    def confinement(self, letter: str, resource_type: str) -> str | None:
        """The patient this access is confined to, or None when a user scope opens the whole hospital.

        Raises Refused (403) when no scope covers the interaction.
        """
        scopes = filter(None, map(parse, self.scope.split()))
        fitting = [item for item in scopes if letter in item.letters and item.resource_type in {"*", resource_type}]
        if not fitting:
            text = f"No granted scope allows {resource_type}.{letter}"
            raise Refused(403, "forbidden", text, {"WWW-Authenticate": 'Bearer error="insufficient_scope"'})
        return None if any(item.context == "user" for item in fitting) else self.patient
