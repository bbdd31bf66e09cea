"""The peers do the same work as we do, and the runner makes its table. Nothing here asserts a time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import pytest
from click.testing import CliRunner

from ipt_fhir import rawjson
from ipt_fhir.mapping.episode import from_fhir
from ipt_fhir.model.filed_parts import filed_part
from ipt_fhir.questionnaires.filling import open_filling
from ipt_fhir.questionnaires.form_reading import read_form
from tests.benchmarks import forms, stream
from tests.benchmarks.__main__ import main
from tests.benchmarks.ours import NotValid
from tests.benchmarks.peers import FHIRKIT, Peer, fhir_resources, fhirclient, fhirkit
from tests.benchmarks.same import Differs, check_same, difference
from tests.benchmarks.table import row_of
from tests.benchmarks.tasks import Bench, bench, pairs
from tests.benchmarks.timing import of_pairs
from tests.questionnaires.forms import NOW


@pytest.fixture(scope="module")
def on() -> Bench:
    return bench()


@pytest.mark.parametrize(("peer", "tasks"), [(fhir_resources, 4), (fhirclient, 4), (fhirkit, 2)])
def test_a_peer_emits_what_we_emit_in_every_task(on: Bench, peer: Callable[[], Peer | None], tasks: int) -> None:
    kit = peer() or pytest.skip(f"needs fhirkit-rs; install: pip install fhirkit-rs=={FHIRKIT}")
    found = pairs(kit, on)
    assert len(found) == tasks
    for what, (ours, theirs) in found.items():
        assert difference(rawjson.parse(ours()), rawjson.parse(theirs())) is None, what


def test_the_course_measured_is_a_whole_one(on: Bench) -> None:
    assert len(on.episode.sessions) == 16
    assert from_fhir(on.written.values()).episode == filed_part(on.episode)


def test_a_peer_that_does_other_work_is_not_timed() -> None:
    with pytest.raises(Differs, match=r"\$\.goal\[1\]"):
        check_same(b'{"goal":[1,2.0]}', b'{"goal":[1.0,3]}', "peer")


@pytest.mark.parametrize(
    ("ours", "theirs", "place"),
    [
        (b'{"a":1.0,"t":"2026-01-05T09:30:00+00:00"}', b'{"t":"2026-01-05T09:30:00Z","a":1}', None),
        (b'{"t":"2026-01-05T09:30:00Z"}', b'{"t":"2026-01-05T09:30:01Z"}', "$.t"),
        (b'{"t":"2026-01-05T09:30:00"}', b'{"t":"2026-01-05T09:30:00Z"}', "$.t"),
        (b'{"a":{"b":[1]}}', b'{"a":{"b":[1,2]}}', "$.a.b: 1 against 2 items"),
        (b'{"a":{"b":1}}', b'{"a":{"c":1}}', "$.a: ['b', 'c']"),
        (b'{"a":true}', b'{"a":1}', "$.a"),
    ],
)
def test_the_comparison_is_by_value(ours: bytes, theirs: bytes, place: str | None) -> None:
    assert difference(rawjson.parse(ours), rawjson.parse(theirs)) == place


def test_a_goal_is_met_only_when_every_run_reaches_it() -> None:
    """The figure of a run is the median of its rounds."""
    found = of_pairs([(1.0, 9.0), (1.0, 1.0), (1.0, 6.0), (2.0, 8.0), (1.0, 4.0), (1.0, 90.0)], runs=2)
    assert found.runs == (6.0, 4.0)
    assert row_of("P1", "what", "peer", found, at_least=4).met
    assert not row_of("P1", "what", "peer", found, at_least=5).met
    assert row_of("P5", "what", "peer", found.inverse, at_most=0.25).met
    assert not row_of("P5", "what", "peer", found.inverse, at_most=0.2).met
    assert row_of("P1", "what", "peer", found).met is None


def test_a_stream_is_written_as_it_was_read_and_memory_is_watched_to_its_end(on: Bench) -> None:
    lines = [text + b"\n" for text in on.texts]
    assert stream.ours(b"".join(lines)) == b"".join(lines)
    assert stream.drift(lines, 3000) >= 0
    with pytest.raises(NotValid, match="line 2"):
        stream.ours(lines[0] + b'{"resourceType":"Goal"}\n')


@pytest.mark.proof
def test_the_runner_prints_a_row_for_every_task() -> None:
    done = CliRunner().invoke(main, ["--quick"])
    assert done.exit_code == 0, done.output
    measured = [line for line in done.output.splitlines() if re.match(r"\| P\d+ \|", line)]
    there = fhirkit() is not None
    expected = {"P1": 2, "P2": 2, "P3": 2 * there, "P4": 4, "P5": 2, "P6": 3 + there, "P12": 6, "P15": 4}
    expected |= {"P9": 5, "P10": 2, "P11": 2, "P16": 3}
    assert Counter(line.split()[1] for line in measured) == Counter(expected)
    assert ("P3 is left out" in done.output) is not there
    assert all(line.count("|") == 10 for line in measured)


@pytest.mark.parametrize("items", [10, 1_000])
def test_the_form_measured_is_what_it_says(items: int) -> None:
    made = forms.large_form(items)
    form = read_form(made)
    walked = list(form.walk())
    conditions = sum(len(item.conditions) for item in walked)
    calculated = [item for item in walked if item.calculated]
    assert (len(walked), conditions, len(calculated)) == (items, items // 5, max(1, items // 20))
    filling = open_filling(form, NOW).with_items(forms.answers(made))
    assert filling.problems == ()
    assert all(found.enabled for found in filling.walk())
    assert sum(found.item.calculated is not None and bool(found.answers) for found in filling.walk()) == len(calculated)
