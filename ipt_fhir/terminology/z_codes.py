"""ICD-10-CM codes for circumstances, by problem area: checked in the April 2026 release, billable leaves all.

They stand beside our own code of the area and support it; they are never the diagnosis of a course.
"""

from __future__ import annotations

from ipt_fhir.locale.texts import N_
from ipt_fhir.model.problem_areas import ProblemAreaCode
from ipt_fhir.terminology import systems
from ipt_fhir.terminology.concepts import Concept

_LABELS: dict[ProblemAreaCode, dict[str, str]] = {
    ProblemAreaCode.ROLE_DISPUTE: {
        "Z63.0": N_("Problems with spouse or partner"),
        "Z63.8": N_("Other problems in the family"),
        "Z62.820": N_("Conflict between parent and child"),
        "Z62.891": N_("Rivalry between siblings"),
        "Z63.1": N_("Problems with in-laws"),
        "Z56.4": N_("Discord with boss or workmates"),
        "Z55.4": N_("Discord with teachers or classmates"),
        "Z73.5": N_("Conflict of social roles"),
    },
    ProblemAreaCode.ROLE_TRANSITION: {
        "Z60.0": N_("Adjustment to a transition of the life cycle"),
        "Z56.0": N_("Unemployment"),
        "Z56.1": N_("Change of job"),
        "Z56.2": N_("Threat of losing the job"),
        "Z60.3": N_("Acculturation difficulty"),
        "Z63.5": N_("Separation or divorce"),
        "Z63.6": N_("Dependent relative at home"),
        "Z63.31": N_("Absence of a family member on deployment"),
        "Z73.6": N_("Limitation of activities by disability"),
    },
    ProblemAreaCode.GRIEF: {
        "Z63.4": N_("Bereavement"),
    },
    ProblemAreaCode.INTERPERSONAL_DEFICITS: {
        "Z60.2": N_("Living alone"),
        "Z60.4": N_("Social exclusion or isolation"),
        "Z73.4": N_("Lack of social skills"),
        "Z60.8": N_("Other problems of the social environment"),
    },
}

Z_CODES: dict[ProblemAreaCode, dict[str, Concept]] = {
    area: {code: Concept(systems.ICD_10_CM, code, label) for code, label in codes.items()}
    for area, codes in _LABELS.items()
}
"""Area -> code -> concept; labels are ours."""
