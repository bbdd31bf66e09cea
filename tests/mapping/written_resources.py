"""Every resource beside the plan, written from one full course: by name, with what writes it and what reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from ipt_fhir.mapping import narrative
from ipt_fhir.mapping.appointment import read_appointment, write_appointment
from ipt_fhir.mapping.careteam import read_care_team, write_care_team
from ipt_fhir.mapping.communication import read_message, write_message
from ipt_fhir.mapping.condition import read_problem_area, write_problem_area
from ipt_fhir.mapping.consent import read_consent, write_consent
from ipt_fhir.mapping.documentreference import read_document, write_document
from ipt_fhir.mapping.encounter import read_encounter, write_encounter
from ipt_fhir.mapping.episodeofcare import read_episode_of_care, write_episode_of_care
from ipt_fhir.mapping.procedure import read_procedure, write_procedure
from ipt_fhir.mapping.references import Writing
from ipt_fhir.mapping.site import Site
from ipt_fhir.model.episode import Episode, EpisodeStatus
from ipt_fhir.model.people import Person
from ipt_fhir.model.sessions import Attendance, Mode, Session
from ipt_fhir.rawjson import JsonObject
from tests.mapping.full import EVERYTHING, FULL

KEY = "3f2a9c1e-5b7d-4e8f-9a0b-0000000000ff"
WRITING = Writing(patient="alma", site=EVERYTHING)


@dataclass(frozen=True)
class Mapped:
    """One value of a course and its two ways."""

    value: Any
    write: Callable[[Any, Writing, JsonObject], JsonObject]
    read: Callable[[JsonObject], Any]

    def written(self, old: JsonObject | None = None, writing: Writing = WRITING) -> JsonObject:
        """The resource of the value over ``old``."""
        return self.write(self.value, writing, {} if old is None else old)


def writing_for(site: Site) -> Writing:
    """To the same patient, as another site wants it."""
    return Writing(patient="alma", site=site)


def _document(value: Any, writing: Writing, old: JsonObject) -> JsonObject:
    return write_document(value, narrative.of_plan(FULL, writing.site), FULL, writing, old)


def of_course(course: Episode) -> dict[str, Mapped]:
    """Each type by name, some of them twice for their different states."""
    sessions = {f"{item.kind.value}-{item.number}": item for item in course.sessions}
    appointment = next(item for item in course.activities if item.starts)
    return {
        **{
            f"Condition-{area.code.value}": Mapped(
                area, lambda value, writing, old: write_problem_area(value, KEY, writing, old), read_problem_area
            )
            for area in course.problem_areas
        },
        **{
            f"Encounter-{name}": Mapped(
                item, lambda value, writing, old: write_encounter(value, FULL, writing, old), read_encounter
            )
            for name, item in sessions.items()
        },
        **{
            f"Procedure-{name}": Mapped(
                item, lambda value, writing, old: write_procedure(value, FULL, writing, old), read_procedure
            )
            for name, item in sessions.items()
        },
        "EpisodeOfCare": Mapped(course, write_episode_of_care, read_episode_of_care),
        "CareTeam": Mapped(course, write_care_team, read_care_team),
        **{f"Consent-{item.kind.value}": Mapped(item, write_consent, read_consent) for item in course.consents},
        **{
            f"Communication-{item.kind.value}": Mapped(
                item, lambda value, writing, old: write_message(value, FULL.id, writing, old), read_message
            )
            for item in course.messages
        },
        **{f"DocumentReference-{item.kind.value}": Mapped(item, _document, read_document) for item in course.documents},
        "Appointment": Mapped(
            appointment, lambda value, writing, old: write_appointment(value, FULL, writing, old), read_appointment
        ),
    }


DAY = timedelta(days=1)


def _moved(session: Session) -> Session:
    """A day later, and held or missed where it was not."""
    other = Attendance.MISSED if session.attendance is Attendance.ATTENDED else Attendance.ATTENDED
    starts = session.starts + DAY if session.starts else None
    return replace(session, date=session.date + DAY, starts=starts, attendance=other, mode=Mode.VIDEO)


CHANGED = replace(
    FULL,
    status=EpisodeStatus.ON_HOLD,
    therapist=Person(display="ZZTEST Deputy", reference="Practitioner/deputy-1"),
    problem_areas=tuple(
        replace(area, z_code=None, closed_on=None if area.closed_on else FULL.started) for area in FULL.problem_areas
    ),
    sessions=tuple(map(_moved, FULL.sessions)),
    activities=tuple(replace(item, starts=item.starts + DAY) if item.starts else item for item in FULL.activities),
    consents=tuple(
        replace(item, permitted=not item.permitted or bool(item.withdrawn_on), withdrawn_on=None)
        for item in FULL.consents
    ),
    messages=tuple(replace(item, sent=item.sent + DAY) for item in FULL.messages),
)
"""The same course after every part of it was edited."""

MAPPED = of_course(FULL)
EDITED = of_course(CHANGED)
