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


def encounter_key(episode_id: str, session: Session) -> str:
    """The key of the Encounter of a session; it stays the same when date or attendance change."""
    return _key(episode_id, f"encounter/{_place(session)}")


def procedure_key(episode_id: str, session: Session) -> str:
    """The key of the Procedure of a session."""
    return _key(episode_id, f"procedure/{_place(session)}")


def episode_of_care_key(episode_id: str) -> str:
    """The key of the EpisodeOfCare of a course."""
    return _key(episode_id, "episode-of-care")


def _place(session: Session) -> str:
    beside, number, kind = session.place
    return f"{kind}/{number}" if beside else str(number)


def _key(episode_id: str, part: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{systems.IDENTIFIER}/{episode_id}/{part}"))
