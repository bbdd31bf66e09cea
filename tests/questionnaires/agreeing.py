"""Responses that nobody wrote, to forms of ours, real ones and made ones, and what we and HL7's engine say of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random

from ipt_fhir import rawjson
from ipt_fhir.instruments import catalogue
from ipt_fhir.questionnaires.findings import Finding, errors
from ipt_fhir.questionnaires.form import Form
from ipt_fhir.questionnaires.form_reading import read_form
from ipt_fhir.questionnaires.surroundings import Expand
from ipt_fhir.questionnaires.validation import check_response
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation.issues import errors as serious
from ipt_fhir.validation.validator import validate
from tests.peers.fixtures import JudgeWith
from tests.peers.judge import Judge
from tests.published import published
from tests.questionnaires.differences import Difference, difference
from tests.questionnaires.given import sample
from tests.questionnaires.lists import lists_of
from tests.questionnaires.making import made_form
from tests.questionnaires.responding import Unanswerable, although_off, right_response
from tests.questionnaires.spoiling import WAYS, spoilt
from tests.questionnaires.test_generated import SAMPLES

RIGHT, OFF = "right", "answer to what is switched off"
SDC = "ig/hl7.fhir.uv.sdc-4.0.0-differential.tgz"


@dataclass(frozen=True, slots=True)
class Given:
    """A form, and the value sets at hand for it."""

    form: Form
    lists: Expand


@dataclass(frozen=True, slots=True)
class Case:
    """One response: what was done to it, and what it answers."""

    way: str
    given: Given
    response: JsonObject


def forms(number_made: int) -> list[JsonObject]:
    """Ours, the real ones without an error, and so many made ones."""
    real = [sample(f"samples/questionnaires/{name}.json") for name in SAMPLES]
    ours = [catalogue.questionnaire(key) for key, found in catalogue.instruments().items() if found.has_form]
    return [*ours, *real, *(rawjson.parse_object(rawjson.write(made_form(number))) for number in range(number_made))]


def generated(asked: list[JsonObject], seed: int) -> Iterator[Case]:
    """Responses without end: the ways in turn, one in four right, each to a form drawn at random."""
    chance = Random(seed)
    known = [Given(read_form(form), lists_of(form)) for form in asked]
    turn = [*WAYS, OFF, *[RIGHT] * (len(WAYS) // 3)]
    while True:
        for way in turn:
            found = None
            while found is None:
                found = made(way, chance.choice(known), chance.randrange(10**6))
            yield found


def made(way: str, given: Given, seed: int) -> Case | None:
    """A response of that kind; None where the form gives no occasion."""
    with suppress(Unanswerable):
        if way == OFF:
            off = although_off(given.form, seed, given.lists)
            return Case(way, given, off[0]) if off else None
        right = right_response(given.form, seed, given.lists)
        if way == RIGHT:
            return Case(way, given, right)
        wrong = spoilt(way, given.form, right, seed)
        return Case(way, given, wrong[0]) if wrong else None
    return None


def ours(case: Case) -> list[str]:
    """Our errors in words."""
    found = errors(check_response(case.response, case.given.form, case.given.lists))
    general = serious(validate(case.response))
    return [*(_told(case, item) for item in found), *(f"{issue.rule} {issue.location}" for issue in general)]


def _told(case: Case, found: Finding) -> str:
    item = next((item for item in case.given.form.walk() if item.link_id == found.link_id), None)
    return f"{found.kind} {found.location} of a {item.type if item else 'form'}"


def judge_of(judge_with: JudgeWith, asked: Sequence[JsonObject], folder: Path) -> Judge:
    """An engine that knows these forms, which are put into the folder for it, and Structured Data Capture."""
    for number, form in enumerate(asked):
        (folder / f"{number}.json").write_bytes(rawjson.write(form))
    return judge_with(folder, packages=(published(SDC),))


def compared(judge: Judge, asked: list[JsonObject], responses: int, seed: int) -> list[Difference]:
    """So many responses before both; those about which they differ."""
    found = (
        difference(case.way, case.given.form.url, ours(case), judge.judge(case.response).errors)
        for case in islice(generated(asked, seed), responses)
    )
    return [item for item in found if item]


def unexplained(found: Sequence[Difference]) -> list[str]:
    """Differences of no known kind, in words."""
    return [f"{item.way}: {item.form}: {' / '.join(item.said)}" for item in found if not item.explained]
