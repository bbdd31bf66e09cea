"""Who did it <-> Provenance (US Core 6.1.0): the person as author, this app as the one who passed it on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ipt_fhir.locale.texts import N_, text
from ipt_fhir.mapping import amending, editing, narrative
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.people import Person
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from ipt_fhir.terminology.concepts import Concept

# HL7 provenance-participant-type and US Core's addition to it; displays as published.
_AUTHOR = Concept(systems.PROVENANCE_AGENT, "author", "Author")
_TRANSMITTER = Concept(systems.US_CORE_PROVENANCE_AGENT, "transmitter", "Transmitter")
_APP = "ipt-fhir"


class Act(StrEnum):
    """What was done to the targets: codes of HL7 v3-DataOperation, in the order they are published."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"


_ACTS = {Act.CREATE: "create", Act.UPDATE: "revise"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a Provenance says: who is the author (None: nobody but a machine), when, about what."""

    author: Person | None
    recorded: datetime
    targets: tuple[str, ...]


def write_provenance(
    targets: Sequence[str],
    author: Person | None,
    recorded: datetime,
    writing: Writing,
    act: Act | None = None,
    organization: str | None = None,
) -> JsonObject:
    """A new Provenance of those targets (``Type/id`` or urn:uuid); it has no identifier and never changes.

    ``organization`` is the hospital's name; US Core asks for it where the author is a Practitioner (provenance-1).
    """
    site = writing.site
    on_behalf = {"onBehalfOf": {"display": organization}} if organization else {}
    resource: JsonObject = {"resourceType": "Provenance"}
    editing.put_profile(resource, systems.US_CORE_PROVENANCE, site)
    resource["target"] = [editing.reference(target) for target in targets]
    resource["recorded"] = recorded.isoformat()
    if act:
        resource["activity"] = editing.codeable(site, Concept(systems.DATA_OPERATION, act.value, _ACTS[act]))
    agents: list[JsonObject] = []
    if author:
        agents.append({"type": editing.codeable(site, _AUTHOR), "who": amending.person(author), **on_behalf})
    agents.append({"type": editing.codeable(site, _TRANSMITTER), "who": {"display": _APP}, **on_behalf})
    resource["agent"] = agents
    narrative.put_text(resource, narrative.of_sentences(_sentence(author, recorded, site.language)), site)
    return resource


def read_provenance(resource: JsonObject) -> Recorded:
    """Who recorded it, when, and about what; any writer's. Raises KeyError or ValueError without targets or time."""
    authors = (
        item.get("who")
        for item in resource.get("agent", [])
        if _AUTHOR.code in editing.codes_of(item.get("type"), systems.PROVENANCE_AGENT)
    )
    found = (editing.target_of(item) for item in resource["target"])
    return Recorded(
        author=editing.read_person(next(authors, None)),
        recorded=editing.required_time(resource["recorded"]),
        targets=tuple(target for target in found if target),
    )


def _sentence(author: Person | None, recorded: datetime, language: str) -> str:
    day = narrative.day(recorded.date())
    if author is None:
        return text(N_("Recorded {date} through {app}."), language, date=day, app=_APP)
    return text(N_("Recorded {date} by {name} through {app}."), language, date=day, name=author.display, app=_APP)
