"""The 935 official FHIRPath cases for R4, run, judged and counted by function; written to docs/fhirpath.md.

``python -m tests.reference`` writes the page, tests/questionnaires/expressions/test_official.py compares it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

from ipt_fhir import rawjson
from ipt_fhir.questionnaires.expressions.evaluation import run
from ipt_fhir.questionnaires.expressions.limits import Limits
from ipt_fhir.questionnaires.expressions.refusal import ExpressionRefused
from ipt_fhir.questionnaires.expressions.syntax import Parsed, read_expression
from ipt_fhir.questionnaires.expressions.table import FUNCTIONS, OPERATORS, check_allowed
from ipt_fhir.questionnaires.expressions.values import Item, data_of, type_of
from tests.published import published

NOW = datetime(2026, 11, 26, 12, 30, 15, 123000, tzinfo=UTC)

# Case -> why we answer although the standard would have it refused.
TOLERATED = {
    "polymorphics testPolymorphicsB": "`valueQuantity` is how JSON names the element; many published forms do.",
}
STRICT = "Asks for the strict mode, in which an element that a type does not have is refused. It is not offered."


class Outcome(StrEnum):
    """What became of a case."""

    RIGHT = "right"
    REFUSED = "refused by name"
    TOLERATED = "answered, though the standard refuses it"
    STRICT = "asks for the strict mode"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Case:
    """One official case: its name in its group, what it says, and what must come out."""

    name: str
    expression: str
    focus: str | None
    outputs: tuple[tuple[str | None, str], ...]
    must_be_refused: bool
    strict: bool
    predicate: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """A case, what became of it, the functions and operators it uses, and the name a refusal gave."""

    case: Case
    outcome: Outcome
    uses: frozenset[str]
    named: str = ""


def cases() -> list[Case]:
    """All of them, in the order of the source."""
    return [_case(row) for row in json.loads(published("fhirpath/cases.json").read_bytes())]


@cache
def verdicts() -> tuple[Verdict, ...]:
    """Every case, run once."""
    return tuple(_verdict(case) for case in cases())


def _case(row: dict[str, Any]) -> Case:
    return Case(
        name=f"{row['group']} {row['name']}",
        expression=row["expression"],
        focus=row.get("input"),
        outputs=tuple((output["type"], output["value"]) for output in row["outputs"]),
        must_be_refused="invalid" in row,
        strict=row.get("mode") == "strict",
        predicate=row.get("predicate") is True,
    )


def _verdict(case: Case) -> Verdict:
    try:
        parsed = read_expression(case.expression, Limits())
    except ExpressionRefused as refused:
        return _of_refusal(case, refused, frozenset())
    try:
        check_allowed(parsed)
        found = run(parsed, _focus(case), {}, NOW, Limits())
    except ExpressionRefused as refused:
        return _of_refusal(case, refused, _uses(parsed))
    return Verdict(case, _of_result(case, found), _uses(parsed))


def _uses(parsed: Parsed) -> frozenset[str]:
    return frozenset({f"{name}()" for name in parsed.functions} | parsed.operators)


def _of_refusal(case: Case, refused: ExpressionRefused, uses: frozenset[str]) -> Verdict:
    by_name = "does not support" in str(refused)
    outcome = Outcome.RIGHT if case.must_be_refused else Outcome.REFUSED if by_name else Outcome.WRONG
    return Verdict(case, outcome, uses, refused.named if by_name else "")


def _of_result(case: Case, found: list[Item]) -> Outcome:
    if case.must_be_refused:
        tolerated = Outcome.TOLERATED if case.name in TOLERATED else Outcome.WRONG
        return Outcome.STRICT if case.strict else tolerated
    items: list[Item] = [len(found) > 0] if case.predicate else found
    fits = len(items) == len(case.outputs) and all(map(_is, items, case.outputs))
    return Outcome.RIGHT if fits else Outcome.WRONG


def _is(item: Item, output: tuple[str | None, str]) -> bool:
    """Whether an item has the type and value that must come out; where the case names no type, its spelling."""
    (namespace, name), (wanted, value), data = type_of(item), output, data_of(item)
    if wanted is None:
        return str(data) == value
    if wanted == "boolean":
        return data is (value == "true")
    if wanted in {"integer", "decimal"}:
        return name.lower() == wanted and Decimal(data) == Decimal(value)
    if wanted in {"date", "dateTime", "time"}:
        return name.lower() == wanted.lower() and data == value.lstrip("@").removeprefix("T")
    if wanted == "Quantity":
        return name == wanted and f"{data['value']} '{data['code']}'" == value
    if wanted == "id":
        return name in {wanted, "String"} and data == value
    return name.lower() == wanted.lower() and namespace in {"System", "FHIR"} and data == value


@cache
def _read(name: str) -> dict[str, Any]:
    return rawjson.parse_object(published(f"fhirpath/inputs/{name}").read_bytes())


def _focus(case: Case) -> dict[str, Any] | None:
    return _read(case.focus) if case.focus else None


def fhirpath_page() -> str:
    """docs/fhirpath.md."""
    return "\n".join([*_head(), *_list_of_uses(), *_others(), ""])


def _head() -> Iterator[str]:
    counts = Counter(verdict.outcome for verdict in verdicts())
    yield "# FHIRPath: what an expression of a form may use"
    yield ""
    yield "Written from a run of the official cases for R4 by `make reference`; a test compares. The cases are those of"
    yield "FHIR/fhir-test-cases, `r4/fhirpath/tests-fhir-r4.xml`; how they are evaluated, decisions D18b and D52."
    yield ""
    yield "| cases | what became of them |"
    yield "|---|---|"
    yield f"| {sum(counts.values())} | all |"
    yield f"| {counts[Outcome.RIGHT]} | pass in value, type and order, or are refused where they must be |"
    yield f"| {counts[Outcome.REFUSED]} | use something that is not on the list, and are refused by its name |"
    yield f"| {counts[Outcome.STRICT]} | ask for the strict mode, which is not offered |"
    yield f"| {counts[Outcome.TOLERATED]} | is answered although the standard refuses it (below) |"
    yield f"| {counts[Outcome.WRONG]} | are answered wrongly |"
    yield ""


def _list_of_uses() -> Iterator[str]:
    yield "## Allowed"
    yield ""
    yield "An expression that uses anything else is an error that names it. “Cases” are those that use the function or"
    yield "operator and nothing that is not allowed."
    yield ""
    yield "| function or operator | cases | pass |"
    yield "|---|---|---|"
    used, passed = Counter[str](), Counter[str]()
    for verdict in verdicts():
        if verdict.outcome not in {Outcome.REFUSED, Outcome.STRICT}:
            used.update(verdict.uses)
            passed.update(verdict.uses if verdict.outcome is Outcome.RIGHT else ())
    for name in [*sorted(f"{name}()" for name in FUNCTIONS), *sorted(OPERATORS)]:
        shown = f"`{name}`".replace("|", "\\|")
        yield f"| {shown} | {used[name] or 'none'} | {passed[name] or ''} |"


def _others() -> Iterator[str]:
    yield ""
    yield "What has no official case has cases of ours in `tests/questionnaires/expressions/`."
    yield ""
    yield "## Refused by name"
    yield ""
    yield "| used | cases |"
    yield "|---|---|"
    refused = Counter(verdict.named for verdict in verdicts() if verdict.outcome is Outcome.REFUSED)
    yield from (f"| `{name}` | {count} |" for name, count in sorted(refused.items()))
    yield ""
    yield "## Other cases that are not passed"
    yield ""
    yield "| case | expression | why |"
    yield "|---|---|---|"
    for verdict in verdicts():
        if verdict.outcome in {Outcome.STRICT, Outcome.TOLERATED}:
            yield f"| {verdict.case.name} | `{verdict.case.expression}` | {TOLERATED.get(verdict.case.name, STRICT)} |"
