"""Documents that are kept: how old, how often, and what when the hospital is down."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import requests
import responses

from ipt_fhir.ehr.errors import AnswerUnreadable, ServerFault, TooLarge, Unreachable
from ipt_fhir.ehr.published import Published
from tests.ehr.given import BASE, ORIGIN, Clock, transport

URL = f"{BASE}/metadata"


def get(published: Published, **changes: Any) -> Any:
    return published.get(URL, origins=(ORIGIN,), what="document", **changes)


def test_a_document_is_fetched_once_and_again_when_it_is_old(hospital: responses.RequestsMock) -> None:
    hospital.get(URL, json={"a": 1})
    clock = Clock()
    published = Published(transport(), monotonic=clock)
    assert get(published) == get(published) == {"a": 1}
    clock.seconds += 599
    get(published)
    assert len(hospital.calls) == 1
    clock.seconds += 1
    get(published)
    assert len(hospital.calls) == 2


def test_no_token_is_sent_for_it(hospital: responses.RequestsMock) -> None:
    hospital.get(URL, json={})
    get(Published(transport()))
    assert "Authorization" not in hospital.calls[0].request.headers


def test_an_old_document_is_asked_for_by_its_etag(hospital: responses.RequestsMock) -> None:
    hospital.get(URL, json={"a": 1}, headers={"ETag": 'W/"7"'})
    clock = Clock()
    published = Published(transport(), monotonic=clock)
    get(published)
    clock.seconds += 700
    hospital.replace("GET", URL, status=304)
    assert get(published) == {"a": 1}
    assert hospital.calls[1].request.headers["If-None-Match"] == 'W/"7"'
    clock.seconds += 599
    get(published)
    assert len(hospital.calls) == 2


def test_fault_f66_an_old_copy_serves_where_that_is_fine(hospital: responses.RequestsMock) -> None:
    hospital.get(URL, json={"a": 1})
    clock = Clock()
    published = Published(transport(), monotonic=clock)
    get(published)
    clock.seconds += 700
    hospital.replace("GET", URL, body=requests.ConnectTimeout())
    assert get(published, stale_is_fine=True) == {"a": 1}
    with pytest.raises(Unreachable):
        get(published)
    hospital.replace("GET", URL, status=500)
    assert get(published, stale_is_fine=True) == {"a": 1}


def test_without_a_copy_there_is_none_to_serve(hospital: responses.RequestsMock) -> None:
    hospital.get(URL, status=502)
    with pytest.raises(ServerFault):
        get(Published(transport()), stale_is_fine=True)


def test_a_small_document_is_held_to_its_cap(hospital: responses.RequestsMock) -> None:
    """attack-A09: 64 KiB unless said otherwise."""
    hospital.get(URL, json={"a": "x" * 70_000})
    with pytest.raises(TooLarge):
        get(Published(transport()))
    assert get(Published(transport()), cap=100_000)["a"]


def test_what_is_no_json_object_is_refused(hospital: responses.RequestsMock) -> None:
    hospital.get(URL, body="<html>")
    with pytest.raises(AnswerUnreadable):
        get(Published(transport()))


def test_many_threads_cost_one_request(hospital: responses.RequestsMock) -> None:
    """attack-A24: the first answer comes late, and a second request would be seen by then."""
    started: list[int] = []
    second = threading.Event()

    def answer(_: object) -> tuple[int, dict[str, str], str]:
        started.append(1)
        if len(started) > 1:
            second.set()
        second.wait(0.1)
        return 200, {}, "{}"

    hospital.add_callback("GET", URL, callback=answer)
    published = Published(transport())
    threads = [threading.Thread(target=get, args=(published,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(started) == 1


def test_who_can_take_the_copy_does_not_wait_for_a_newer_one(hospital: responses.RequestsMock) -> None:
    """decision-D14b: a hospital that is slow to answer what is read ahead holds up no launch."""
    hospital.get(URL, json={"a": 1})
    clock = Clock()
    published = Published(transport(), monotonic=clock)
    get(published)
    clock.seconds += 60
    asked, answering = threading.Event(), threading.Event()

    def slow(_: object) -> tuple[int, dict[str, str], str]:
        asked.set()
        answering.wait(20)
        return 200, {}, '{"a": 2}'

    hospital.remove("GET", URL)
    hospital.add_callback("GET", URL, callback=slow)
    ahead = threading.Thread(target=get, args=(published,), kwargs={"oldest": 15.0})
    ahead.start()
    assert asked.wait(20)
    assert get(published) == {"a": 1}
    answering.set()
    ahead.join()
    assert get(published) == {"a": 2}
