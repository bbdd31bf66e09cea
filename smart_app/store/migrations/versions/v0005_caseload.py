"""A list over the patients somebody launched: one sealed note a patient, and a way to find who launched whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0005"
down_revision = "v0004"

_INDEX = "ix_launches_issuer_user_sub_created"


def upgrade() -> None:
    """One table and one index more; the notes come with the next opening of each chart."""
    op.create_table(
        "caseload",
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("patient", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("filed", sa.DateTime),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("noted", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("issuer", "patient", name=op.f("pk_caseload")),
    )
    op.create_index(_INDEX, "launches", ["issuer", "user_sub", "created"])


def downgrade() -> None:
    """Without the list; every course stays."""
    op.drop_index(_INDEX, "launches")
    op.drop_table("caseload")
