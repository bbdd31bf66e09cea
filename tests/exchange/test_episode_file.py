"""The episode file: any course survives it, and a wrong one is refused by the name of the field alone."""

from __future__ import annotations

import pytest
from hypothesis import given

from ipt_fhir.exchange.episode_file import NotAnEpisodeFile, dump, load
from ipt_fhir.model.episode import Episode
from tests.mapping.form_strategies import courses_with_forms
from tests.mapping.full import FULL


@given(courses_with_forms())
def test_every_course_is_read_as_it_was_written(episode: Episode) -> None:
    assert load(dump(episode)) == episode


def test_a_course_in_which_everything_says_something_is_read_as_it_was_written() -> None:
    assert load(dump(FULL)) == FULL


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"status": "completed"', '"status": "ZZTEST"', "episode.status: Invalid enum value"),
        ('"frequency": "weekly"', '"frequency": "ZZ\'TEST"', "episode.contract.frequency: Invalid enum value"),
        ('"sessions": 16', '"sessions": "ZZTEST"', "episode.contract.sessions: Expected `int`, got `str`"),
        ('"agreed_on": "2026-01-19"', '"agreed_on": "ZZTEST"', "episode.problem_areas[0].agreed_on: Invalid"),
        ('"variant": ', '"variation": ', "episode.variant: missing"),
        ('"phase":', '"phases": "ZZTEST", "phase":', "episode.phases: the model has no such field"),
        ('"reference": "Condition', '"referred": "ZZTEST", "reference": "Condition', "episode.diagnoses[0].referred: "),
        ('"rank": "primary"', '"rank": "secondary"', "episode: a course has one primary problem area"),
        ('"minutes": 50', '"minutes": 0', "episode.contract: a contract has sessions and minutes"),
        ('"version": 1,\n', '"version": 2,\n', "version: only version 1 is known"),
        ('"ipt-fhir": "episode"', '"ipt-fhir": "plan"', "ipt-fhir: not an episode file"),
        ('"episode": {', '"other": {', "episode: missing, or not an object"),
        ("{", "[", "n"),
        ('"phase":', '"phase": "initial", "phase":', "the same name stands twice in one object"),
    ],
)
def test_a_file_that_is_wrong_is_refused_by_the_name_of_the_field_without_its_value(
    old: str, new: str, words: str
) -> None:
    text = dump(FULL).decode()
    assert old in text
    with pytest.raises(NotAnEpisodeFile) as refused:
        load(text.replace(old, new, 1).encode())
    assert str(refused.value).startswith(words)
    assert "ZZ" not in str(refused.value)


def test_fields_that_the_model_can_fill_may_be_missing() -> None:
    short = (
        b'{"ipt-fhir":"episode","version":1,"episode":{"id":"3f2a9c1e-5b7d-4e8f-9a0b-000000000001","variant":"ipt-adult",'
        b'"status":"active","phase":"initial","started":"2026-01-05"}}'
    )
    assert load(short).goals == ()
