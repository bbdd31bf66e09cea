"""The public test data: files others published, found through IPT_FHIR_TEST_DATA and never copied into the project."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.parts import PARTS, data_folder, missing, need

MANIFEST = Path(__file__).with_name("data-manifest.toml")


@dataclass(frozen=True)
class PublishedFile:
    """One line of the manifest: where the file lies in the data folder, where it comes from, and its SHA-256 in hex."""

    file: str
    sha256: str
    repository: str
    path: str
    commit: str
    licence: str


def manifest() -> Iterator[PublishedFile]:
    """Every file the tests may use, in the order of the manifest."""
    for source in tomllib.loads(MANIFEST.read_text())["source"]:
        for line in source["files"]:
            yield PublishedFile(
                file=line["file"],
                sha256=line["sha256"],
                repository=source["repository"],
                path=line["path"],
                commit=source["commit"],
                licence=source["licence"],
            )


def published(file: str) -> Path:
    """The file or folder of that name in the data folder, such as "samples/goals"; without it the test is skipped."""
    need("published data")
    folder = data_folder()
    if folder is None or not (folder / file).exists():
        missing(f"the published file {file}", PARTS["published data"].get)
    return folder / file
