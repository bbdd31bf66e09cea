"""What a variant of IPT is: how many sessions, in which phases, with which meetings and work beside them."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct, field

from ipt_fhir.locale.texts import text
from ipt_fhir.model.episode import Frequency, Setting
from ipt_fhir.model.sessions import Phase, SessionKind
from ipt_fhir.protocol.schools import School

FALLBACK_MEASURE = "phq-9"
"""What leads where none of a variant's measures exists yet."""


class Format(StrEnum):
    """Whom the therapist meets."""

    INDIVIDUAL = "individual"
    GROUP = "group"


class ExtraSessions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Meetings beside the contracted sessions: ``after`` names the session each follows, 0 for before the first."""

    kind: SessionKind
    sessions: int
    after: tuple[int, ...]


class Maintenance(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sessions that may follow the acute course, and in words until when."""

    sessions: int
    frequency: Frequency
    until: str


class Ages(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"least": "from", "most": "to"}):
    """The age band in years, both ends included."""

    least: int
    most: int | None = None


class Variant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A form of IPT. ``sessions`` is the usual number, ``least`` and ``most`` what may be contracted.

    ``family`` joins the forms between which only the number of sessions decides. ``initial`` and ``ending`` are the
    sessions of the first and the last phase. ``checked`` is False where ``recalled`` names facts that were not read in
    the ``source``. ``not_supported_yet`` says why the variant cannot be used in this version (a message id).
    """

    id: str
    family: str
    title: str
    sessions: int
    least: int
    most: int
    minutes: int
    initial: int
    ending: int
    format: Format = Format.INDIVIDUAL
    frequency: Frequency = Frequency.WEEKLY
    only_maintenance: bool = False
    extras: tuple[ExtraSessions, ...] = ()
    maintenance: Maintenance | None = None
    activities: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    ages: Ages = field(default_factory=lambda: Ages(least=18))
    settings: tuple[Setting, ...] = ()
    source: str
    checked: bool
    recalled: str | None = None
    not_supported_yet: str | None = None

    @property
    def supported(self) -> bool:
        """Whether everything the variant needs exists in this version."""
        return self.not_supported_yet is None

    @property
    def session_kind(self) -> SessionKind:
        """What a contracted session of the variant is."""
        return SessionKind.GROUP if self.format is Format.GROUP else SessionKind.INDIVIDUAL

    def split(self, contracted: int, school: School | None = None) -> tuple[int, int]:
        """How many of the contracted sessions belong to the first and to the last phase, by the school's rule."""
        if school is None or contracted < school.from_sessions:
            return self.initial, self.ending
        initial = self.initial if school.initial is None else school.initial
        ending = self.ending if school.ending is None else school.ending
        if school.middle_until is not None:
            ending = max(ending, contracted - school.middle_until)
        return initial, ending

    def phase_of(self, number: int, contracted: int, school: School | None = None) -> Phase:
        """The phase in which session ``number`` of ``contracted`` falls."""
        if self.only_maintenance:
            return Phase.MAINTENANCE
        initial, ending = self.split(contracted, school)
        if number <= initial:
            return Phase.INITIAL
        return Phase.TERMINATION if number > contracted - ending else Phase.MIDDLE

    def offer(self, language: str = "en") -> str:
        """The title to choose by; a variant that cannot be used yet says so and why."""
        title = text(self.title, language)
        return title if self.not_supported_yet is None else f"{title}: {text(self.not_supported_yet, language)}"
