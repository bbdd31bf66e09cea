"""A mended session as Encounter and Procedure at once (decision-D105): what is new, what is unsaid, what stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from ipt_fhir.mapping.episode import changed, from_fhir, to_fhir
from ipt_fhir.mapping.keys import encounter_key, procedure_key
from ipt_fhir.mapping.references import Writing
from ipt_fhir.mapping.site import Site
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.sessions import SessionCorrection
from ipt_fhir.rawjson import JsonObject
from tests.mapping.full import FULL

SITE = Site(files=frozenset({"Encounter", "Procedure"}))
WRITING = Writing(patient="alma", site=SITE)
LAST = [item for item in FULL.sessions if item.kind.counts and item.closed][-1]
ENTRY, TREATMENT = encounter_key(FULL.id, LAST), procedure_key(FULL.id, LAST)
WHY = SessionCorrection(
    number=LAST.number, kind=LAST.kind, day=LAST.date, at=datetime(2026, 6, 1, tzinfo=UTC), reason="Wrong."
)


def without_last(**changes: object) -> Episode:
    others = tuple(item for item in FULL.sessions if item is not LAST)
    return replace(FULL, sessions=others, **changes)  # type: ignore[arg-type]


def taken_out() -> dict[str, JsonObject]:
    """The chart after the last session was taken out and that was filed."""
    return to_fhir(without_last(session_corrections=(replace(WHY, taken_out=True),)), WRITING, to_fhir(FULL, WRITING))


def test_an_entry_is_unsaid_only_where_a_person_mended_its_session() -> None:
    chart = to_fhir(FULL, WRITING)
    untouched = to_fhir(without_last(), WRITING, chart)
    assert not {ENTRY, TREATMENT} & untouched.keys()
    after = taken_out()
    assert [after[key]["status"] for key in (ENTRY, TREATMENT)] == ["entered-in-error"] * 2
    assert {ENTRY, TREATMENT} <= set(changed(after, chart))


def test_what_was_taken_out_is_read_as_no_session_and_stays_known() -> None:
    reading = from_fhir(taken_out().values())
    assert LAST.place not in {item.place for item in reading.episode.sessions}
    assert {ENTRY, TREATMENT} <= reading.resources.keys()


def test_a_session_with_the_number_of_one_that_was_taken_out_gets_new_entries_that_name_each_other() -> None:
    """Also where nobody remembers the correction: the chart alone says which keys are used up."""
    chart = {key: {**item, "id": key} for key, item in taken_out().items()}
    known = {key: f"{item['resourceType']}/{key}" for key, item in chart.items()}
    again = to_fhir(FULL, replace(WRITING, known=known), chart)
    entry, treatment = encounter_key(FULL.id, LAST, 1), procedure_key(FULL.id, LAST, 1)
    assert not {ENTRY, TREATMENT} & again.keys()
    assert again[treatment]["encounter"] == {"reference": f"urn:uuid:{entry}"}
    everything = {**chart, **again}
    assert LAST.place in {item.place for item in from_fhir(everything.values()).episode.sessions}
    assert {entry, treatment} <= from_fhir(everything.values()).resources.keys()
    assert changed(to_fhir(FULL, replace(WRITING, known=known), everything), everything) == []


def test_a_session_opened_again_is_in_progress_until_it_is_closed() -> None:
    chart = to_fhir(FULL, WRITING)
    sessions = tuple(replace(item, closed=item is not LAST) for item in FULL.sessions)
    open_again = replace(FULL, sessions=sessions, session_corrections=(WHY,))
    between = to_fhir(open_again, WRITING, chart)
    assert [between[key]["status"] for key in (ENTRY, TREATMENT)] == ["in-progress"] * 2
    closed = to_fhir(replace(FULL, session_corrections=(WHY,)), WRITING, between)
    assert [closed[key]["status"] for key in (ENTRY, TREATMENT)] == [chart[key]["status"] for key in (ENTRY, TREATMENT)]
