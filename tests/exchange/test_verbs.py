"""The library's verbs as a person types them: streams, pipes, exit codes, and messages without the patient."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ipt_fhir import rawjson
from ipt_fhir.cli import main
from ipt_fhir.exchange import episode_file
from ipt_fhir.exchange.export import FORMS
from ipt_fhir.model.filed_parts import filed_part
from tests.exchange.given import bundle_of, entry_of, exported
from tests.mapping.example import EXAMPLE
from tests.mapping.full import FULL

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-c", "from ipt_fhir.cli import main; main()")
GOAL = b'{"resourceType":"Goal","id":"ZZTEST"}'


def run(*arguments: str | Path, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)


@pytest.fixture
def episode(tmp_path: Path) -> Path:
    file = tmp_path / "episode.json"
    file.write_bytes(episode_file.dump(FULL))
    return file


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A Bundle with one defect in its first entry, a goal."""
    bundle = bundle_of(EXAMPLE)
    entry_of(bundle, "Goal")["target"][0]["dueDate"] = "soon"
    file = tmp_path / "bundle.json"
    file.write_bytes(rawjson.write(bundle))
    return file


# validate


def test_what_is_sound_is_counted_and_ends_with_0(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(exported(EXAMPLE))
    (tmp_path / "b.ndjson").write_bytes(exported(FULL, "ndjson"))
    shown = run("validate", tmp_path)
    *warnings, count = shown.output.splitlines()
    assert (shown.exit_code, count) == (0, "33 resources: 0 errors, 2 warnings")
    assert all("form-not-at-hand" in line for line in warnings)


def test_an_error_is_shown_with_file_entry_path_rule_and_sentence_and_ends_with_1(broken: Path) -> None:
    shown = run("validate", broken)
    assert shown.exit_code == 1
    words = "Goal.target[0].due.ofType(date): FHIR R4: It is not written the way a FHIR date is."
    finding, count = shown.output.splitlines()
    assert finding == f"error    format             {broken} entry 0: {words}"
    assert count == "1 resource: 1 error, 0 warnings"


def test_json_is_as_documented(tmp_path: Path, broken: Path) -> None:
    """The example of docs/running.md, made by the command."""
    bundle = rawjson.parse_object(broken.read_bytes())
    bundle["entry"] = [*bundle["entry"][1:4], bundle["entry"][0], *bundle["entry"][4:]]
    broken.write_bytes(rawjson.write(bundle))
    shown = run("validate", broken, "--format", "json")
    documented = re.findall(r"^```json\n(.*)\n```$", (ROOT / "docs" / "running.md").read_text(), re.MULTILINE)
    assert [shown.output.replace(f"{tmp_path}/", "").strip()] == documented


def test_warnings_end_with_0() -> None:
    shown = run("validate", "-", stdin=b'{"resourceType":"Patient"}')
    assert shown.exit_code == 0
    assert "dom-6" in shown.output


@pytest.mark.parametrize("verb", ["validate", "import", "convert"])
def test_what_cannot_be_used_ends_with_2(tmp_path: Path, verb: str) -> None:
    (tmp_path / "folder").mkdir()
    for arguments in ([], [tmp_path / "none"], [tmp_path / "folder"], ["-"], ["-", "--nonsense"]):
        shown = run(verb, *arguments, stdin=b"ZZTEST")
        assert shown.exit_code == 2, arguments
        assert "Traceback" not in shown.output
        assert "ZZTEST" not in shown.output


def test_a_profile_that_cannot_be_checked_ends_with_2() -> None:
    shown = run("validate", "-", "--profile", "http://example.org/mine", stdin=GOAL)
    assert shown.exit_code == 2
    assert "http://example.org/mine: not among the profiles this software can check" in shown.output


def test_one_bad_file_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"{")
    (tmp_path / "b.json").write_bytes(exported(EXAMPLE))
    shown = run("validate", tmp_path)
    assert shown.exit_code == 1
    assert "a.json: not JSON" in shown.output
    assert "1 resource: 1 error, 0 warnings" in shown.output


@pytest.mark.parametrize("verb", ["validate", "export", "import", "convert"])
def test_help_says_what_the_exit_codes_mean(verb: str) -> None:
    shown = run(verb, "--help")
    words = " ".join(shown.output.split())
    assert shown.exit_code == 0
    assert re.search(r"Exit code: 0 .* 1 .* 2 ", words)


# export and import


@pytest.mark.parametrize("form", FORMS)
def test_a_course_goes_out_into_a_file_and_comes_in_again(tmp_path: Path, episode: Path, form: str) -> None:
    sent, back = tmp_path / f"sent.{'ndjson' if form == 'ndjson' else 'json'}", tmp_path / "back.json"
    assert run("export", episode, "--patient", "alma", "--as", form, "-o", sent).exit_code == 0
    assert run("validate", sent, "--profiles", "us-core-6.1.0").exit_code == 0
    assert run("import", sent, "-o", back).exit_code == 0
    assert episode_file.load(back.read_bytes()) == filed_part(FULL)


def test_options_of_the_site_are_passed_on(episode: Path) -> None:
    usual = run("export", episode, "--patient", "p1").stdout_bytes
    assert all(word in usual for word in (b"snomed.info", b"icd-10-cm", b"us-core-careplan"))
    wishes = ("--language", "de", "--no-snomed", "--no-icd10cm", "--claims", "base-r4")
    shown = run("export", episode, "--patient", "p1", *wishes)
    assert shown.exit_code == 0
    assert b'lang=\\"de\\"' in shown.stdout_bytes
    assert not any(word in shown.stdout_bytes for word in (b"snomed.info", b"icd-10-cm", b"us-core-careplan"))
    assert b"Patient/p1" in shown.stdout_bytes


def test_an_episode_file_that_is_wrong_is_refused_by_field_and_ends_with_2(tmp_path: Path, episode: Path) -> None:
    episode.write_bytes(episode.read_bytes().replace(b'"status": "completed"', b'"status": "ZZTEST"', 1))
    shown = run("export", episode, "--patient", "alma", "-o", tmp_path / "out")
    assert shown.exit_code == 2
    assert f"{episode}: episode.status: Invalid enum value" in shown.output
    assert "ZZTEST" not in shown.output
    assert not (tmp_path / "out").exists()


def test_an_id_that_fhir_does_not_know_is_refused(episode: Path) -> None:
    shown = run("export", episode, "--patient", "a/b")
    assert (shown.exit_code, shown.stdout) == (2, "")


def test_a_course_that_would_not_be_valid_is_refused_with_its_findings(tmp_path: Path, episode: Path) -> None:
    episode.write_bytes(episode.read_bytes().replace(b'"Condition/', b'"Goal/', 1))
    shown = run("export", episode, "--patient", "alma", "-o", tmp_path / "out")
    assert shown.exit_code == 1
    assert "CarePlan.addresses[0].reference" in shown.stderr
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_read_of_a_course_is_named_and_the_rest_is_written() -> None:
    bundle = bundle_of(EXAMPLE)
    entry_of(bundle, "Goal")["lifecycleStatus"] = "ZZTEST"
    shown = run("import", "-", stdin=rawjson.write(bundle))
    assert shown.exit_code == 1
    assert len(episode_file.load(shown.stdout_bytes).goals) == len(EXAMPLE.goals) - 1
    assert shown.stderr.startswith("stdin entry 0: Goal cannot be read: ")
    assert "ZZTEST" not in shown.stderr


def test_without_a_course_nothing_is_written(tmp_path: Path) -> None:
    shown = run("import", "-", "-o", tmp_path / "out", stdin=GOAL)
    assert shown.exit_code == 2
    assert "there is no course of ours" in shown.stderr
    assert not (tmp_path / "out").exists()


# convert


def test_a_bundle_becomes_lines_and_a_bad_line_ends_with_1() -> None:
    lines = run("convert", "-", "--to", "ndjson", stdin=exported(EXAMPLE))
    assert (lines.exit_code, lines.stderr) == (0, "")
    worse = run("convert", "-", "--to", "bundle", stdin=lines.stdout_bytes + b"bad\n")
    assert worse.exit_code == 1
    assert len(json.loads(worse.stdout)["entry"]) == len(bundle_of(EXAMPLE)["entry"])
    assert worse.stderr.startswith("stdin line ")


def test_an_activity_that_stays_is_named_and_ends_with_0() -> None:
    shown = run("convert", "-", "--activities", "reference", stdin=exported(FULL))
    assert shown.exit_code == 0
    assert "it stays" in shown.stderr


def test_what_could_not_be_converted_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    target.write_bytes(b"old")
    assert run("convert", "-", "-o", target, stdin=b"bad").exit_code == 2
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    shown = run("convert", "-", "-o", tmp_path / "none" / "out.json", stdin=GOAL)
    assert shown.exit_code == 2
    assert "No such file or directory" in shown.stderr


# Processes


def piped(command: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """A line of the shell in which ``ipt`` is the command."""
    shell = f'ipt() {{ "{COMMAND[0]}" -c "{COMMAND[2]}" "$@"; }}; set -o pipefail; {command}'
    return subprocess.run(["bash", "-c", shell], input=stdin, capture_output=True, timeout=120, cwd=ROOT, check=False)


def test_verbs_pass_a_course_on_through_pipes() -> None:
    given = episode_file.dump(EXAMPLE)
    ended = piped("ipt export - --patient alma | ipt convert - --to ndjson | ipt import -", given)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert episode_file.load(ended.stdout) == filed_part(EXAMPLE)


@pytest.mark.parametrize(
    ("command", "stdin", "code"),
    [
        ("ipt validate -", exported(EXAMPLE), 0),
        ("ipt validate -", GOAL, 1),
        ("ipt validate -", b"bad", 2),
        ("ipt validate - < /dev/null", b"", 2),
        ("ipt import -", GOAL, 2),
    ],
)
def test_a_process_ends_with_its_exit_code(command: str, stdin: bytes, code: int) -> None:
    ended = piped(command, stdin)
    assert ended.returncode == code
    assert b"Traceback" not in ended.stderr


@pytest.mark.parametrize(
    "command", ["ipt validate -", "ipt validate - --format json", "ipt convert - --to bundle", "ipt convert -"]
)
def test_a_reader_who_has_seen_enough_ends_it_without_a_word(command: str) -> None:
    ended = piped(f"{command} | head -c 10", (GOAL + b"\n") * 20_000)
    assert ended.stderr == b""
    assert len(ended.stdout) == 10


@pytest.mark.parametrize("verb", ["validate", "import", "convert"])
def test_ctrl_c_ends_it_and_leaves_no_file(tmp_path: Path, verb: str) -> None:
    """What it was given is more than a pipe holds: once all is handed over, it is at work and waits for more."""
    output = [] if verb == "validate" else ["-o", str(tmp_path / "out")]
    process = subprocess.Popen(
        [*COMMAND, verb, "-", *output], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    too_late = threading.Timer(60, process.kill)
    too_late.start()
    try:
        assert process.stdin is not None
        process.stdin.write((GOAL + b"\n") * 20_000)
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    finally:
        too_late.cancel()
    assert process.returncode == 1
    assert b"Aborted" in said
    assert b"Traceback" not in said
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - hidden drafts count


def seen_on_a_terminal(*arguments: str | Path) -> bytes:
    """What a verb says on standard error when that is a terminal."""
    terminal, other_end = pty.openpty()
    ended = subprocess.run(
        [*COMMAND, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=other_end, timeout=60, check=False
    )
    os.close(other_end)
    said = b""
    with suppress(OSError):  # Linux says EIO at the end of a terminal
        while part := os.read(terminal, 65_536):
            said += part
    os.close(terminal)
    assert ended.returncode == 0
    return said


def test_long_work_shows_a_bar_to_a_person_and_to_nobody_else(tmp_path: Path) -> None:
    long, short = tmp_path / "long.ndjson", tmp_path / "short.ndjson"
    resource = b'{"resourceType":"Goal","id":"1","note":"' + b"x" * 1_000_000 + b'"}\n'
    long.write_bytes(resource * 5)
    short.write_bytes(resource)
    output = ("-o", tmp_path / "out")
    assert b"100%" in seen_on_a_terminal("convert", long, *output)
    assert seen_on_a_terminal("convert", short, *output) == b""
    assert run("convert", long, *output).output == ""
