"""Groups: who is in a therapist's group, one row a member."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0006"
down_revision = "v0005"


def upgrade() -> None:
    """One table more."""
    op.create_table(
        "group_members",
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("patient", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("group_id", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("joined", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("issuer", "patient", "owner", name=op.f("pk_group_members")),
    )


def downgrade() -> None:
    """Without groups; every course stays."""
    op.drop_table("group_members")
