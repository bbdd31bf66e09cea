"""``python -m tests.reference``: write docs/api.md from the docstrings, docs/questionnaires.md from its table,
docs/instruments.md from the folders, and docs/mapping.md and docs/fhirpath.md from runs.

The pages are compared with the code by tests, so they cannot grow old.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from types import FunctionType, ModuleType

import msgspec

from tests.instruments.page import instruments_page
from tests.mapping.table import mapping_page
from tests.parts import data_folder
from tests.questionnaires.expressions.official import fhirpath_page
from tests.questionnaires.support_page import questionnaires_page

DOCS = Path(__file__).resolve().parents[1] / "docs"

# What a user of the library imports, in the order in which it is met. Modules that are not here are ours to change.
PUBLIC = {
    "The course": (
        "ipt_fhir.model.episode",
        "ipt_fhir.model.problem_areas",
        "ipt_fhir.model.goals",
        "ipt_fhir.model.activities",
        "ipt_fhir.model.sessions",
        "ipt_fhir.model.measures",
        "ipt_fhir.model.totals",
        "ipt_fhir.model.forms",
        "ipt_fhir.model.ending",
        "ipt_fhir.model.consents",
        "ipt_fhir.model.records",
        "ipt_fhir.model.inventory",
        "ipt_fhir.model.timeline",
        "ipt_fhir.model.formulation",
        "ipt_fhir.model.fidelity",
        "ipt_fhir.model.people",
        "ipt_fhir.model.diagnoses",
        "ipt_fhir.model.filed_parts",
    ),
    "To FHIR and back": (
        "ipt_fhir.mapping.episode",
        "ipt_fhir.mapping.references",
        "ipt_fhir.mapping.site",
        "ipt_fhir.mapping.labels",
        "ipt_fhir.mapping.provenance",
    ),
    "What others wrote": (
        "ipt_fhir.mapping.foreign",
        "ipt_fhir.model.foreign",
        "ipt_fhir.mapping.releases",
        "ipt_fhir.mapping.condition",
        "ipt_fhir.mapping.medicationrequest",
    ),
    "Instruments and scores": (
        "ipt_fhir.instruments.catalogue",
        "ipt_fhir.instruments.rules",
        "ipt_fhir.questionnaires.scoring",
        "ipt_fhir.questionnaires.readings",
        "ipt_fhir.questionnaires.off_track",
        "ipt_fhir.questionnaires.off_track_words",
        "ipt_fhir.questionnaires.reading",
        "ipt_fhir.questionnaires.fhirpath",
        "ipt_fhir.questionnaires.prepopulation",
        "ipt_fhir.questionnaires.extraction",
        "ipt_fhir.questionnaires.validation",
        "ipt_fhir.questionnaires.findings",
        "ipt_fhir.terminology.scores",
    ),
    "IPT as data and as steps": (
        "ipt_fhir.protocol.catalogue",
        "ipt_fhir.protocol.variants",
        "ipt_fhir.protocol.schools",
        "ipt_fhir.protocol.activities",
        "ipt_fhir.protocol.goals",
        "ipt_fhir.protocol.goal_states",
        "ipt_fhir.protocol.course",
        "ipt_fhir.protocol.course_guards",
        "ipt_fhir.protocol.response_states",
        "ipt_fhir.protocol.total_states",
        "ipt_fhir.protocol.group",
        "ipt_fhir.protocol.rules",
    ),
    "Validation": ("ipt_fhir.validation.validator", "ipt_fhir.validation.clinical", "ipt_fhir.validation.issues"),
    "Raw JSON": ("ipt_fhir.rawjson", "ipt_fhir.ndjson"),
    "Files and packages": (
        "ipt_fhir.exchange.episode_file",
        "ipt_fhir.profiles.package",
        "ipt_fhir.mapping.plandefinition",
        "ipt_fhir.mapping.activitydefinition",
        "ipt_fhir.mapping.applying",
    ),
    "Typed models": ("ipt_fhir.typed",),
}

_HEAD = """# API reference

Written from the docstrings by `make reference`; a test compares them. How to use it: [the library](library.md).

"""


def api_page() -> str:
    """The whole page."""
    return _HEAD + "".join(f"## {title}\n\n{''.join(map(_module, names))}" for title, names in PUBLIC.items())


def undocumented() -> list[str]:
    """Public names of public modules without a docstring."""
    modules = [importlib.import_module(name) for names in PUBLIC.values() for name in names]
    return [f"{module.__name__}.{name}" for module in modules for name, value in _names(module) if not value.__doc__]


def _module(name: str) -> str:
    module = importlib.import_module(name)
    entries = "".join(_entry(item, value) for item, value in _names(module))
    return f"### `{name}`\n\n{_prose(module)}\n\n{entries}"


def _names(module: ModuleType) -> Iterator[tuple[str, type | FunctionType]]:
    """Public classes and functions of a module, in the order of the file; those it passes on by ``__all__`` too."""
    passed_on = getattr(module, "__all__", ())
    for name, value in vars(module).items():
        own = getattr(value, "__module__", None) == module.__name__ or name in passed_on
        if own and not name.startswith("_") and (inspect.isclass(value) or inspect.isfunction(inspect.unwrap(value))):
            yield name, value


def _entry(name: str, value: type | FunctionType) -> str:
    if inspect.isclass(value):
        return f"#### `{name}`\n\n{_prose(value)}\n\n{_fields(value)}{_methods(value)}"
    return f"#### `{name}{_signature(value)}`\n\n{_prose(value)}\n\n"


def _fields(value: type) -> str:
    if issubclass(value, Enum):
        return "Values: " + ", ".join(f"`{member.value}`" for member in value) + "\n\n"
    if issubclass(value, msgspec.Struct):
        return _struct_fields(value)
    if not dataclasses.is_dataclass(value):
        return ""
    rows = "".join(
        f"| `{field.name}` | `{_cell(str(field.type))}` | {_default(field)} |\n" for field in dataclasses.fields(value)
    )
    return f"| field | type | default |\n|---|---|---|\n{rows}\n"


def _struct_fields(value: type[msgspec.Struct]) -> str:
    rows = "".join(
        f"| `{field.name}` | `{_cell(str(value.__annotations__[field.name]))}` | {'' if field.required else 'yes'} |\n"
        for field in msgspec.structs.fields(value)
    )
    return f"| field | type | may be missing |\n|---|---|---|\n{rows}\n" if rows else ""


def _default(field: dataclasses.Field[object]) -> str:
    if field.default is dataclasses.MISSING:
        return "" if field.default_factory is dataclasses.MISSING else "empty"
    default = field.default.value if isinstance(field.default, Enum) else field.default
    return f"`{_cell(repr(default))}`" if len(repr(default)) < 60 else "see the source"


def _methods(value: type) -> str:
    """Public methods and properties that the class itself defines."""
    found = ""
    for name, member in vars(value).items():
        function = member.fget if isinstance(member, property) else member
        if name.startswith("_") or not inspect.isfunction(function):
            continue
        call = name if isinstance(member, property) else f"{name}{_signature(function)}"
        found += f"- `{call}`: {_prose(function)}\n"
    return f"{found}\n" if found else ""


def _signature(function: Callable[..., object]) -> str:
    """As in the code; a default that is a function is called by its name, not by where it lies in memory."""
    words = str(inspect.signature(inspect.unwrap(function))).replace("'", "")
    return re.sub(r"<function (\w+) at 0x[0-9a-f]+>", r"\1", words)


def _prose(value: object) -> str:
    """The docstring as Markdown: double backticks become single ones."""
    return (inspect.getdoc(value) or "").replace("``", "`")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    """Write the pages."""
    (DOCS / "api.md").write_text(api_page(), encoding="utf-8")
    (DOCS / "mapping.md").write_text(mapping_page(), encoding="utf-8")
    (DOCS / "instruments.md").write_text(instruments_page(), encoding="utf-8")
    (DOCS / "questionnaires.md").write_text(questionnaires_page(), encoding="utf-8")
    if data_folder() is not None:
        (DOCS / "fhirpath.md").write_text(fhirpath_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
