"""Read the folder of a pack from a disk: only the files a pack has, none through a link, none larger than it may be."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from ipt_fhir.instruments.loading import FORM, MEANING
from ipt_fhir.instruments.packs import MOST_INSTRUMENTS, PACK_FILE, PackRefused, is_plain_id

_LARGEST = {PACK_FILE: 64 * 1024, FORM: 2 * 1024 * 1024, MEANING: 256 * 1024}
"""Bytes of a file by its name; there are no others."""
_LARGEST_PACK = 16 * 1024 * 1024


def read_pack_folder(folder: Path) -> dict[str, bytes]:
    """The files of a pack by path (``pack.toml``, ``epds/questionnaire.json``). Raises PackRefused."""
    try:
        found = dict(_files(folder))
    except OSError as wrong:
        raise PackRefused([f"{wrong.filename or folder}: cannot be read ({wrong.strerror})"]) from wrong
    if sum(map(len, found.values())) > _LARGEST_PACK:
        raise PackRefused([f"the pack is larger than {_LARGEST_PACK} bytes"])
    return found


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    below = []
    for entry in _entries(folder, folder):
        if entry.is_dir(follow_symlinks=False) and is_plain_id(entry.name):
            below.append(entry)
        elif entry.name == PACK_FILE:
            yield PACK_FILE, _content(Path(entry.path), PACK_FILE)
        else:
            raise PackRefused([f"{entry.name}: has no place in a pack; {_PLACES}"])
    if len(below) > MOST_INSTRUMENTS:
        raise PackRefused([f"the pack has more than {MOST_INSTRUMENTS} instruments"])
    for inner in below:
        for entry in _entries(Path(inner.path), folder):
            name = f"{inner.name}/{entry.name}"
            if entry.name not in {FORM, MEANING}:
                raise PackRefused([f"{name}: has no place in a pack; {_PLACES}"])
            yield name, _content(Path(entry.path), name)


_PLACES = f"there are {PACK_FILE} and, in one folder an instrument, {FORM} and {MEANING}"


def _entries(folder: Path, root: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if entry.is_symlink():
            raise PackRefused([f"{Path(entry.path).relative_to(root)}: is a link; a pack holds the files themselves"])
    return entries


def _content(path: Path, name: str) -> bytes:
    """Read what was looked at: not what a link put there since, and no more than the file may have."""
    limit = _LARGEST[path.name]
    with open(path, "rb", opener=_without_links) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise PackRefused([f"{name}: is not a file"])
        content = file.read(limit + 1)
    if len(content) > limit:
        raise PackRefused([f"{name}: larger than {limit} bytes"])
    return content


def _without_links(path: str, flags: int) -> int:
    """A named pipe would keep us waiting for ever; where the system has no such flags they are 0."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
