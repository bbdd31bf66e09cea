"""The library's tables of FHIR R4: which element has which type. Read when they are first needed."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from ipt_fhir import rawjson

_TABLES = ("choiceTypePaths", "path2Type", "pathsDefinedElsewhere", "type2Parent")


@cache
def model() -> dict[str, dict[str, Any]]:
    """The tables by name. The library itself would read those of four releases while it is imported."""
    folder = files("fhirpathpy") / "models" / "r4"
    return {name: rawjson.parse_object((folder / f"{name}.json").read_bytes()) for name in _TABLES}


@cache
def types() -> frozenset[str]:
    """The names of all types."""
    parents = model()["type2Parent"]
    return frozenset({*parents, *parents.values(), *(path.partition(".")[0] for path in model()["path2Type"])})


def parent_of(name: str) -> str | None:
    """The type a type is a kind of (``code`` is a kind of ``string``); None for one that is no kind of another."""
    return model()["type2Parent"].get(name)


def element_type(path: str) -> str | None:
    """The type of an element (``Patient.name`` is a HumanName), BackboneElement for one with elements of its own;
    None for one R4 does not have."""
    found = model()["path2Type"].get(path)
    if found is not None:
        return str(found).removeprefix("System.").replace("String", "string")
    return "BackboneElement" if path in _backbones() else None


def choice_types(path: str) -> tuple[str, ...]:
    """The types an element may have (``Observation.value``), spelled as JSON adds them to its name; none for others."""
    return tuple(model()["choiceTypePaths"].get(path, ()))


@cache
def _backbones() -> frozenset[str]:
    return frozenset(path.rpartition(".")[0] for path in model()["path2Type"])
