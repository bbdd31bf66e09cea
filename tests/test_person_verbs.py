"""``ipt-fhir person``: export and purge as somebody types them at the machine."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ipt_fhir.cli import main
from smart_app.config import from_environment
from smart_app.store import persons
from smart_app.store.lanes import Lane
from smart_app.store.store import open_store
from tests.store.persons_given import fill
from tests.test_packs_verbs import environ as environ
from tests.test_packs_verbs import installed as installed

ISS = "https://ehr.example/fhir"
ANNA, BORIS = Lane(ISS, "anna"), Lane(ISS, "boris")
WHY = ("--by", "ada", "--reason", "asked-by-person")


def typed(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["person", *map(str, words)])


@pytest.fixture(autouse=True)
def filled(installed: None) -> None:  # noqa: ARG001 - the settings of the installation
    config = from_environment()
    with open_store(config.database_url, config.keys) as store, store.write() as tx:
        for lane in (ANNA, BORIS):
            fill(tx, lane)


def held(lane: Lane) -> int:
    config = from_environment()
    with open_store(config.database_url, config.keys) as store, store.read() as tx:
        return sum(persons.counts(tx, lane).values())


def test_without_yes_a_purge_only_says_what_it_would_do() -> None:
    asked = typed("purge", ISS, "anna", *WHY)
    assert asked.exit_code == 0
    assert "waiting: 1 forms the patient sent were not opened by anybody" in asked.output
    assert "Nothing was: say --yes." in asked.output
    assert held(ANNA) > 0


def test_a_purge_prints_its_receipt_and_leaves_the_others(tmp_path: Path) -> None:
    before = held(BORIS)
    assert "say that it is to be erased too" in typed("purge", ISS, "anna", *WHY, "--yes").output
    receipt = tmp_path / "receipt.json"
    done = typed("purge", ISS, "anna", *WHY, "--yes", "--waiting-too", "-o", receipt)
    assert (done.exit_code, held(ANNA), held(BORIS)) == (0, 0, before)
    whole = json.loads(receipt.read_bytes())
    assert (whole["by"], whole["reason"], whole["found_afterwards"]) == ("command-line:ada", "asked-by-person", {})
    again = typed("purge", ISS, "anna", *WHY, "--yes")
    assert (again.exit_code, "nothing is held" in again.output) == (1, True)


def test_a_reason_is_one_of_the_list_and_who_does_it_is_said() -> None:
    assert typed("purge", ISS, "anna", "--by", "ada", "--yes").exit_code == 2
    assert typed("purge", ISS, "anna", "--by", "ada", "--reason", "she is angry", "--yes").exit_code == 2
    assert typed("purge", ISS, "anna", "--reason", "test-data", "--yes").exit_code == 2
    assert held(ANNA) > 0


def test_an_export_is_a_file_only_its_owner_reads(tmp_path: Path) -> None:
    output = tmp_path / "anna.json"
    unknown = typed("export", ISS, "nobody", "--by", "ada", "-o", output)
    assert (unknown.exit_code, output.exists()) == (1, False)
    assert typed("export", ISS, "boris", "--by", "ada", "-o", output).exit_code == 0
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    whole = json.loads(output.read_bytes())
    assert whole["held"]["drafts"][0]["content"] == "boris"
    assert whole["fhir_left_out"] == "the course is not one that this version can read"
