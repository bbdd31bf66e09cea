"""Words of the plan that no published code system has, and what a course produces or runs into, as concepts of ours."""

from __future__ import annotations

from ipt_fhir.locale.texts import N_
from ipt_fhir.model.problem_areas import ProposedBy, Rank
from ipt_fhir.model.sessions import Attendance, Mode
from ipt_fhir.terminology import systems
from ipt_fhir.terminology.concepts import ATTENDANCE, MODES, Concept

ATTENDANCES: dict[Attendance, Concept] = {
    code: Concept(systems.IPT_ATTENDANCE, code.value, label) for code, label in ATTENDANCE.items()
}

SESSION_MODES: dict[Mode, Concept] = {
    code: Concept(systems.IPT_SESSION_MODE, code.value, label) for code, label in MODES.items()
}

RANKS: dict[Rank, Concept] = {
    code: Concept(systems.IPT_AREA_RANK, code.value, label)
    for code, label in ((Rank.PRIMARY, N_("leading")), (Rank.SECONDARY, N_("second")))
}

PROPOSERS: dict[ProposedBy, Concept] = {
    code: Concept(systems.IPT_PROPOSED_BY, code.value, label)
    for code, label in (
        (ProposedBy.PATIENT, N_("the patient")),
        (ProposedBy.THERAPIST, N_("the therapist")),
        (ProposedBy.TOGETHER, N_("both together")),
    )
}

# What the work of a phase leaves behind.
ARTEFACTS: dict[str, Concept] = {
    code: Concept(systems.IPT_ARTEFACT, code, label)
    for code, label in (
        ("baseline-scores", N_("First scores")),
        ("interpersonal-inventory", N_("Interpersonal inventory")),
        ("timeline", N_("Timeline")),
        ("closeness-circle", N_("Closeness circle")),
        ("formulation", N_("Interpersonal formulation")),
        ("problem-area-selection", N_("Choice of the problem area")),
        ("contract", N_("Treatment contract")),
        ("crisis-plan", N_("Crisis plan")),
        ("role-sheet", N_("Role sheet")),
        ("between-session-step", N_("Step until the next session")),
        ("weekly-rhythm-form", N_("Weekly rhythm form")),
        ("termination-review", N_("Review at the end")),
        ("relapse-plan", N_("Plan against relapse")),
        ("session-close", N_("Close of a session")),
        ("problem-area-checklist", N_("Checklist of problem areas")),
        ("fidelity-rating", N_("Self-rating of a session")),
        ("goal-attainment", N_("Rating of a goal in five levels")),
        ("weekly-count", N_("Weekly count")),
        ("rating-0-10", N_("Rating from 0 to 10")),
    )
}

# Project policy, not validated (decision-D73): each reason asks people to look again, none predicts anything.
OFF_TRACK_REASONS: dict[str, Concept] = {
    code: Concept(systems.IPT_OFF_TRACK_REASON, code, label)
    for code, label in (
        ("no-early-gain", N_("No early gain")),
        ("little-gain-at-mid-point", N_("Little gain half-way")),
        ("deterioration", N_("Reliably worse than the best score so far")),
        ("missed-sessions", N_("Sessions missed in a row")),
    )
}
