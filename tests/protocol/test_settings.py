"""Where the therapy takes place says what is offered first."""

from __future__ import annotations

from ipt_fhir.model.episode import Frequency, Setting
from ipt_fhir.protocol.catalogue import settings, usual_in


def test_every_setting_says_what_is_usual_and_where_that_is_from() -> None:
    assert set(settings()) == {setting.value for setting in Setting}
    assert all(row.source and 15 <= row.minutes <= 120 for row in settings().values())


def test_a_ward_has_no_weekly_slot_and_a_community_centre_hands_the_tablet_round() -> None:
    ward = usual_in(Setting.WARD)
    assert (ward.frequency, ward.weekly_slot) == (Frequency.TWICE_WEEKLY, False)
    assert usual_in(Setting.COMMUNITY).tablet_first


def test_nobody_said_where_means_a_practice() -> None:
    assert usual_in(None) == usual_in(Setting.OUTPATIENT)
