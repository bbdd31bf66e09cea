"""A folder that contradicts itself is refused, and the refusal says what is wrong."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from ipt_fhir.instruments.catalogue import InstrumentDefect
from ipt_fhir.instruments.loading import load


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the PHQ-9 to spoil."""
    with as_file(files("ipt_fhir.instruments") / "phq-9") as original:
        return Path(shutil.copytree(original, tmp_path / "phq-9"))


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_an_unspoilt_copy_loads(folder: Path) -> None:
    assert load(folder).id == "phq-9"


MEANING = [
    ('id = "phq-9"', 'id = "phq-8"', "not the name of its folder"),
    ('title = "PHQ-9"', "", "title"),
    ("window_days = 14", 'window_days = "two weeks"', "window_days"),
    ("age_min = 18", "age_min = 18\nage_maximum = 99", "age_maximum"),
    ('class = "A"', 'class = "E"', "licence.class"),
    ('method = "sum"', 'method = "median"', "method"),
    ('method = "sum"', 'method = "mean"', "the items reach 0 to 3"),
    ('method = "sum"', 'method = "value"', "the method value goes with one item, not with 9"),
    ('method = "sum"', 'method = "parts"', "the method parts does not go with the total"),
    ("[codes.total]", "[codes.sum]", "unknown field `sum`"),
    ("high = 9", "high = 10", "'mild' ends at 10, 'moderate' begins at 10"),
    ("high = 9", "high = 8", "'mild' ends at 8, 'moderate' begins at 10"),
    ("low = 0", "low = 1", "do not reach from 0 to 27"),
    ("high = 4\n", "high = -1\n", "'none' ends before it begins"),
    ("highest = 27", "highest = 24", "the items reach 0 to 27"),
    ("needed = 9", "needed = 8", "8 answers needed of 9; fewer than all need a publication"),
    ('"/44250-9" = {', '"/44250-0" = {', "the form has no item /44250-0 with coded answers"),
    ("LA6571-9 = 3 }", "LA6571-8 = 3 }", "are not those the form offers"),
    ("LA6571-9 = 3 }", "LA6571-9 = 4 }", "the form gives LA6571-9 3 points, the file 4"),
    ('link_id = "/44260-8"', 'link_id = "/44260-9"', "safety: the form has no item /44260-9"),
    ('positive = ["LA6569-3"', 'positive = ["LA6572-7"', "safety: the form does not offer"),
    ('"14363" = "/44250-9"', '"14363" = "/44250-1"', "scheme pco: the form has no item /44250-1"),
    ('"14363" = "/44250-9"', '"14363" = "/44255-8"', "scheme pco: two of its linkIds mean the same item"),
    ('"Not-at-all" = "LA6568-5"', '"Not-at-all" = "LA1-2"', "scheme sdc-example: the form has no answer LA1-2"),
    ("[licence]", "[licence", "instrument.toml"),
]


@pytest.mark.parametrize(
    ("old", "new", "said"), MEANING, ids=[f"{new or old}".split("\n")[-1] for old, new, _ in MEANING]
)
def test_a_spoilt_meaning_is_refused_with_the_reason(folder: Path, old: str, new: str, said: str) -> None:
    spoil(folder, "instrument.toml", old, new)
    with pytest.raises(InstrumentDefect) as caught:
        load(folder)
    assert said in str(caught.value)


FORM = [
    ('"resourceType": "Questionnaire"', '"resourceType": "ValueSet"', "not a Questionnaire"),
    ('"linkId": "/44255-8"', '"linkId": "/44250-9"', "linkId /44250-9 stands 2 times"),
    ('"type": "choice"', '"type": "string"', "the form has no item /44250-9 with coded answers"),
    ('"url": "https:', '"uri": "https:', "cannot be read as a form"),
    ('"linkId": "/44250-9",', "", "cannot be read as a form"),
    ('"valueCoding": {', '"valueString": {', "the form has no item /44250-9 with coded answers"),
    ('"type": "choice"', '"type": "question"', "FHIR R4 has no items of type question"),
    ('"item": [', '"item": "x", "rest": [', "cannot be read as a form"),
    ('"valueDecimal": 3', '"valueDecimal": 2', "the form gives LA6571-9 2 points, the file 3"),
    ('"language": "en",', '"language": "en", "language": "de",', "questionnaire.json"),
]


@pytest.mark.parametrize(("old", "new", "said"), FORM, ids=[said for *_, said in FORM])
def test_a_spoilt_form_is_refused_with_the_reason(folder: Path, old: str, new: str, said: str) -> None:
    spoil(folder, "questionnaire.json", old, new)
    with pytest.raises(InstrumentDefect) as caught:
        load(folder)
    assert said in str(caught.value)


@pytest.mark.parametrize("file", ["instrument.toml", "questionnaire.json"])
def test_a_missing_file_is_a_defect(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(InstrumentDefect, match=file):
        load(folder)


def test_every_wrong_is_named_at_once(folder: Path) -> None:
    spoil(folder, "instrument.toml", "needed = 9", "needed = 8")
    spoil(folder, "instrument.toml", "high = 9", "high = 8")
    with pytest.raises(InstrumentDefect) as caught:
        load(folder)
    assert len(caught.value.wrongs) == 2
