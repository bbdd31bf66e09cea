"""The inventory by hand: the closeness circle with keyboard, mouse and finger; words that were typed a moment ago."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from ipt_fhir.model import snapshot
from ipt_fhir.model.inventory import InventoryEntry, Ring
from smart_app.demo import Demo
from smart_app.store import episodes
from smart_app.store.lanes import Lane
from tests.browser.ehr import Ehr
from tests.browser.walks import ALMA, DORU

pytestmark = pytest.mark.proof

OPEN = Callable[..., Ehr]
BY_HAND = "Drag a person to another ring"
"""What the page says once its script has made the picture movable."""


def people_of(demo: Demo, patient: str) -> dict[str | None, InventoryEntry]:
    """The inventory as the app has it, by initial."""
    with demo.practice.store.read() as tx:
        stored = episodes.load(tx, Lane(f"{demo.hospital_url}/fhir", patient))
    assert stored is not None
    return {entry.initial: entry for entry in snapshot.load(stored.content).inventory}


def person(ehr: Ehr, label: str) -> WebElement:
    ehr.wait_for(BY_HAND)
    return ehr.driver.find_element(By.CSS_SELECTOR, f".person[aria-label='{label}']")


def said(ehr: Ehr) -> str:
    """What the live region says."""
    return str(ehr.driver.find_element(By.ID, "said").get_attribute("textContent"))


def distance_to(ehr: Ehr, label: str, zone: str) -> tuple[int, int]:
    """The way from a person to the middle of a zone: on a ring straight to the left of "me", on a shelf its centre."""
    found: list[float] = ehr.driver.execute_script(
        """
        const [person, name] = arguments, at = (box) => [box.x + box.width / 2, box.y + box.height / 2];
        const zones = [...document.querySelectorAll("[data-code]")];
        const zone = zones.find((one) => one.dataset.code === name), box = zone.getBoundingClientRect();
        let [x, y] = at(box);
        if (zone.tagName === "circle") {
          const inner = zones.find((one) => Number(one.dataset.zone) === Number(zone.dataset.zone) - 1);
          const hole = inner ? inner.getBoundingClientRect().width / 2 : 0;
          x -= (box.width / 2 + hole) / 2;
        }
        const [from_x, from_y] = at(person.querySelector("circle").getBoundingClientRect());
        return [x - from_x, y - from_y];
        """,
        person(ehr, label),
        zone,
    )
    return round(found[0]), round(found[1])


def test_the_whole_inventory_by_keyboard_alone(seeded: Demo, open_ehr: OPEN) -> None:
    ehr = open_ehr(seeded)
    ehr.launch_in_window(ALMA)
    ehr.tab_to("People")
    assert ehr.press_enter() == "People"
    ehr.wait_for(BY_HAND)
    ehr.tab_to_label("L, friend")
    ehr.press_keys(Keys.ARROW_UP)
    assert said(ehr) == "L, friend: middle ring"
    assert person(ehr, "L, friend").get_attribute("aria-valuetext") == "middle ring"
    ehr.press_keys(Keys.ARROW_UP, Keys.ARROW_UP, Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    assert said(ehr) == "L, friend: contact lost"
    assert people_of(seeded, ALMA)["L"].now is Ring.OUTER
    assert "not saved yet" in ehr.text()
    ehr.tab_to("Save the circle")
    ehr.press_enter()
    assert people_of(seeded, ALMA)["L"].now is Ring.LOST
    ehr.tab_to("Add a person")
    assert ehr.press_enter() == "Add a person"
    ehr.tab_to_field()
    ehr.press_keys("neigh", Keys.TAB, "N")
    ehr.press_enter()
    assert people_of(seeded, ALMA)["N"].role.value == "NBOR"
    assert ehr.complaints() == []


@pytest.mark.parametrize("zone", list(Ring))
def test_somebody_is_dragged_with_the_mouse_inside_the_frame(seeded: Demo, open_ehr: OPEN, zone: Ring) -> None:
    ehr = open_ehr(seeded)
    ehr.launch_in_frame(ALMA)
    ehr.follow("People")
    ehr.driver.execute_script("document.querySelector('svg.closeness').scrollIntoView({block: 'center'})")
    dot = person(ehr, "M, mother").find_element(By.CSS_SELECTOR, "circle")
    x, y = distance_to(ehr, "M, mother", zone)
    ActionChains(ehr.driver).drag_and_drop_by_offset(dot, x, y).perform()
    assert said(ehr) == ("" if zone is Ring.MIDDLE else f"M, mother: {ring_words(zone)}")
    ehr.press("Save the circle")
    assert people_of(seeded, ALMA)["M"].now is zone
    assert ehr.complaints() == []


def ring_words(zone: Ring) -> str:
    return {Ring.LOST: "contact lost", Ring.DECEASED: "deceased"}.get(zone, f"{zone.value} ring")


def test_who_is_dropped_outside_goes_back(seeded: Demo, open_ehr: OPEN) -> None:
    ehr = open_ehr(seeded)
    ehr.launch_in_window(ALMA)
    ehr.follow("People")
    before = person(ehr, "R, sibling").get_attribute("transform")
    dot = person(ehr, "R, sibling").find_element(By.CSS_SELECTOR, "circle")
    ActionChains(ehr.driver).click_and_hold(dot).move_by_offset(-60, 190).release().perform()
    assert person(ehr, "R, sibling").get_attribute("transform") == before
    assert said(ehr) == ""


def test_somebody_is_dragged_with_a_finger(seeded: Demo, open_ehr: OPEN) -> None:
    """The page under the finger stays where it is."""
    ehr = open_ehr(seeded, 500, 900)
    ehr.launch_in_window(ALMA)
    ehr.follow("People")
    ehr.driver.execute_script("document.querySelector('svg.closeness').scrollIntoView({block: 'center'})")
    dot = person(ehr, "M, mother").find_element(By.CSS_SELECTOR, "circle")
    place: dict[str, float] = ehr.driver.execute_script("return arguments[0].getBoundingClientRect().toJSON()", dot)
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    dx, dy = distance_to(ehr, "M, mother", Ring.INNER)
    before = ehr.driver.execute_script("return scrollY")
    for kind, points in (
        ("touchStart", [(x, y)]),
        ("touchMove", [(x + dx / 2, y + dy / 2)]),
        ("touchMove", [(x + dx, y + dy)]),
        ("touchEnd", []),
    ):
        touches = [{"x": round(at_x), "y": round(at_y)} for at_x, at_y in points]
        ehr.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})
    assert said(ehr) == "M, mother: inner ring"
    assert ehr.driver.execute_script("return scrollY") == before


def test_moves_and_words_of_a_moment_ago_are_kept_when_the_page_is_left(seeded: Demo, open_ehr: OPEN) -> None:
    """fault-F71: the page is left before any timer has run out. The answer may arrive behind the next page."""
    ehr = open_ehr(seeded)
    ehr.launch_in_frame(ALMA)
    ehr.follow("People")
    ehr.wait_for(BY_HAND)
    ehr.tab_to_label("L, friend")
    ehr.press_keys(Keys.ARROW_UP)
    ehr.follow("Overview")

    def is_kept(_: object) -> bool:
        ehr.follow("People")
        return "is back. It is not saved yet." in ehr.text()

    WebDriverWait(ehr.driver, 20).until(is_kept)
    assert person(ehr, "L, friend").get_attribute("aria-valuetext") == "middle ring"
    ehr.press("Save the circle")
    assert people_of(seeded, ALMA)["L"].now is Ring.MIDDLE
    ehr.follow("Add a person")
    ehr.write("norms", "A son calls on Sundays.")
    ehr.follow("Overview")

    def is_listed(_: object) -> bool:
        ehr.follow("People")
        return "Begun and not saved yet" in ehr.text()

    WebDriverWait(ehr.driver, 20).until(is_listed)
    ehr.follow("a person")
    assert ehr.driver.find_element(By.ID, "norms").get_attribute("value") == "A son calls on Sundays."
    assert ehr.complaints() == []


def test_the_first_event_is_drawn_where_nothing_was(seeded: Demo, open_ehr: OPEN) -> None:
    ehr = open_ehr(seeded, 320, 900)
    ehr.launch_in_window(DORU)
    ehr.follow("People")
    ehr.follow("Events and mood")
    ehr.follow("Add an event")
    ehr.write("when", "3/2023")
    ehr.fill("What kind", "loss")
    ehr.write("text", "The firm closes")
    ehr.choose("much worse")
    assert ehr.press("Save") == "Events and mood"
    assert "Mar 2023" in ehr.text()
    assert ehr.overflow() <= 0
    assert ehr.complaints() == []


def test_enter_in_a_field_saves_also_where_a_draft_came_back(seeded: Demo, open_ehr: OPEN) -> None:
    """The first button of a form is the one Enter presses, and "Discard it" stands above."""
    ehr = open_ehr(seeded)
    ehr.launch_in_window(ALMA)
    ehr.follow("People")
    ehr.follow("R, sibling")
    ehr.write("strengths", "Drives anywhere.")
    ehr.follow("← People")
    WebDriverWait(ehr.driver, 20).until(lambda _: ehr.follow("People") and "Begun and not saved yet" in ehr.text())
    ehr.follow("R, sibling")
    assert "is back. It is not saved yet." in ehr.text()
    ehr.driver.execute_script("document.getElementById('initial').focus()")
    ehr.press_enter()
    assert people_of(seeded, ALMA)["R"].strengths == "Drives anywhere."


def test_people_and_events_stand_on_one_screen(seeded: Demo, open_ehr: OPEN, shoot: Callable[[Ehr, str], Path]) -> None:
    ehr = open_ehr(seeded)
    ehr.launch_in_window(ALMA)
    ehr.follow("People")
    assert "H, husband" in ehr.text()
    shoot(ehr, "people")
    ehr.follow("Events and mood")
    assert "H takes a second job unasked" in ehr.text()
    shoot(ehr, "events")
    assert ehr.overflow() <= 0
