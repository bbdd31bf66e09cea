"""docs/instruments.md: every shipped instrument, and every published figure with where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ipt_fhir.instruments.catalogue import Instrument, Scale, instruments
from ipt_fhir.terminology import systems
from ipt_fhir.terminology.concepts import Concept

_HEAD = """# Instruments

Written by `make reference` from the folders of `ipt_fhir/instruments`; a test compares. An instrument is data only:
`instrument.toml` and, where there is a form, `questionnaire.json`. Clinics add others as [packs](packs.md).

Licence classes: **A** the texts may be shipped, with the notice; **B** unmodified and with attribution; **C** the texts
belong to their owner: structure, codes and rules are here, a clinic that holds a licence adds the form; **D** never.

"read" says whether the source of a figure was read for this list. A figure that was not read is shown as such and no
suggestion rests on it; what nobody published is not here.

"""
_KINDS = {
    "form": "Forms that are filled in here and scored",
    "plain": "Forms of ours without a score",
    "total": "Measures whose total is entered by hand",
}
_CHANGES = {
    "reliable": "a change of {} points is larger than measurement error",
    "meaningful": "a change of {} points for the better matters to patients",
    "meaningful_worse": "a change of {} points for the worse matters to patients",
    "response_percent": "response: {} % better than the baseline",
    "remission_below": "remission: below {}",
    "case_line": "recovery: the line of a case is {}",
    "baseline": "response and remission from a baseline of {}",
}


def instruments_page() -> str:
    """The whole page."""
    return _HEAD + "".join(_section(kind) for kind in _KINDS) + _figures() + _licences()


def _kind(found: Instrument) -> str:
    if not found.has_form:
        return "total"
    return "form" if found.scoring else "plain"


def _section(kind: str) -> str:
    rows = "".join(_row(found) for found in _sorted() if _kind(found) == kind)
    head = "| id | title | items | texts | licence | score | values |\n|---|---|---|---|---|---|---|\n"
    return f"## {_KINDS[kind]}\n\n{head}{rows}\n"


def _sorted() -> list[Instrument]:
    return sorted(instruments().values(), key=lambda found: found.id)


def _row(found: Instrument) -> str:
    texts = "no" if found.without_texts else "yes"
    items = str(len(found.items)) if found.has_form else "–"
    licence = found.licence.shipping
    cells = (f"`{found.id}`", found.title, items, texts, licence, _score(found), _values(found.scale))
    return f"| {' | '.join(cells)} |\n"


def _score(found: Instrument) -> str:
    codes = [part.code.concept for part in found.parts if part.code]
    return ", ".join(_code(code) for code in ([found.total] if found.total else []) + codes) or "–"


def _code(code: Concept) -> str:
    return f"LOINC {code.code}" if code.system == systems.LOINC else f"own: `{code.code}`"


def _values(scale: Scale | None) -> str:
    if scale is None:
        return "–"
    to = f"to {scale.highest}" if scale.highest is not None else "and more"
    step = f" in steps of {scale.step}" if scale.step != 1 else ""
    return f"{scale.lowest} {to}{step}, {scale.better} is better"


def _figures() -> str:
    rows = "".join(f"| `{found.id}` | {what} | {read} | {source} |\n" for found, what, read, source in _all_figures())
    return f"## Figures and where they come from\n\n| id | figure | read | source |\n|---|---|---|---|\n{rows}\n"


def _all_figures() -> Iterator[tuple[Instrument, str, str, str]]:
    for found in _sorted():
        for what, verified, source in _figures_of(found):
            yield found, what, "yes" if verified else "**no**", source


def _figures_of(found: Instrument) -> Iterator[tuple[str, bool, str]]:
    rule = found.scoring
    if rule:
        times = f", times {rule.factor}" if rule.factor != 1 else ""
        needed = f"; no total with fewer than {rule.needed} answers" if rule.method != "parts" else " only, no total"
        yield f"scoring: {rule.method}{times}{needed}", rule.verified, rule.source
        if rule.prorated:
            yield "missing answers count as the mean of the others", rule.prorated.verified, rule.prorated.source
    for part in found.parts:
        yield f"part: {part.title} ({part.method} of {len(part.items)})", part.verified, part.source
    for band in found.bands:
        yield f"band {band.low} to {band.high}: {band.label}", band.verified, band.source
    for line in found.cut_offs:
        beyond = "or more" if found.scale and found.scale.better == "lower" else "or less"
        yield f"cut-off {line.value} {beyond}: {line.label}", line.verified, line.source
    for name, words in _CHANGES.items():
        figure = getattr(found.change, name)
        if figure:
            yield words.format(_number(figure.value)), figure.verified, figure.source
    if found.safety:
        yield f"item {found.safety.link_id} above its lowest answer asks for an act", True, found.safety.source


def _number(value: Decimal) -> str:
    return f"{value:f}"


def _licences() -> str:
    rows = "".join(_licence(found) for found in _sorted())
    return f"## Licences\n\n| id | holder and notice | terms read in | why without texts |\n|---|---|---|---|\n{rows}"


def _licence(found: Instrument) -> str:
    terms = found.licence
    return f"| `{found.id}` | {terms.holder.rstrip('.')}. {terms.notice} | {terms.source} | {found.without_texts} |\n"
