"""What becomes of a real file that is not plain good R4: a word, and the reasons by name."""

from __future__ import annotations

import tomllib
from pathlib import Path

from ipt_fhir import rawjson
from ipt_fhir.mapping.foreign import open_foreign
from ipt_fhir.mapping.members import RESOURCES
from ipt_fhir.model.foreign import Reason
from ipt_fhir.rawjson import JsonRefused
from ipt_fhir.validation.issues import errors
from ipt_fhir.validation.validator import validate
from tests.fidelity import files

COMMITTED = Path(__file__).with_name("verdicts.toml")
# What is standard but not shown is no fault of the file.
QUIET = frozenset((Reason.NOT_SHOWN, Reason.EXTENSION, Reason.EMPTY))


def verdict(data: bytes) -> str:
    """``good``, ``read-only: <reasons>`` or ``refused: <reasons>``; the server is taken to say it is R4.

    Of a type that is not opened here (Questionnaire) the validator alone decides whether it is used. A file of
    ``other-versions`` says nothing of its server.
    """
    try:
        resource = rawjson.parse_object(data)
    except JsonRefused as refused:
        return f"refused: {refused}"
    found = {issue.rule for issue in errors(validate(resource))}
    if resource.get("resourceType") not in RESOURCES:
        return f"refused: {' '.join(sorted(found))}" if found else "good"
    opened = open_foreign(resource)
    if opened.value is None:
        return f"refused: {opened.release.value}"
    found |= {item.reason.value for item in opened.not_understood if item.reason not in QUIET}
    return f"read-only: {' '.join(sorted(found))}" if found else "good"


def computed() -> dict[str, str]:
    """Every sample that is not good, by name."""
    found = {name: verdict(data) for name, data in files.samples().items()}
    return {name: said for name, said in found.items() if said != "good"}


def committed() -> dict[str, str]:
    """The verdicts as they were agreed."""
    return tomllib.loads(COMMITTED.read_text())


def as_toml(verdicts: dict[str, str]) -> str:
    """The committed file anew."""
    head = "# Real samples that are not good R4, and what becomes of them: python -m tests.fidelity verdicts\n"
    return head + "".join(f'"{name}" = "{said}"\n' for name, said in sorted(verdicts.items()))
