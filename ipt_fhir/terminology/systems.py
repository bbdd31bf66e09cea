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

# Our own code systems: no published code exists for these concepts.
IPT_PROBLEM_AREA: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-problem-area"
IPT_PHASE: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-phase"
IPT_ACTIVITY: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-activity"
IPT_SAFETY_STEP: Final = f"{CANONICAL_BASE}/CodeSystem/ipt-safety-step"

IDENTIFIER: Final = f"{CANONICAL_BASE}/NamingSystem/artefact"
"""System of the identifier every artefact of ours carries; its value is a UUID without any patient data, because
identifiers reach audit logs and URLs, and because some servers allow conditional create by identifier only."""

# Extensions of ours.
EXTENSION_PHASE: Final = f"{CANONICAL_BASE}/StructureDefinition/ipt-phase"
EXTENSION_CONTRACT: Final = f"{CANONICAL_BASE}/StructureDefinition/ipt-contract"
EXTENSION_PROBLEM_AREA: Final = f"{CANONICAL_BASE}/StructureDefinition/ipt-problem-area"
EXTENSION_SESSION: Final = f"{CANONICAL_BASE}/StructureDefinition/ipt-session"
EXTENSION_GOAL_TEMPLATE: Final = f"{CANONICAL_BASE}/StructureDefinition/ipt-goal-template"

# Extensions of others.
EXTENSION_GAS: Final = "http://hl7.org/fhir/us/pco/StructureDefinition/pco-goal-attainment-scaling"

# Profiles.
US_CORE: Final = "http://hl7.org/fhir/us/core/StructureDefinition"
US_CORE_CAREPLAN: Final = f"{US_CORE}/us-core-careplan"
US_CORE_GOAL: Final = f"{US_CORE}/us-core-goal"
US_CORE_QUESTIONNAIRERESPONSE: Final = f"{US_CORE}/us-core-questionnaireresponse"
US_CORE_SCREENING_ASSESSMENT: Final = f"{US_CORE}/us-core-observation-screening-assessment"
US_CORE_SERVICEREQUEST: Final = f"{US_CORE}/us-core-servicerequest"

PLAN_DEFINITION: Final = f"{CANONICAL_BASE}/PlanDefinition"
