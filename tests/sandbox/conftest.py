"""A hospital, an app registered with it, and a clinician's access to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from smart_app.sandbox.hospital import HospitalApp, create_hospital
from tests.sandbox.fake_app import ORIGIN, Clock, FakeApp, running_fake_app
from tests.sandbox.given import FAST, Clinician, clinician


@pytest.fixture(scope="module")
def publishing() -> Iterator[FakeApp]:
    with running_fake_app() as app:
        yield app


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fake_app(publishing: FakeApp, clock: Clock) -> Iterator[FakeApp]:
    keys = list(publishing.published["keys"])
    yield replace(publishing, clock=clock)
    publishing.published["keys"] = keys


@pytest.fixture
def hospital(fake_app: FakeApp, clock: Clock) -> HospitalApp:
    return create_hospital(FAST, ORIGIN, [fake_app.registered()], clock=clock)


@pytest.fixture
def at_alma(hospital: HospitalApp) -> Clinician:
    """A clinician in Alma's chart."""
    return clinician(hospital)
