"""The documents say what the code does: commands, settings, rooms, decisions, links, versions."""

from __future__ import annotations

import importlib
import importlib.util
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.mapping.test_survival import LOST

ROOT = Path(__file__).resolve().parents[1]
PAGES = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")))
RUNNING = (ROOT / "docs" / "running.md").read_text()
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()
CONFIG = ROOT / "smart_app" / "config.py"
PACKAGES = ("ipt_fhir", "smart_app")


def commands() -> list[str]:
    """Every verb as it is typed; none while the command line is not built."""
    if importlib.util.find_spec("ipt_fhir.cli") is None:
        return []
    return sorted(verbs("ipt-fhir", importlib.import_module("ipt_fhir.cli").main))


def verbs(typed: str, command: click.Command) -> Iterator[str]:
    if not isinstance(command, click.Group):
        yield typed
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        verb = command.get_command(context, name)
        if verb is not None:
            yield from verbs(f"{typed} {name}", verb)


def settings() -> list[str]:
    return sorted(set(re.findall(r"\bIPT_FHIR_[A-Z0-9_]+\b", CONFIG.read_text()))) if CONFIG.exists() else []


def rooms() -> list[str]:
    """The children of both packages that hold code."""
    children = (child for package in PACKAGES for child in sorted((ROOT / package).iterdir()))
    return [
        f"{child.parent.name}/{child.stem}"
        for child in children
        if (child.suffix == ".py" and child.stem != "__init__") or any(child.glob("*.py"))
    ]


def section(title: str) -> str:
    """One section of the architecture page, up to the next heading of any depth."""
    return re.split(r"^#+ ", ARCHITECTURE.split(f"{title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


@pytest.mark.parametrize("command", commands())
def test_every_command_is_named(command: str) -> None:
    assert f"`{command}`" in RUNNING, "name it in docs/running.md"


@pytest.mark.parametrize("setting", settings())
def test_every_setting_is_named(setting: str) -> None:
    assert f"`{setting}`" in RUNNING, "name it in docs/running.md"


def test_no_setting_is_named_that_nobody_reads() -> None:
    documented = set(re.findall(r"^\| `(IPT_FHIR_[A-Z0-9_]+)`", RUNNING, re.MULTILINE))
    assert documented == set(settings())


@pytest.mark.parametrize("room", rooms())
def test_every_room_stands_on_the_architecture_page(room: str) -> None:
    assert f"`{room.split('/')[1]}`" in section("### Rooms that stand today")
    assert f"`{room}`" not in section("### Places kept free"), "it stands: move it to the rooms of today"


def test_every_decision_the_code_cites_is_written_down() -> None:
    written = set(re.findall(r"^\| (D\d+b?) \|", (ROOT / "docs" / "decisions.md").read_text(), re.MULTILINE))
    sources = [path for folder in (*PACKAGES, "tests") for path in (ROOT / folder).rglob("*.py")]
    cited = {found for path in sources for found in re.findall(r"\bdecisions?[- ](D\d+b?)\b", path.read_text())}
    assert cited <= written


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_to_other_files_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_make_target_is_explained_and_every_explained_target_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    explained = set(re.findall(r"^\| `make ([a-z]+)`", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE))
    typed = set(re.findall(r"^make ([a-z]+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert targets == explained
    assert typed <= targets


def test_what_only_our_extensions_carry_is_written_down() -> None:
    page = (ROOT / "docs" / "conformance.md").read_text()
    table = page.partition("## What only our extensions carry")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+\.\w+)`", table, re.MULTILINE)) == LOST


def test_each_trait_of_the_therapy_has_a_page_and_a_test_that_exists() -> None:
    page = (ROOT / "docs" / "conformance.md").read_text()
    table = page.partition("## The traits of IPT, where they are seen and what proves it")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    named = [re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row) for row in rows]
    assert rows
    assert all(named), "each row names its test"
    gone = [f"{path}::{name}" for found in named for path, name in found if not _is_a_test(path, name)]
    assert gone == []


def _is_a_test(path: str, name: str) -> bool:
    file = ROOT / path
    return file.exists() and f"def {name}(" in file.read_text()


@pytest.mark.parametrize("page", ["README.md", "docs/library.md"])
def test_the_examples_of_a_page_run_one_after_the_other(page: str) -> None:
    examples = re.findall(r"^```python\n(.*?)^```", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL)
    assert examples
    names: dict[str, object] = {}
    for example in examples:
        exec(compile(example, page, "exec"), names)  # noqa: S102 - our own page


def test_the_changelog_begins_with_the_version_of_the_project() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    headings = re.findall(r"^## ([0-9.]+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == version
