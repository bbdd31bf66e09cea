"""What a path may be, what a file may hold, and that one bad file, line or entry does not stop the rest."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from ipt_fhir.exchange.reading import Place, entries, files_of, units
from tests.exchange.given import from_stdin

GOAL = b'{"resourceType":"Goal"}'
INDENTED = b'{\n  "resourceType": "Goal"\n}\n'
BOM = b"\xef\xbb\xbf"


def read(*paths: Path) -> list[tuple[str, bool]]:
    """Place and whether it could be read."""
    return [(str(unit.place), unit.value is not None) for unit in units(map(str, paths), BytesIO())]


def test_a_file_is_a_document_or_lines_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(INDENTED)
    (tmp_path / "b.ndjson").write_bytes(GOAL + b"\n\n" + GOAL)
    found = read(tmp_path / "a.json", tmp_path / "b.ndjson")
    assert found == [
        (f"{tmp_path}/a.json", True),
        (f"{tmp_path}/b.ndjson line 1", True),
        (f"{tmp_path}/b.ndjson line 3", True),
    ]


def test_a_folder_gives_its_json_and_ndjson_files_however_deep_in_order(tmp_path: Path) -> None:
    for name in ("b/c.json", "a.ndjson", "b/notes.txt", "z.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(GOAL)
    assert [path.relative_to(tmp_path).as_posix() for path in files_of(str(tmp_path))] == [
        "a.ndjson",
        "b/c.json",
        "z.json",
    ]


@pytest.mark.parametrize(
    ("data", "places"),
    [
        (GOAL, ["stdin"]),
        (GOAL + b"\n", ["stdin"]),
        (GOAL + b"\n\n \n", ["stdin"]),
        (INDENTED, ["stdin"]),
        (GOAL + b"\n" + GOAL, ["stdin line 1", "stdin line 2"]),
        (GOAL + b"\r\n" + GOAL + b"\r\n", ["stdin line 1", "stdin line 2"]),
        (b'{"resourceType":"Goal","note":"' + b"x" * 20_000 + b'"}', ["stdin"]),
        (b'{"resourceType":"Goal","note":"' + b"x" * 20_000 + b'"}\n' + GOAL, ["stdin line 1", "stdin line 2"]),
    ],
)
def test_standard_input_is_lines_when_an_object_ends_its_first_line_and_more_follows(
    data: bytes, places: list[str]
) -> None:
    found = from_stdin(data)
    assert [str(unit.place) for unit in found] == places
    assert all(unit.value is not None for unit in found)


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"{")
    (tmp_path / "b.ndjson").write_bytes(GOAL + b"\n[]\n" + GOAL)
    (tmp_path / "c.json").write_bytes(GOAL)
    assert [good for _, good in read(tmp_path)] == [False, True, False, True, True]


def test_a_file_that_is_gone_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_bytes(GOAL)
    gone, good = units([str(tmp_path / "gone.json"), str(tmp_path / "c.json")], BytesIO())
    assert gone.refusal == "cannot be read: No such file or directory"
    assert good.value is not None


@pytest.mark.parametrize("data", [BOM + INDENTED, BOM + GOAL + b"\n" + GOAL])
def test_a_byte_order_mark_is_refused_with_what_to_do(data: bytes) -> None:
    assert from_stdin(data)[0].refusal == "begins with a byte order mark; save the file as UTF-8 without one"


def test_no_refusal_repeats_what_the_file_says() -> None:
    for data in (b'{"name":"ZZTEST Alma"', b'{"name":"ZZTEST Alma","name":"x"}', b'["ZZTEST Alma"]', b"ZZTEST Alma"):
        (only,) = from_stdin(data)
        assert only.refusal
        assert "Alma" not in only.refusal


def test_entries_have_the_number_fhirpath_gives_them_and_nonsense_is_passed_over() -> None:
    bundle = {"resourceType": "Bundle", "entry": [{"resource": {}}, "nonsense", {"fullUrl": "x"}]}
    assert [str(place) for place, _ in entries(Place(file="b.json"), bundle)] == ["b.json entry 0", "b.json entry 2"]
    assert not list(entries(Place(file="b.json"), {"resourceType": "Bundle", "entry": {}}))
    assert not list(entries(Place(file="b.json"), {"resourceType": "Goal", "entry": [{}]}))


def test_progress_is_told_every_byte_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(INDENTED)
    (tmp_path / "b.ndjson").write_bytes((GOAL + b"\n") * 2000)
    done: list[int] = []
    assert len(list(units([str(tmp_path)], BytesIO(), done.append))) == 2001
    assert sum(done) == len(INDENTED) + 2000 * (len(GOAL) + 1)
