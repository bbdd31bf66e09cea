"""The tables as the code sees them; ``migrations/`` holds how they came to be, and a test holds the two equal.

Times are UTC. A sealed column holds what only the cipher can read; everything else may be seen by an administrator and
holds no patient data beyond ids.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMES)


class Instant(TypeDecorator[datetime]):
    """A moment, kept in UTC without a zone, because SQLite would drop one silently. A naive time is refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's interface
        """On the way in."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's interface
        """On the way out."""
        return None if value is None else value.replace(tzinfo=UTC)


def _sealed(name: str, *, nullable: bool = False) -> Column[bytes]:
    """A column that only holds what the cipher made; key rotation finds it by its mark."""
    return Column(name, LargeBinary, nullable=nullable, info={"sealed": True})


encryption_keys = Table(
    "encryption_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("proof", LargeBinary, nullable=False),
    Column("first_used", Instant, nullable=False),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("state_hash", Text, primary_key=True),
    Column("issuer", Text, nullable=False),
    Column("browser_hash", Text, nullable=False),
    _sealed("secrets"),
    Column("started", Instant, nullable=False, index=True),
    Column("role", Text, nullable=False, server_default="clinician"),
)

launches = Table(
    "launches",
    metadata,
    Column("handle", Text, primary_key=True),
    Column("browser_hash", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("patient", Text, nullable=False),
    Column("user_sub", Text, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("need_patient_banner", Boolean, nullable=False),
    Column("token_expires", Instant, nullable=False),
    _sealed("secrets", nullable=True),
    _sealed("background", nullable=True),
    Column("created", Instant, nullable=False),
    Column("last_seen", Instant, nullable=False),
    Column("ended", Instant),
    Column("role", Text, nullable=False, server_default="clinician"),
    Index(None, "issuer", "patient", "user_sub"),
    Index(None, "issuer", "user_sub", "created"),
)

hand_overs = Table(
    "hand_overs",
    metadata,
    Column("handle", Text, primary_key=True),
    Column("launch", ForeignKey("launches.handle"), nullable=False),
    Column("browser_hash", Text, nullable=False, index=True),
    Column("issuer", Text, nullable=False),
    Column("patient", Text, nullable=False),
    Column("given_by", Text, nullable=False),
    Column("form", Text, nullable=False),
    _sealed("secrets", nullable=True),
    _sealed("background", nullable=True),
    Column("tries", Integer, nullable=False),
    Column("begun", Instant, nullable=False),
    Column("last_seen", Instant, nullable=False),
    Column("finished", Instant),
    Column("ended", Instant),
)

requested_forms = Table(
    "requested_forms",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("patient", Text, primary_key=True),
    Column("form", Text, primary_key=True),
    Column("requested", Instant, nullable=False),
    Column("requested_by", Text, nullable=False),
)

begun_forms = Table(
    "begun_forms",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("patient", Text, primary_key=True),
    Column("author", Text, primary_key=True),
    Column("form", Text, primary_key=True),
    Column("response", Text, nullable=False, unique=True),
    Column("begun", Instant, nullable=False),
)

received_forms = Table(
    "received_forms",
    metadata,
    Column("id", Text, primary_key=True),
    Column("issuer", Text, nullable=False),
    Column("patient", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("author", Text, nullable=False),
    _sealed("content"),
    Column("sent", Instant, nullable=False),
    Index(None, "issuer", "patient"),
)

safety_duties = Table(
    "safety_duties",
    metadata,
    Column("item", Text, primary_key=True),
    Column("issuer", Text, nullable=False),
    Column("patient", Text, nullable=False),
    Column("response", Text, nullable=False),
    Column("raised", Instant, nullable=False),
    Column("owner", Text, nullable=False),
    Column("owner_name", Text, nullable=False),
    Column("reassigned", Instant),
    Column("acknowledged", Instant),
    _sealed("detail", nullable=True),
    Index(None, "issuer", "patient"),
    Index(None, "issuer", "acknowledged", "owner"),
)

episodes = Table(
    "episodes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("issuer", Text, nullable=False),
    Column("patient", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    _sealed("content"),
    Column("created", Instant, nullable=False),
    Column("updated", Instant, nullable=False),
    UniqueConstraint("issuer", "patient"),
    # Lets an intent name course and patient together, so that the database refuses a mix-up.
    UniqueConstraint("id", "issuer", "patient"),
)

caseload = Table(
    "caseload",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("patient", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("filed", Instant),
    _sealed("content"),
    Column("noted", Instant, nullable=False),
)

group_members = Table(
    "group_members",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("patient", Text, primary_key=True),
    Column("owner", Text, primary_key=True),
    Column("group_id", Text, nullable=False),
    _sealed("content"),
    Column("joined", Instant, nullable=False),
)

server_copies = Table(
    "server_copies",
    metadata,
    Column("episode_id", ForeignKey("episodes.id"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("resource_type", Text, nullable=False),
    Column("server_id", Text, nullable=False),
    Column("version", Text),
    Column("last_updated", Text),
    _sealed("content"),
    Column("filed_at", Instant, nullable=False),
    Column("verified", Boolean, nullable=False),
    Column("differences", JSON, nullable=False),
)

lanes = Table(
    "lanes",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("patient", Text, primary_key=True),
    Column("places", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("owner", Text),
    Column("lease_until", Instant),
    Column("due", Instant, index=True),
)

intents = Table(
    "intents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("issuer", Text, nullable=False),
    Column("patient", Text, nullable=False),
    Column("place", Integer, nullable=False),
    Column("episode_id", Text, nullable=False, index=True),
    Column("author", Text, nullable=False),
    Column("created", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    _sealed("detail", nullable=True),
    _sealed("payload"),
    Column("next_try", Instant),
    UniqueConstraint("issuer", "patient", "place"),
    ForeignKeyConstraint(["issuer", "patient"], ["lanes.issuer", "lanes.patient"]),
    ForeignKeyConstraint(
        ["episode_id", "issuer", "patient"],
        ["episodes.id", "episodes.issuer", "episodes.patient"],
    ),
)

attempts = Table(
    "attempts",
    metadata,
    Column("intent_id", ForeignKey("intents.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("worker", Text, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("http_status", Integer),
)

drafts = Table(
    "drafts",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("patient", Text, primary_key=True),
    Column("user_sub", Text, primary_key=True),
    Column("form", Text, primary_key=True),
    _sealed("content"),
    Column("updated", Instant, nullable=False),
)

packs = Table(
    "packs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    _sealed("content"),
    Column("added", Instant, nullable=False),
    Column("removed", Instant),
)

worker_runs = Table(
    "worker_runs",
    metadata,
    Column("task", Text, primary_key=True),
    Column("at", Instant, nullable=False),
)

administrators = Table(
    "administrators",
    metadata,
    Column("name", Text, primary_key=True),
    _sealed("password"),
    Column("made", Instant, nullable=False),
    Column("changed", Instant, nullable=False),
)

admin_sessions = Table(
    "admin_sessions",
    metadata,
    Column("secret_hash", Text, primary_key=True),
    Column("name", Text, nullable=False, index=True),
    Column("began", Instant, nullable=False),
    Column("last_seen", Instant, nullable=False),
)

sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("subject_hash", Text, primary_key=True),
    Column("since", Instant, nullable=False),
    Column("tries", Integer, nullable=False),
)

audit_rows = Table(
    "audit_rows",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    # Text, so that its digest is that of what is stored, whatever somebody puts there.
    Column("at", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("patient", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("digest", Text, nullable=False),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("name", Text, primary_key=True),
    _sealed("content"),
)
