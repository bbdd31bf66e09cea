"""Scores a goal can aim at, by the code of the score: LOINC where a code was verified, our own otherwise.

The instruments behind the scores come with their licences; the score alone may be exchanged without them.
"""

from __future__ import annotations

from dataclasses import dataclass

from ipt_fhir.locale.texts import N_
from ipt_fhir.terminology import systems
from ipt_fhir.terminology.concepts import Concept


@dataclass(frozen=True, slots=True)
class ScoreCode:
    """A score: its concept, the id of the instrument that yields it, a short name to show, and its range."""

    concept: Concept
    instrument: str
    title: str
    lowest: int = 0
    highest: int | None = None


def _loinc(code: str, label: str, instrument: str, title: str, highest: int, lowest: int = 0) -> ScoreCode:
    return ScoreCode(Concept(systems.LOINC, code, label), instrument, title, lowest, highest)


def _own(code: str, label: str, instrument: str, title: str, highest: int | None = None, lowest: int = 0) -> ScoreCode:
    return ScoreCode(Concept(systems.IPT_GOAL_MEASURE, code, label), instrument, title, lowest, highest)


_ALL = (
    # Displays as the Person-Centered Outcomes guide 1.0.0 and US Core 6.1.0 print them.
    _loinc(
        "44261-6", N_("Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]"), "phq-9", N_("PHQ-9"), 27
    ),
    _loinc(
        "70274-6",
        N_("Generalized anxiety disorder 7 item (GAD-7) total score [Reported.PHQ]"),
        "gad-7",
        N_("GAD-7"),
        21,
    ),
    _loinc("99046-5", N_("Total score [EPDS]"), "epds", N_("EPDS"), 30),
    # Displays as tx.fhir.org gave them to HL7's SDOH Clinical Care guide (LOINC 2.82), and to a public implementation
    # guide on mental health scales (October 2026).
    _loinc("55758-7", N_("Patient Health Questionnaire 2 item (PHQ-2) total score [Reported]"), "phq-2", "PHQ-2", 6),
    _loinc(
        "89204-2",
        N_("Patient Health Questionnaire-9: Modified for Teens total score [Reported.PHQ.Teen]"),
        "phq-9m",
        "PHQ-9M",
        27,
    ),
    _loinc("101698-9", N_("PTSD PCL-5 score [PCL-5]"), "pcl-5", N_("PCL-5"), 80),
    _loinc("100787-1", N_("Total Score CES-D"), "ces-d", "CES-D", 60),
    _loinc(
        "106421-1", N_("Total score [Three-Item Loneliness Scale]"), "loneliness-3", N_("Loneliness scale"), 9, lowest=3
    ),
    _loinc("76512-3", N_("Social isolation score [NHANES]"), "nhanes-social", N_("Social isolation score"), 4),
    # No published code was found, or none was verified.
    _own("phq-8-total", N_("Patient Health Questionnaire 8 item (PHQ-8), total score"), "phq-8", "PHQ-8", 24),
    _own("gad-2-total", N_("Generalized anxiety disorder 2 item (GAD-2), total score"), "gad-2", "GAD-2", 6),
    _own("wsas-total", N_("Work and Social Adjustment Scale, total score"), "wsas", N_("WSAS"), 40),
    _own("who-5-percent", N_("WHO-5 Well-Being Index, percentage score"), "who-5", N_("WHO-5"), 100),
    _own("ede-q-global", N_("Eating Disorder Examination Questionnaire, global score"), "ede-q", "EDE-Q", 6),
    _own("bdi-ii-total", N_("Beck Depression Inventory II, total score"), "bdi-ii", "BDI-II", 63),
    _own(
        "qids-sr16-total",
        N_("Quick Inventory of Depressive Symptomatology Self-Report 16, total score"),
        "qids-sr16",
        "QIDS-SR16",
        27,
    ),
    _own("core-10-total", N_("CORE-10, total score"), "core-10", "CORE-10", 40),
    _own("isi-total", N_("Insomnia Severity Index, total score"), "isi", "ISI", 28),
    _own("ham-d-17-total", N_("Hamilton Rating Scale for Depression 17, total score"), "ham-d-17", "HAM-D 17", 52),
    _own("madrs-total", N_("Montgomery-Asberg Depression Rating Scale, total score"), "madrs", "MADRS", 60),
    _own("k10-total", N_("Kessler Psychological Distress Scale 10, total score"), "k10", "K10", 50, lowest=10),
    _own("whodas-12-total", N_("WHODAS 2.0, 12 items, simple score"), "whodas-12", "WHODAS 2.0 (12 items)", 48),
    _own("mspss-mean", N_("Multidimensional Scale of Perceived Social Support, mean"), "mspss", "MSPSS", 7, lowest=1),
    _own("binge-week", N_("Binge eating episodes in a week"), "weekly-count", N_("Binge episodes a week")),
    _own("hostile-week", N_("Hostile exchanges in a week"), "weekly-count", N_("Hostile exchanges a week")),
    _own(
        "role-activity-week",
        N_("Activities of the new role in a week"),
        "weekly-count",
        N_("New-role activities a week"),
    ),
    _own("talk-week", N_("Conversations about the loss in a week"), "weekly-count", N_("Conversations a week")),
    _own("reminder-count", N_("Visits to avoided reminders"), "weekly-count", N_("Reminders faced")),
    _own(
        "tie-count",
        N_("Activities and ties that are not about the loss"),
        "weekly-count",
        N_("New activities and ties"),
    ),
    _own(
        "contact-week",
        N_("Social contacts of a quarter of an hour or longer in a week"),
        "weekly-count",
        N_("Contacts a week"),
    ),
    _own(
        "conversation-week", N_("Conversations started in a week"), "weekly-count", N_("Conversations started a week")
    ),
    _own(
        "support-count",
        N_("People to turn to, in the inner or middle ring"),
        "weekly-count",
        N_("People to turn to"),
    ),
    _own(
        "relationship-nrs",
        N_("Rating of the relationship from 0 to 10"),
        "rating-0-10",
        N_("Relationship, 0 to 10"),
        10,
    ),
    _own("confidence-nrs", N_("Confidence in the new role from 0 to 10"), "rating-0-10", N_("Confidence, 0 to 10"), 10),
)

SCORES: dict[str, ScoreCode] = {score.concept.code: score for score in _ALL}
