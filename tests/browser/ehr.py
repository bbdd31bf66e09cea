"""What a clinician does with hands and eyes: the EHR, the app inside its frame."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from selenium.common.exceptions import StaleElementReferenceException, TimeoutException, WebDriverException
from selenium.webdriver import Chrome
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.expected_conditions import (
    element_to_be_clickable,
    frame_to_be_available_and_switch_to_it,
)
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from smart_app.demo import CLIENT_ID, Demo
from smart_app.sandbox.charts import THERAPISTS
from smart_app.store.store import Store

_PATIENCE = 20
_MOST_TABS = 60
_PAINTED = "return performance.getEntriesByType('paint').length > 0"
_LISTEN = "window.clicksHere = []; addEventListener('click', e => clicksHere.push(e.target.outerHTML), true)"
_WHERE = "return `${location.pathname} ${document.readyState}, clicks here: ${window.clicksHere}`"
_IN_FRAME = "return window.top !== window"


class Ehr:
    """One browser. The app is driven inside the EHR's frame, or in a window of its own."""

    def __init__(self, driver: Chrome, demo: Demo) -> None:
        self.driver = driver
        self._demo = demo
        self._wait = WebDriverWait(driver, _PATIENCE)
        self._framed = False

    @property
    def store(self) -> Store:
        """The app's database, for what only the command line can do."""
        return self._demo.practice.store

    @property
    def issuer(self) -> str:
        """The hospital's FHIR address."""
        return f"{self._demo.hospital_url}/fhir"

    def launch_in_frame(self, patient: str) -> None:
        """Open the chart, press Launch, and look into the frame."""
        self._out_of_frame()
        self.driver.get(f"{self._demo.hospital_url}/chart/{patient}")
        self.driver.find_element(By.XPATH, "//button[contains(., 'Launch')]").click()
        self._into_frame()
        self.heading()

    def launch_in_window(self, patient: str) -> None:
        """Open the app in a window of its own, as some EHRs do."""
        self._out_of_frame()
        self.driver.get(self._demo.hospital.desk.launch_url(CLIENT_ID, THERAPISTS[0], patient))
        self.heading()

    def sign_in_alone(self, patient: str) -> str:
        """Open the clinic's link as the patient, on the hospital's sign-in page choose who one is; the heading then."""
        self._out_of_frame()
        self.driver.get(f"{self._demo.app_url}/patient?iss={self._demo.hospital_url}/fhir")
        self._click(self.driver.find_element(By.CSS_SELECTOR, f"button[value={patient}]"))
        return self.heading()

    def heading(self) -> str:
        """The heading of the page, once it is in sight: a click into a frame that was never painted goes astray."""
        heading = self._wait.until(element_to_be_clickable((By.TAG_NAME, "h1")))
        self._wait.until(lambda _: self.driver.execute_script(_PAINTED), "the page has not been painted")
        return str(heading.text)

    def go(self, path: str) -> str:
        """Type an address of the app; returns the heading of its page."""
        self._out_of_frame()
        self.driver.get(f"{self._demo.app_url}{path}")
        return self.heading()

    def follow(self, link: str) -> str:
        """Click a link of the app; returns the heading of the next page."""
        return self._click(self.driver.find_element(By.XPATH, f"//a[normalize-space() = '{link}']"))

    def follow_to(self, end: str) -> str:
        """Click the link whose address ends so; where many links have the same words in sight."""
        return self._click(self.driver.find_element(By.CSS_SELECTOR, f"a[href$='{end}']"))

    def measure(self) -> str:
        """Go to the PHQ-9 by way of the assessment; returns its heading."""
        self.follow("Assessment")
        return self.follow_to("/forms/phq-9")

    def press(self, button: str) -> str:
        """Press a button of the app; returns the heading of the next page."""
        return self._click(self.driver.find_element(By.XPATH, f"//button[normalize-space() = '{button}']"))

    def press_first(self, kind: str) -> str:
        """Press the first button of that kind, whatever number stands in its words."""
        return self._click(self.driver.find_element(By.CSS_SELECTOR, f"button.{kind}"))

    def press_on(self, selector: str) -> str:
        """Click the first thing of this CSS selector that leads on; returns the heading of the next page."""
        return self._click(self.driver.find_element(By.CSS_SELECTOR, selector))

    def mark(self, name: str, value: str) -> None:
        """Click the box or button of a choice with this name and value."""
        selector = f"input[name='{name}'][value='{value}']"
        self._into_sight(self.driver.find_element(By.CSS_SELECTOR, selector)).click()

    def follow_row(self, place: int = 0) -> str:
        """Follow the link of a row, counted over all tables; the heading of the page it leads to."""
        return self._click(self.driver.find_elements(By.CSS_SELECTOR, "tbody th[scope=row] a")[place])

    def unfold(self) -> None:
        """Open the first part of the page that is folded."""
        self._into_sight(self.driver.find_element(By.CSS_SELECTOR, "main details:not([open]) > summary")).click()

    def write(self, field: str, text: str) -> None:
        """Type into the field with that id."""
        self._into_sight(self.driver.find_element(By.ID, field)).send_keys(text)

    def tick(self, box: str) -> None:
        """Tick the box with that id."""
        self._into_sight(self.driver.find_element(By.ID, box)).click()

    def pick(self, field: str, option: str) -> None:
        """Choose from the list with that id by the words of the option."""
        Select(self._into_sight(self.driver.find_element(By.ID, field))).select_by_visible_text(option)

    def choose(self, label: str) -> None:
        """Click a choice by its words."""
        label_path = f"//label[contains(@class, 'choice')][contains(., '{label}')]"
        self._into_sight(self.driver.find_element(By.XPATH, label_path)).click()

    def answer(self, question: str, *choices: str) -> None:
        """Click choices of the question with these words."""
        for choice in choices:
            path = f"//fieldset[legend[contains(., '{question}')]]//label[contains(., '{choice}')]"
            self._into_sight(self.driver.find_element(By.XPATH, path)).click()

    def fill(self, question: str, text: str) -> None:
        """Type into the field whose label has these words, and leave it."""
        label = self.driver.find_element(By.XPATH, f"//label[contains(., '{question}')]")
        field = self._into_sight(self.driver.find_element(By.ID, label.get_attribute("for") or ""))
        field.send_keys(text, Keys.TAB)

    def keys(self, *pressed: str) -> None:
        """Press keys where the focus is."""
        self.driver.switch_to.active_element.send_keys(*pressed)

    def tab_to(self, words: str) -> None:
        """Press Tab until the focus is on the link or button with these words."""
        self._tab_until(lambda element: element.text == words, words)

    def tab_to_label(self, words: str) -> None:
        """Press Tab until the focus is on what is read out with these words."""
        self._tab_until(lambda element: element.get_attribute("aria-label") == words, words)

    def press_keys(self, *pressed: str) -> None:
        """Press keys wherever the focus is, also on what takes no text: parts of a picture."""
        ActionChains(self.driver).send_keys(*pressed).perform()

    def tab_to_field(self) -> None:
        """Press Tab until the focus is on a field."""
        self._tab_until(lambda element: element.tag_name in {"input", "select", "textarea"}, "a field")

    def press_enter(self) -> str:
        """Press Enter where the focus is; returns the heading of the next page."""
        page = self.driver.find_element(By.TAG_NAME, "html")
        self.keys(Keys.ENTER)
        self._wait.until(lambda _: self._has_left(page))
        return self.heading()

    def answer_with_arrows(self, steps: int) -> None:
        """Choose one of the radio buttons the focus is on."""
        self.keys(Keys.SPACE)
        for _ in range(steps):
            self.keys(Keys.ARROW_RIGHT)

    def open_file(self, path: Path) -> str:
        """Open a Questionnaire from a file; returns the heading of the page that comes."""
        self.follow("Forms")
        self.driver.find_element(By.ID, "file").send_keys(str(path))
        return self.press("Open it")

    def wait_for(self, words: str) -> None:
        """Wait until the page says this."""
        self._wait.until(lambda _: words in self.text(), f"the page does not say {words!r}")

    def wait_without(self, words: str) -> None:
        """Wait until the page says this no longer."""
        self._wait.until(lambda _: words not in self.text(), f"the page still says {words!r}")

    def choose_first(self) -> None:
        """Click the first choice of the page."""
        self._into_sight(self.driver.find_element(By.CSS_SELECTOR, "label.choice")).click()

    def smallest_target(self) -> int:
        """The height of the lowest thing to press, in pixels: choices and buttons."""
        pressed = self.driver.find_elements(By.CSS_SELECTOR, "label.choice, .button")
        return min(int(element.size["height"]) for element in pressed)

    def text(self) -> str:
        """All visible text of the app's page."""
        return str(self.driver.find_element(By.TAG_NAME, "body").text)

    def answer_by_keyboard(self, steps: list[int]) -> None:
        """Answer the questions in order with Tab and the arrow keys; the mouse is not touched."""
        first = self.driver.find_element(By.CSS_SELECTOR, "input[type=radio]")
        self.driver.execute_script("arguments[0].focus()", first)
        for index, step in enumerate(steps):
            self.answer_with_arrows(step)
            if index < len(steps) - 1:
                self.keys(Keys.TAB)

    def complaints(self) -> list[str]:
        """What the browser's console holds against the pages: CSP violations, failed loads, script errors."""
        entries: list[dict[str, str]] = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [entry["message"] for entry in entries if entry["level"] in {"SEVERE", "WARNING"}]

    def overflow(self) -> int:
        """How many pixels the page is wider than its window."""
        script = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.driver.execute_script(script))

    def _tab_until(self, is_there: Callable[[WebElement], bool], words: str) -> None:
        for _ in range(_MOST_TABS):
            self.keys(Keys.TAB)
            if is_there(self.driver.switch_to.active_element):
                return
        raise AssertionError(f"Tab does not come to {words}")

    def _click(self, element: WebElement) -> str:
        page = self.driver.find_element(By.TAG_NAME, "html")
        self._into_sight(element)
        self.driver.execute_script(_LISTEN)
        element.click()
        try:
            self._wait.until(lambda _: self._has_left(page))
        except TimeoutException as error:
            raise AssertionError(f"the page stays: {self.driver.execute_script(_WHERE)}") from error
        return self.heading()

    def _into_frame(self) -> None:
        self._wait.until(frame_to_be_available_and_switch_to_it((By.TAG_NAME, "iframe")))
        self._framed = True

    def _out_of_frame(self) -> None:
        self.driver.switch_to.default_content()
        self._framed = False

    def _has_left(self, page: WebElement) -> bool:
        """Whether the page has left. On a busy machine chromedriver 156 falls out of a frame that gets a new page."""
        if self._framed and not self.driver.execute_script(_IN_FRAME):
            self._into_frame()
            return True
        return _is_gone(page)

    def _into_sight(self, element: WebElement) -> WebElement:
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        return element


def _is_gone(page: WebElement) -> bool:
    """Whether the page has left. Asked at the very moment it leaves, chromedriver 156 tells it in the other words."""
    try:
        page.is_enabled()
    except StaleElementReferenceException:
        return True
    except WebDriverException as error:
        if "does not belong to the document" not in str(error):
            raise
        return True
    return False
