"""Four invented people, A to D, as facts: who they are, what happened, what they answered. Nobody's data is in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from ipt_fhir.model.ending import Disposition
from ipt_fhir.model.episode import Setting
from ipt_fhir.model.formulation import RoleSheet
from ipt_fhir.model.problem_areas import DisputeStage, ProblemAreaCode
from ipt_fhir.model.timeline import EventKind


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One event of a life: weeks from the intake, what, and its effect on mood."""

    week: int
    kind: EventKind
    text: str
    mood: int
    person: str | None = None


@dataclass(frozen=True, kw_only=True)
class Case:
    """A vignette as facts; ``phq9`` holds nine digits a reading, the first at the intake.

    ``goals`` names for each template the person it is filled in with; ``stages`` and ``ratings`` (of G-11) are by
    session; ``maintained`` counts the monthly sessions agreed at the end; ``about`` is who the problem area is about.
    """

    patient: str
    age: int
    sex: str
    setting: Setting
    day0: date
    variant: str
    sessions: int
    initial: int
    ending: int
    diagnoses: tuple[str, ...]
    z_code: str
    area: ProblemAreaCode
    second: ProblemAreaCode | None = None
    about: str
    formulation: str
    timeline: tuple[Happening, ...]
    goals: Mapping[str, str | None]
    phq9: str
    totals: tuple[int, ...]
    item9_positive: tuple[int, ...]
    dispositions: tuple[Disposition, ...]
    maintained: int = 0
    stages: Mapping[int, DisputeStage] = field(default_factory=dict)
    ratings: Mapping[int, int] = field(default_factory=dict)
    medication: bool = False
    roles: RoleSheet | None = None
    conjoint: int | None = None
    letter: int | None = None


CASES = {
    "A": Case(
        patient="ZZTEST-ALMA",
        age=38,
        sex="female",
        setting=Setting.OUTPATIENT,
        day0=date(2026, 1, 5),
        variant="ipt-adult-16",
        sessions=16,
        initial=3,
        ending=3,
        diagnoses=("F32.1",),
        z_code="Z63.0",
        area=ProblemAreaCode.ROLE_DISPUTE,
        about="H",
        formulation="Low mood began when an unspoken rule about deciding together was broken; talks stopped, and "
        "withdrawal from a friend keeps it going.",
        timeline=(
            Happening(week=-23, kind=EventKind.DISPUTE, text="H takes a second job unasked", mood=-1, person="H"),
            Happening(week=-20, kind=EventKind.ONSET, text="Sleep is lost, tears come", mood=-3),
            Happening(week=-14, kind=EventKind.DISPUTE, text="A row at a birthday", mood=-2, person="H"),
            Happening(week=-4, kind=EventKind.ILLNESS, text="First sick note", mood=-2),
        ),
        goals={"G-02": None, "G-11": "H", "G-12": "H", "G-14": None, "G-31": "M"},
        stages={3: DisputeStage.IMPASSE, 9: DisputeStage.RENEGOTIATION},
        ratings={3: -2, 8: 0, 13: 1},
        conjoint=9,
        phq9="222222211 222222221 222222211 222222210 222222210 222212210 222212110 222212110 221212110 "
        "221211110 121111110 111111110 111111100 111101100 111101000 110101000 110101000",
        totals=(16, 17, 16, 15, 15, 14, 13, 13, 12, 11, 9, 8, 7, 6, 5, 4, 4),
        item9_positive=(0, 1, 2),
        dispositions=(Disposition.MAINTENANCE,),
    ),
    "B": Case(
        patient="ZZTEST-BENE",
        age=51,
        sex="male",
        setting=Setting.COMMUNITY,
        day0=date(2026, 1, 6),
        variant="ipt-adult-16",
        sessions=16,
        initial=3,
        ending=3,
        diagnoses=("F33.1",),
        z_code="Z63.4",
        area=ProblemAreaCode.GRIEF,
        second=ProblemAreaCode.ROLE_TRANSITION,
        about="P",
        formulation="Mourning stopped at the funeral; what was done together was dropped, and contact thinned to "
        "caring for the child.",
        timeline=(
            Happening(week=-48, kind=EventKind.DEATH, text="Death of P", mood=-3, person="P"),
            Happening(week=-47, kind=EventKind.LOSS, text="Funeral, feelings held back", mood=-1, person="P"),
            Happening(week=-39, kind=EventKind.LOSS, text="Leaves the choir", mood=-2),
            Happening(week=-26, kind=EventKind.ANNIVERSARY, text="Wedding anniversary alone", mood=-3, person="P"),
            Happening(week=12, kind=EventKind.TRANSITION, text="D chooses a distant school", mood=-1, person="D"),
        ),
        goals={"G-01": None, "G-02": None, "G-23": None, "G-26": "D", "G-32": None},
        medication=True,
        phq9="232222221 222222222 222222221 222222221 222222211 222222221 222212211 222212210 222222210 "
        "222212110 222211110 222111110 122111110 121111110 121111110 111111110 111111100",
        totals=(18, 18, 17, 17, 16, 17, 15, 14, 15, 13, 12, 11, 10, 9, 9, 8, 7),
        item9_positive=(0, 1, 2, 3, 4, 5, 6),
        dispositions=(Disposition.MAINTENANCE,),
    ),
    "C": Case(
        patient="ZZTEST-CHI",
        age=29,
        sex="female",
        setting=Setting.OUTPATIENT,
        day0=date(2026, 1, 7),
        variant="ipt-adult-12",
        sessions=12,
        initial=3,
        ending=2,
        diagnoses=("F41.1", "F32.1"),
        z_code="Z60.3",
        area=ProblemAreaCode.ROLE_TRANSITION,
        about="B",
        formulation="Worry and low mood follow the loss of a role that was mastered and supported; the new role has no "
        "support and no agreed expectations.",
        timeline=(
            Happening(week=-17, kind=EventKind.TRANSITION, text="Moves country and leads a team", mood=1),
            Happening(week=-15, kind=EventKind.LOSS, text="The relationship with E ends", mood=-2, person="E"),
            Happening(week=-12, kind=EventKind.ONSET, text="Criticised in a review, worries", mood=-3, person="B"),
        ),
        goals={"G-17": None, "G-19": None},
        roles=RoleSheet(
            old_good="Known and praised, close friends, a script to follow",
            new_good="Status and freedom",
            new_bad="No script, remarks on the accent",
        ),
        phq9="222212210 222212210 222211210 222211110 122211110 122211110 112211110 "
        "112111110 111111110 111111100 111101100 111100100 111100000",
        totals=(14, 14, 13, 12, 11, 11, 10, 9, 8, 7, 6, 5, 4),
        item9_positive=(),
        dispositions=(Disposition.NO_FURTHER_TREATMENT,),
    ),
    "D": Case(
        patient="ZZTEST-DORU",
        age=44,
        sex="male",
        setting=Setting.COMMUNITY,
        day0=date(2026, 1, 8),
        variant="ipt-adult-16",
        sessions=16,
        initial=4,
        ending=3,
        diagnoses=("F34.1", "F40.10"),
        z_code="Z60.4",
        area=ProblemAreaCode.INTERPERSONAL_DEFICITS,
        about="B",
        formulation="Few ties, each broken off when there was a risk of being judged; low mood and avoidance confirm "
        "each other.",
        timeline=(
            Happening(week=-156, kind=EventKind.LOSS, text="Loses the job", mood=-2),
            Happening(week=-150, kind=EventKind.LOSS, text="Stops the football group", mood=-2),
            Happening(week=-30, kind=EventKind.ONSET, text="Declines a wedding", mood=-3, person="B"),
        ),
        goals={"G-03": None, "G-27": None, "G-30": None},
        letter=8,
        phq9="222222210 222222210 222222210 221212211 222222210 221222210 221222210 221222210 221212210 "
        "221222210 221212210 221212110 221212110 221112110 221112110 211112110 211112110",
        totals=(15, 15, 15, 14, 15, 14, 14, 14, 13, 14, 13, 12, 12, 11, 11, 10, 10),
        item9_positive=(3,),
        dispositions=(Disposition.MAINTENANCE, Disposition.REFERRAL),
        maintained=6,
    ),
}
