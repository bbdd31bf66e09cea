"""How many files each library gives back the same, changed, or not at all; as Markdown for docs/conformance.md."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable
from functools import cache
from importlib.metadata import version

from tests.fidelity import files, judge
from tests.fidelity.editors import EDITORS, REFUSALS

_PACKAGES = {"ipt-fhir": None, "fhir.resources R4B": "fhir.resources", "fhirclient": "fhirclient"}


def outcome(edit: Callable[[bytes], bytes], data: bytes, same: Callable[[bytes, bytes], bool]) -> str:
    """``same``, ``changed`` or ``refused``."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a peer that warns and goes on has not refused
            written = edit(data)
    except REFUSALS:
        return "refused"
    return "same" if same(data, written) else "changed"


@cache
def counts() -> dict[str, dict[str, Counter[str]]]:
    """Outcomes by set of files and library. Ours must be the same in every token, the peers' in content only."""
    return {
        title: {
            name: Counter(
                outcome(edit, data, judge.identical if name == "ipt-fhir" else judge.same_content)
                for data in found.values()
            )
            for name, edit in EDITORS.items()
        }
        for title, found in files.sets().items()
    }


def table() -> str:
    """One row a set of files; each cell: same / changed / refused."""
    named = [name if package is None else f"{name} {version(package)}" for name, package in _PACKAGES.items()]
    lines = [f"| files | number | {' | '.join(named)} |", "|---|---|---|---|---|"]
    for title, found in counts().items():
        cells = (f"{by['same']} / {by['changed']} / {by['refused']}" for by in found.values())
        lines.append(f"| {title} | {len(files.sets()[title])} | {' | '.join(cells)} |")
    return "\n".join(lines)
