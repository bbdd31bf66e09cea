"""The questions of a form that ask for a safety step, whatever the form is called (decision-D21).

A hospital's own PHQ-9 may number its answers its own way, ask item 9 inside another panel, or ask it twice. Scoring
leaves out what it does not understand; a safety step must not: what nobody can read, a person has to look at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from ipt_fhir.instruments.catalogue import Instrument, Item, SafetyRule, Scheme
from ipt_fhir.questionnaires.entries import same_answer
from ipt_fhir.questionnaires.form import Form, Value
from ipt_fhir.questionnaires.reading import our_code, places_in, schemes_in
from ipt_fhir.questionnaires.scoring import SafetyAnswer
from ipt_fhir.questionnaires.shown import Shown
from ipt_fhir.rawjson import number
from ipt_fhir.terminology import systems

NOT_UNDERSTOOD = "not-understood"
"""The code of an answer that was given and cannot be read; no code system of an instrument has it."""


def worrying_answers(
    form: Form, shown: Iterable[Shown], own: Instrument | None, others: Iterable[Instrument]
) -> list[SafetyAnswer]:
    """The answers somebody must act on, one for each safety question the form asks; ``shown`` is what it asks now.

    ``own`` is the instrument the form is. A question that several instruments know is the first one's.
    """
    answered = [item for item in shown if item.enabled and item.answers]
    found: list[SafetyAnswer] = []
    known: set[str] = set()
    instruments = (*((own,) if own else ()), *(item for item in others if own is None or item.id != own.id))
    for instrument in instruments if answered else ():
        rule = instrument.safety
        item = instrument.item(rule.link_id) if rule else None
        if rule is None or item is None:
            continue
        schemes = schemes_in(instrument, {}, form.raw)
        asking = _asking(instrument, item, schemes, form, is_own=instrument is own) - known
        asked = [row for row in answered if row.item.link_id in asking]
        if worst := _worst(rule, item, schemes, asked):
            found.append(SafetyAnswer(link_id=item.link_id, code=worst, positive=True))
            known |= {row.item.link_id for row in asked}
    return found


def _asking(instrument: Instrument, item: Item, schemes: list[Scheme], form: Form, *, is_own: bool) -> set[str]:
    """The linkIds under which the form asks the safety question of the instrument.

    A linkId that is no LOINC code ("9") means the question only in the instrument's own form, or where the form's code
    says the same.
    """
    asking = {link_id for link_id, place in places_in(instrument, schemes, form.raw).items() if place == item.link_id}
    coded = {row.link_id for row in form.walk() if any(_is(item, coding) for coding in row.codes)}
    by_itself = is_own or bool(item.concept and item.concept.system == systems.LOINC)
    return asking | coded if by_itself else (asking - {item.link_id}) | coded


def _is(item: Item, coding: object) -> bool:
    """Whether a coding of a form is the item's; one without a system is LOINC's, as CIRG writes it."""
    if item.concept is None or not isinstance(coding, dict):
        return False
    return (coding.get("system", systems.LOINC), coding.get("code")) == (item.concept.system, item.concept.code)


def _worst(rule: SafetyRule, item: Item, schemes: list[Scheme], asked: Sequence[Shown]) -> str:
    """The first positive answer, else that one cannot be read; "" where nothing worries."""
    codes = [_code(item, given.value, shown, schemes) for shown in asked for given in shown.answers]
    return next((code for code in codes if code in rule.positive), NOT_UNDERSTOOD if NOT_UNDERSTOOD in codes else "")


def _code(item: Item, value: Value, shown: Shown, schemes: list[Scheme]) -> str:
    """The instrument's code of an answer; "" for one in another spelling that is surely the lowest."""
    ours = our_code(item, {value.member: value.content}, schemes)
    return ours or ("" if _is_lowest(value, shown) else NOT_UNDERSTOOD)


def _is_lowest(value: Value, shown: Shown) -> bool:
    """Zero, "no", or an option that the form itself counts as zero."""
    if value.member == "valueBoolean":
        return value.content is False
    weights = [option.weight for option in shown.options or () if same_answer(option.value, value)]
    counted = weights[0] if weights else number(value.content)
    return isinstance(counted, int | Decimal) and not isinstance(counted, bool) and counted == 0
