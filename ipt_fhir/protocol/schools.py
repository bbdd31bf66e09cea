"""Schools of IPT as configuration: their problem areas and where their phases meet."""

from __future__ import annotations

from msgspec import Struct

from ipt_fhir.model.problem_areas import ProblemAreaCode


class School(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One school. Counts of sessions that are None are the variant's own.

    ``middle_until`` is the session at which the middle phase ends at the latest. The split is meant for contracts of
    ``from_sessions`` or more; a shorter one keeps the split of its variant.
    """

    id: str
    title: str
    areas: tuple[ProblemAreaCode, ...]
    initial: int | None = None
    middle_until: int | None = None
    ending: int | None = None
    from_sessions: int = 0
    source: str
    checked: bool
