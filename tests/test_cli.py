"""The command ``ipt-fhir`` and the server it starts, as a person starts them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from click.testing import CliRunner

from ipt_fhir.cli import main
from smart_app.demo import demo_config
from smart_app.sandbox.loopback import free_port

COMMAND = (sys.executable, "-c", "from ipt_fhir.cli import main; main()")


@contextmanager
def started(*verb: str, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """Run a verb in a process of its own; it and all it started are gone when the block ends."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("IPT_FHIR_")} | settings
    process = subprocess.Popen(
        [*COMMAND, *verb],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    too_late = threading.Timer(60, end_group, [process])
    too_late.start()
    try:
        yield process
    finally:
        too_late.cancel()
        end_group(process)
        process.communicate(timeout=20)


def end_group(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def awaited(process: subprocess.Popen[str], sign: str) -> str:
    """The first line the process prints that holds the sign."""
    assert process.stdout is not None
    heard = []
    for line in process.stdout:
        if sign in line:
            return line
        heard.append(line)
    raise AssertionError(f"ended without saying {sign!r}: {''.join(heard)}")


def answer_of(process: subprocess.Popen[str], address: str) -> bytes:
    """What an address answers as soon as the process listens there."""
    while True:
        try:
            with urlopen(address, timeout=20) as answer:
                return bytes(answer.read())
        except URLError:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
                raise


def is_free(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) != 0


def test_help_names_every_verb() -> None:
    shown = CliRunner().invoke(main, ["--help"])
    assert shown.exit_code == 0
    for verb in ("convert", "demo", "export", "import", "packs", "serve", "validate"):
        assert verb in shown.output


def test_a_verb_that_does_not_exist_is_named() -> None:
    shown = CliRunner().invoke(main, ["launder"])
    assert shown.exit_code == 2
    assert "launder" in shown.output


@pytest.mark.parametrize(
    "name",
    [
        "IPT_FHIR_DATABASE_URL",
        "IPT_FHIR_KEY_FILES",
        "IPT_FHIR_SIGNING_KEY_FILES",
        "IPT_FHIR_PUBLIC_URL",
        "IPT_FHIR_ISSUERS_FILE",
    ],
)
def test_serve_refuses_to_start_without_a_setting_and_names_it(tmp_path: Path, name: str) -> None:
    settings: dict[str, str | None] = {**settings_in(tmp_path), name: None}
    refused = CliRunner().invoke(main, ["serve"], env=settings)
    assert refused.exit_code == 1
    assert f"{name} is not set" in refused.output
    assert "Traceback" not in refused.output


def settings_in(folder: Path, port: int = 8000) -> dict[str, str]:
    """The environment of an app that starts."""
    app_url = f"http://127.0.0.1:{port}"
    config = demo_config(folder, "http://localhost:1", app_url, port)
    issuer = config.issuers[0]
    issuers = folder / "issuers.toml"
    lines = {"iss": issuer.iss, "name": issuer.name, "client_id": issuer.client_id, "scopes": list(issuer.scopes)}
    written = [f"{name} = {json.dumps(value)}" for name, value in lines.items()]
    issuers.write_text("\n".join(["[[issuer]]", *written, "insecure_loopback = true"]))
    return {
        "IPT_FHIR_DATABASE_URL": config.database_url,
        "IPT_FHIR_KEY_FILES": str(folder / "store.key"),
        "IPT_FHIR_SIGNING_KEY_FILES": str(config.signing_key_files[0]),
        "IPT_FHIR_PUBLIC_URL": app_url,
        "IPT_FHIR_ISSUERS_FILE": str(issuers),
        "IPT_FHIR_LISTEN_PORT": str(port),
    }


def test_serve_answers_with_public_keys_only_and_ends_on_ctrl_c(tmp_path: Path) -> None:
    port = free_port()
    with started("serve", **settings_in(tmp_path, port)) as process:
        keys = json.loads(answer_of(process, f"http://127.0.0.1:{port}/.well-known/jwks.json"))["keys"]
        assert {frozenset(key) for key in keys} == {frozenset({"kty", "crv", "x", "y", "kid", "use", "alg"})}
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    assert is_free(port)


def test_the_worker_looks_until_it_is_ended(tmp_path: Path) -> None:
    with started("worker", **settings_in(tmp_path)) as process:
        awaited(process, "The worker looks once a minute")
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=20)
    assert (process.returncode, "Stopped." in said, "Traceback" in said) == (0, True, False)


def test_demo_prints_one_address_which_answers_and_leaves_nothing_running_after_ctrl_c() -> None:
    with started("demo") as process:
        address = awaited(process, "http://localhost:").split()[-1]
        assert b"ZZTEST-BENE" in answer_of(process, address)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=20)
    assert (process.returncode, "Stopped." in said, "Traceback" in said) == (0, True, False)
    assert is_free(urlsplit(address).port or 0)
