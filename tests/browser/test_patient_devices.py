"""A phone of 320 px without JavaScript, the list of duties, and a tablet that is not left by "back"."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from smart_app.demo import Demo
from tests.browser.ehr import Ehr

pytestmark = pytest.mark.proof

Shoot = Callable[[Ehr, str], Path]
ALMA, BENE = "zztest-alma", "zztest-bene"


def test_the_narrowest_phone_without_javascript(seeded: Demo, open_ehr: Callable[..., Ehr]) -> None:
    """Each page fits, the console is silent, and what is pressed is large (WCAG 2.5.8 asks 24 px, 2.5.5 asks 44)."""
    phone = open_ehr(seeded, 320, 640, scripts=False)
    assert phone.sign_in_alone(ALMA) == "One form to fill in"
    assert phone.overflow() == 0
    phone.follow("Begin: PHQ-9")
    for number in range(1, 10):
        assert f"{number} of 10" in phone.text()
        assert phone.overflow() == 0
        assert phone.smallest_target() >= 44
        phone.choose("Several days")
        phone.press("Next")
    phone.press("Leave out")
    assert phone.heading() == "Are these your answers?"
    assert phone.overflow() == 0
    assert phone.press("Send to my clinic") == "Thank you. Your answers are with your clinic."
    assert phone.complaints() == []


def test_the_list_of_duties_names_no_patient(seeded: Demo, open_ehr: Callable[..., Ehr], shoot: Shoot) -> None:
    """decision-D67: seen from another patient's chart, inside the hospital's frame."""
    ehr = open_ehr(seeded, 1280, 1000)
    ehr.sign_in_alone(ALMA)
    ehr.follow("Begin: PHQ-9")
    for _ in range(8):
        ehr.press("Leave out")
    ehr.choose("Several days")
    ehr.press("Next")
    ehr.launch_in_frame(BENE)
    ehr.follow("Duty")
    assert "ZZ-100001" in ehr.text()
    assert "Alma" not in ehr.text()
    shoot(ehr, "duty")


def test_the_tablet_is_not_left_by_back_a_typed_address_or_a_second_tab(
    seeded: Demo, open_ehr: Callable[..., Ehr]
) -> None:
    """decision-D66, attack-A31: a browser keeps pages for "back" whatever they say, of this chart and of the last."""
    tablet = open_ehr(seeded, 820, 1180)
    tablet.launch_in_window(BENE)
    tablet.launch_in_window(ALMA)
    desk = tablet.driver.current_url
    tablet.follow("Patient")
    tablet.write("pin", "4829")
    assert tablet.press("Hand over") == "One more step before you give it away"
    assert tablet.follow("Ready for the patient") == "One form to fill in"
    for _ in range(8):
        tablet.driver.back()
        for of_the_chart in ("ZZTEST-BENE", "Session", "Filing", "On duty", "ZZ-10000"):
            assert of_the_chart not in tablet.text()
    tablet.driver.get(desk)
    assert tablet.heading() == "One form to fill in"
    tablet.driver.switch_to.new_window("tab")
    tablet.driver.get(desk)
    assert tablet.heading() == "One form to fill in"
    tablet.follow("Begin: PHQ-9")
    for _ in range(10):
        tablet.choose_first()
        tablet.press("Next")
    assert tablet.press("Send to my clinic") == "Thank you. Give the tablet back."
    tablet.write("pin", "4829")
    tablet.press("Take it back")
    assert tablet.driver.current_url == desk
    assert tablet.complaints() == []


def test_who_signs_out_of_a_shared_computer_leaves_no_answer_behind_back(
    seeded: Demo, open_ehr: Callable[..., Ehr]
) -> None:
    """attack-A31."""
    shared = open_ehr(seeded, 820, 1180)
    shared.sign_in_alone(ALMA)
    shared.follow("Begin: PHQ-9")
    shared.choose("Several days")
    shared.press("Next")
    for _ in range(9):
        shared.press("Leave out")
    shared.press("Send to my clinic")
    assert shared.press("Sign out") == "You are signed out here."
    for _ in range(14):
        shared.driver.back()
        assert "Several days" not in shared.text()
