"""Administrators: accounts of this installation, their sessions, and how often somebody tried to sign in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0004"
down_revision = "v0003"

TABLES = ("administrators", "admin_sessions", "sign_in_tries")


def upgrade() -> None:
    """Three tables more."""
    op.create_table(
        "administrators",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("password", sa.LargeBinary, nullable=False),
        sa.Column("made", sa.DateTime, nullable=False),
        sa.Column("changed", sa.DateTime, nullable=False),
    )
    op.create_table(
        "admin_sessions",
        sa.Column("secret_hash", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, index=True),
        sa.Column("began", sa.DateTime, nullable=False),
        sa.Column("last_seen", sa.DateTime, nullable=False),
    )
    op.create_table(
        "sign_in_tries",
        sa.Column("subject_hash", sa.Text, primary_key=True),
        sa.Column("since", sa.DateTime, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Without administrators; accounts are made anew by the command line."""
    for name in reversed(TABLES):
        op.drop_table(name)
