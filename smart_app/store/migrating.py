"""Bring the database to the tables this code knows, in one transaction: all of it, or nothing (fault-F68)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from smart_app.store.dialects import explained, lock_for_migration, writing
from smart_app.store.errors import DatabaseNewer

MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST = "head"


def migrate(engine: Engine, to: str = NEWEST) -> None:
    """Upgrade to a revision, by default the newest. Raises DatabaseNewer when the database is ahead of this code."""
    with explained(), writing(engine).begin() as connection:
        lock_for_migration(connection)
        if _known_heads(connection) != revisions()[-1:]:
            command.upgrade(_config(connection), to)


def migrate_back(engine: Engine, to: str) -> None:
    """Go back to an older revision, or to ``base``: no tables. What the older tables cannot hold is lost."""
    with explained(), writing(engine).begin() as connection:
        lock_for_migration(connection)
        _known_heads(connection)
        command.downgrade(_config(connection), to)


@cache
def revisions() -> tuple[str, ...]:
    """Every revision this code knows, oldest first."""
    return tuple(script.revision for script in reversed(list(_scripts().walk_revisions())))


def _known_heads(connection: Connection) -> tuple[str, ...]:
    """Where the database stands. Raises DatabaseNewer."""
    heads = MigrationContext.configure(connection).get_current_heads()
    for revision in heads:
        if revision not in revisions():
            raise DatabaseNewer(
                f"the database is at revision {revision}, which this version does not know; install a newer one"
            )
    return heads


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
