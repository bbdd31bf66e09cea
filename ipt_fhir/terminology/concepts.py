"""Concepts by name: system, code and the label we show.

Only codes whose existence was verified stand here; the source is beside each. SNOMED CT displays are not shipped: the
label is ours, and a site's terminology server may supply the official one.
"""

from __future__ import annotations

from dataclasses import dataclass

from ipt_fhir.locale.texts import N_
from ipt_fhir.model.goals import Achievement, RatedBy
from ipt_fhir.model.measures import SafetyAct
from ipt_fhir.model.problem_areas import FocusChange, ProblemAreaCode
from ipt_fhir.model.sessions import Attendance, Mode, Phase, SkipReason
from ipt_fhir.terminology import systems


@dataclass(frozen=True, slots=True)
class Concept:
    """A code in a system and our English label for it (a message id)."""

    system: str
    code: str
    label: str


# SNOMED CT: value sets of US quality measures, 2022 and 2026 releases.
IPT = Concept(systems.SNOMED_CT, "443730003", N_("Interpersonal psychotherapy"))
CARE_PLAN = Concept(systems.SNOMED_CT, "734163000", N_("Care plan"))
MENTAL_HEALTH_CARE_PLAN = Concept(systems.SNOMED_CT, "718347000", N_("Mental health care plan"))
COUNSELLING = Concept(systems.SNOMED_CT, "409063005", N_("Counselling"))

# US Core 6.1.0; retired in the 9.0.0 source, still required by the servers in force.
ASSESS_PLAN = Concept(systems.US_CORE_CAREPLAN_CATEGORY, "assess-plan", N_("Assessment and plan of treatment"))

SURVEY = Concept(systems.OBSERVATION_CATEGORY, "survey", N_("Survey"))
GAS_GOAL_MEASURE = Concept(systems.LOINC, "107332-9", N_("Goal attainment scaling"))

WORRYING_ANSWER = Concept(
    systems.IPT_GOAL_MEASURE, "worrying-answer", N_("Item about self-harm answered above its lowest answer")
)
DISPUTE_STAGE_MEASURE = Concept(systems.IPT_GOAL_MEASURE, "dispute-stage", N_("Stage of the role dispute"))

# LOINC answer list LL6900-6, Person-Centered Outcomes guide 1.0.0.
GAS_LEVELS: dict[int, Concept] = {
    2: Concept(systems.LOINC, "LA34479-8", N_("Much better than expected")),
    1: Concept(systems.LOINC, "LA34480-6", N_("Better than expected")),
    0: Concept(systems.LOINC, "LA34481-4", N_("Expected outcome")),
    -1: Concept(systems.LOINC, "LA34483-0", N_("Less than expected")),
    -2: Concept(systems.LOINC, "LA34484-8", N_("Much less than expected")),
}

# The score of a goal on that scale, by who rated it.
GAS_SCORES: dict[RatedBy, Concept] = {
    RatedBy.PATIENT: Concept(systems.LOINC, "107334-5", N_("Patient follow-up goal attainment scaling score")),
    RatedBy.PRACTITIONER: Concept(
        systems.LOINC, "107333-7", N_("Practitioner follow-up goal attainment scaling score")
    ),
    RatedBy.CAREGIVER: Concept(systems.LOINC, "107331-1", N_("Caregiver follow-up goal attainment scaling score")),
}

# Person-Centered Outcomes guide 1.0.0, marked experimental there.
SOCIAL_FUNCTIONING = Concept(systems.PCO_GOAL_DOMAINS, "social-functioning", N_("Social functioning"))
EMOTIONAL_HEALTH = Concept(systems.PCO_GOAL_DOMAINS, "emotional-and-mental-health", N_("Emotional and mental health"))

PROBLEM_AREAS: dict[ProblemAreaCode, Concept] = {
    code: Concept(systems.IPT_PROBLEM_AREA, code.value, label)
    for code, label in (
        (ProblemAreaCode.ROLE_DISPUTE, N_("Role dispute")),
        (ProblemAreaCode.ROLE_TRANSITION, N_("Role transition")),
        (ProblemAreaCode.GRIEF, N_("Grief")),
        (ProblemAreaCode.INTERPERSONAL_DEFICITS, N_("Interpersonal deficits")),
    )
}

PHASES: dict[Phase, Concept] = {
    code: Concept(systems.IPT_PHASE, code.value, label)
    for code, label in (
        (Phase.SUITABILITY, N_("Suitability")),
        (Phase.INITIAL, N_("Initial phase")),
        (Phase.MIDDLE, N_("Middle phase")),
        (Phase.TERMINATION, N_("Ending phase")),
        (Phase.MAINTENANCE, N_("Maintenance")),
        (Phase.CLOSED, N_("Closed")),
    )
}

SAFETY_ACTS: dict[SafetyAct, Concept] = {
    code: Concept(systems.IPT_SAFETY_STEP, code.value, label)
    for code, label in (
        (SafetyAct.DISCUSSED, N_("Discussed with the patient in the session")),
        (SafetyAct.PLAN_REVIEWED, N_("Safety plan reviewed")),
        (SafetyAct.MEANS_RESTRICTION, N_("Access to means restricted")),
        (SafetyAct.CONTACT_CALLED, N_("Agreed contact called")),
        (SafetyAct.ESCALATED_ON_CALL, N_("On-call clinician involved")),
        (SafetyAct.REFERRED_EMERGENCY, N_("Referred to emergency care")),
        (SafetyAct.HANDED_OVER, N_("Handed over to a named person, who accepted")),
        (SafetyAct.NOT_APPLICABLE, N_("Not applicable, with a reason")),
    )
}

ACHIEVEMENTS: dict[Achievement, str] = {
    Achievement.IN_PROGRESS: N_("In progress"),
    Achievement.IMPROVING: N_("Improving"),
    Achievement.WORSENING: N_("Worsening"),
    Achievement.NO_CHANGE: N_("No change"),
    Achievement.ACHIEVED: N_("Achieved"),
    Achievement.SUSTAINING: N_("Sustaining"),
    Achievement.NOT_ACHIEVED: N_("Not achieved"),
    Achievement.NO_PROGRESS: N_("No progress"),
    Achievement.NOT_ATTAINABLE: N_("Not attainable"),
}

ATTENDANCE: dict[Attendance, str] = {
    Attendance.ATTENDED: N_("held"),
    Attendance.MISSED: N_("missed"),
    Attendance.CANCELLED: N_("cancelled"),
}

MODES: dict[Mode, str] = {
    Mode.IN_PERSON: N_("in person"),
    Mode.VIDEO: N_("by video"),
    Mode.PHONE: N_("by phone"),
    Mode.HOME_VISIT: N_("at home"),
}

SKIP_REASONS: dict[SkipReason, str] = {
    SkipReason.AGREED_TOGETHER: N_("agreed together"),
    SkipReason.COURSE_SHORTENED: N_("the course was shortened"),
    SkipReason.HELD_ELSEWHERE: N_("held elsewhere"),
}
"""Why a phase was left out."""

FOCUS_CHANGES: dict[FocusChange, str] = {
    FocusChange.NEW_INFORMATION: N_("something new was learnt"),
    FocusChange.WORKED_THROUGH: N_("it was worked through"),
    FocusChange.PATIENT_WISH: N_("the patient wishes it"),
    FocusChange.NOT_THE_FOCUS: N_("it turned out not to be the focus"),
}
"""Why a leading problem area was changed."""
