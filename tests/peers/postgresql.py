"""A PostgreSQL server of its own for a run of the tests: on loopback, in a temporary folder, gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from smart_app.sandbox.loopback import free_port

_USER = "ipt"
DEBIAN = Path("/usr/lib/postgresql")
"""Where Debian keeps its programs: off the path, one folder a version."""


class Cluster(NamedTuple):
    """A running server; every test takes a database of its own from it."""

    port: int
    home: Path

    def new_database(self, name: str) -> str:
        """Make an empty database; returns the address the app's settings would name."""
        _run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", _USER, name, home=self.home)
        return f"postgresql+psycopg://{_USER}@127.0.0.1:{self.port}/{name}"


def programs() -> Path | None:
    """The folder with PostgreSQL's programs, if they are here."""
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).resolve().parent
    return next((path.parent for path in sorted(DEBIAN.glob("*/bin/pg_ctl"), reverse=True)), None)


@contextmanager
def running() -> Iterator[Cluster]:
    """Run a server until the block ends; as root under the user that Debian's package brings, for it refuses root."""
    with tempfile.TemporaryDirectory(prefix="ipt-postgresql-") as folder:
        home, port = Path(folder), free_port()
        if os.geteuid() == 0:
            shutil.chown(home, "postgres")
        data = str(home / "data")
        _run("initdb", "--auth=trust", f"--username={_USER}", "--encoding=UTF8", "--locale=C", "-D", data, home=home)
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        _run("pg_ctl", "-D", data, "-w", "-l", f"{data}/log", "-o", options, "start", home=home)
        try:
            yield Cluster(port, home)
        finally:
            _run("pg_ctl", "-D", data, "-m", "immediate", "stop", home=home)


def _run(program: str, *arguments: str, home: Path) -> None:
    found = programs()
    assert found is not None
    with (home / "output").open("ab") as output:
        subprocess.run(
            [str(found / program), *arguments],
            check=True,
            user="postgres" if os.geteuid() == 0 else None,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            cwd="/",
            stdout=output,
            stderr=output,
        )
