"""``ipt-fhir packs``: check, add, list and remove as an administrator types them."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from ipt_fhir.cli import main
from ipt_fhir.ehr.keys import new_signing_key, private_pem
from smart_app.app import build_practice
from smart_app.config import load_config
from smart_app.demo import running
from smart_app.keys import create_key, create_signing_key
from smart_app.store.store import open_store
from smart_app.store.tables import packs as table
from tests.packs.given import DEMO, HEAD, SCALE, demo_files, replaced, written

HOSPITAL = """
[[issuer]]
iss = "https://ehr.example/fhir"
name = "ZZTEST Hospital"
client_id = "ipt"
scopes = ["launch", "openid"]
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """The settings of an installation."""
    create_key(tmp_path / "store.key")
    create_signing_key(tmp_path / "signing.pem", private_pem(new_signing_key()))
    (tmp_path / "issuers.toml").write_text(HOSPITAL)
    return {
        "IPT_FHIR_DATABASE_URL": f"sqlite:///{tmp_path}/ipt.db",
        "IPT_FHIR_KEY_FILES": f"{tmp_path}/store.key",
        "IPT_FHIR_SIGNING_KEY_FILES": f"{tmp_path}/signing.pem",
        "IPT_FHIR_PUBLIC_URL": "https://ipt.hospital.example",
        "IPT_FHIR_ISSUERS_FILE": f"{tmp_path}/issuers.toml",
    }


@pytest.fixture(autouse=True)
def installed(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)


def typed(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["packs", *map(str, words)])


def test_a_pack_is_added_listed_and_removed() -> None:
    assert typed("list").output == ""
    added = typed("add", DEMO)
    assert added.exit_code == 0, added.output
    assert added.output.startswith("Added zztest-evening 1.0: ZZTEST evening scale\n  zztest-evening-scale: ")
    assert "restart it" in added.output
    listed = typed("list").output
    assert "ZZTEST Example Press, ZZTEST agreement 17, until 2035-12-31" in listed
    assert "confirmed by ZZTEST Clinic, licence desk on 2026-01-02" in listed
    assert listed.endswith("  in use\n")
    removed = typed("remove", "zztest-evening")
    assert (removed.exit_code, "stay readable" in removed.output) == (0, True)
    assert "removed on" in typed("list").output


def test_a_refused_pack_says_every_reason_and_changes_nothing(tmp_path: Path) -> None:
    files = replaced(demo_files(), HEAD, "2035-12-31", "2020-12-31")
    files = replaced(files, f"{SCALE}/questionnaire.json", '"status": "active"', '"status": "nice"')
    refused = typed("add", written(tmp_path, files))
    assert refused.exit_code == 1
    first, *reasons = refused.output.splitlines()
    assert first == "Error: the pack is refused:"
    assert [line for line in reasons if "expired on 2020-12-31" in line]
    assert [line for line in reasons if "Questionnaire.status" in line]
    assert typed("list").output == ""


def test_a_check_needs_no_settings(monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]) -> None:
    for name in environ:
        monkeypatch.delenv(name)
    assert typed("check", DEMO).exit_code == 0
    refused = typed("add", DEMO)
    assert (refused.exit_code, "IPT_FHIR_" in refused.output) == (1, True)


def test_an_unknown_pack_cannot_be_removed() -> None:
    refused = typed("remove", "nothing")
    assert (refused.exit_code, "no pack 'nothing' is in use" in refused.output) == (1, True)


def test_words_of_a_pack_cannot_command_the_terminal(tmp_path: Path) -> None:
    meaning = f"{SCALE}/instrument.toml"
    files = replaced(demo_files(), meaning, 'title = "ZZTEST evening scale"', 'title = "\\u001b[2J evening"')
    answer = typed("check", written(tmp_path, files))
    assert answer.exit_code == 0
    assert "?[2J evening" in answer.output


def test_a_running_app_sees_a_pack_at_its_next_start_decision_d61(environ: dict[str, str]) -> None:
    config = load_config(environ)
    running = build_practice(config)
    with running.store:
        assert typed("add", DEMO).exit_code == 0
        assert SCALE not in running.catalogue.instruments()
    again = build_practice(config)
    with again.store:
        assert SCALE in again.catalogue.instruments()
        assert typed("remove", "zztest-evening").exit_code == 0
        assert [item.removed for item in again.packs] == [None]
    last = build_practice(config, lambda: datetime.now(UTC) + timedelta(days=1))
    with last.store:
        assert [item.removed is None for item in last.packs] == [False]


def test_an_app_whose_pack_was_changed_says_so_in_a_line_and_does_not_serve(environ: dict[str, str]) -> None:
    assert typed("add", DEMO).exit_code == 0
    config = load_config(environ)
    with open_store(config.database_url, config.keys) as store, store.write() as tx:
        tx.connection.execute(update(table).values(content=b"something else"))
    refused = CliRunner().invoke(main, ["serve"])
    assert refused.exit_code == 1
    assert refused.output.startswith("Error: a pack was changed since it was added (pack zztest-evening 1.0: ")
    assert refused.output.count("\n") == 1


def test_the_demo_starts_with_a_pack(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    with running(tmp_path / "demo", packs=[DEMO]) as demo:
        assert [kept.pack.id for kept in demo.practice.packs] == ["zztest-evening"]
        assert SCALE in demo.practice.catalogue.instruments()


@pytest.mark.proof
def test_the_installed_command_adds_a_pack(environ: dict[str, str]) -> None:
    command = [sys.executable, "-c", "from ipt_fhir.cli import main; main()", "packs", "add", str(DEMO)]
    done = subprocess.run(command, env=os.environ | environ, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Added zztest-evening 1.0")
    again = subprocess.run(command, env=os.environ | environ, capture_output=True, text=True, timeout=60, check=False)
    assert (again.returncode, again.stdout) == (1, "")
    assert "is here already, version 1.0; remove it first" in again.stderr
