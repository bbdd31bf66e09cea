"""Read the answers out of a QuestionnaireResponse, ours or anybody's (decision-D7).

One PHQ-9 is published with five ways to number its items, so position says nothing. The LOINC code of the item in the
response's Questionnaire decides; without that, a linkId the instrument's file knows for that very form. What is not
understood is named, never guessed: a total somebody stated is reported and never used, because published examples
state one that their own answers do not add up to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ipt_fhir.instruments.catalogue import Instrument, Item, Scheme
from ipt_fhir.questionnaires.answers import Answers, Given, fits
from ipt_fhir.questionnaires.rows import items_of, link_id_of, objects
from ipt_fhir.rawjson import JsonObject, number
from ipt_fhir.terminology import systems

_TOTAL = "the total"
"""Where the response states a total; no linkId of ours is spelled like this."""
SCORED_STATUSES = frozenset({"completed", "amended"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAnswers:
    """What a response says, in our linkIds and codes.

    ``unread`` names each answered item that was not understood: its linkId, and the answer where that was the reason.
    ``stated_total`` is the total the sender wrote down, to be compared, not used.
    """

    answers: Answers
    unread: tuple[str, ...]
    status: str
    stated_total: Decimal | None

    @property
    def scorable(self) -> bool:
        """Finished by whoever filled it in; a stopped, unfinished or withdrawn response has no score."""
        return self.status in SCORED_STATUSES


def read_answers(instrument: Instrument, response: JsonObject, questionnaire: JsonObject | None = None) -> ReadAnswers:
    """Read a response as answers to the instrument.

    ``questionnaire`` is the form the response was given to, if at hand; one contained in the response is used as well.
    Raises NotAForm for JSON that is not built like a response.
    """
    form = questionnaire or _contained_form(response)
    schemes = schemes_in(instrument, response, form)
    places = places_in(instrument, schemes, form)
    answers: dict[str, Given] = {}
    times: Counter[str] = Counter()
    unread: list[str] = []
    stated: Decimal | None = None
    for row in items_of(response):
        given = objects(row, "answer")
        place = places.get(link_id_of(row))
        if not given:
            continue
        if place == _TOTAL and len(given) == 1:
            stated = _number(given[0])
        elif (item := instrument.item(place or "")) is None:
            unread.append(link_id_of(row))
        else:
            times[item.link_id] += 1
            found = _given(item, given[0], schemes) if len(given) == 1 else None
            if found is not None:
                answers[item.link_id] = found
            else:
                unread.append(f"{link_id_of(row)}: {', '.join(map(_spelled, given))}")
    doubled = [link_id for link_id, count in times.items() if count > 1]
    return ReadAnswers(
        answers={link_id: found for link_id, found in answers.items() if link_id not in doubled},
        unread=(*unread, *(f"{link_id}: answered more than once" for link_id in doubled)),
        status=str(response.get("status", "")),
        stated_total=stated,
    )


def _contained_form(response: JsonObject) -> JsonObject | None:
    named = str(response.get("questionnaire", ""))
    forms = (row for row in objects(response, "contained") if row.get("resourceType") == "Questionnaire")
    return next((form for form in forms if named == f"#{form.get('id')}"), None)


def schemes_in(instrument: Instrument, response: JsonObject, form: JsonObject | None) -> list[Scheme]:
    """The ways of numbering that may be believed in this response; ``g1.q1`` means nothing outside its own form."""
    named = [response.get("questionnaire")]
    if form:
        named += [form.get("url"), f"Questionnaire/{form.get('id')}", *(form.get("derivedFrom") or [])]
    addresses = {str(name).partition("|")[0] for name in named if name}
    return [
        scheme
        for scheme in instrument.schemes
        if not scheme.questionnaires or not addresses.isdisjoint(scheme.questionnaires)
    ]


def places_in(instrument: Instrument, schemes: list[Scheme], form: JsonObject | None) -> dict[str, str]:
    """linkId in the response -> our linkId, or ``_TOTAL``. Item codes of the form overrule linkIds.

    Codes of systems the instrument does not use say nothing about it.
    """
    places = {item.link_id: item.link_id for item in instrument.items}
    for scheme in schemes:
        places |= scheme.links
        places |= dict.fromkeys(scheme.total, _TOTAL)
    meant = {(item.concept.system, item.concept.code): item.link_id for item in instrument.items if item.concept}
    if instrument.total:
        meant[instrument.total.system, instrument.total.code] = _TOTAL
    spoken = {system for system, _ in meant}
    for row in items_of(form or {}):
        codes = [key for coding in objects(row, "code") if (key := _system_and_code(coding))[0] in spoken]
        if codes:
            places.pop(link_id_of(row), None)
            places |= {link_id_of(row): meant[code] for code in codes if code in meant}
    return places


def _given(item: Item, answer: JsonObject, schemes: list[Scheme]) -> Given | None:
    """What was answered, in our code or as a number within the range of the item; else it is not understood."""
    if item.number is None:
        return our_code(item, answer, schemes)
    found = _number(answer)
    return found if found is not None and fits(item, found) else None


def our_code(item: Item, answer: JsonObject, schemes: list[Scheme]) -> str | None:
    """Our code of a coded answer; anything else (a number, a text) is not understood: no form we know writes one."""
    coding = answer.get("valueCoding")
    if not isinstance(coding, dict):
        return None
    own = item.option(str(coding.get("code")))
    if own and own.system == coding.get("system"):
        return own.code
    found = _loinc_code(coding)
    for scheme in schemes:
        if scheme.answers and coding.get("system", scheme.answers.system) == scheme.answers.system:
            found = scheme.answers.codes.get(str(coding.get("code")), found)
    return found if found and item.option(found) else None


def _system_and_code(coding: JsonObject) -> tuple[str, str]:
    return str(coding.get("system", systems.LOINC)), str(coding.get("code"))


def _loinc_code(coding: JsonObject) -> str | None:
    """The code of a coding in LOINC. A coding without a system counts: CIRG's PHQ-9 leaves it out everywhere."""
    code = coding.get("code")
    return code if isinstance(code, str) and coding.get("system", systems.LOINC) == systems.LOINC else None


def _number(answer: JsonObject) -> Decimal | None:
    quantity = answer.get("valueQuantity")
    found = quantity.get("value") if isinstance(quantity, dict) else None
    for value in (answer.get("valueInteger"), answer.get("valueDecimal"), found):
        plain = number(value)
        if isinstance(plain, int | Decimal) and not isinstance(plain, bool):
            return Decimal(plain)
    return None


def _spelled(answer: JsonObject) -> str:
    """The answer in few characters, for a person who has to find it."""
    return " ".join(_values(answer))[:80] or "no value"


def _values(answer: JsonObject) -> Iterator[str]:
    for name, value in answer.items():
        if name.startswith("value"):
            yield str(value.get("code", value)) if isinstance(value, dict) else str(value)
