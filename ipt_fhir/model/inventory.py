"""The interpersonal inventory: the people of the patient's life, by role and initial. Local (decision-D20).

Third parties never agreed to be in a chart: nobody here has a name, and a test keeps these values out of every payload.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from ipt_fhir.model.limits import check_text

_INITIAL = re.compile(r"[^\W\d_]{1,2}")


class Role(StrEnum):
    """Who somebody is to the patient: codes of HL7 v3-RoleCode, then our own (``ipt-relationship-extra``)."""

    SPOUSE = "SPS"
    HUSBAND = "HUSB"
    WIFE = "WIFE"
    DOMESTIC_PARTNER = "DOMPART"
    SIGNIFICANT_OTHER = "SIGOTHR"
    PARENT = "PRN"
    MOTHER = "MTH"
    FATHER = "FTH"
    STEP_PARENT = "STPPRN"
    CHILD = "CHILD"
    SIBLING = "SIB"
    GRANDPARENT = "GRPRN"
    EXTENDED_FAMILY = "EXT"
    IN_LAW = "INLAW"
    PARENT_IN_LAW = "PRNINLAW"
    MOTHER_IN_LAW = "MTHINLAW"
    COUSIN = "COUSN"
    AUNT = "AUNT"
    UNCLE = "UNCLE"
    FRIEND = "FRND"
    NEIGHBOUR = "NBOR"
    ROOMMATE = "ROOM"
    FAMILY_MEMBER = "FAMMEMB"
    MANAGER = "manager"
    COLLEAGUES = "colleagues"
    TEACHER = "teacher"
    EX_PARTNER = "ex-partner"
    ONLINE_GROUP = "online-group"
    DECEASED_PARTNER = "deceased-partner"
    OTHER = "other"


class Ring(StrEnum):
    """Where somebody stands in the closeness circle; our code system ``ipt-closeness-ring``."""

    INNER = "inner"
    MIDDLE = "middle"
    OUTER = "outer"
    LOST = "lost"
    DECEASED = "deceased"


class Contact(StrEnum):
    """How often the patient and this person are in touch."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    RARE = "rare"
    AVOIDED = "avoided"
    NONE = "none"


class Confiding(StrEnum):
    """Whether the patient confides in this person."""

    YES = "yes"
    PARTLY = "partly"
    STOPPED = "stopped"
    NO = "no"


class Support(StrEnum):
    """Kinds of support that pass between the two."""

    PRACTICAL = "practical"
    EMOTIONAL = "emotional"
    INFORMATIONAL = "informational"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One expectation in the relationship: the patient's (``mine``) or the other's, and whether both agree on it."""

    mine: bool
    text: str
    agreed: bool | None = None

    def __post_init__(self) -> None:
        """Hold the text to its field."""
        check_text(self, "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryEntry:
    """One person or circle of people. ``initial`` is one or two letters; a full name has no field.

    ``before``, ``now`` and ``wanted`` are places in the closeness circle; ``conflict`` runs from 0 (none) to 3;
    ``norms`` holds cultural or normative expectations attached to the role; ``safety_concern`` marks violence or
    coercion; ``in_plan`` whether the plan may speak of this role.
    """

    id: str
    role: Role
    initial: str | None = None
    before: Ring | None = None
    now: Ring | None = None
    wanted: Ring | None = None
    contact: Contact | None = None
    lives_with: bool = False
    confiding: Confiding | None = None
    support_received: tuple[Support, ...] = ()
    support_given: tuple[Support, ...] = ()
    conflict: int | None = None
    expectations: tuple[Expectation, ...] = ()
    reciprocal: bool | None = None
    strengths: str | None = None
    problems: str | None = None
    changes_wanted: str | None = None
    effect_of_symptoms: str | None = None
    norms: str | None = None
    safety_concern: bool = False
    in_plan: bool = False

    def __post_init__(self) -> None:
        """Refuse a name where an initial belongs, a conflict off its scale, and texts beyond their fields."""
        if self.initial is not None and not _INITIAL.fullmatch(self.initial):
            raise ValueError("a person of the inventory has one or two letters, never a name")
        if self.conflict is not None and not 0 <= self.conflict <= 3:
            raise ValueError("conflict runs from 0 to 3")
        for field in ("strengths", "problems", "changes_wanted", "effect_of_symptoms", "norms"):
            check_text(self, field)

    @property
    def is_deceased(self) -> bool:
        """Whether this person has died."""
        return self.now is Ring.DECEASED or self.role is Role.DECEASED_PARTNER
