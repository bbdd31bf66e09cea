"""The course as resources: as it would be filed now, and what of that the chart does not say yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ipt_fhir.mapping.episode import changed, to_fhir
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.consents import ConsentKind, is_stopped
from ipt_fhir.model.episode import Episode
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.sync.verification import differences
from smart_app.services.desk import Desk
from smart_app.services.practice import Practice


def written(practice: Practice, desk: Desk) -> dict[str, JsonObject]:
    """The resources of the course as they would be filed now; unchanged ones are the chart's own."""
    known = {key: copy.reference for key, copy in desk.chart.items()}
    writing = Writing(patient=desk.patient.id, known=known, site=practice.site)
    return to_fhir(desk.episode, writing, {key: copy.resource for key, copy in desk.chart.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The course as resources by key, as it would be filed now; ``unfiled`` are those that say something the chart
    does not.

    What the server was sent and did not keep is not sent again and again (fault-F34, fault-F35); its receipt says so.
    """

    resources: dict[str, JsonObject]
    unfiled: dict[str, JsonObject]


def drawn(practice: Practice, desk: Desk) -> Drawn:
    """Map the course once; everything a page says about filing comes from here."""
    resources = written(practice, desk)
    new = changed(resources, {key: copy.resource for key, copy in desk.chart.items()})
    waiting = {key: resources[key] for key in new if not _lost_only(resources[key], desk, key)}
    return Drawn(resources=resources, unfiled=waiting)


def unfiled(practice: Practice, desk: Desk) -> dict[str, JsonObject]:
    """The resources, by key, that say something the chart does not."""
    return drawn(practice, desk).unfiled


def fileable(episode: Episode, resources: Mapping[str, JsonObject]) -> dict[str, JsonObject]:
    """What may be filed now: everything; or, where the patient stopped sharing, only the decisions themselves."""
    stopped = is_stopped(episode.consents, ConsentKind.DATA_SHARING)
    return {key: item for key, item in resources.items() if not stopped or item["resourceType"] == "Consent"}


def to_be_filed(practice: Practice, desk: Desk, known: Drawn | None = None) -> int:
    """How many resources wait to be filed and may be."""
    return len(fileable(desk.episode, (known or drawn(practice, desk)).unfiled))


def _lost_only(resource: JsonObject, desk: Desk, key: str) -> bool:
    known = desk.chart.lost(key)
    return bool(known) and tuple(differences(resource, desk.chart[key].resource, {})) == known
