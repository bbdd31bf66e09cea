"""The command ``ipt-fhir`` (decision-D23).

The library's verbs stand here and work in the base install. The app's verbs join through the entry-point group
``ipt_fhir.commands``; the library never imports the app.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import click

from ipt_fhir.profiles.package import FILE_NAME, build_package

_GROUP = "ipt_fhir.commands"
# Verbs of the app and the extra each needs, so that a base install can say what to install.
_EXTRAS = {"demo": "demo", "keys": "app", "serve": "app"}


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
@click.option("-o", "folder", type=click.Path(path_type=Path, file_okay=False), default=".", help="Where to put it.")
def package(folder: Path) -> None:
    """Build the FHIR package: profiles, code systems, value sets, protocols, Questionnaires and examples."""
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / FILE_NAME
    place.write_bytes(build_package())
    click.echo(place)


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
