"""Output that is written whole or not at all: nobody sees half of a file, and an error leaves the old one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, cast


@contextmanager
def written_whole(target: Path | None, stdout: BinaryIO) -> Iterator[BinaryIO]:
    """A stream that becomes the file ``target`` when the block ends well; standard output when there is no target.

    The file is readable by its owner only: it is health data. Raises OSError where the folder cannot be written to.
    """
    if target is None or (target.exists() and not target.is_file()):
        with _straight(target, stdout) as stream:
            yield stream
            stream.flush()
        return
    with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as draft:
        try:
            yield cast(BinaryIO, draft)
            draft.flush()
            os.fsync(draft.fileno())
            Path(draft.name).replace(target)
        finally:
            Path(draft.name).unlink(missing_ok=True)


@contextmanager
def _straight(target: Path | None, stdout: BinaryIO) -> Iterator[BinaryIO]:
    """Standard output, or a device or pipe, which cannot be replaced."""
    if target is None:
        yield stdout
    else:
        with target.open("wb") as stream:
            yield stream
