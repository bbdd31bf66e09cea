"""The URIs of every code system, identifier system, profile and extension the library speaks."""

from __future__ import annotations

from typing import Final

CANONICAL_BASE: Final = "https://ipt-fhir.github.io/fhir"
"""Root of everything this project publishes (decision-D26)."""

# Published code systems; each has its notice in NOTICE.
LOINC: Final = "http://loinc.org"
SNOMED_CT: Final = "http://snomed.info/sct"
ICD_10_CM: Final = "http://hl7.org/fhir/sid/icd-10-cm"
UCUM: Final = "http://unitsofmeasure.org"
OBSERVATION_CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/observation-category"
GOAL_ACHIEVEMENT: Final = "http://terminology.hl7.org/CodeSystem/goal-achievement"
GOAL_CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/goal-category"
US_CORE_CAREPLAN_CATEGORY: Final = "http://hl7.org/fhir/us/core/CodeSystem/careplan-category"
PCO_GOAL_DOMAINS: Final = "http://hl7.org/fhir/us/pco/CodeSystem/pco-goal-domains-temporary"

# HL7 terminology.
ACT_CODE: Final = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
CONDITION_CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/condition-category"
CONDITION_CLINICAL: Final = "http://terminology.hl7.org/CodeSystem/condition-clinical"
CONDITION_VERIFICATION: Final = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CONFIDENTIALITY: Final = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
CONSENT_SCOPE: Final = "http://terminology.hl7.org/CodeSystem/consentscope"
DATA_OPERATION: Final = "http://terminology.hl7.org/CodeSystem/v3-DataOperation"
OBSERVATION_VALUE: Final = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
PARTICIPATION_TYPE: Final = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
PROVENANCE_AGENT: Final = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
ROLE_CODE: Final = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
US_CORE_DOCUMENT_CATEGORY: Final = "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category"
US_CORE_PROVENANCE_AGENT: Final = "http://hl7.org/fhir/us/core/CodeSystem/us-core-provenance-participant-type"
OMAHA: Final = "http://terminology.hl7.org/CodeSystem/oms"
PLAN_DEFINITION_TYPE: Final = "http://terminology.hl7.org/CodeSystem/plan-definition-type"
USAGE_CONTEXT: Final = "http://terminology.hl7.org/CodeSystem/usage-context-type"
US_CORE_CONDITION_CATEGORY: Final = "http://hl7.org/fhir/us/core/CodeSystem/condition-category"

# Our own code systems: no published code exists for these concepts.
IPT_PROBLEM_AREA: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-problem-area"
IPT_PHASE: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-phase"
IPT_VARIANT: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-variant"
IPT_ACTIVITY: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-activity"
IPT_ACTIVITY_OUTCOME: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-activity-outcome"
IPT_ANSWER: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-answer"
IPT_AREA_RANK: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-area-rank"
IPT_ARTEFACT: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-artefact"
IPT_ATTENDANCE: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-attendance"
IPT_CLOSENESS_RING: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-closeness-ring"
IPT_COMPANY: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-company"
IPT_CONFIDING: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-confiding"
IPT_CONFLICT: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-conflict"
IPT_CONSENT: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-consent"
IPT_CONTACT: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-contact"
IPT_DISPOSITION: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-disposition"
IPT_DISPUTE_STAGE: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-dispute-stage"
IPT_FIDELITY_ITEM: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-fidelity-item"
IPT_FIDELITY_MARK: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-fidelity-mark"
IPT_FIT: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-fit"
IPT_FREQUENCY: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-frequency"
IPT_GOAL_MEASURE: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-measure"
IPT_GOAL_TEMPLATE: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-goal-template"
IPT_MESSAGE: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-message"
IPT_MISSED_SESSION: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-missed-session"
IPT_MOOD_LINK: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-mood-link"
IPT_OFF_TRACK_REASON: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-off-track-reason"
IPT_PROPOSED_BY: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-proposed-by"
IPT_RELATIONSHIP: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-relationship-extra"
IPT_SAFETY_STEP: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-safety-step"
IPT_SESSION_MODE: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-session-mode"
IPT_SESSION_TYPE: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-session-type"
IPT_SETTING: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-setting"
IPT_SUPPORT: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-support"
IPT_TEAM_ROLE: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-team-role"
IPT_TECHNIQUE: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-technique"
IPT_TERMINATION_REASON: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-termination-reason"
IPT_WHOSE: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-whose"

IDENTIFIER: Final = f"{CANONICAL_BASE}/NamingSystem/artefact"
"""System of the identifier every artefact of ours carries; its value is a UUID without any patient data, because
identifiers reach audit logs and URLs, and because some servers allow conditional create by identifier only."""

# Extensions of ours.
EXTENSION_PHASE: Final = f"{CANONICAL_BASE}/StructureDefinition/ipt-phase"
EXTENSION_CONTRACT: Final = f"{CANONICAL_BASE}/StructureDefinition/ipt-contract"
EXTENSION_PROBLEM_AREA: Final = f"{CANONICAL_BASE}/StructureDefinition/ipt-problem-area"
EXTENSION_SESSION: Final = f"{CANONICAL_BASE}/StructureDefinition/ipt-session"
EXTENSION_ENDING: Final = f"{CANONICAL_BASE}/StructureDefinition/ipt-ending"
EXTENSION_REPLACES: Final = f"{CANONICAL_BASE}/StructureDefinition/ipt-replaces"
EXTENSION_SETTING: Final = f"{CANONICAL_BASE}/StructureDefinition/ipt-setting"
EXTENSION_GOAL_TEMPLATE: Final = f"{CANONICAL_BASE}/StructureDefinition/ipt-goal-template"

# Extensions of others.
EXTENSION_GAS: Final = "http://hl7.org/fhir/us/pco/StructureDefinition/pco-goal-attainment-scaling"
EXTENSION_DISPLAY: Final = "http://hl7.org/fhir/StructureDefinition/display"

# Profiles.
US_CORE: Final = "http://hl7.org/fhir/us/core/StructureDefinition"
US_CORE_CAREPLAN: Final = f"{US_CORE}/us-core-careplan"
US_CORE_GOAL: Final = f"{US_CORE}/us-core-goal"
US_CORE_QUESTIONNAIRERESPONSE: Final = f"{US_CORE}/us-core-questionnaireresponse"
US_CORE_SCREENING_ASSESSMENT: Final = f"{US_CORE}/us-core-observation-screening-assessment"
US_CORE_SERVICEREQUEST: Final = f"{US_CORE}/us-core-servicerequest"
US_CORE_CARETEAM: Final = f"{US_CORE}/us-core-careteam"
US_CORE_DOCUMENTREFERENCE: Final = f"{US_CORE}/us-core-documentreference"
US_CORE_ENCOUNTER: Final = f"{US_CORE}/us-core-encounter"
US_CORE_HEALTH_CONCERN: Final = f"{US_CORE}/us-core-condition-problems-health-concerns"
US_CORE_PROCEDURE: Final = f"{US_CORE}/us-core-procedure"
US_CORE_PROVENANCE: Final = f"{US_CORE}/us-core-provenance"

# Profiles of ours.
IPT_CAREPLAN: Final = f"{CANONICAL_BASE}/StructureDefinition/ipt-careplan"
IPT_PROM_GOAL: Final = f"{CANONICAL_BASE}/StructureDefinition/ipt-prom-goal"
IPT_GAS_GOAL: Final = f"{CANONICAL_BASE}/StructureDefinition/ipt-gas-goal"
IPT_PLAIN_GOAL: Final = f"{CANONICAL_BASE}/StructureDefinition/ipt-plain-goal"
IPT_SCORE: Final = f"{CANONICAL_BASE}/StructureDefinition/ipt-score"
IPT_ENTERED_SCORE: Final = f"{CANONICAL_BASE}/StructureDefinition/ipt-entered-score"

# Profiles of the Person-Centered Outcomes guide 1.0.0 that ours build on.
PCO: Final = "http://hl7.org/fhir/us/pco/StructureDefinition"
PCO_GOAL: Final = f"{PCO}/pco-goal-profile"
PCO_PROM_GOAL: Final = f"{PCO}/pco-prom-goal-profile"
PCO_GAS_GOAL: Final = f"{PCO}/pco-gas-goal-profile"
PCO_PROM_SCORE: Final = f"{PCO}/pco-prom-score-observation"

PLAN_DEFINITION: Final = f"{CANONICAL_BASE}/PlanDefinition"
ACTIVITY_DEFINITION: Final = f"{CANONICAL_BASE}/ActivityDefinition"
VALUE_SET: Final = f"{CANONICAL_BASE}/ValueSet"
CONCEPT_MAP: Final = f"{CANONICAL_BASE}/ConceptMap"


def is_ours(address: str) -> bool:
    """Whether a canonical address is one of this project."""
    return address.startswith(f"{CANONICAL_BASE}/")
