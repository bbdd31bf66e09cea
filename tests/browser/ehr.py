"""What a clinician does with hands and eyes: the EHR, the app inside its frame."""

from __future__ import annotations

from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.expected_conditions import (
    element_to_be_clickable,
    frame_to_be_available_and_switch_to_it,
)
from selenium.webdriver.support.wait import WebDriverWait

from smart_app.demo import CLIENT_ID, Demo
from smart_app.sandbox.charts import THERAPISTS

_PATIENCE = 20


class Ehr:
    """One browser. The app is driven inside the EHR's frame, or in a window of its own."""

    def __init__(self, driver: Chrome, demo: Demo) -> None:
        self.driver = driver
        self._demo = demo
        self._wait = WebDriverWait(driver, _PATIENCE)

    def launch_in_frame(self, patient: str) -> None:
        """Open the chart, press Launch, and look into the frame."""
        self.driver.get(f"{self._demo.hospital_url}/chart/{patient}")
        self.driver.find_element(By.XPATH, "//button[contains(., 'Launch')]").click()
        self._wait.until(frame_to_be_available_and_switch_to_it((By.TAG_NAME, "iframe")))
        self.heading()

    def launch_in_window(self, patient: str) -> None:
        """Open the app in a window of its own, as some EHRs do."""
        self.driver.get(self._demo.hospital.desk.launch_url(CLIENT_ID, THERAPISTS[0], patient))
        self.heading()

    def heading(self) -> str:
        """The heading of the page, once it is there."""
        return str(self._wait.until(element_to_be_clickable((By.TAG_NAME, "h1"))).text)

    def follow(self, link: str) -> str:
        """Click a link of the app; returns the heading of the next page."""
        return self._click(self.driver.find_element(By.LINK_TEXT, link))

    def press(self, button: str) -> str:
        """Press a button of the app; returns the heading of the next page."""
        return self._click(self.driver.find_element(By.XPATH, f"//button[normalize-space() = '{button}']"))

    def tick(self, box: str) -> None:
        """Tick the box with that id."""
        self._into_sight(self.driver.find_element(By.ID, box)).click()

    def choose(self, label: str) -> None:
        """Click a choice by its words."""
        label_path = f"//label[contains(@class, 'choice')][contains(., '{label}')]"
        self._into_sight(self.driver.find_element(By.XPATH, label_path)).click()

    def text(self) -> str:
        """All visible text of the app's page."""
        return str(self.driver.find_element(By.TAG_NAME, "body").text)

    def answer_by_keyboard(self, steps: list[int]) -> None:
        """Answer the questions in order with Tab and the arrow keys; the mouse is not touched."""
        first = self.driver.find_element(By.CSS_SELECTOR, "input[type=radio]")
        self.driver.execute_script("arguments[0].focus()", first)
        for index, step in enumerate(steps):
            self.driver.switch_to.active_element.send_keys(Keys.SPACE)
            for _ in range(step):
                self.driver.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
            if index < len(steps) - 1:
                self.driver.switch_to.active_element.send_keys(Keys.TAB)

    def complaints(self) -> list[str]:
        """What the browser's console holds against the pages: CSP violations, failed loads, script errors."""
        entries: list[dict[str, str]] = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [entry["message"] for entry in entries if entry["level"] in {"SEVERE", "WARNING"}]

    def overflow(self) -> int:
        """How many pixels the page is wider than its window."""
        script = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.driver.execute_script(script))

    def _click(self, element: WebElement) -> str:
        page = self.driver.find_element(By.TAG_NAME, "html")
        self._into_sight(element).click()
        self._wait.until(lambda _: _is_gone(page))
        return self.heading()

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
