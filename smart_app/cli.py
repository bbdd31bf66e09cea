"""The app's verbs of the command ``ipt-fhir``."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import click
from granian import Granian
from granian.constants import Interfaces

from ipt_fhir.ehr.keys import SigningKeyRefused, new_signing_key, private_pem
from ipt_fhir.exchange.reports import plain
from ipt_fhir.exchange.writing import written_whole
from ipt_fhir.instruments.packs import Pack, PackRefused
from smart_app.app import build_practice
from smart_app.config import ConfigRefused, from_environment
from smart_app.keys import create_key, create_signing_key
from smart_app.services import administering, pack_keeping, person_rights
from smart_app.services.pack_keeping import KeptPack
from smart_app.services.person_rights import BeingSent, NothingHeld, Reason, StillWaiting
from smart_app.store.errors import StoreError
from smart_app.store.lanes import Lane
from smart_app.store.store import Store, open_store
from smart_app.worker import loop

_THREADS = 16


@click.group()
def commands() -> None:
    """Verbs that need the app."""


@commands.command()
def serve() -> None:
    """Serve the app with the settings of the environment (docs/running.md)."""
    with _plainly():
        config = from_environment()
        # Opened once here, so that what refuses the start is said in a line and not in a server's log.
        build_practice(config).store.close()
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


@commands.group()
def packs() -> None:
    """Questionnaires this clinic is licensed for (docs/packs.md)."""


_PACK_FOLDER = click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))


@packs.command("check")
@_PACK_FOLDER
def check_pack(folder: Path) -> None:
    """Say whether the pack in DIR is sound. Needs no settings and changes nothing.

    Exit code: 0 sound, 1 refused with every reason.
    """
    with _plainly():
        found = pack_keeping.check(folder, datetime.now(UTC).astimezone().date())
        click.echo(_named(found))


@packs.command("add")
@_PACK_FOLDER
def add_pack(folder: Path) -> None:
    """Add the pack in DIR: all of it or, with every reason said, nothing.

    Exit code: 0 added, 1 refused.
    """
    with _plainly(), _store() as store:
        found = pack_keeping.add(store, folder, store.clock().astimezone().date())
        click.echo(f"Added {_named(found)}")
        click.echo(_NEXT_START)


@packs.command("remove")
@click.argument("pack_id", metavar="ID")
def remove_pack(pack_id: str) -> None:
    """End the use of the pack ID. Answers given to its forms stay readable.

    Exit code: 0 removed, 1 no such pack is in use.
    """
    with _plainly(), _store() as store:
        pack_keeping.remove(store, pack_id)
        click.echo(f"Removed {pack_id}. Answers given to its forms stay readable.")
        click.echo(_NEXT_START)


@packs.command("list")
def list_packs() -> None:
    """List the packs: version, holder, reference of the licence, last day, who confirmed it and when."""
    with _plainly(), _store() as store:
        today = store.clock().astimezone().date()
        for kept in pack_keeping.kept_packs(store):
            click.echo(f"{_named(kept.pack)}\n  {_state(kept, today)}")


_NEXT_START = "A running app goes on as it was started: restart it."


@commands.group()
def admin() -> None:
    """Accounts for the pages under /admin (docs/administration.md). They open no patient's chart."""


_NAME = click.argument("name", metavar="NAME")


@admin.command("add")
@_NAME
def add_admin(name: str) -> None:
    """Make the account NAME. The password is asked for, or read from standard input; never an argument."""
    with _plainly(), _store() as store:
        administering.add(store, name, _new_password())
        click.echo(f"Added the administrator {name}.")


@admin.command("password")
@_NAME
def set_admin_password(name: str) -> None:
    """Set another password for NAME; its sessions end."""
    with _plainly(), _store() as store:
        administering.set_password(store, name, _new_password())
        click.echo(f"The administrator {name} has a new password. Sessions of before have ended.")


@admin.command("remove")
@_NAME
def remove_admin(name: str) -> None:
    """Take the account NAME away; its sessions end, and what it did stays in the audit log."""
    with _plainly(), _store() as store:
        administering.remove(store, name)
        click.echo(f"Removed the administrator {name}.")


@admin.command("list")
def list_admins() -> None:
    """List the accounts: since when, and when the password was last set."""
    with _plainly(), _store() as store:
        for account in administering.accounts(store):
            made, changed = (moment.astimezone().date() for moment in (account.made, account.changed))
            click.echo(f"{account.name}\n  made on {made}, password set on {changed}")


@commands.group()
def person() -> None:
    """What is held about one person: all of it in a file, or none of it any more (docs/administration.md)."""


_ISSUER = click.argument("issuer", metavar="ISSUER")
_PATIENT = click.argument("patient", metavar="PATIENT")
_OUTPUT = click.Path(dir_okay=False, path_type=Path)
_BY = click.option("--by", required=True, metavar="WHO", help="Who does this; stands in the audit log.")


@person.command("export")
@_ISSUER
@_PATIENT
@_BY
@click.option("-o", "output", required=True, type=_OUTPUT, metavar="FILE", help="Where to write it.")
def export_person(issuer: str, patient: str, by: str, output: Path) -> None:
    """Write all that is held about PATIENT of the hospital ISSUER, decrypted, as JSON with the course as FHIR.

    ISSUER is the hospital's FHIR address as in the issuers file, PATIENT the id of its Patient. Exit code: 0 written, 1
    nothing is held, or it cannot be written.
    """
    with _plainly():
        practice = build_practice(from_environment())
        with practice.store:
            whole = person_rights.export_person(practice.store, practice.site, Lane(issuer, patient), _operator(by))
        with written_whole(output, sys.stdout.buffer) as stream:
            stream.write(whole)
        click.echo(f"Written to {output}, readable by its owner only. It is health data: delete it once handed over.")


@person.command("purge")
@_ISSUER
@_PATIENT
@_BY
@click.option("--reason", required=True, type=click.Choice([reason.value for reason in Reason]), help="Why.")
@click.option("--yes", is_flag=True, help="Erase. Without it only what would be erased is said.")
@click.option("--waiting-too", is_flag=True, help="Also what nobody has seen or acted on yet.")
@click.option("-o", "output", type=_OUTPUT, metavar="FILE", help="Where to write the receipt; else it is printed.")
def purge_person(
    issuer: str, patient: str, by: str, reason: str, *, yes: bool, waiting_too: bool, output: Path | None
) -> None:
    """Erase all that is held about PATIENT of the hospital ISSUER, and print a receipt.

    Exit code: 0 erased and nothing was found afterwards, or only asked; 1 nothing is held, or something still waits.
    """
    lane = Lane(issuer, patient)
    with _plainly(), _store() as store:
        if not yes:
            found = person_rights.holding(store, lane, _operator(by))
            for table, number in found.counts.items():
                click.echo(f"{table}: {number}")
            for words in person_rights.told(found.waiting):
                click.echo(f"waiting: {words}")
            click.echo(f"{found.rows} rows would be erased. Nothing was: say --yes.")
            return
        receipt = person_rights.purge(store, lane, Reason(reason), _operator(by), waiting_too=waiting_too)
        with written_whole(output, sys.stdout.buffer) as stream:
            stream.write(receipt.as_json())
        if receipt.remaining:
            raise click.ClickException("rows were found afterwards: the person was opened again meanwhile")


def _operator(by: str) -> str:
    """Who does it, as the audit log spells people who work at the machine."""
    return f"command-line:{by.strip()[:64]}"


def _new_password() -> str:
    """Typed twice and not shown; or, for scripts, the first line of standard input."""
    typed = sys.stdin
    if typed.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt="Once more"))
    return typed.readline().rstrip("\r\n")


@contextmanager
def _plainly() -> Iterator[None]:
    """What keeps a verb from its work is said in plain lines."""
    try:
        yield
    except PackRefused as refused:
        raise click.ClickException("\n  ".join(["the pack is refused:", *map(plain, refused.reasons)])) from refused
    except (
        ConfigRefused,
        SigningKeyRefused,
        StoreError,
        pack_keeping.UnknownPack,
        administering.AccountRefused,
        BeingSent,
        NothingHeld,
        StillWaiting,
        OSError,
    ) as refused:
        raise click.ClickException(plain(str(refused))) from refused


@contextmanager
def _store() -> Iterator[Store]:
    config = from_environment()
    with open_store(config.database_url, config.keys) as store:
        yield store


def _named(pack: Pack) -> str:
    licence = pack.licence
    confirmed = f"confirmed by {licence.confirmed_by} on {licence.confirmed_on}"
    lines = [
        f"{pack.id} {pack.version}: {pack.title}",
        *(f"{item.instrument.id}: {item.instrument.title}" for item in pack.instruments),
        f"licence of {licence.holder}, {licence.reference}, until {licence.expires}; {confirmed}",
    ]
    return "\n  ".join(map(plain, lines))


def _state(kept: KeptPack, today: date) -> str:
    if kept.removed:
        return f"removed on {kept.removed.astimezone().date()}; answers given to it are still read"
    if kept.pack.days_left(today) < 0:
        return "the licence has ended: its forms cannot be filled in"
    return "in use"


@commands.command()
def worker() -> None:
    """Re-assign safety answers nobody acted on, and delete what is kept no longer, until it is stopped."""
    with _plainly():
        practice = build_practice(from_environment())
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        click.echo("The worker looks once a minute; Ctrl-C ends it.")
        loop.run(practice, threading.Event())
    except KeyboardInterrupt:
        click.echo("Stopped.")


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
