"""An instrument may be a form without a score, a form with numbers, or a score without a form; each is checked."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ipt_fhir.instruments.catalogue import Instrument, InstrumentDefect
from ipt_fhir.instruments.loading import load
from ipt_fhir.questionnaires.answers import AnswerProblemKind, accept
from ipt_fhir.questionnaires.scoring import UnknownAnswer, score
from ipt_fhir.terminology import systems
from ipt_fhir.terminology.concepts import Concept

LICENCE = """
[licence]
class = "{letter}"
holder = "The ipt-fhir authors"
notice = "Free."
source = "This project"
"""
OPEN = LICENCE.format(letter="A")
CLOSED = LICENCE.format(letter="C")
TYPES = [
    *("group", "display", "choice", "open-choice", "boolean", "integer", "decimal", "quantity"),
    *("string", "text", "url", "date", "dateTime", "time", "attachment", "reference"),
]


def folder(place: Path, meaning: str, form: dict[str, Any] | None = None, name: str = "one") -> Path:
    made = place / name
    made.mkdir()
    (made / "instrument.toml").write_text(f'id = "{name}"\ntitle = "One"\n{meaning}')
    if form is not None:
        (made / "questionnaire.json").write_text(json.dumps(form))
    return made


def form(*items: dict[str, Any]) -> dict[str, Any]:
    head = {"resourceType": "Questionnaire", "url": "https://ipt-fhir.github.io/fhir/Questionnaire/one"}
    return {**head, "version": "1.0.0", "status": "active", "item": list(items)}


def whole(link_id: str, **more: Any) -> dict[str, Any]:
    return {"linkId": link_id, "text": f"How many of {link_id}?", "type": "integer", **more}


def bounded(link_id: str, kind: str, lowest: float, highest: float) -> dict[str, Any]:
    value = "valueInteger" if kind == "integer" else "valueDecimal"
    ends = {"minValue": lowest, "maxValue": highest}
    said = [{"url": f"http://hl7.org/fhir/StructureDefinition/{name}", value: end} for name, end in ends.items()]
    return {"linkId": link_id, "text": link_id, "type": kind, "extension": said}


def choice(link_id: str, *points: int) -> dict[str, Any]:
    options = [
        {"valueCoding": {"system": systems.LOINC, "code": f"A{point}", "display": str(point)}} for point in points
    ]
    return {"linkId": link_id, "text": link_id, "type": "choice", "answerOption": options}


def test_a_form_of_any_item_types_at_any_depth_needs_no_scoring(tmp_path: Path) -> None:
    items = [{"linkId": name, "text": name, "type": name} for name in TYPES]
    found = load(folder(tmp_path, OPEN, form({"linkId": "g", "type": "group", "item": items})))
    assert (found.scoring, found.scale, found.total, found.panel) == (None, None, None, None)
    assert found.has_form
    assert [item.link_id for item in found.items] == ["integer", "decimal"]
    assert found.counted == ()


def test_a_code_may_be_one_of_ours(tmp_path: Path) -> None:
    coded = f'[codes.panel]\nsystem = "{systems.IPT_GOAL_MEASURE}"\ncode = "own"\ndisplay = "Own"\n'
    assert load(folder(tmp_path, OPEN + coded, form(whole("n")))).panel == Concept(
        systems.IPT_GOAL_MEASURE, "own", "Own"
    )


ALONE = """
without_texts = "Its texts belong to others."
[codes.total]
system = "https://ipt-fhir.github.io/fhir/CodeSystem/ipt-measure"
code = "own-total"
display = "Own total"
[scale]
lowest = 0
highest = 30
better = "lower"
"""


def test_a_score_alone_has_no_form(tmp_path: Path) -> None:
    found = load(folder(tmp_path, ALONE + CLOSED))
    assert not found.has_form
    assert found.items == ()
    assert found.scale is not None
    assert [found.scale.holds(Decimal(total)) for total in ("-1", "0", "12", "12.5", "30", "31")] == [
        *(False, True, True, False, True, False)
    ]


PART = """
[[parts]]
id = "p"
title = "P"
items = []
method = "sum"
source = "s"
verified = true
scale = { lowest = 0, better = "lower" }
"""
CUT_OFF = """
[[cut_offs]]
value = 31
label = "high"
source = "s"
verified = true
"""


@pytest.mark.parametrize(
    ("meaning", "said"),
    [
        (OPEN, "neither a form nor a total"),
        (ALONE.replace('without_texts = "Its texts belong to others."', "") + CLOSED, "say why in without_texts"),
        (ALONE.replace('[scale]\nlowest = 0\nhighest = 30\nbetter = "lower"', "") + CLOSED, "go together"),
        (ALONE.replace('better = "lower"', "") + CLOSED, "better"),
        (ALONE + CLOSED + PART, "part p: nothing is scored"),
        (ALONE + CLOSED + CUT_OFF, "outside the scale"),
    ],
)
def test_a_score_alone_that_lacks_something_is_refused(tmp_path: Path, meaning: str, said: str) -> None:
    with pytest.raises(InstrumentDefect, match=said):
        load(folder(tmp_path, meaning))


COUNTS = (
    OPEN
    + """
[scoring]
method = "parts"
needed = 0
numbers = ["binge", "contact"]
source = "This project"
verified = true

[[parts]]
id = "binge-week"
title = "Binge episodes a week"
items = ["binge"]
method = "value"
source = "This project"
verified = true
[parts.scale]
lowest = 0
better = "lower"
[parts.code]
system = "https://ipt-fhir.github.io/fhir/CodeSystem/ipt-measure"
code = "binge-week"
display = "Binge eating episodes in a week"

[[parts]]
id = "contact-week"
title = "Contacts a week"
items = ["contact"]
method = "value"
source = "This project"
verified = true
[parts.scale]
lowest = 0
better = "higher"
"""
)


@pytest.fixture
def counts(tmp_path: Path) -> Instrument:
    """A form with two counts, each a score of its own."""
    items = (bounded("binge", "integer", 0, 99), whole("contact", code=[{"system": "s", "code": "c", "display": "d"}]))
    return load(folder(tmp_path, COUNTS, form(*items)))


def test_each_count_is_a_score_of_its_own(counts: Instrument) -> None:
    found = score(counts, {"contact": Decimal(3)})
    assert (found.total, [part.value for part in found.parts]) == (None, [None, Decimal(3)])
    assert score(counts, {"contact": Decimal(3), "binge": Decimal(0)}).parts[0].value == 0


@pytest.mark.parametrize("number", ["-1", "100", "2.5"])
def test_a_number_outside_its_range_is_not_scored(counts: Instrument, number: str) -> None:
    with pytest.raises(UnknownAnswer, match="binge"):
        score(counts, {"binge": Decimal(number)})


@pytest.mark.parametrize("typed", ["-1", "100", "2.5", "two", "1,0", "1e1", "٣", "NaN"])
def test_a_number_that_cannot_be_taken_is_named_and_kept(counts: Instrument, typed: str) -> None:
    answers, problems = accept(counts, {"binge": typed, "contact": " 4 "})
    assert answers == {"contact": Decimal(4)}
    assert [(item.kind, item.typed) for item in problems] == [(AnswerProblemKind.NO_NUMBER, typed)]
    assert typed in problems[0].words()


PRORATED = """
[codes.total]
code = "T"
display = "Total"
[scale]
lowest = 0
highest = 12
better = "lower"
[scoring]
method = "sum"
needed = 3
source = "s"
verified = false
[scoring.points]
a = { A0 = 0, A1 = 1, A3 = 3 }
b = { A0 = 0, A1 = 1, A3 = 3 }
c = { A0 = 0, A1 = 1, A3 = 3 }
d = { A0 = 0, A1 = 1, A3 = 3 }
"""
BY_RULE = '[scoring.prorated]\nsource = "A published rule"\nverified = false\n'
FOUR = [choice(name, 0, 1, 3) for name in "abcd"]


def test_fewer_answers_than_all_need_a_published_rule(tmp_path: Path) -> None:
    with pytest.raises(InstrumentDefect, match="3 answers needed of 4; fewer than all need a publication"):
        load(folder(tmp_path, PRORATED + OPEN, form(*FOUR)))


def test_a_prorated_total_counts_the_missing_as_the_mean_of_the_others_and_says_so(tmp_path: Path) -> None:
    found = load(folder(tmp_path, PRORATED + BY_RULE + OPEN, form(*FOUR)))
    whole_form = score(found, dict.fromkeys("abcd", "A1"))
    assert (whole_form.total, whole_form.prorated) == (Decimal(4), False)
    three = score(found, {"a": "A3", "b": "A1", "c": "A1"})
    assert (three.total, three.prorated, three.missing) == (Decimal(7), True, ("d",))
    assert score(found, {"a": "A3", "b": "A1"}).total is None


MEAN = """
[codes.total]
code = "T"
display = "Total"
[scale]
lowest = 1
highest = 21
step = 0.01
better = "higher"
[scoring]
method = "mean"
needed = 3
factor = 3
numbers = ["a", "b", "c"]
source = "s"
verified = false
[change.case_line]
value = 9
source = "s"
verified = false
"""


def test_a_mean_times_a_factor_is_rounded_to_the_step_of_its_scale(tmp_path: Path) -> None:
    items = [bounded("a", "decimal", 0, 7), bounded("b", "integer", 0, 7), bounded("c", "integer", 1, 7)]
    found = load(folder(tmp_path, MEAN + OPEN, form(*items)))
    assert score(found, {"a": Decimal("0.5"), "b": Decimal(1), "c": Decimal(1)}).total == Decimal("2.50")
