"""One series of readings, whatever they come from: answers, corrected answers, parts, totals off a sheet."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from ipt_fhir.instruments.catalogue import instrument
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.measures import Answer, Response, ResponseStatus
from ipt_fhir.model.totals import EnteredTotal
from ipt_fhir.questionnaires.answers import as_answers
from ipt_fhir.questionnaires.readings import first_total, readings, readings_of
from tests.questionnaires.given import PHQ_9, digits

FIRST = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
COURSE = Episode(id="course", variant="ipt-adult-16", started=date(2026, 1, 5))


def phq_9(name: str, week: int, spelled: str, **parts: object) -> Response:
    made = Response(
        id=name,
        instrument="phq-9",
        authored=FIRST + timedelta(weeks=week),
        answers=as_answers(PHQ_9, digits(spelled)),
    )
    return replace(made, **parts)  # type: ignore[arg-type]


def count(name: str, week: int, **counts: int) -> Response:
    given = tuple(Answer(link_id=key.replace("_", "-"), number=Decimal(value)) for key, value in counts.items())
    return Response(id=name, instrument="weekly-count", authored=FIRST + timedelta(weeks=week), answers=given)


def entered(name: str, week: int, total: int, status: ResponseStatus = ResponseStatus.COMPLETED) -> EnteredTotal:
    return EnteredTotal(
        id=name, instrument="epds", total=Decimal(total), authored=FIRST + timedelta(weeks=week), status=status
    )


def test_totals_bands_and_what_is_missing_stand_in_the_order_of_time() -> None:
    course = replace(COURSE, responses=(phq_9("a", 0, "222222211"), phq_9("b", 1, "22222221-"), phq_9("c", 2, "0" * 9)))
    found = readings(course, PHQ_9)
    assert [(item.total, item.band and item.band.label, item.answered, item.of) for item in found] == [
        (Decimal(16), "moderately severe", 9, 9),
        (None, None, 8, 9),
        (Decimal(0), "none", 9, 9),
    ]
    assert [item.source.id for item in found] == ["a", "b", "c"]
    assert first_total(found) == 16
    assert first_total(found[1:]) == 0
    assert first_total(()) is None


def test_what_does_not_stand_is_no_reading_and_a_correction_counts_on_the_day_it_corrects_decision_d65() -> None:
    wrong = phq_9("wrong", 0, "3" * 9, status=ResponseStatus.ENTERED_IN_ERROR)
    later = phq_9("later", 1, "1" * 9)
    right = phq_9("right", 2, "2" * 9, status=ResponseStatus.AMENDED, replaces="wrong")
    started = phq_9("started", 3, "1" * 9, status=ResponseStatus.IN_PROGRESS)
    found = readings(replace(COURSE, responses=(wrong, later, right, started)), PHQ_9)
    assert [(item.source.id, item.total, item.at) for item in found] == [
        ("right", Decimal(18), FIRST),
        ("later", Decimal(9), FIRST + timedelta(weeks=1)),
    ]


def test_a_part_has_readings_of_its_own_by_its_code() -> None:
    course = replace(COURSE, responses=(count("a", 0, contact_week=1), count("b", 1, hostile_week=4, contact_week=3)))
    assert [item.total for item in readings_of(course, "contact-week")] == [Decimal(1), Decimal(3)]
    assert [item.total for item in readings_of(course, "hostile-week")] == [None, Decimal(4)]
    assert [item.total for item in readings(course, instrument("weekly-count"))] == [None, None]


def test_totals_off_a_sheet_are_readings_too() -> None:
    course = replace(
        COURSE, totals=(entered("a", 0, 14), entered("b", 1, 9, ResponseStatus.ENTERED_IN_ERROR), entered("c", 2, 8))
    )
    found = readings_of(course, "99046-5")
    assert [(item.total, item.source.id) for item in found] == [(Decimal(14), "a"), (Decimal(8), "c")]


def test_a_score_nobody_yields_has_no_readings() -> None:
    assert readings_of(COURSE, "unheard-of") == ()
    assert readings_of(COURSE, "44261-6") == ()
