"""What people see of the packs: by what right, until when, and a word in time before it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from msgspec import structs

from ipt_fhir.instruments.catalogue import UnknownInstrument
from ipt_fhir.instruments.packs import Pack, read_pack
from ipt_fhir.mapping.site import Site
from smart_app.app import build_practice
from smart_app.demo import demo_config
from smart_app.services import asking
from smart_app.services.pack_keeping import KeptPack, catalogue_with
from smart_app.services.packs import Standing, catalogue_in_force, pack_lines, why_not_fillable
from smart_app.services.practice import Practice
from tests.packs.given import SCALE, another_pack, demo_files, perinatal, renamed
from tests.services.given import page_language as page_language

ADDED = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
ENDS = date(2026, 3, 31)
PracticeWith = Callable[..., Practice]


def pack(expires: date = ENDS, version: str = "1.0") -> Pack:
    read = read_pack(demo_files())
    return replace(read, licence=structs.replace(read.licence, expires=expires), version=version)


def kept(found: Pack, removed: datetime | None = None, added: datetime = ADDED) -> KeptPack:
    return KeptPack(pack=found, added=added, removed=removed)


@pytest.fixture
def practice_with(tmp_path: Path) -> Iterator[PracticeWith]:
    """A practice with these packs, on that day."""
    empty = build_practice(demo_config(tmp_path, "http://localhost:1", "http://127.0.0.1:2", 2))

    def with_packs(*packs: KeptPack, today: date) -> Practice:
        noon = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
        site = Site(catalogue=catalogue_with(packs))
        return replace(empty, packs=packs, site=site, clock=lambda: noon)

    with empty.store:
        yield with_packs


@pytest.mark.parametrize(
    ("today", "standing", "left"),
    [
        (date(2026, 2, 28), Standing.IN_FORCE, 31),
        (date(2026, 3, 1), Standing.ENDS_SOON, 30),
        (ENDS, Standing.ENDS_SOON, 0),
        (date(2026, 4, 1), Standing.ENDED, -1),
    ],
)
def test_thirty_days_before_a_licence_ends_the_list_says_so(
    practice_with: PracticeWith, today: date, standing: Standing, left: int
) -> None:
    (line,) = pack_lines(practice_with(kept(pack()), today=today))
    assert (line.standing, line.days_left) == (standing, left)
    assert (line.licence.holder, line.licence.reference) == ("ZZTEST Example Press", "ZZTEST agreement 17")
    assert (line.title, line.version, line.instruments) == ("ZZTEST evening scale", "1.0", ("ZZTEST evening scale",))


def test_what_ends_first_stands_first_and_what_was_removed_is_not_listed(practice_with: PracticeWith) -> None:
    second = read_pack(renamed(another_pack(demo_files(), "second"), "second-scale"))
    gone = kept(pack(version="0.9"), removed=ADDED)
    lines = pack_lines(practice_with(gone, kept(second), kept(pack()), today=ENDS))
    assert [line.licence.expires for line in lines] == [ENDS, date(2035, 12, 31)]


@pytest.mark.parametrize(("today", "fillable"), [(ENDS, True), (date(2026, 4, 1), False)])
def test_a_form_is_fillable_up_to_the_last_day(practice_with: PracticeWith, today: date, fillable: bool) -> None:
    practice = practice_with(kept(pack()), today=today)
    ended = "The licence for ZZTEST evening scale ended on 31 Mar 2026. Past answers stay."
    assert why_not_fillable(practice, SCALE) == ("" if fillable else ended)
    assert practice.catalogue.instrument(SCALE).has_form


def test_a_patient_is_not_asked_for_a_form_whose_licence_has_ended(practice_with: PracticeWith) -> None:
    """Of a score that is otherwise taken by hand the shipped one is back; of any other instrument nothing."""
    perinatal_pack = read_pack(perinatal())
    short = replace(perinatal_pack, licence=structs.replace(perinatal_pack.licence, expires=ENDS))
    packs = (kept(pack()), kept(short))
    before = asking.offered(practice_with(*packs, today=ENDS))
    assert {SCALE, "epds"} <= before.keys()
    practice = practice_with(*packs, today=date(2026, 4, 1))
    assert not {SCALE, "epds"} & asking.offered(practice).keys()
    in_force = catalogue_in_force(practice)
    assert not in_force.instrument("epds").has_form
    assert practice.catalogue.instrument("epds").has_form


def test_what_was_removed_is_readable_and_not_fillable(practice_with: PracticeWith) -> None:
    practice = practice_with(kept(pack(), removed=ADDED), today=ENDS)
    assert "no longer in use" in why_not_fillable(practice, SCALE)
    assert practice.catalogue.instrument(SCALE).id == SCALE


def test_a_version_in_use_counts_before_one_that_was_removed(practice_with: PracticeWith) -> None:
    later = datetime(2026, 2, 1, tzinfo=UTC)
    gone = kept(pack(date(2026, 1, 31), "2.0"), removed=later, added=later)
    assert why_not_fillable(practice_with(gone, kept(pack()), today=ENDS), SCALE) == ""


def test_shipped_forms_are_always_fillable_and_unknown_ones_are_refused(practice_with: PracticeWith) -> None:
    practice = practice_with(today=ENDS)
    assert why_not_fillable(practice, "phq-9") == ""
    with pytest.raises(UnknownInstrument):
        why_not_fillable(practice, SCALE)
