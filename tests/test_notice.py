"""Every code system and instrument in use has its section in NOTICE, and the wheel carries the file."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ipt_fhir.terminology import systems

ROOT = Path(__file__).resolve().parents[1]
NOTICE = (ROOT / "NOTICE").read_text()
COVERED = tuple(re.findall(r"^Covers: (.+)$", NOTICE, re.MULTILINE))
INSTRUMENTS = sorted((ROOT / "ipt_fhir" / "instruments").glob("*/instrument.toml"))
IDENTIFIER_SYSTEMS = ("urn:",)


def is_covered(address: str) -> bool:
    """Below hl7.org/fhir, ``sid`` holds other people's code systems and ``us`` and ``uv`` hold guides of their own."""
    speakers = (systems.CANONICAL_BASE, *IDENTIFIER_SYSTEMS, *COVERED)
    rest = (address.removeprefix(speaker) for speaker in speakers if address.startswith(speaker))
    return any(not re.match(r"/(sid|us|uv)/", part) for part in rest)


def constants_of_the_terminology() -> dict[str, str]:
    return {name: value for name, value in vars(systems).items() if name.isupper() and isinstance(value, str)}


# Names of grammars; nobody's content is used.
NAMESPACES = {"http://www.w3.org/1999/xhtml", "http://json-schema.org/draft-04/schema#"}


def addresses_in(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.match(r"https?://[^ ]+$", node.value):
            yield from {node.value} - NAMESPACES


@pytest.mark.parametrize(("name", "address"), constants_of_the_terminology().items())
def test_every_system_of_the_terminology_has_its_notice(name: str, address: str) -> None:
    assert is_covered(address), f"systems.{name}: write a section in NOTICE with a line 'Covers: ...'"


def test_no_address_written_elsewhere_in_the_library_escapes_the_notice() -> None:
    written = {address for path in (ROOT / "ipt_fhir").rglob("*.py") for address in addresses_in(path.read_text())}
    assert [address for address in sorted(written) if not is_covered(address)] == []


def test_every_system_in_a_shipped_questionnaire_has_its_notice() -> None:
    questionnaires = (ROOT / "ipt_fhir").rglob("questionnaire.json")
    used = {found for path in questionnaires for found in re.findall(r'"system": *"([^"]+)"', path.read_text())}
    assert [address for address in sorted(used) if not is_covered(address)] == []


@pytest.mark.parametrize("path", INSTRUMENTS, ids=lambda path: path.parent.name)
def test_every_instrument_has_its_notice(path: Path) -> None:
    assert f"instrument {path.parent.name}" in COVERED


@pytest.mark.parametrize("path", INSTRUMENTS, ids=lambda path: path.parent.name)
def test_the_notice_names_the_holder_of_an_instrument(path: Path) -> None:
    licence = tomllib.loads(path.read_text())["licence"]
    assert licence["holder"] in NOTICE


@pytest.mark.parametrize(
    "address",
    ["http://www.ama-assn.org/go/cpt", "http://hl7.org/fhir/sid/cvx", "http://hl7.org/fhir/us/mcc/CodeSystem/x"],
)
def test_an_address_nobody_speaks_for_is_found(address: str) -> None:
    assert not is_covered(address)


def test_the_wheel_carries_the_notice() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert {"LICENSE", "NOTICE"} <= set(project["license-files"])
