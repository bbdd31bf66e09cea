"""The app as ``ipt-fhir serve`` runs it, and the same app whose overview reads the chart anew with fhirclient.

Both are served by granian with sixteen threads, in a process of their own. The settings come from the environment.
"""

from __future__ import annotations

import os
import sys

from flask import Flask, request
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from smart_app.app import application
from tests.benchmarks import far_peer

BASE, TOKEN, PATIENT = "BENCHMARK_BASE", "BENCHMARK_TOKEN", "BENCHMARK_PATIENT"
_THREADS, _HERE = 16, "tests.benchmarks.served"


def ours() -> Flask:
    """The app."""
    return application()


def theirs() -> Flask:
    """The app with one thing added: before the overview is shown, fhirclient reads what a launch reads."""
    app = application()
    base, token, patient = os.environ[BASE], os.environ[TOKEN], os.environ[PATIENT]

    def read_anew() -> None:
        if request.endpoint == "overview.show":
            client = far_peer.reading(base, token)
            far_peer.read_all(client.server, patient)
            client.server.session.close()

    app.before_request(read_anew)
    return app


def main(which: str, port: int) -> None:
    """Serve until stopped."""
    server = Granian(
        f"{_HERE}:{which}",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=_THREADS,
        factory=True,
        log_level=LogLevels.error,
    )
    server.serve()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
