"""The command ``ipt-fhir`` (decision-D23).

The library's verbs stand here and work in the base install. The app's verbs join through the entry-point group
``ipt_fhir.commands``; the library never imports the app.
"""

from __future__ import annotations

import errno
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import NoReturn

import click

from ipt_fhir.exchange import acts, conversion, export
from ipt_fhir.exchange.acts import Console, NotUsable
from ipt_fhir.exchange.checking import ONLY_FHIR, SETS, Asked
from ipt_fhir.exchange.reports import plain
from ipt_fhir.locale.texts import LANGUAGES
from ipt_fhir.mapping.references import Writing
from ipt_fhir.mapping.site import ProfileSet, Site
from ipt_fhir.profiles.package import FILE_NAME, build_package

_GROUP = "ipt_fhir.commands"
# Verbs of the app and the extra each needs, so that a base install can say what to install.
_EXTRAS = {"demo": "demo", "keys": "app", "packs": "app", "serve": "app"}

_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_CLAIMS = [item.value for item in ProfileSet]
_LONG_WORK = 4 * 1024 * 1024
_CLEAR_LINE = "\r\x1b[K"
_FILE = click.Path(exists=True, allow_dash=True)
_PATHS = click.argument("paths", nargs=-1, required=True, type=_FILE, metavar="PATH...")
_OUTPUT = click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file, whole or not at all, readable by you only; without it to standard output.",
)


class Unusable(click.ClickException):
    """It cannot be used that way."""

    exit_code = 2


class Verbs(click.Group):
    """The library's verbs and those that installed packages add."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All verbs by name; those whose extra is missing too."""
        return sorted({*super().list_commands(ctx), *_EXTRAS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb, or one that says which extra it needs."""
        return super().get_command(ctx, cmd_name) or _joined(ctx, cmd_name) or _missing(cmd_name)


@click.command(cls=Verbs)
@click.version_option(package_name="ipt-fhir")
def main() -> None:
    """Interpersonal Psychotherapy care plans, goals and questionnaires as FHIR R4."""


@main.command()
@_PATHS
@click.option("--profile", "named", multiple=True, metavar="URL", help="Hold resources of its type against a profile.")
@click.option("--profiles", "chosen", type=click.Choice(SETS), default=ONLY_FHIR, help="Hold each against a whole set.")
@click.option(
    "--questionnaire",
    "forms",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="A form that responses answer; those contained, beside them, and our own are known.",
)
@click.option(
    "--format", "style", type=click.Choice(["human", "json"]), default="human", help="json: one object a line."
)
def validate(paths: Sequence[str], named: tuple[str, ...], chosen: str, forms: tuple[str, ...], style: str) -> None:
    """Hold files, folders or standard input (-) against FHIR R4 and profiles.

    A file holds a resource, a Bundle, or a resource a line (NDJSON). Exit code: 0 no error, 1 errors were found, 2
    nothing could be read or it cannot be used that way.
    """
    with _console(paths) as console:
        asked = Asked(named=named, chosen=chosen, forms=acts.handed_forms(forms))
        sys.exit(acts.validate(paths, asked, style, console))


@main.command("export")
@click.argument("episode", type=_FILE)
@click.option("--patient", required=True, metavar="ID", help="The patient's id on the server.")
@click.option("--as", "form", type=click.Choice(export.FORMS), default=export.FORMS[0], help="Default: a collection.")
@click.option("--language", type=click.Choice(LANGUAGES), default=LANGUAGES[0], help="Of narratives and labels.")
@click.option("--no-snomed", is_flag=True, help="Send no SNOMED CT codes.")
@click.option("--no-icd10cm", is_flag=True, help="Send no ICD-10-CM codes.")
@click.option("--claims", type=click.Choice(_CLAIMS), default=_CLAIMS[0], help="The profiles it says it conforms to.")
@_OUTPUT
def export_episode(
    episode: str,
    patient: str,
    form: str,
    language: str,
    no_snomed: bool,
    no_icd10cm: bool,
    claims: str,
    output: Path | None,
) -> None:
    """Write an episode file (see import) as FHIR; only what is filed leaves.

    Exit code: 0 written, 1 refused because the result would have errors, 2 no episode or it cannot be used that way.
    """
    if not _ID.fullmatch(patient):
        raise click.BadParameter("letters, digits, - and . only, 64 at most", param_hint="--patient")
    site = Site(language=language, profiles=ProfileSet(claims), snomed=not no_snomed, icd10cm=not no_icd10cm)
    writing = Writing(patient=patient, site=site)
    now = datetime.now(UTC).replace(microsecond=0)
    with _console([]) as console:
        sys.exit(acts.export_episode(episode, form, writing, now, output, console))


@main.command("import")
@_PATHS
@_OUTPUT
def import_course(paths: Sequence[str], output: Path | None) -> None:
    """Rebuild an episode file from Bundles, resources, NDJSON, folders or standard input (-).

    Exit code: 0 all was read, 1 something of the course could not be read and is named, 2 there is no course.
    """
    with _console(paths) as console:
        sys.exit(acts.import_course(paths, output, console))


@main.command()
@_PATHS
@click.option("--activities", "style", type=click.Choice(conversion.STYLES), help="As resources, or inside the plan.")
@click.option("--to", "form", type=click.Choice(conversion.FORMS), help="Default: the form it has.")
@_OUTPUT
def convert(paths: Sequence[str], style: str | None, form: str | None, output: Path | None) -> None:
    """Change the form of resources and where a plan keeps its activities; the rest is written as it was.

    What has no place in the other form stays and is named. Exit code: 0 converted, 1 something could not be read and
    is named, 2 nothing could be read or it cannot be used that way.
    """
    with _console(paths) as console:
        sys.exit(acts.convert(paths, form, style, output, console))


@main.command()
@click.option("-o", "folder", type=click.Path(path_type=Path, file_okay=False), default=".", help="Where to put it.")
def package(folder: Path) -> None:
    """Build the FHIR package: profiles, code systems, value sets, protocols, Questionnaires and examples.

    Exit code: 0 built, its path is printed; 2 it cannot be written there.
    """
    with _console([]) as console:
        folder.mkdir(parents=True, exist_ok=True)
        place = folder / FILE_NAME
        place.write_bytes(build_package())
        console.say(str(place))


@contextmanager
def _console(paths: Sequence[str]) -> Iterator[Console]:
    """Streams and words of this process; a bar while long work is watched by a person."""
    size = acts.size_of(paths)
    watched = sys.stderr.isatty() and size > _LONG_WORK
    with ExitStack() as stack:
        bar = stack.enter_context(click.progressbar(length=size, file=sys.stderr)) if watched else None
        before = _CLEAR_LINE if watched else ""
        console = Console(
            stdin=sys.stdin.buffer,
            stdout=sys.stdout.buffer,
            say=partial(_say, before),
            complain=partial(_complain, before),
            advance=bar.update if bar else _nobody_watches,
        )
        try:
            yield console
        except NotUsable as refused:
            raise Unusable(plain(str(refused))) from refused
        except OSError as wrong:
            _refuse(wrong)


def _say(before: str, words: str) -> None:
    if before:
        click.echo(before, nl=False, err=True)
    click.echo(words)


def _complain(before: str, words: str) -> None:
    click.echo(before + plain(words), err=True)


def _nobody_watches(_: int) -> None:
    """No bar."""


def _refuse(wrong: OSError) -> NoReturn:
    """A reader who has seen enough closes the pipe; click ends quietly then."""
    if wrong.errno == errno.EPIPE:
        raise wrong
    raise Unusable(plain(f"{wrong.filename or 'output'}: {wrong.strerror}")) from wrong


def _joined(ctx: click.Context, name: str) -> click.Command | None:
    """A verb of another installed package; None when its libraries are not installed."""
    for entry in entry_points(group=_GROUP):
        group = _loaded(entry)
        found = group.get_command(ctx, name) if group else None
        if found:
            return found
    return None


def _loaded(entry: EntryPoint) -> click.Group | None:
    try:
        found: click.Group = entry.load()
    except ModuleNotFoundError:
        return None
    return found


def _missing(name: str) -> click.Command | None:
    if name not in _EXTRAS:
        return None
    hint = f'"{name}" needs more than the library: pip install "ipt-fhir[{_EXTRAS[name]}]"'

    def refuse() -> None:
        raise click.ClickException(hint)

    return click.Command(name, callback=refuse, help=hint)
