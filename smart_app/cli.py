"""The app's verbs of the command ``ipt-fhir``."""

from __future__ import annotations

import click
from granian import Granian
from granian.constants import Interfaces

from smart_app.config import ConfigRefused, from_environment

_THREADS = 16


@click.group()
def commands() -> None:
    """Verbs that need the app."""


@commands.command()
def serve() -> None:
    """Serve the app with the settings of the environment (docs/running.md)."""
    try:
        config = from_environment()
    except ConfigRefused as refused:
        raise click.ClickException(str(refused)) from refused
    # Every page may wait for the hospital, so threads and not sync workers (decision-D15).
    server = Granian(
        "smart_app.app:application",
        address=config.host,
        port=config.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=_THREADS,
        factory=True,
    )
    server.serve()
