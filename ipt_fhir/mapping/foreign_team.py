"""CareTeam of the chart -> ForeignTeam. Read only, as far as it says who belongs to it."""

from __future__ import annotations

from typing import Any

from ipt_fhir.mapping import editing
from ipt_fhir.model.foreign import ForeignMember, ForeignTeam
from ipt_fhir.rawjson import JsonObject


def read_foreign_team(resource: JsonObject, patient: str) -> ForeignTeam:
    """Who is in the team, the patient (``Patient/7``) left out. What is lacking or misshapen is left out too.

    Raises KeyError without an id.
    """
    listed = [
        item for item in _objects(resource.get("participant")) if editing.target_of(item.get("member")) != patient
    ]
    members = (ForeignMember(name=_name(item), roles=_roles(item)) for item in listed)
    return ForeignTeam(
        reference=f"CareTeam/{resource['id']}",
        name=_text(resource.get("name")),
        status=_text(resource.get("status")),
        members=tuple(member for member in members if member.name or member.roles),
    )


def _name(participant: JsonObject) -> str:
    """The display, else the address: a reader may at least see that there is somebody."""
    member = participant.get("member")
    shown = _text(member.get("display")) if isinstance(member, dict) else ""
    return shown or editing.target_of(member) or ""


def _roles(participant: JsonObject) -> tuple[str, ...]:
    return tuple(words for role in _objects(participant.get("role")) if (words := _words(role)))


def _words(concept: JsonObject) -> str:
    codings = _objects(concept.get("coding"))
    offers = [concept.get("text"), *(item.get("display") for item in codings), *(item.get("code") for item in codings)]
    return next((offer for offer in offers if isinstance(offer, str) and offer), "")


def _text(found: Any) -> str:
    return found if isinstance(found, str) else ""


def _objects(found: Any) -> list[JsonObject]:
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
