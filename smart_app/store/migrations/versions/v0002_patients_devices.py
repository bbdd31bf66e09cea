"""Patients answer by themselves: their sign-ins, the handed-over tablet, what they sent, and who has to act."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0002"
down_revision = "v0001"

TABLES = ("hand_overs", "requested_forms", "begun_forms", "received_forms", "safety_duties", "worker_runs")


def upgrade() -> None:
    """Everybody who signed in before was a clinician."""
    for name in ("sign_ins", "launches"):
        op.add_column(name, sa.Column("role", sa.Text, nullable=False, server_default="clinician"))
    _patients()
    op.create_table(
        "worker_runs",
        sa.Column("task", sa.Text, primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "safety_duties",
        sa.Column("item", sa.Text, primary_key=True),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("patient", sa.Text, nullable=False),
        sa.Column("response", sa.Text, nullable=False),
        sa.Column("raised", sa.DateTime, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("owner_name", sa.Text, nullable=False),
        sa.Column("reassigned", sa.DateTime),
        sa.Column("acknowledged", sa.DateTime),
        sa.Column("detail", sa.LargeBinary),
        sa.Index(None, "issuer", "patient"),
        sa.Index(None, "issuer", "acknowledged", "owner"),
    )


def downgrade() -> None:
    """An older version would take a patient's sign-in for a clinician's, so they end here."""
    for name in reversed(TABLES):
        op.drop_table(name)
    for name in ("launches", "sign_ins"):
        rows = sa.table(name, sa.column("role"))
        op.execute(sa.delete(rows).where(rows.c.role != "clinician"))
        op.drop_column(name, "role")


def _patients() -> None:
    op.create_table(
        "hand_overs",
        sa.Column("handle", sa.Text, primary_key=True),
        sa.Column("launch", sa.Text, sa.ForeignKey("launches.handle"), nullable=False),
        sa.Column("browser_hash", sa.Text, nullable=False, index=True),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("patient", sa.Text, nullable=False),
        sa.Column("given_by", sa.Text, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("secrets", sa.LargeBinary),
        sa.Column("background", sa.LargeBinary),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("begun", sa.DateTime, nullable=False),
        sa.Column("last_seen", sa.DateTime, nullable=False),
        sa.Column("finished", sa.DateTime),
        sa.Column("ended", sa.DateTime),
    )
    op.create_table(
        "requested_forms",
        sa.Column("issuer", sa.Text, primary_key=True),
        sa.Column("patient", sa.Text, primary_key=True),
        sa.Column("form", sa.Text, primary_key=True),
        sa.Column("requested", sa.DateTime, nullable=False),
        sa.Column("requested_by", sa.Text, nullable=False),
    )
    op.create_table(
        "begun_forms",
        sa.Column("issuer", sa.Text, primary_key=True),
        sa.Column("patient", sa.Text, primary_key=True),
        sa.Column("author", sa.Text, primary_key=True),
        sa.Column("form", sa.Text, primary_key=True),
        sa.Column("response", sa.Text, nullable=False, unique=True),
        sa.Column("begun", sa.DateTime, nullable=False),
    )
    op.create_table(
        "received_forms",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("patient", sa.Text, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("sent", sa.DateTime, nullable=False),
        sa.Index(None, "issuer", "patient"),
    )
