"""The pictures of the therapist's pages (docs/clinician.md): case B in session 8, as the demo opens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from smart_app.demo import TOUR, Demo
from tests.browser.ehr import Ehr

pytestmark = pytest.mark.proof

Shoot = Callable[[Ehr, str], Path]


def test_every_page_of_the_workspace_opens_without_a_complaint(
    seeded: Demo, open_ehr: Callable[..., Ehr], shoot: Shoot
) -> None:
    ehr = open_ehr(seeded, 1280, 800)
    ehr.launch_in_window(TOUR)
    shoot(ehr, "overview")
    for link in ("Assessment", "Focus", "Plan", "Ending", "Handover", "Caseload"):
        ehr.follow(link)
        assert ehr.overflow() <= 0
        shoot(ehr, link.lower())
    assert ehr.complaints() == []
