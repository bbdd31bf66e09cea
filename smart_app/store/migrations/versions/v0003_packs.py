"""Packs: the Questionnaires a clinic is licensed for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0003"
down_revision = "v0002"


def upgrade() -> None:
    """One table more."""
    op.create_table(
        "packs",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("added", sa.DateTime, nullable=False),
        sa.Column("removed", sa.DateTime),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_packs")),
    )


def downgrade() -> None:
    """Without packs; the originals are the clinic's."""
    op.drop_table("packs")
