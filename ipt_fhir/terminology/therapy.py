"""What happens in IPT, by code: our own concepts with their labels. Each table is one of our code systems."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from ipt_fhir.locale.texts import N_
from ipt_fhir.model.activities import Outcome
from ipt_fhir.model.consents import ConsentKind
from ipt_fhir.model.ending import Disposition, TerminationReason
from ipt_fhir.model.episode import Frequency, Setting
from ipt_fhir.model.fidelity import FidelityItem
from ipt_fhir.model.inventory import Ring
from ipt_fhir.model.problem_areas import DisputeStage
from ipt_fhir.model.records import MessageKind
from ipt_fhir.model.sessions import SessionKind, Technique
from ipt_fhir.terminology import systems
from ipt_fhir.terminology.concepts import Concept

Code = TypeVar("Code", bound=StrEnum)


def _table(system: str, labels: dict[Code, str]) -> dict[Code, Concept]:
    return {code: Concept(system, code.value, label) for code, label in labels.items()}


SESSION_KINDS = _table(
    systems.IPT_SESSION_TYPE,
    {
        SessionKind.INDIVIDUAL: N_("Individual session"),
        SessionKind.GROUP: N_("Group session"),
        SessionKind.CONJOINT: N_("Joint session with an important other person"),
        SessionKind.CAREGIVER: N_("Session with a caregiver"),
        SessionKind.PRE_GROUP: N_("Meeting before the group starts"),
        SessionKind.ENGAGEMENT: N_("Engagement session"),
    },
)

TECHNIQUES = _table(
    systems.IPT_TECHNIQUE,
    {
        Technique.EXPLORATION: N_("Exploration"),
        Technique.CLARIFICATION: N_("Clarification"),
        Technique.ENCOURAGEMENT_OF_AFFECT: N_("Encouragement of affect"),
        Technique.COMMUNICATION_ANALYSIS: N_("Communication analysis"),
        Technique.DECISION_ANALYSIS: N_("Decision analysis"),
        Technique.ROLE_PLAY: N_("Role play"),
        Technique.THERAPEUTIC_RELATIONSHIP: N_("Use of the therapeutic relationship"),
        Technique.MOOD_EVENT_LINKING: N_("Linking mood and events"),
        Technique.PSYCHOEDUCATION: N_("Psychoeducation"),
        Technique.ROLE_EXPECTATIONS: N_("Mapping of role expectations"),
        Technique.SUPPORT_MOBILISATION: N_("Mobilising social support"),
        Technique.PROBLEM_SOLVING: N_("Problem solving"),
        Technique.CONJOINT_SESSION: N_("Session with an important other person"),
        Technique.WORK_AT_HOME: N_("Work at home"),
        Technique.TERMINATION_WORK: N_("Work on the ending"),
        Technique.CONTRACT_REVIEW: N_("Review of the contract"),
    },
)

DISPUTE_STAGES = _table(
    systems.IPT_DISPUTE_STAGE,
    {
        DisputeStage.RENEGOTIATION: N_("Renegotiation"),
        DisputeStage.IMPASSE: N_("Impasse"),
        DisputeStage.DISSOLUTION: N_("Dissolution"),
    },
)

RINGS = _table(
    systems.IPT_CLOSENESS_RING,
    {
        Ring.INNER: N_("Inner ring"),
        Ring.MIDDLE: N_("Middle ring"),
        Ring.OUTER: N_("Outer ring"),
        Ring.LOST: N_("Contact lost"),
        Ring.DECEASED: N_("Deceased"),
    },
)

TERMINATION_REASONS = _table(
    systems.IPT_TERMINATION_REASON,
    {
        TerminationReason.COMPLETED: N_("Completed as agreed"),
        TerminationReason.EARLY_MUTUAL: N_("Ended early by agreement"),
        TerminationReason.PATIENT_ENDED: N_("Ended by the patient"),
        TerminationReason.THERAPIST_ENDED: N_("Ended by the therapist"),
        TerminationReason.DECLINED: N_("Not started"),
        TerminationReason.REFERRAL: N_("Referred elsewhere"),
        TerminationReason.DETERIORATION: N_("Ended because the condition got worse"),
        TerminationReason.LOST_CONTACT: N_("Contact lost"),
        TerminationReason.MOVED: N_("Moved away"),
        TerminationReason.DIED: N_("Died"),
        TerminationReason.OTHER: N_("Other reason"),
    },
)

DISPOSITIONS = _table(
    systems.IPT_DISPOSITION,
    {
        Disposition.NO_FURTHER_TREATMENT: N_("No further treatment"),
        Disposition.MAINTENANCE: N_("Maintenance sessions"),
        Disposition.OTHER_THERAPY: N_("Another therapy"),
        Disposition.MEDICATION_REVIEW: N_("Review of medication"),
        Disposition.REFERRAL: N_("Referral"),
    },
)

OUTCOMES = _table(
    systems.IPT_ACTIVITY_OUTCOME,
    {
        Outcome.DONE: N_("Done"),
        Outcome.PARTLY_DONE: N_("Partly done"),
        Outcome.NOT_DONE: N_("Not done"),
    },
)

SETTINGS = _table(
    systems.IPT_SETTING,
    {
        Setting.OUTPATIENT: N_("Outpatient clinic"),
        Setting.WARD: N_("Hospital ward"),
        Setting.COMMUNITY: N_("Community centre"),
        Setting.PRIMARY_CARE: N_("Primary care"),
        Setting.SCHOOL: N_("School"),
    },
)

CONSENTS = _table(
    systems.IPT_CONSENT,
    {
        ConsentKind.APP_USE: N_("Use of this application"),
        ConsentKind.DATA_SHARING: N_("Sharing of data with the hospital record"),
        ConsentKind.RECORDING: N_("Recording of sessions"),
        ConsentKind.CONTACT: N_("Contacting an agreed person"),
    },
)

MESSAGES = _table(
    systems.IPT_MESSAGE,
    {
        MessageKind.FAMILY_DOCTOR: N_("Letter to the family doctor"),
        MessageKind.CAREGIVER: N_("Contact with a caregiver"),
        MessageKind.SCHOOL: N_("Contact with the school"),
        MessageKind.HAND_OVER: N_("Hand-over to a colleague"),
        MessageKind.CRISIS_CONTACT: N_("Call to the agreed crisis contact"),
    },
)

FREQUENCIES = _table(
    systems.IPT_FREQUENCY,
    {
        Frequency.WEEKLY: N_("weekly"),
        Frequency.TWICE_WEEKLY: N_("twice a week"),
        Frequency.FORTNIGHTLY: N_("every two weeks"),
        Frequency.MONTHLY: N_("monthly"),
    },
)

FIDELITY_ITEMS = _table(
    systems.IPT_FIDELITY_ITEM,
    {
        FidelityItem.OPENED_WITH_MOOD_AND_EVENTS: N_("Opened with how mood and events had been"),
        FidelityItem.WORKED_ON_FOCUS: N_("Worked on the agreed problem area"),
        FidelityItem.LINKED_SYMPTOMS_AND_RELATIONSHIPS: N_("Linked symptoms and relationships"),
        FidelityItem.STAYED_IN_THE_PRESENT: N_("Stayed with present relationships"),
        FidelityItem.ENCOURAGED_AFFECT: N_("Encouraged the expression of feelings"),
        FidelityItem.USED_AN_IPT_TECHNIQUE: N_("Used a technique of IPT"),
        FidelityItem.NAMED_THE_TIME_LIMIT: N_("Named how many sessions remain"),
    },
)
