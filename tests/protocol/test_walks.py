"""Every supported variant from referral to its last session, with what it has beside the others."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise

import pytest

from ipt_fhir.mapping.episode import from_fhir, to_fhir
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.episode import Episode, EpisodeStatus, Frequency
from ipt_fhir.model.filed_parts import filed_part
from ipt_fhir.model.records import MessageKind
from ipt_fhir.model.sessions import Phase, SessionKind
from ipt_fhir.protocol.catalogue import VariantNotSupported, variants
from ipt_fhir.protocol.rules import breaches
from tests.mapping.full import EVERYTHING
from tests.protocol.acting import last_day, totals
from tests.protocol.walking import walk

SUPPORTED = [variant.id for variant in variants().values() if variant.supported]
ALL = pytest.mark.parametrize("variant_id", SUPPORTED)
WRITING = Writing(patient="zztest")
walked = cache(walk)


def phases(course: Episode) -> list[Phase]:
    """The phases of the contracted sessions, each once, in their order."""
    return list(dict.fromkeys(session.phase for session in course.sessions if session.kind.counts))


def beside(course: Episode) -> list[SessionKind]:
    """The meetings beside the contracted sessions."""
    return [session.kind for session in course.sessions if not session.kind.counts]


@ALL
def test_a_variant_goes_from_referral_to_its_end(variant_id: str) -> None:
    variant, stops = variants()[variant_id], walked(variant_id)
    first, last = stops[0], stops[-1]
    assert (first.phase, first.status) == (Phase.SUITABILITY, EpisodeStatus.DRAFT)
    assert (last.phase, last.status) == (Phase.CLOSED, EpisodeStatus.COMPLETED)
    more = variant.maintenance.sessions if variant.maintenance else 0
    assert [session.number for session in last.sessions if session.kind.counts] == list(
        range(1, variant.sessions + more + 1)
    )
    assert len(beside(last)) == sum(extra.sessions for extra in variant.extras)


@ALL
def test_phases_follow_each_other_as_the_variant_splits_them(variant_id: str) -> None:
    variant, last = variants()[variant_id], walked(variant_id)[-1]
    acute = [] if variant.only_maintenance else [Phase.INITIAL, Phase.MIDDLE, Phase.TERMINATION]
    maintained = variant.only_maintenance or variant.maintenance is not None
    assert phases(last) == acute + ([Phase.MAINTENANCE] if maintained else [])


@ALL
def test_no_rule_is_broken_on_the_way(variant_id: str) -> None:
    for course in walked(variant_id):
        assert breaches(course, today=last_day(course), born=date(2009, 1, 1)) == ()


@ALL
def test_every_stop_comes_back_from_fhir(variant_id: str) -> None:
    """The law of the mapping, on every course as people would have it."""
    for course in walked(variant_id):
        for writing in (WRITING, Writing(patient="alma", site=EVERYTHING)):
            reading = from_fhir(to_fhir(course, writing).values())
            assert reading.episode == filed_part(course, writing.site.carried)
            assert reading.unread == ()


@ALL
def test_a_walk_is_the_same_every_time(variant_id: str) -> None:
    assert walk(variant_id) == walked(variant_id)


@ALL
def test_the_measure_is_taken_at_every_session_and_a_worrying_answer_never_waits(variant_id: str) -> None:
    last = walked(variant_id)[-1]
    assert len(totals(last)) == 1 + sum(session.kind.counts for session in last.sessions)
    assert len(last.safety_items) == 2
    assert not last.open_safety_items


def test_adolescents_have_a_caregiver_with_them_and_the_school_is_told() -> None:
    last = walked("ipt-adolescent-12")[-1]
    assert beside(last) == [SessionKind.CAREGIVER, SessionKind.CAREGIVER]
    assert [message.kind for message in last.messages].count(MessageKind.CAREGIVER) == 2
    assert MessageKind.SCHOOL in {message.kind for message in last.messages}
    assert {"caregiver-session", "school-contact"} <= {item.code for item in last.activities}


def test_a_perinatal_course_begins_with_an_engagement_session_and_goes_on_monthly() -> None:
    stops = walked("ipt-perinatal-8")
    engaged = next(course for course in stops if beside(course))
    assert (beside(engaged), len(engaged.sessions), engaged.status) == (
        [SessionKind.ENGAGEMENT],
        1,
        EpisodeStatus.DRAFT,
    )
    last = stops[-1]
    assert last.contract is not None
    assert (last.contract.frequency, last.contract.sessions) == (Frequency.MONTHLY, 14)
    monthly = [session for session in last.sessions if session.phase is Phase.MAINTENANCE]
    assert len(monthly) == 6
    assert monthly[-1].date == last.contract.ends_on


def test_a_group_meets_before_it_starts() -> None:
    last = walked("ipt-group-who-8")[-1]
    assert beside(last) == [SessionKind.PRE_GROUP]
    assert {session.kind for session in last.sessions if session.kind.counts} == {SessionKind.GROUP}
    assert all(session.step is None and session.focus is None for session in last.sessions)


def test_maintenance_is_monthly_from_its_first_session() -> None:
    last = walked("ipt-maintenance-12")[-1]
    assert last.contract is not None
    assert last.contract.frequency is Frequency.MONTHLY
    days = [session.date for session in last.sessions]
    assert {(later - earlier).days for earlier, later in pairwise(days)} == {30}


def test_a_variant_that_is_not_supported_yet_is_refused_by_name() -> None:
    """IPSRT needs its weekly rhythm form."""
    assert set(variants()) - set(SUPPORTED) == {"ipsrt-20"}
    with pytest.raises(VariantNotSupported, match="social rhythm therapy"):
        walk("ipsrt-20")


def test_a_planted_breach_would_be_found_on_a_walk() -> None:
    middle = next(course for course in walked("ipt-adult-16") if course.phase is Phase.MIDDLE)
    broken = replace(middle, problem_areas=())
    assert [breach.rule for breach in breaches(broken, today=last_day(broken))] == ["ipt-4"]
