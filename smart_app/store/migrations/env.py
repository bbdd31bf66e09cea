"""What Alembic runs around the migrations: our connection, which is in a transaction already (fault-F68)."""

from __future__ import annotations

from alembic import context

from smart_app.store.tables import metadata

# Batches, because SQLite cannot change a column of a table that stands.
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
