"""The demo opens where a newcomer sees the point, and one click brings everything back."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from ipt_fhir.questionnaires.off_track import Track, off_track
from smart_app.demo import TOUR, Demo, running, seed
from smart_app.demo_cases import sign_in
from smart_app.services.desk import Desk


def opened(found: Demo) -> Desk:
    """What lies on the desk when the chart of the tour is opened."""
    with found.app.test_request_context():
        return sign_in(found.hospital, "ipt-fhir-demo", found.practice, {"patient": TOUR})


def test_it_opens_a_course_in_its_eighth_session_that_is_off_track(tmp_path: Path) -> None:
    with running(tmp_path) as found:
        seed(found)
        assert found.tour.startswith(f"{found.hospital_url}/chart/{TOUR}?")
        assert "/launch?iss=" in requests.get(found.tour, timeout=20).text
        desk = opened(found)
        verdict = off_track(desk.episode, found.practice.site.off_track, found.practice.catalogue)
        assert verdict is not None
        assert (verdict.track, verdict.basis.session) == (Track.OFF, 8)


def test_one_click_brings_hospital_and_app_back_to_the_start(tmp_path: Path) -> None:
    """The demo is shown again and again; what the last visitor entered is nobody's business."""
    with running(tmp_path) as found:
        seed(found)
        before = opened(found).episode
        goals = len(found.hospital.store.existing("Goal"))
        for goal in found.hospital.store.existing("Goal"):
            found.hospital.store.delete("Goal", goal.id)
        answer = requests.post(f"{found.hospital_url}/start-over", data={"page": f"/chart/{TOUR}"}, timeout=60)
        assert answer.url == f"{found.hospital_url}/chart/{TOUR}"
        after = opened(found).episode
        assert after.id != before.id
        assert len(after.sessions) == len(before.sessions)
        assert len(found.hospital.store.existing("Goal")) == goals


@pytest.mark.proof
@pytest.mark.parametrize("launches", [1, 2])
def test_the_worker_and_the_database_of_before_are_closed(tmp_path: Path, launches: int) -> None:
    with running(tmp_path) as found:
        old = found.practice
        for _ in range(launches):
            requests.post(f"{found.hospital_url}/start-over", timeout=60).raise_for_status()
        assert found.practice is not old
        assert len(list(tmp_path.glob("*.sqlite3"))) == 1 + launches
