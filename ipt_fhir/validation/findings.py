"""From an error of the schema engine to an issue: where in FHIRPath, which rule, said plainly. Runs on failure only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from jsonschema_rs import ValidationError, ValidationErrorKind

from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation.issues import Issue, Severity
from ipt_fhir.validation.keywords import STUMBLED
from ipt_fhir.validation.schemas import Schema, trace
from ipt_fhir.validation.sentences import sentence, shape

_Kind = ValidationErrorKind
# A longer list of codes is named, not spelled out.
_MANY = 12
_LONG_NAME = 60


class Findings:
    """The issues of one resource against one schema. ``local`` are the ``#id`` its references may use."""

    def __init__(self, schema: Schema, location: str, local: frozenset[str]) -> None:
        self._schema = schema
        self._location = location
        self._local = local
        self._choices = schema.choices

    def of(self, errors: Iterable[ValidationError]) -> list[Issue]:
        """Each finding once; what only follows from another finding is left out."""
        found = list(dict.fromkeys(issue for error in errors for issue in self._issues(error)))
        misshapen = {issue.location for issue in found if issue.rule == "shape"}
        found = [issue for issue in found if issue.rule == "shape" or issue.location not in misshapen]
        causes = [issue for issue in found if not issue.rule.endswith(STUMBLED)]
        return causes or [self._issue((), issue.rule.removesuffix(STUMBLED), at=issue.location) for issue in found]

    def _issues(self, error: ValidationError) -> Iterator[Issue]:
        path = error.instance_path
        if isinstance(error.kind, _Kind.Custom):
            yield self._by_keyword(path, error.kind)
            return
        rule, definition = trace(self._schema, error.evaluation_path)
        match error.kind:
            case _ if rule:
                yield from self._ruled(error, rule, definition)
            case _Kind.AdditionalProperties(unexpected=names):
                yield from (self._unknown(path, name) for name in names)
            case _Kind.AnyOf(context=branches):
                # Only lists of primitives have an `anyOf` without a rule: the value, or null.
                nested = [issue for branch in branches[:1] for inner in branch for issue in self._issues(inner)]
                yield from nested or [self._issue(path, "format", {"expected": definition})]
            case _Kind.Required(property=name):
                yield self._issue([*path, name], "required", {"element": name})
            case kind:
                name, values = _plain(kind, error.instance, definition)
                yield self._issue(path, name, values)

    def _unknown(self, path: list[str | int], name: str) -> Issue:
        """A member FHIR does not know; a name that is no name is quoted, because issues end up in logs."""
        shown = name if name.isidentifier() else ascii(name)[:_LONG_NAME]
        at = f"{fhirpath(self._location, path, self._choices)}.{shown}"
        return self._issue((), "unknown-element", {"element": shown}, at=at)

    def _by_keyword(self, path: list[str | int], kind: ValidationErrorKind.Custom) -> Issue:
        match kind.keyword:
            case "choice":
                return self._issue(path, "choice", {"element": kind.message})
            case "paired":
                return self._issue([*path, kind.message], "null")
            case _:
                return self._issue(path, kind.message)

    def _ruled(self, error: ValidationError, rule: JsonObject, definition: str) -> Iterator[Issue]:
        path, name = error.instance_path, rule["rule"]
        if name == "ref-1" and str(error.instance) in self._local:
            return
        if name == "required":
            element = rule.get("element") or rule["required"][0]
            here = path[:-1] if path and path[-1] == f"_{element}" else path
            yield self._issue([*here, element.removesuffix("[x]")], name, {"element": element})
            return
        yield self._issue(path, name, _told(rule, definition))

    def _issue(
        self, path: Sequence[str | int], rule: str, values: Mapping[str, object] | None = None, at: str = ""
    ) -> Issue:
        location = at or fhirpath(self._location, path, self._choices)
        words = "" if rule.endswith(STUMBLED) else f"{self._schema.label}: {sentence(rule, **values or {})}"
        return Issue(Severity.ERROR, location, rule, words)


def fhirpath(start: str, path: Sequence[str | int], choices: Mapping[str, str]) -> str:
    """``CarePlan`` and ``["activity", 2, "detail"]`` -> ``CarePlan.activity[2].detail``; ``_status`` is ``status``."""
    steps = [start]
    for step in path:
        name = step.removeprefix("_") if isinstance(step, str) else step
        steps.append(f"[{name}]" if isinstance(name, int) else f".{choices.get(name, name)}")
    return "".join(steps)


def _told(rule: JsonObject, definition: str) -> dict[str, object]:
    """The values a sentence about this rule may use."""
    least, most = rule.get("minContains", 1), rule.get("maxContains")
    count = f"{least}..{'*' if most is None else most}"
    return {
        "element": rule.get("element", ""),
        "types": ", ".join(rule.get("types", ())),
        "slice": rule.get("slice", ""),
        "expected": definition.partition(".")[2] if rule["rule"] == "binding" else rule.get("const", definition),
        "count": count,
    }


def _plain(kind: ValidationErrorKind, instance: Any, definition: str) -> tuple[str, dict[str, object]]:
    """Rule and values for a keyword that JSON Schema itself defines, in a definition without a rule."""
    match kind:
        case _Kind.Type(types=types):
            return "shape", {"expected": shape(types[0])}
        case _ if instance == "":
            return "empty", {}
        case _Kind.Enum(options=options):
            return "binding", {"expected": ", ".join(map(str, options)) if len(options) <= _MANY else definition}
        case _Kind.Constant(expected_value=value):
            return "pattern", {"expected": value}
        case _Kind.MinItems(limit=limit) | _Kind.MaxItems(limit=limit) if limit > 1 or isinstance(kind, _Kind.MaxItems):
            return "cardinality", {"count": limit}
        case _Kind.MinItems() | _Kind.MinProperties():
            return "empty", {}
        case _Kind.Minimum() | _Kind.Maximum():
            return "range", {"expected": definition}
        case _:
            return "format", {"expected": definition}
