"""Planned activity of the catalogue <-> R4 ActivityDefinition.

A template's place in a plan (default or not, which formats, which variants) is said by the PlanDefinitions.
"""

from __future__ import annotations

from typing import Final

from ipt_fhir.mapping import editing
from ipt_fhir.mapping.publication import codeable, heading
from ipt_fhir.model.activities import ActivityKind, Owner
from ipt_fhir.model.sessions import Phase, SessionKind
from ipt_fhir.protocol.activities import ActivityTemplate
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import concepts, systems
from ipt_fhir.terminology.therapy import SESSION_KINDS

KINDS: Final = {
    ActivityKind.SERVICE: "ServiceRequest",
    ActivityKind.TASK: "Task",
    ActivityKind.APPOINTMENT: "Appointment",
}
"""What a planned activity is in FHIR (R4 request-resource-types), by its kind."""
_KIND_OF = {name: kind for kind, name in KINDS.items()}
_OWNERS = {Owner.PATIENT: "patient", Owner.THERAPIST: "practitioner"}


def canonical_of(template_id: str) -> str:
    """The address of a template's definition, without version."""
    return f"{systems.ACTIVITY_DEFINITION}/{template_id}"


def write_activity_definition(template: ActivityTemplate) -> JsonObject:
    """The ActivityDefinition of a planned activity; one that is not supported yet is a draft and says why."""
    status = "active" if template.not_supported_yet is None else "draft"
    written = heading("ActivityDefinition", template.id, template.text, f"{template.text}.", status)
    if template.not_supported_yet:
        written["usage"] = template.not_supported_yet
    topics = [concepts.PHASES[template.phase]] if template.phase else []
    topics += [SESSION_KINDS[template.session]] if template.session else []
    if topics:
        written["topic"] = [codeable(topic) for topic in topics]
    written["kind"] = KINDS[template.kind]
    written["code"] = _code(template)
    written["intent"] = "proposal"
    if template.owner:
        written["participant"] = [{"type": _OWNERS[template.owner]}]
    return written


def read_activity_definition(resource: JsonObject) -> ActivityTemplate:
    """The template an ActivityDefinition of ours was written from, without its place in plans.

    Raises KeyError or ValueError when it is none of ours.
    """
    topics = resource.get("topic", [])
    snomed = editing.codes_of(resource["code"], systems.SNOMED_CT)
    return ActivityTemplate(
        id=editing.codes_of(resource["code"], systems.IPT_ACTIVITY)[0],
        kind=_KIND_OF[resource["kind"]],
        text=resource["title"],
        phase=next((Phase(code) for item in topics for code in editing.codes_of(item, systems.IPT_PHASE)), None),
        snomed=snomed[0] if snomed else None,
        session=next(
            (SessionKind(code) for item in topics for code in editing.codes_of(item, systems.IPT_SESSION_TYPE)), None
        ),
        owner=_read_owner(resource),
        not_supported_yet=resource.get("usage"),
    )


def _code(template: ActivityTemplate) -> JsonObject:
    snomed = [{"system": systems.SNOMED_CT, "code": template.snomed}] if template.snomed else []
    own = {"system": systems.IPT_ACTIVITY, "code": template.id, "display": template.text}
    return {"coding": [*snomed, own], "text": template.text}


def _read_owner(resource: JsonObject) -> Owner | None:
    types = [item["type"] for item in resource.get("participant", [])]
    return next((owner for owner, name in _OWNERS.items() if name in types), None)
