"""Security labels: how sensitive an entry is, what it is about, and that the patient entered it (R4 section 6.1).

Putting a label on is one job, honouring it another: whether a server keeps and enforces labels is the server's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ipt_fhir.locale.texts import N_
from ipt_fhir.mapping import editing
from ipt_fhir.mapping.site import Label
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems

PATIENT_ASSERTED: Label = (systems.OBSERVATION_VALUE, "PATAST")
"""On what the patient entered alone (US Core 6.1.0, patient-asserted data)."""

# PSY exists in v3-Confidentiality too; topics come from v3-ActCode only, levels from v3-Confidentiality only.
_WORDS = {
    (systems.CONFIDENTIALITY, "N"): N_("normal confidentiality"),
    (systems.CONFIDENTIALITY, "R"): N_("restricted"),
    (systems.CONFIDENTIALITY, "V"): N_("very restricted"),
    (systems.ACT_CODE, "MH"): N_("mental health"),
    (systems.ACT_CODE, "BH"): N_("behavioural health"),
    (systems.ACT_CODE, "PSY"): N_("psychiatry"),
    (systems.ACT_CODE, "SUD"): N_("substance use"),
    (systems.ACT_CODE, "ETH"): N_("alcohol or drugs"),
    (systems.ACT_CODE, "42CFRPart2"): N_("substance use, 42 CFR Part 2"),
    (systems.ACT_CODE, "SDV"): N_("sexual or domestic violence"),
    (systems.ACT_CODE, "PSYTHPN"): N_("psychotherapy notes"),
    PATIENT_ASSERTED: N_("entered by the patient"),
}

KNOWN_LABELS = frozenset(_WORDS)
"""The labels we have words for; a site may ask for others, which are written without."""


@dataclass(frozen=True, slots=True)
class SecurityLabel:
    """A label of a resource. ``words`` is a message id of ours, or the display its writer gave it, or the code."""

    system: str
    code: str
    words: str


def put_labels(resource: JsonObject, labels: Iterable[Label]) -> None:
    """Add labels to ``meta.security``; those that are there stay, whoever put them, as taking one off opens a door."""
    meta = resource.get("meta", {})
    present = meta.get("security", [])
    there = {(item.get("system"), item.get("code")) for item in present}
    missing = [
        {"system": system, "code": code} for system, code in dict.fromkeys(labels) if (system, code) not in there
    ]
    if missing:
        resource["meta"] = {**meta, "security": [*present, *missing]}


def labels_of(resource: JsonObject) -> tuple[SecurityLabel, ...]:
    """The labels of a resource in their order; a label without a code says nothing and is passed over."""
    return tuple(
        SecurityLabel(
            system=item.get("system", ""),
            code=item["code"],
            words=_WORDS.get((item.get("system", ""), item["code"])) or item.get("display") or item["code"],
        )
        for item in resource.get("meta", {}).get("security", [])
        if "code" in item
    )


def patient_entered(resource: JsonObject) -> bool:
    """Whether the patient is the author of a QuestionnaireResponse, so that PATAST belongs on it."""
    return (editing.target_of(resource.get("author")) or "").startswith("Patient/")
