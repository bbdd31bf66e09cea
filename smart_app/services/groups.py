"""A therapist's group: who is in it, and one session closed for all its members, each into the own course.

A sign-in is for one patient (decision-D12). So a patient comes into a group from their own chart only; the session is
entered once, on the chart of any member; what it adds to each course is kept here and filed when that member's chart is
opened next (decision-D86). Nothing of one member reaches the course of another (decision-D42).
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

from ipt_fhir.model import snapshot
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.limits import TEXT_LIMITS, clean_text
from ipt_fhir.model.sessions import Attendance, Mode, Session, Technique
from ipt_fhir.protocol.group import GroupSession, close_for_group
from smart_app.language import gettext as _
from smart_app.services import caseload, charting, duties
from smart_app.services.desk import Desk
from smart_app.services.overview import course, ended, measure, on_hold
from smart_app.services.planning import with_standing
from smart_app.services.practice import Practice
from smart_app.services.problems import Problems, read_day
from smart_app.store import audit, episodes, groups
from smart_app.store.groups import StoredMember
from smart_app.store.lanes import Lane
from smart_app.store.transactions import ReadTransaction

_LONGEST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member as the group's page may know them: how they are named, where their course stands.

    ``key`` names their fields on the page and says nothing; ``waiting`` tells that a safety answer waits.
    """

    key: str
    lane: Lane
    label: str
    is_here: bool
    episode: Episode
    revision: int
    waiting: bool

    @property
    def number(self) -> int:
        """The number of the session that is open or comes next."""
        return course(self.episode).today

    @property
    def has_open_session(self) -> bool:
        """Whether that session was begun on the member's own chart: what was entered there is not written over."""
        return course(self.episode).open_session is not None

    def measured_on(self, day: date) -> bool:
        """Whether the measure of every session was filled in on a day; what it said stays in the member's chart."""
        latest = measure(self.episode).latest
        return latest is not None and latest.at.astimezone().date() == day


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of this therapist; ``number`` is only a name for it."""

    id: str
    number: int
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupForm:
    """What was entered once for all, and by member: attendance, step, the revision the page was made from, the number
    of the session (``places``) and of the draft it had in front of it."""

    date: str
    start: str = ""
    minutes: str = ""
    mode: str = Mode.IN_PERSON.value
    techniques: tuple[str, ...] = ()
    attendance: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, str] = field(default_factory=dict)
    revisions: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    drafts: Mapping[str, str] = field(default_factory=dict)


def sizes(practice: Practice, desk: Desk) -> list[tuple[str, int, int]]:
    """The groups of whoever launched, at this hospital: id, number, how many members."""
    with practice.store.read() as tx:
        found = groups.of_owner(tx, desk.lane.issuer, desk.user_sub)
    ids = list(dict.fromkeys(item.group for item in found))
    return [(name, place, sum(item.group == name for item in found)) for place, name in enumerate(ids, start=1)]


def group_of(practice: Practice, desk: Desk) -> Group | None:
    """The group the patient of a desk is in; each look at another member is audited."""
    with practice.store.write() as tx:
        found = groups.of_owner(tx, desk.lane.issuer, desk.user_sub)
        mine = next((item.group for item in found if item.lane == desk.lane), None)
        if mine is None:
            return None
        ids = list(dict.fromkeys(item.group for item in found))
        members = [_member(tx, item, desk) for item in found if item.group == mine]
        known = tuple(item for item in members if item is not None)
        for member in known:
            if not member.is_here:
                audit.append(tx, _event(desk, member.lane, member.episode, audit.Action.READ))
    return Group(id=mine, number=1 + ids.index(mine), members=known)


def is_in_group(practice: Practice, desk: Desk) -> bool:
    """Whether the patient of a desk is in a group of whoever launched; nothing of others is looked at."""
    with practice.store.read() as tx:
        return any(item.lane == desk.lane for item in groups.of_owner(tx, desk.lane.issuer, desk.user_sub))


def members_of(practice: Practice, lane: Lane, owner: str) -> list[tuple[str, Lane]]:
    """The members of the group in which that person put the patient of a lane: key and lane; nothing is looked at."""
    with practice.store.read() as tx:
        found = groups.of_owner(tx, lane.issuer, owner)
    mine = {item.group for item in found if item.lane == lane}
    return [(_key(item), item.lane) for item in found if item.group in mine]


def join(practice: Practice, desk: Desk, group: str) -> None:
    """Put the patient of this desk into a group of one's own, or into a new one where that is none."""
    known = {name for name, _number, _size in sizes(practice, desk)}
    with practice.store.write() as tx:
        name = group if group in known else str(uuid.uuid4())
        groups.join(tx, desk.lane, name, desk.user_sub, _label(desk))
        audit.append(tx, _event(desk, desk.lane, desk.episode, audit.Action.UPDATE))


def leave(practice: Practice, desk: Desk) -> None:
    """Take the patient of this desk out of the group; the course stays as it is."""
    with practice.store.write() as tx:
        groups.leave(tx, desk.lane, desk.user_sub)
        audit.append(tx, _event(desk, desk.lane, desk.episode, audit.Action.UPDATE))


def close(practice: Practice, desk: Desk, group: Group, form: GroupForm) -> Problems:
    """Close the session for all members in one transaction, or for nobody. Raises StaleRevision."""
    closed, problems = closed_courses(group.members, form, desk.today)
    if problems:
        return problems
    with practice.store.write() as tx:
        for member in group.members:
            episode = closed[member.key]
            audit.append(tx, _event(desk, member.lane, episode, audit.Action.UPDATE))
            duties.settle(tx, member.lane, episode)
            content = snapshot.dump(episode)
            revision = episodes.save(tx, member.lane, episode.id, content, expected_revision=member.revision)
            if not member.is_here:
                caseload.note_elsewhere(tx, practice, desk, member.lane, episode, revision)
    return problems


def closed_courses(members: Sequence[Member], form: GroupForm, today: date) -> tuple[dict[str, Episode], Problems]:
    """Every member's own course with the closed session, by key; none where anything stands in the way. Pure."""
    problems = Problems()
    held_on = _day(form.date, members, today, problems)
    starts, minutes = _time(form, held_on, problems)
    attendance = {member.key: _attendance(member, form, problems) for member in members}
    steps = {member.key: _step(member, form, problems) for member in members}
    for member in members:
        _may_close(member, form, problems)
    if problems or held_on is None:
        return {}, problems
    closed: dict[str, Episode] = {}
    for number in {member.number for member in members}:
        held = GroupSession(number=number, date=held_on, starts=starts, minutes=minutes, mode=Mode(form.mode))
        standing = {member.key: member.episode for member in members if member.number == number}
        there = {key: Attendance(attendance[key]) for key in standing}
        closed |= close_for_group(standing, there, held)
    done = tuple(item for item in Technique if item.value in form.techniques)
    return {
        member.key: with_standing(_with_own(closed[member.key], member.number, done, steps[member.key]))
        for member in members
    }, problems


def _with_own(episode: Episode, number: int, techniques: tuple[Technique, ...], step: str) -> Episode:
    """What was done together, where the member was there, and the member's own step."""

    def own(session: Session) -> Session:
        if not session.kind.counts or session.number != number:
            return session
        if session.attendance is not Attendance.ATTENDED:
            return replace(session, minutes=None, step=step or None)
        area = episode.primary_area
        return replace(session, techniques=techniques, step=step or None, focus=area.code if area else None)

    return replace(episode, sessions=tuple(own(item) for item in episode.sessions))


def _may_close(member: Member, form: GroupForm, problems: Problems) -> None:
    if member.waiting:
        said = _("%(member)s: a safety answer waits. Open this chart and record what was done.", member=member.label)
        problems.add(f"attendance-{member.key}", said)
    if on_hold(member.episode):
        said = _("%(member)s: the course is on hold. Open this chart and resume it.", member=member.label)
        problems.add(f"attendance-{member.key}", said)
    if ended(member.episode):
        said = _("%(member)s: the course has ended. Take this member out of the group.", member=member.label)
        problems.add(f"attendance-{member.key}", said)
    if form.revisions.get(member.key) != str(member.revision):
        said = _("%(member)s: the course was changed meanwhile. Look again, then close.", member=member.label)
        problems.add(f"attendance-{member.key}", said)
    if member.has_open_session:
        said = _(
            "%(member)s: session %(number)s is still open. Open this chart and close it there first.",
            member=member.label,
            number=member.number,
        )
        problems.add(f"attendance-{member.key}", said)


def _day(typed: str, members: Sequence[Member], today: date, problems: Problems) -> date | None:
    day = read_day("date", typed, problems)
    if day is None:
        return None
    if day > today:
        problems.add("date", _("A session cannot lie in the future."))
    for member in members:
        before = [item.date for item in member.episode.sessions if item.closed and item.kind.counts]
        if day < max([member.episode.started, *before]):
            said = _("For %(member)s this day lies before the start or the last session.", member=member.label)
            problems.add("date", said)
    return day


def _time(form: GroupForm, held_on: date | None, problems: Problems) -> tuple[datetime | None, int | None]:
    starts = None
    if form.start and held_on:
        try:
            starts = datetime.combine(held_on, time.fromisoformat(form.start).replace(tzinfo=None)).astimezone()
        except ValueError:
            problems.add("start", _("Enter the time as hours and minutes, such as 14:00."))
    if not form.minutes:
        return starts, None
    if re.fullmatch("[0-9]{1,3}", form.minutes) and 1 <= int(form.minutes) <= _LONGEST:
        return starts, int(form.minutes)
    problems.add("minutes", _("Enter a number from %(least)s to %(most)s.", least=1, most=_LONGEST))
    return starts, None


def _attendance(member: Member, form: GroupForm, problems: Problems) -> str:
    sent = form.attendance.get(member.key, "")
    if sent not in {item.value for item in Attendance}:
        problems.add(f"attendance-{member.key}", _("%(member)s: say whether they were there.", member=member.label))
    return sent


def _step(member: Member, form: GroupForm, problems: Problems) -> str:
    step = clean_text(form.steps.get(member.key, ""))
    if len(step) > TEXT_LIMITS["Session.step"]:
        limit = TEXT_LIMITS["Session.step"]
        problems.add(f"step-{member.key}", _("This is longer than %(limit)s characters.", limit=limit))
    return step


def _member(tx: ReadTransaction, item: StoredMember, desk: Desk) -> Member | None:
    here = item.lane == desk.lane
    stored = episodes.load(tx, item.lane)
    if stored is None:
        return None
    episode = desk.episode if here else snapshot.load(stored.content)
    waits = duties.with_duties(tx, item.lane, episode)
    return Member(
        key=_key(item),
        lane=item.lane,
        label=item.label,
        is_here=here,
        episode=episode,
        revision=stored.revision,
        waiting=bool(waits.open_safety_items),
    )


def _key(item: StoredMember) -> str:
    return hashlib.sha256(f"{item.group}/{item.lane.patient}".encode()).hexdigest()[:12]


def _label(desk: Desk) -> str:
    """Record number and initials: enough to find the chart, and no more."""
    initials = "".join(part[0] for part in re.findall(r"\w+", desk.patient.name)[:3]).upper()
    return f"{desk.patient.record_number or desk.patient.id} · {initials}"


def _event(desk: Desk, lane: Lane, episode: Episode, action: audit.Action) -> audit.AuditEvent:
    here = charting.audit_event(desk, action, f"CarePlan/{episode.id}")
    return replace(here, patient=lane.patient)
