"""``python -m tests.instruments.snapshots``: write what each instrument says, one file each; a test compares.

Whoever changes an instrument sees in the difference what a patient, a score or a band would change by.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from ipt_fhir.instruments.catalogue import Instrument, Item, Scale, instruments, questionnaire
from ipt_fhir.instruments.defects import rows_of
from ipt_fhir.terminology.concepts import Concept

FOLDER = Path(__file__).with_suffix("")


def snapshot(found: Instrument) -> str:
    """Everything an instrument says, a line each."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Instrument) -> Iterator[str]:
    yield f"{found.id}: {found.title}"
    yield f"licence {found.licence.shipping}, {found.licence.holder}: {found.licence.notice}"
    yield f"form {found.canonical}|{found.version}" if found.has_form else "no form"
    yield from filter(None, [found.without_texts and f"without texts: {found.without_texts}"])
    yield f"window {found.window_days} days, from {found.age_min} years"
    yield f"panel {_concept(found.panel)}"
    yield f"total {_concept(found.total)}, {_scale(found.scale)}"
    for item in found.items:
        yield from _of_item(item)
    yield from _rest_of_form(found)
    if found.scoring:
        rule = found.scoring
        yield f"scoring {rule.method} x {rule.factor}, {rule.needed} needed [{_source(rule)}]"
    for part in found.parts:
        code = f" {_concept(part.code.concept)}" if part.code else ""
        yield f"part {part.id} ({part.title}){code}: {part.method} of {', '.join(part.items)}, {_scale(part.scale)}"
    yield from (f"band {item.low} to {item.high}: {item.label} [{_source(item)}]" for item in found.bands)
    yield from (f"cut-off {item.value}: {item.label} [{_source(item)}]" for item in found.cut_offs)
    for name in found.change.__struct_fields__:
        rule = getattr(found.change, name)
        yield from filter(None, [rule and f"{name} {rule.value} [{_source(rule)}]"])
    if found.safety:
        yield f"safety {found.safety.link_id}: {', '.join(found.safety.positive) or 'asked by hand'}"
    for scheme in found.schemes:
        yield f"scheme {scheme.id}: {', '.join(f'{theirs}={ours}' for theirs, ours in scheme.links.items())}"


def _of_item(item: Item) -> Iterator[str]:
    yield f"{item.link_id} {_concept(item.concept)}: {item.prefix} {item.text}"
    for option in item.options:
        yield f"    {option.code} {option.display} = {option.points}"
    for option in item.accepted:
        yield f"    accepted: {option.code} {option.display} = {option.points}"


def _rest_of_form(found: Instrument) -> Iterator[str]:
    """What a form asks beside the questions that count: a line each, with its choices."""
    known = {item.link_id for item in found.items}
    rows = rows_of(questionnaire(found.id)) if found.has_form else ()
    for row in rows:
        if row["linkId"] not in known:
            offered = (entry.get("valueCoding", {}).get("code", "") for entry in row.get("answerOption", []))
            yield f"{row['linkId']} {row['type']}: {row.get('text', '')} {' '.join(offered)}".rstrip()


def _concept(concept: Concept | None) -> str:
    return f"{concept.system}#{concept.code} ({concept.label})" if concept else "without code"


def _scale(scale: Scale | None) -> str:
    return f"{scale.lowest} to {scale.highest} by {scale.step}, {scale.better} is better" if scale else "no scale"


def _source(rule: msgspec.Struct) -> str:
    values = msgspec.structs.asdict(rule)
    return f"{values['source']}; {'verified' if values['verified'] else 'not verified'}"


def main() -> None:
    """Write all files, and take away those of instruments that are gone."""
    FOLDER.mkdir(exist_ok=True)
    for file in FOLDER.glob("*.txt"):
        file.unlink()
    for name, found in instruments().items():
        (FOLDER / f"{name}.txt").write_text(snapshot(found))


if __name__ == "__main__":
    main()
