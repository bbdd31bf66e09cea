"""Packs for tests: the invented one beside this file, and what is made of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

DEMO = Path(__file__).with_name("zztest-evening")
SCALE = "zztest-evening-scale"
FORM, MEANING, HEAD = f"{SCALE}/questionnaire.json", f"{SCALE}/instrument.toml", "pack.toml"


def demo_files() -> dict[str, bytes]:
    """The files of the invented pack, by path."""
    return {path.relative_to(DEMO).as_posix(): path.read_bytes() for path in sorted(DEMO.rglob("*.*"))}


def demo_pack(place: Path, name: str = "pack") -> Path:
    """A copy of the invented pack that a test may spoil."""
    return Path(shutil.copytree(DEMO, place / name))


def replaced(files: dict[str, bytes], path: str, old: str, new: str) -> dict[str, bytes]:
    """The files with the first ``old`` in one of them replaced; it must be there."""
    content = files[path].decode()
    assert old in content, old
    return files | {path: content.replace(old, new, 1).encode()}


def edited(files: dict[str, bytes], edit: Callable[[dict[str, Any]], object]) -> dict[str, bytes]:
    """The files with the Questionnaire changed by ``edit``."""
    form = json.loads(files[FORM])
    edit(form)
    return files | {FORM: json.dumps(form).encode()}


def renamed(files: dict[str, bytes], instrument_id: str) -> dict[str, bytes]:
    """The files with the instrument under another id, folder and address."""
    return {
        path.replace(SCALE, instrument_id): content.replace(SCALE.encode(), instrument_id.encode())
        for path, content in files.items()
    }


def another_pack(files: dict[str, bytes], pack_id: str) -> dict[str, bytes]:
    """The files as a pack of that id."""
    return replaced(files, HEAD, 'id = "zztest-evening"', f'id = "{pack_id}"')


def written(place: Path, files: dict[str, bytes], name: str = "pack") -> Path:
    """A folder with those files."""
    for path, content in files.items():
        target = place / name / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return place / name


def perinatal() -> dict[str, bytes]:
    """A pack with an EPDS in place of the score alone: its codes and its range, and not a word of its texts."""
    head = another_pack(demo_files(), "perinatal")[HEAD]
    codes = "http://zztest.example/fhir/CodeSystem/epds"
    codings = ({"system": codes, "code": f"a{points}", "display": f"Answer {points}"} for points in range(4))
    answers = [{"valueCoding": coding} for coding in codings]
    asked = [{"linkId": str(number), "text": f"Statement {number}", "type": "choice"} for number in range(1, 11)]
    form = {
        "resourceType": "Questionnaire",
        "url": "http://zztest.example/fhir/Questionnaire/epds",
        "version": "1",
        "title": "EPDS",
        "status": "active",
        "item": [row | {"answerOption": answers} for row in asked],
    }
    points = "\n".join(f'"{row["linkId"]}" = {{ a0 = 0, a1 = 1, a2 = 2, a3 = 3 }}' for row in asked)
    meaning = f"{_EPDS}{EPDS_SAFETY}{_SCORED}{points}"
    return {HEAD: head, "epds/questionnaire.json": json.dumps(form).encode(), "epds/instrument.toml": meaning.encode()}


_EPDS = """id = "epds"
title = "EPDS"
window_days = 7
[codes.total]
code = "99046-5"
display = "Total score [EPDS]"
[scale]
lowest = 0
highest = 30
better = "lower"
"""
EPDS_SAFETY = """[safety]
link_id = "10"
positive = ["a1", "a2", "a3"]
source = "Decision D21"
"""
_SCORED = """[scoring]
method = "sum"
needed = 10
source = "Invented"
verified = false
[scoring.points]
"""
