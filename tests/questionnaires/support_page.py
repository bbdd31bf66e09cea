"""docs/questionnaires.md: the table of support as a page."""

from __future__ import annotations

from collections.abc import Iterable

from ipt_fhir.questionnaires.form import Effect
from ipt_fhir.questionnaires.support import ROWS, Kind, Row

_HEAD = """# Questionnaires: what is supported

Written by `make reference` from the table the reader itself consults (`ipt_fhir/questionnaires/support.py`, and
`supported_extensions.py`); a test compares, and `make check` fails on a row without a test. Tests are below
`tests/questionnaires`.

Whatever is not supported is named with its address when a form is opened (`Form.unsupported`), and what it means:

| effect | means |
|---|---|
| supported | done as FHIR R4 and Structured Data Capture say |
| read-as-meant | the form is wrong there and its meaning is plain (`"true"` for true); it is taken as meant |
| shown-plainer | presentation only: filled as usual, looks plainer than its author meant |
| left-out | filled as usual; something meant to happen before or after filling does not happen |
| read-only | answers could be silently wrong without it: the form is shown and not filled |

Also named, without a row: wrong types of values (read as meant where that is plain, else read-only), a linkId that is
missing or stands twice, conditions about questions the form does not have, items that wait for each other, expressions
that use a function which is not [on the list](fhirpath.md), patterns that cannot be matched in linear time
(decision-D55): all read-only. A form of more than 5,000 items, 20 levels or 1,000 expressions is refused.

"""
_TITLES = {
    Kind.ITEM_TYPE: "Item types",
    Kind.OPERATOR: "Operators of enableWhen",
    Kind.ENABLE_BEHAVIOR: "enableBehavior",
    Kind.EXPRESSION_LANGUAGE: "Languages of expressions",
    Kind.ELEMENT: "Elements",
    Kind.EXTENSION: "Extensions",
    Kind.MODIFIER_EXTENSION: "Modifier extensions",
}


def questionnaires_page() -> str:
    """The whole page."""
    return _HEAD + "\n".join(_section(kind, title) for kind, title in _TITLES.items())


def _section(kind: Kind, title: str) -> str:
    rows = [row for row in ROWS if row.kind is kind]
    return f"## {title}\n\n| name | effect | remark | test |\n|---|---|---|---|\n{''.join(map(_row, _sorted(rows)))}"


def _sorted(rows: Iterable[Row]) -> list[Row]:
    order = [None, *Effect]
    return sorted(rows, key=lambda row: order.index(row.effect))


def _row(row: Row) -> str:
    file, _, name = row.test.partition("::")
    return f"| `{row.name}` | {row.effect or 'supported'} | {row.remark} | `{file}` {name} |\n"
