"""The files: official examples and real samples of the types we read or write, as bytes, and Bundles that hold them."""

from __future__ import annotations

import gzip
import json
import tarfile
from functools import cache
from pathlib import Path
from typing import Any

from ipt_fhir.mapping.beside import BESIDE_TYPES
from ipt_fhir.mapping.episode import RESOURCE_TYPES
from ipt_fhir.mapping.members import RESOURCES
from tests.published import published
from tests.validation.examples import R4_EXAMPLES, US_CORE

TYPES = {*RESOURCE_TYPES, *BESIDE_TYPES, *RESOURCES, "Appointment", "MedicationRequest", "Patient", "Questionnaire"}
"""What a course is filed as, what is opened of others, and what is read beside it."""

FOLDERS = ("careplans", "goals", "questionnaireresponses", "questionnaires", "other-versions")


@cache
def sets() -> dict[str, dict[str, bytes]]:
    """The sets of files by title: name -> bytes."""
    found = {"HL7, R4 4.0.1 examples": _of_package(R4_EXAMPLES, "package/")}
    for version in ("6.1.0", "7.0.0", "8.0.0"):
        found[f"US Core {version} examples"] = _of_package(US_CORE.format(version), "package/example/")
    found["real samples"] = samples()
    found["charts of 50 synthetic patients"] = _of_lines("synthetic-50-slim.ndjson.gz")
    return found


def samples() -> dict[str, bytes]:
    """Real files as they are, right and wrong."""
    paths = [path for folder in FOLDERS for path in sorted(published(f"samples/{folder}").glob("*.json"))]
    return {f"{path.parent.name}/{path.name}": path.read_bytes() for path in paths}


def _of_package(package: str, folder: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with tarfile.open(Path(published(package))) as archive:
        for member in archive:
            if member.name.startswith(folder) and member.name.endswith(".json"):
                stream = archive.extractfile(member)
                data = stream.read() if stream else b""
                if _is_ours(json.loads(data)):
                    found[member.name.removeprefix(folder)] = data
    return found


def _of_lines(file: str) -> dict[str, bytes]:
    """The resources of an NDJSON file; their times have microseconds."""
    lines = gzip.decompress(published(file).read_bytes()).splitlines()
    return {f"{file}:{number}": line for number, line in enumerate(lines, 1) if _is_ours(json.loads(line))}


def _is_ours(content: Any) -> bool:
    """Of one of the types, or a Bundle with at least one entry of them."""
    kind = content.get("resourceType") if isinstance(content, dict) else None
    if kind == "Bundle":
        return any(_is_ours(entry.get("resource")) for entry in content.get("entry", []))
    return kind in TYPES
