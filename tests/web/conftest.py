"""The app at the demo hospital, for tests of its pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.browser import Browser
from tests.web.clinic import Clinic, open_clinic


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    """The hospital with its four charts, and an app nobody has used."""
    with open_clinic(tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def standing_clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """One clinic for all tests of a file: for requests that must change nothing."""
    with open_clinic(tmp_path_factory.mktemp("standing")) as found:
        yield found


@pytest.fixture(scope="module")
def standing_browser(standing_clinic: Clinic) -> Browser:
    """A browser with the app open at that clinic."""
    return standing_clinic.opened()


@pytest.fixture
def browser(clinic: Clinic) -> Browser:
    """A browser with the app open on the chart of zztest-doru."""
    return clinic.opened()
