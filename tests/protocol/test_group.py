"""One group session closed for all members: each course has the session, and none has anything of another."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest

from ipt_fhir import rawjson
from ipt_fhir.mapping.episode import to_fhir
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model import snapshot
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.people import DiagnosisLink
from ipt_fhir.model.sessions import Attendance, Phase, SessionKind
from ipt_fhir.protocol.group import GroupSession, GroupSessionRefused, close_for_group
from tests.protocol.acting import last_day, measured, with_session
from tests.protocol.walking import walk

MEMBERS = ("zztest-ada", "zztest-ben", "zztest-cy", "zztest-dee")


@cache
def group() -> dict[str, Episode]:
    """Four courses after the third group session; each has words of its own."""
    courses = {}
    for name in MEMBERS:
        course = next(item for item in walk("ipt-group-who-8", name) if _counted(item) == 3)
        mark = DiagnosisLink(reference=f"Condition/{name}", display=f"Marked {name}")
        courses[name] = replace(course, diagnoses=(mark,))
    return courses


def _counted(course: Episode) -> int:
    return sum(session.kind.counts for session in course.sessions)


def held(number: int = 4) -> GroupSession:
    return GroupSession(number=number, date=last_day(group()[MEMBERS[0]]) + timedelta(days=7), minutes=90)


def attendance(**others: Attendance) -> dict[str, Attendance]:
    return dict.fromkeys(MEMBERS, Attendance.ATTENDED) | {f"zztest-{name}": what for name, what in others.items()}


def test_every_member_has_the_session_as_it_was_for_that_member() -> None:
    closed = close_for_group(group(), attendance(ben=Attendance.MISSED), held())
    assert set(closed) == set(MEMBERS)
    for name, course in closed.items():
        session = course.sessions[3]
        assert (session.number, session.kind, session.closed, session.phase) == (
            4,
            SessionKind.GROUP,
            True,
            Phase.MIDDLE,
        )
        assert session.attendance is (Attendance.MISSED if name == "zztest-ben" else Attendance.ATTENDED)
        assert replace(course, sessions=group()[name].sessions) == group()[name]


def test_no_member_sees_anything_of_another() -> None:
    """Not in the app's store, and not in what is sent."""
    closed = close_for_group(group(), attendance(ben=Attendance.MISSED), held())
    for name, course in closed.items():
        kept = snapshot.dump(course).decode()
        sent = rawjson.write(list(to_fhir(course, Writing(patient=name)).values())).decode()
        assert name in kept
        for other in set(MEMBERS) - {name}:
            assert other not in kept
            assert other not in sent
            assert group()[other].id not in kept + sent


def test_one_members_attendance_changes_no_other_course() -> None:
    one = close_for_group(group(), attendance(), held())
    two = close_for_group(group(), attendance(ben=Attendance.CANCELLED), held())
    assert [name for name in MEMBERS if one[name] != two[name]] == ["zztest-ben"]


def test_a_session_that_was_open_is_closed_in_its_place() -> None:
    courses = group()
    opened = close_for_group(courses, attendance(), held())
    still_open = {
        name: with_session(courses[name], replace(course.sessions[3], closed=False)) for name, course in opened.items()
    }
    assert close_for_group(still_open, attendance(), held()) == opened


@pytest.mark.parametrize(
    ("number", "said", "why", "members"),
    [
        (4, dict.fromkeys(MEMBERS[1:], Attendance.ATTENDED), "attendance is missing", ("zztest-ada",)),
        (4, attendance(eve=Attendance.ATTENDED), "not in this group", ("zztest-eve",)),
        (3, attendance(), "has this session already", MEMBERS),
    ],
)
def test_a_session_that_cannot_be_closed_for_all_is_closed_for_nobody(
    number: int, said: dict[str, Attendance], why: str, members: tuple[str, ...]
) -> None:
    with pytest.raises(GroupSessionRefused, match=why) as refused:
        close_for_group(group(), said, held(number))
    assert refused.value.members == members


def test_a_safety_answer_of_one_member_holds_the_session_until_somebody_acts() -> None:
    """decision-D21; the others learn nothing but that the session is still open."""
    course = measured(group()["zztest-cy"], held().date, "111111111")
    waiting = tuple(replace(item, act=None, settled=None, settled_by=None) for item in course.safety_items)
    courses = {**group(), "zztest-cy": replace(course, safety_items=waiting)}
    with pytest.raises(GroupSessionRefused, match="a safety answer waits") as refused:
        close_for_group(courses, attendance(), held())
    assert refused.value.members == ("zztest-cy",)
