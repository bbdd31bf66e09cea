"""Whatever text of a file is replaced: no verb breaks, repeats it, or loses it in silence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ipt_fhir import rawjson
from ipt_fhir.exchange import episode_file
from ipt_fhir.exchange.checking import Asked, check
from ipt_fhir.exchange.episode_file import NotAnEpisodeFile
from ipt_fhir.exchange.export import NotExported, UnknownCode, export
from ipt_fhir.exchange.reading import entries
from ipt_fhir.exchange.receiving import CourseUnreadable, receive
from ipt_fhir.exchange.reports import as_json, as_line
from ipt_fhir.mapping.episode import NoCourse, to_fhir
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.filed_parts import filed_part
from ipt_fhir.rawjson import JsonObject
from tests.exchange.given import AT, WRITING, Heard, unit
from tests.mapping.full import EVERYTHING, FULL

PLANTED = "ZZQ"
Path = tuple[str | int, ...]


def texts(value: Any, path: Path = ()) -> Iterator[Path]:
    """Where each text of a JSON tree stands."""
    if isinstance(value, dict | list):
        for step, member in value.items() if isinstance(value, dict) else enumerate(value):
            yield from texts(member, (*path, step))
    elif isinstance(value, str):
        yield path


def once_a_kind(value: JsonObject) -> dict[str, Path]:
    """The first place of each kind of text: of all goals' titles one will do."""
    found: dict[str, Path] = {}
    for path in texts(value):
        found.setdefault(".".join("*" if isinstance(step, int) else step for step in path), path)
    return found


def planted(value: JsonObject, path: Path, words: str = PLANTED) -> JsonObject:
    """A copy with other words at that place."""
    copied: JsonObject = rawjson.copy(value)
    inner: Any = copied
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = words
    return copied


EPISODE: JsonObject = json.loads(episode_file.dump(FULL))
CHART = [*to_fhir(FULL, Writing(patient="alma", site=EVERYTHING)).values()]
KINDS = {resource["resourceType"]: index for index, resource in reversed(list(enumerate(CHART)))}


def chart_with(index: int, resource: JsonObject) -> JsonObject:
    whole = [{"resource": resource if place == index else item} for place, item in enumerate(CHART)]
    return {"resourceType": "Bundle", "type": "collection", "entry": whole}


@pytest.mark.parametrize("kind", once_a_kind(EPISODE["episode"]))
def test_an_episode_file_is_exported_whole_or_refused_without_the_value(kind: str) -> None:
    data = json.dumps(planted(EPISODE, ("episode", *once_a_kind(EPISODE["episode"])[kind]))).encode()
    said, heard = [], Heard()
    try:
        episode = episode_file.load(data)
        written = export(episode, "bundle", WRITING, AT)
    except (NotAnEpisodeFile, UnknownCode) as refused:
        said = [str(refused)]
    except NotExported as refused:
        said = [as_line(finding) for finding in refused.findings]
    else:
        assert receive([unit(rawjson.parse_object(written))], heard) == filed_part(episode)
    assert [words for words in said if PLANTED in words] == heard.words == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_verb_repeats_a_text_of_a_resource(kind: str) -> None:
    index = KINDS[kind]
    said = []
    for path in once_a_kind(CHART[index]).values():
        heard = Heard()
        bundle = unit(chart_with(index, planted(CHART[index], path)))
        try:
            receive([bundle], heard)
        except (NoCourse, CourseUnreadable) as refused:
            heard(str(refused))
        said += heard.words + [as_json(finding) for finding in check(bundle, Asked())]
    assert said
    assert [words for words in said if PLANTED in words] == []


def test_a_value_with_quotes_in_it_is_not_repeated_in_part() -> None:
    data = json.dumps(planted(EPISODE, ("episode", "goals", 0, "kind"), "a' Jane Doe, born 1970 'b")).encode()
    with pytest.raises(NotAnEpisodeFile) as refused:
        episode_file.load(data)
    assert str(refused.value) == "episode.goals[0].kind: Invalid enum value"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (("goals", 0, "target", "measure"), "episode.goals[0].target.measure: "),
        (("responses", 0, "instrument"), "episode.responses[0].instrument: "),
        (("responses", 0, "answers", 0, "link_id"), "episode.responses[0].answers[0].link_id: "),
        (("responses", 1, "answers", 2, "code"), "episode.responses[1].answers[2].code: "),
    ],
)
def test_a_code_without_a_definition_is_refused_by_the_name_of_its_field(path: Path, words: str) -> None:
    episode = episode_file.load(json.dumps(planted(EPISODE, ("episode", *path))).encode())
    with pytest.raises(UnknownCode) as refused:
        export(episode, "bundle", WRITING, AT)
    assert str(refused.value) == f"{words}not one that this version knows"


def test_a_plan_that_makes_no_sense_is_named_by_its_place() -> None:
    index = KINDS["CarePlan"]
    with pytest.raises(CourseUnreadable) as refused:
        receive([unit(chart_with(index, planted(CHART[index], ("status",))))], Heard())
    assert str(refused.value) == f"a.json entry {index}: a value is not one it may have"


def test_a_type_that_is_none_stands_at_its_entry_without_its_name() -> None:
    bundle = unit(chart_with(0, {"resourceType": PLANTED}))
    found = [item for item in check(bundle, Asked()) if item.place.entry == 0]
    assert {item.issue.location for item in found} == {"resourceType"}
    assert len(list(entries(bundle.place, bundle.value or {}))) == len(CHART)
