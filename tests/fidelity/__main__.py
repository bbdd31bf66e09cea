"""Measure again: the table for docs/conformance.md, or with ``verdicts`` the file of verdicts."""

from __future__ import annotations

import sys

from tests.fidelity import table, verdicts

if __name__ == "__main__":
    if sys.argv[1:] == ["verdicts"]:
        verdicts.COMMITTED.write_text(verdicts.as_toml(verdicts.computed()))
    else:
        sys.stdout.write(table.table() + "\n")
