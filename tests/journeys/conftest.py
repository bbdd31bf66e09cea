"""The two hospitals every journey is walked at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.hospitals import Site, demo_site, hapi_site


@pytest.fixture(params=["demo hospital", pytest.param("HAPI", marks=pytest.mark.xdist_group("hapi"))])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """A hospital with the demo charts: ours, then one nobody here wrote."""
    if request.param == "demo hospital":
        with demo_site(tmp_path) as found:
            yield found
    else:
        hapi, strict_ehr = request.getfixturevalue("hapi"), request.getfixturevalue("strict_ehr")
        with hapi_site(tmp_path, hapi, strict_ehr) as found:
            yield found
