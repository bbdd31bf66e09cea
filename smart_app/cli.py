"""The app's verbs of the command ``ipt-fhir``."""

from __future__ import annotations

from pathlib import Path

import click
from granian import Granian
from granian.constants import Interfaces

from ipt_fhir.ehr.keys import new_signing_key, private_pem
from smart_app.config import ConfigRefused, from_environment
from smart_app.keys import create_key, create_signing_key

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


@commands.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def keys(folder: Path) -> None:
    """Make the two key files of a new installation in FOLDER: store.key and signing.pem; existing ones are kept."""
    try:
        create_key(folder / "store.key")
        create_signing_key(folder / "signing.pem", private_pem(new_signing_key()))
    except FileExistsError as there:
        raise click.ClickException(f"{there.filename} is there already; keys are never overwritten") from there
    click.echo(f"IPT_FHIR_KEY_FILES={folder / 'store.key'}")
    click.echo(f"IPT_FHIR_SIGNING_KEY_FILES={folder / 'signing.pem'}")
