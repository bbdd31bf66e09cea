"""Variants and schools as data: what the reference says, and what a person is told where something is missing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ipt_fhir.instruments.catalogue import ChangeRules, instruments
from ipt_fhir.model.episode import Frequency
from ipt_fhir.model.problem_areas import ProblemAreaCode
from ipt_fhir.model.sessions import Phase, SessionKind
from ipt_fhir.protocol.catalogue import (
    UnknownVariant,
    Variant,
    VariantNotSupported,
    activity_templates,
    measure_of,
    measures_of,
    offered_templates,
    schools,
    supported_variant,
    variants,
    work_words,
)
from ipt_fhir.protocol.variants import Format
from ipt_fhir.questionnaires.scoring import score, value_of
from ipt_fhir.terminology.scores import SCORES

ALL = pytest.mark.parametrize("variant", variants().values(), ids=lambda item: item.id)
INSTRUMENTS = {score.instrument for score in SCORES.values()} | set(instruments())


def phases(variant_id: str, contracted: int, school: str | None = None) -> list[int]:
    """How many sessions fall in each of the three phases."""
    variant, chosen = variants()[variant_id], schools()[school] if school else None
    found = [variant.phase_of(number, contracted, chosen) for number in range(1, contracted + 1)]
    assert found == sorted(found, key=[Phase.INITIAL, Phase.MIDDLE, Phase.TERMINATION].index)
    return [found.count(phase) for phase in (Phase.INITIAL, Phase.MIDDLE, Phase.TERMINATION)]


@pytest.mark.parametrize(
    ("variant_id", "sessions", "minutes"),
    [
        ("ipt-adult-16", 16, 50),
        ("ipt-adult-12", 12, 50),
        ("ipt-brief-8", 8, 50),
        ("ipt-adolescent-12", 12, 50),
        ("ipt-perinatal-8", 8, 50),
        ("ipt-group-who-8", 8, 90),
        ("ipc-6", 6, 30),
        ("ipt-maintenance-12", 12, 50),
        ("ipsrt-20", 20, 50),
        ("ipt-eating-20", 20, 50),
        ("ipt-ptsd-14", 14, 50),
        ("ipt-late-life-16", 16, 50),
    ],
)
def test_a_variant_has_the_length_its_source_gives(variant_id: str, sessions: int, minutes: int) -> None:
    variant = variants()[variant_id]
    assert (variant.sessions, variant.minutes) == (sessions, minutes)


@ALL
def test_a_variant_is_whole(variant: Variant) -> None:
    assert variant.least <= variant.sessions <= variant.most
    assert variant.source
    assert set(variant.activities) <= set(activity_templates())
    assert set(variant.measures) <= INSTRUMENTS | set(SCORES)
    assert variant.checked == (variant.recalled is None)
    assert variant.checked or "recalled, to be checked by a clinician" in (variant.recalled or "")
    for extra in variant.extras:
        assert not extra.kind.counts
        assert extra.sessions == len(extra.after)
        assert any(activity_templates()[name].session is extra.kind for name in variant.activities)


@ALL
def test_every_phase_of_an_acute_course_has_sessions(variant: Variant) -> None:
    if variant.only_maintenance:
        assert variant.phase_of(1, variant.sessions) is Phase.MAINTENANCE
    else:
        assert all(phases(variant.id, variant.sessions))
        assert all(phases(variant.id, variant.most))


def test_extra_meetings_are_those_of_the_variant() -> None:
    found = {variant.id: [(item.kind, item.sessions) for item in variant.extras] for variant in variants().values()}
    assert {name: extras for name, extras in found.items() if extras} == {
        "ipt-adolescent-12": [(SessionKind.CAREGIVER, 2)],
        "ipt-perinatal-8": [(SessionKind.ENGAGEMENT, 1)],
        "ipt-group-who-8": [(SessionKind.PRE_GROUP, 1)],
    }


def test_group_and_maintenance_differ_where_they_should() -> None:
    group, maintenance = variants()["ipt-group-who-8"], variants()["ipt-maintenance-12"]
    assert (group.format, group.session_kind) == (Format.GROUP, SessionKind.GROUP)
    assert maintenance.frequency is Frequency.MONTHLY


def test_a_variant_whose_parts_are_missing_is_marked_and_refused_by_name() -> None:
    """IPSRT works with a weekly rhythm form, which is not here yet."""
    marked = [variant for variant in variants().values() if not variant.supported]
    assert [variant.id for variant in marked] == ["ipsrt-20"]
    assert "rhythm form" in marked[0].offer()
    with pytest.raises(VariantNotSupported, match=r"IPSRT.*rhythm form"):
        supported_variant("ipsrt-20")
    with pytest.raises(UnknownVariant, match="ipt-adult-16"):
        supported_variant("ipt-unheard-of")
    assert variants()["ipt-adult-16"].offer() == "IPT for adults, 16 sessions"


def test_the_leading_measure_is_one_that_exists() -> None:
    """Perinatal courses lead with the EPDS: its total by hand, or the form once a clinic brings it."""
    assert measures_of(variants()["ipt-perinatal-8"]) == ("epds", "phq-9")
    assert measures_of(variants()["ipt-adolescent-12"]) == ("phq-9m", "gad-7")
    assert measures_of(variants()["ipt-eating-20"]) == ("weekly-count", "phq-9")


def test_a_course_about_eating_is_judged_by_its_binge_episodes_without_made_up_bands() -> None:
    found = measure_of(variants()["ipt-eating-20"], "weekly-count")
    assert (found.title, found.total and found.total.code) == ("Binge episodes a week", "binge-week")
    assert (found.bands, found.change, found.counted) == ((), ChangeRules(), ("binge-week",))
    counted = score(found, {"binge-week": Decimal(5), "hostile-week": Decimal(2)})
    values = [value_of(counted, found, code) for code in ("binge-week", "hostile-week")]
    assert [counted.total, *values] == [5, 5, 2]
    assert score(found, {"hostile-week": Decimal(2)}).total is None
    assert measure_of(variants()["ipt-adult-16"], "weekly-count").total is None


@pytest.mark.parametrize(
    ("variant", "words"),
    [
        ("ipt-adult-16", "PHQ-9 at every session"),
        ("ipt-ptsd-14", "PCL-5 at every session"),
        ("ipt-eating-20", "Binge episodes a week at every session"),
        ("ipt-perinatal-8", "EPDS at every session"),
    ],
)
def test_the_measure_of_every_session_is_called_by_its_name(variant: str, words: str) -> None:
    template = activity_templates()["sessional-measure"]
    assert work_words(template, variants()[variant]) == words


@pytest.mark.parametrize(
    ("school", "variant", "contracted", "split"),
    [
        (None, "ipt-adult-16", 16, [3, 10, 3]),
        ("weissman-klerman", "ipt-adult-16", 16, [3, 10, 3]),
        ("ipt-uk", "ipt-adult-16", 16, [4, 8, 4]),
        ("ipt-uk", "ipt-adult-12", 12, [4, 6, 2]),
        ("stuart-robertson", "ipt-adult-16", 16, [3, 11, 2]),
        ("stuart-robertson", "ipt-adult-12", 12, [3, 7, 2]),
        ("stuart-robertson", "ipt-brief-8", 8, [2, 4, 2]),
    ],
)
def test_the_school_decides_where_phases_meet(
    school: str | None, variant: str, contracted: int, split: list[int]
) -> None:
    assert phases(variant, contracted, school) == split


def test_the_school_decides_which_areas_are_offered() -> None:
    assert set(schools()["weissman-klerman"].areas) == set(ProblemAreaCode)
    three = schools()["stuart-robertson"].areas
    assert set(ProblemAreaCode) - set(three) == {ProblemAreaCode.INTERPERSONAL_DEFICITS}


def test_goals_of_an_area_the_school_does_not_work_with_are_not_offered() -> None:
    everywhere = {template.id for template in offered_templates()}
    three = {template.id for template in offered_templates(school=schools()["stuart-robertson"])}
    assert everywhere - three == {"G-27", "G-28", "G-29", "G-30"}
    grief = {template.id for template in offered_templates({ProblemAreaCode.GRIEF})}
    assert {template.area for template in offered_templates({ProblemAreaCode.GRIEF})} == {None, ProblemAreaCode.GRIEF}
    assert {"G-01", "G-23", "G-31"} <= grief
