"""``python -m tests.benchmarks``: measure, and print the table as docs/performance.md holds it."""

from __future__ import annotations

import click

from tests.benchmarks.peers import FHIRKIT, fhirkit
from tests.benchmarks.stream import LINES, LINES_IN_FULL
from tests.benchmarks.table import HEAD, machine
from tests.benchmarks.tasks import rows
from tests.benchmarks.timing import QUICK, Effort


@click.command()
@click.option("--quick", is_flag=True, help="One round of everything: shows that it runs, measures nothing.")
@click.option("--runs", default=3, show_default=True, help="Runs; a goal counts as met when every run reaches it.")
@click.option("--rounds", default=9, show_default=True, help="Rounds a run; its figure is the median of their ratios.")
@click.option("--full", is_flag=True, help=f"Watch memory over {LINES_IN_FULL:,} lines of NDJSON, not {LINES:,}.")
def main(quick: bool, runs: int, rounds: int, full: bool) -> None:
    """Our speed beside the peers', in one process and in turns. Ratios count; times belong to the machine."""
    for line in machine():
        click.echo(line)
    click.echo(f"\n{HEAD}")
    for row in rows(QUICK if quick else Effort(runs=runs, rounds=rounds), LINES_IN_FULL if full else LINES):
        click.echo(str(row))
    if fhirkit() is None:
        click.echo(f"\nP3 is left out: fhirkit-rs is not installed (pip install fhirkit-rs=={FHIRKIT}).")


if __name__ == "__main__":
    main()
