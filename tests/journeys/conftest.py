"""The two hospitals every journey is walked at."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.journeys.hospitals import Site, demo_site, hapi_site
from tests.peers.postgresql import Cluster

_SITES = [
    "demo hospital",
    pytest.param("demo hospital, PostgreSQL", marks=pytest.mark.proof),
    pytest.param("HAPI", marks=pytest.mark.proof),
]


@pytest.fixture(params=_SITES)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """A hospital with the demo charts: ours, then one nobody here wrote."""
    if request.param == "demo hospital":
        with demo_site(tmp_path) as found:
            yield found
    elif request.param == "demo hospital, PostgreSQL":
        cluster: Cluster = request.getfixturevalue("postgresql")
        with demo_site(tmp_path) as found:
            yield replace(found, database=lambda _folder: cluster.new_database(f"ipt_{uuid.uuid4().hex}"))
    else:
        hapi, strict_ehr = request.getfixturevalue("hapi"), request.getfixturevalue("strict_ehr")
        with hapi_site(tmp_path, hapi, strict_ehr) as found:
            yield found
