"""The course of a patient as the library spells it; opaque here.

For the parts that are not filed this is the only copy there is (decision-D2).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from smart_app.store.encryption import Place
from smart_app.store.errors import StaleRevision
from smart_app.store.lanes import Lane
from smart_app.store.tables import episodes
from smart_app.store.transactions import ReadTransaction, Transaction

NEW, FIRST = 0, 1
"""The revision before a course is kept, and the one it is first kept at."""


@dataclass(frozen=True, slots=True)
class StoredEpisode:
    """A course as it was saved. ``revision`` counts the saves from 1."""

    id: str
    content: bytes
    revision: int
    updated: datetime


def load(tx: ReadTransaction, lane: Lane) -> StoredEpisode | None:
    """The course of a patient, if we have one. Raises SealBroken."""
    mine = (episodes.c.issuer == lane.issuer, episodes.c.patient == lane.patient)
    row = tx.connection.execute(select(episodes).where(*mine)).first()
    if row is None:
        return None
    return StoredEpisode(row.id, tx.cipher.unseal(_place(row.id), row.content), row.revision, row.updated)


def save(tx: Transaction, lane: Lane, episode_id: str, content: bytes, *, expected_revision: int) -> int:
    """Save a course over the revision it was made from (NEW for the first time); returns the new revision.

    Raises StaleRevision when somebody saved first, or the course is not of this patient (attack-A28, fault-F72).
    """
    sealed = tx.cipher.seal(_place(episode_id), content)
    if expected_revision == NEW:
        return _insert(tx, lane, episode_id, sealed)
    mine = (episodes.c.id == episode_id, episodes.c.issuer == lane.issuer, episodes.c.patient == lane.patient)
    saving = update(episodes).where(*mine, episodes.c.revision == expected_revision)
    changed = tx.connection.execute(saving.values(content=sealed, revision=expected_revision + 1, updated=tx.now))
    if changed.rowcount != 1:
        raise StaleRevision(f"episode {episode_id} is no longer at revision {expected_revision}")
    return expected_revision + 1


def _insert(tx: Transaction, lane: Lane, episode_id: str, sealed: bytes) -> int:
    row = {
        "id": episode_id,
        "issuer": lane.issuer,
        "patient": lane.patient,
        "content": sealed,
        "revision": FIRST,
        "created": tx.now,
        "updated": tx.now,
    }
    try:
        with tx.connection.begin_nested():
            tx.connection.execute(insert(episodes).values(row))
    except IntegrityError as error:
        raise StaleRevision(f"episode {episode_id} or another of this patient was saved first") from error
    return FIRST


def _place(episode_id: str) -> Place:
    return Place("episodes", "content", (episode_id,))
