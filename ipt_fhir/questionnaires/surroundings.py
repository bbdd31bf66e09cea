"""What a form may know beside its answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from ipt_fhir.questionnaires.form import Value
from ipt_fhir.rawjson import JsonObject

Expand: TypeAlias = Callable[[str], Sequence[JsonObject] | None]
"""The codings of a ValueSet by its canonical address; None when nobody can tell. Servers are asked through it."""


def nobody_expands(_canonical: str) -> None:
    """There is nobody to ask for a value set."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Surroundings:
    """The moment, the language of the person at the form, the launch, and who expands value sets.

    Nothing here and in what is made of it tells its content in a traceback or a log.

    ``resources`` are known to expressions by name: those of the launch (``patient``, ``user``, ``encounter``), and the
    answers to the queries of the form by the names of their variables, where somebody has asked them
    (``prepopulation``). ``found`` are answers from the record by the place of their item in the form.
    """

    now: datetime
    language: str = "en"
    resources: Mapping[str, JsonObject] = field(default_factory=dict)
    found: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    expand: Expand = nobody_expands
