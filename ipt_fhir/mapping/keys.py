"""Keys of the resources that stand for a part of a course which has no id of its own."""

from __future__ import annotations

import uuid

from ipt_fhir.model.problem_areas import ProblemAreaCode
from ipt_fhir.model.sessions import Session
from ipt_fhir.terminology import systems


def area_key(episode_id: str, area: ProblemAreaCode) -> str:
    """The key of the Condition that stands for a problem area."""
    return _key(episode_id, f"area/{area.value}")


def team_key(episode_id: str) -> str:
    """The key of the CareTeam of a course."""
    return _key(episode_id, "care-team")


def encounter_key(episode_id: str, session: Session, take: int = 0) -> str:
    """The key of the Encounter of a session; it stays the same when date or attendance change.

    ``take`` counts the entries of that place that were entered in error before it (``mapping.session_entries``).
    """
    return _key(episode_id, f"encounter/{_place(session, take)}")


def procedure_key(episode_id: str, session: Session, take: int = 0) -> str:
    """The key of the Procedure of a session, as ``encounter_key``."""
    return _key(episode_id, f"procedure/{_place(session, take)}")


def episode_of_care_key(episode_id: str) -> str:
    """The key of the EpisodeOfCare of a course."""
    return _key(episode_id, "episode-of-care")


def _place(session: Session, take: int) -> str:
    beside, number, kind = session.place
    place = f"{kind}/{number}" if beside else str(number)
    return f"{place}/{take}" if take else place


def _key(episode_id: str, part: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{systems.IDENTIFIER}/{episode_id}/{part}"))
