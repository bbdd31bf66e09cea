"""The road to a hospital that lies far away counts what it says, and both sides read the same chart at its end."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from smart_app.sandbox.hospital import free_port
from tests.benchmarks import far_peer
from tests.benchmarks.far import AtOnce, Road, along
from tests.benchmarks.far_clinic import chart_with, far_clinic
from tests.benchmarks.far_rows import read_at_once, read_in_turn

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def _hospital(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    body = environ["wsgi.input"].read() or environ["QUERY_STRING"].encode()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body]


def test_an_answer_takes_one_round_trip_and_a_new_connection_two_more() -> None:
    road = Road(_hospital, rtt=1000.0)
    with along(road, free_port()) as origin, requests.Session() as browser:
        began = road.clock()
        for asked in ("one", "second"):
            assert browser.get(f"{origin}/x?{asked}", timeout=20).text == asked
        assert browser.post(f"{origin}/x", data=b"third", timeout=20).text == "third"
        assert round((road.clock() - began) / 1000) == 5
    assert (road.asked, road.sent) == (["GET /x", "GET /x", "POST /x"], len("onesecondthird"))


def test_ways_that_overlap_are_not_added_up() -> None:
    met = threading.Barrier(2)

    def slow(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        met.wait(20)
        met.wait(20)
        return _hospital(environ, start_response)

    road = Road(slow, rtt=1.0)
    with along(road, free_port()) as origin:
        asking = threading.Thread(target=requests.get, args=(origin,), kwargs={"timeout": 20})
        asking.start()
        met.wait(20)
        with pytest.raises(AtOnce):
            road.clock()
        met.wait(20)
        asking.join()
    assert road.clock() >= 3


def test_the_large_chart_differs_from_the_small_one_in_its_observations_only() -> None:
    small, large = (chart_with(count, "zztest-x") for count in (2, 30))
    assert (len(large) - len(small), large[: len(small)]) == (28, small)
    assert "zztest-doru" not in json.dumps(large)


@pytest.mark.proof
def test_ours_and_fhirclient_read_the_same_chart(tmp_path: Path) -> None:
    with far_clinic(tmp_path) as clinic:
        _, theirs = far_peer.launched(clinic)
        client = clinic.client()
        queries = clinic.queries(client)
        ours = read_at_once(client, queries)
        assert ours == read_in_turn(client, queries)
        names = [f"{item['resourceType']}/{item['id']}" for group in ours for item in group]
        assert names == [f"{item.resource_type}/{item.id}" for item in theirs]
