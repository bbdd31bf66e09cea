"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0001"
down_revision = None

TABLES = (
    "encryption_keys",
    "audit_head",
    "audit_rows",
    "sign_ins",
    "launches",
    "drafts",
    "episodes",
    "server_copies",
    "lanes",
    "intents",
    "attempts",
)


def upgrade() -> None:
    """From nothing."""
    _keys_and_audit()
    _sign_ins_and_launches()
    _drafts_and_episodes()
    _outbox()


def downgrade() -> None:
    """To nothing."""
    for name in reversed(TABLES):
        op.drop_table(name)


def _keys_and_audit() -> None:
    op.create_table(
        "encryption_keys",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("proof", sa.LargeBinary, nullable=False),
        sa.Column("first_used", sa.DateTime, nullable=False),
    )
    op.create_table(
        "audit_head",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "audit_rows",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("patient", sa.Text, nullable=False),
        sa.Column("entity", sa.Text, nullable=False),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
    )


def _sign_ins_and_launches() -> None:
    op.create_table(
        "sign_ins",
        sa.Column("state_hash", sa.Text, primary_key=True),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("browser_hash", sa.Text, nullable=False),
        sa.Column("secrets", sa.LargeBinary, nullable=False),
        sa.Column("started", sa.DateTime, nullable=False, index=True),
    )
    op.create_table(
        "launches",
        sa.Column("handle", sa.Text, primary_key=True),
        sa.Column("browser_hash", sa.Text, nullable=False),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("patient", sa.Text, nullable=False),
        sa.Column("user_sub", sa.Text, nullable=False),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("need_patient_banner", sa.Boolean, nullable=False),
        sa.Column("token_expires", sa.DateTime, nullable=False),
        sa.Column("secrets", sa.LargeBinary),
        sa.Column("background", sa.LargeBinary),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("last_seen", sa.DateTime, nullable=False),
        sa.Column("ended", sa.DateTime),
        sa.Index(None, "issuer", "patient", "user_sub"),
    )


def _drafts_and_episodes() -> None:
    op.create_table(
        "drafts",
        sa.Column("issuer", sa.Text, primary_key=True),
        sa.Column("patient", sa.Text, primary_key=True),
        sa.Column("user_sub", sa.Text, primary_key=True),
        sa.Column("form", sa.Text, primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("updated", sa.DateTime, nullable=False),
    )
    op.create_table(
        "episodes",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("patient", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("updated", sa.DateTime, nullable=False),
        sa.UniqueConstraint("issuer", "patient"),
        sa.UniqueConstraint("id", "issuer", "patient"),
    )
    op.create_table(
        "server_copies",
        sa.Column("episode_id", sa.Text, sa.ForeignKey("episodes.id"), primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("resource_type", sa.Text, nullable=False),
        sa.Column("server_id", sa.Text, nullable=False),
        sa.Column("version", sa.Text),
        sa.Column("last_updated", sa.Text),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("filed_at", sa.DateTime, nullable=False),
        sa.Column("verified", sa.Boolean, nullable=False),
        sa.Column("differences", sa.JSON, nullable=False),
    )


def _outbox() -> None:
    op.create_table(
        "lanes",
        sa.Column("issuer", sa.Text, primary_key=True),
        sa.Column("patient", sa.Text, primary_key=True),
        sa.Column("places", sa.Integer, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("owner", sa.Text),
        sa.Column("lease_until", sa.DateTime),
        sa.Column("due", sa.DateTime, index=True),
    )
    op.create_table(
        "intents",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("patient", sa.Text, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("episode_id", sa.Text, nullable=False, index=True),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("detail", sa.LargeBinary),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("next_try", sa.DateTime),
        sa.UniqueConstraint("issuer", "patient", "place"),
        sa.ForeignKeyConstraint(["issuer", "patient"], ["lanes.issuer", "lanes.patient"]),
        sa.ForeignKeyConstraint(
            ["episode_id", "issuer", "patient"],
            ["episodes.id", "episodes.issuer", "episodes.patient"],
        ),
    )
    op.create_table(
        "attempts",
        sa.Column("intent_id", sa.Text, sa.ForeignKey("intents.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("worker", sa.Text, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("http_status", sa.Integer),
    )
