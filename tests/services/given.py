"""A course in words, for tests of the services."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from ipt_fhir.instruments.catalogue import instrument
from ipt_fhir.model.activities import COURSE, Activity, ActivityKind
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.people import Person
from smart_app import language
from smart_app.services.measuring import complete

STARTED = date(2026, 1, 5)
NINE = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
THERAPIST = Person(display="Noor ZZTEST-VALE", reference="Practitioner/zztest-vale")
PHQ9 = instrument("phq-9")


@pytest.fixture(autouse=True)
def page_language() -> Iterator[None]:
    """Problems are said in the language of a page, so there must be one."""
    app = Flask(__name__)
    language.install(app)
    with app.test_request_context():
        yield


def new_course(**parts: object) -> Episode:
    """A course that began on 5 January 2026."""
    course = Activity(id="activity-course", kind=ActivityKind.SERVICE, code=COURSE, text="Course of IPT")
    parts = {"variant": "ipt-adult-16", "activities": (course,), **parts}
    return Episode(id="episode", started=STARTED, therapist=THERAPIST, **parts)  # type: ignore[arg-type]


def answers(digits: str) -> dict[str, str]:
    """PHQ-9 answers from digits, item by item; a blank leaves the item open."""
    return {
        item.link_id: item.options[int(digit)].code
        for item, digit in zip(PHQ9.items, digits, strict=False)
        if digit != " "
    }


def measured(episode: Episode, *forms: str) -> Episode:
    """The course with PHQ-9 forms a week apart, the first on its first day."""
    for week, digits in enumerate(forms):
        episode = complete(episode, PHQ9, answers(digits), THERAPIST, NINE + timedelta(weeks=week))
    return episode
