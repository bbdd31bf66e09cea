"""The hospital is reached from this machine only (decision-D13b)."""

from __future__ import annotations

import socket
import urllib.error
import urllib.request
from dataclasses import replace

import pytest
from flask import Flask

from smart_app.sandbox.hospital import NotLoopback, create_hospital, free_port, serve
from tests.sandbox.fake_app import ORIGIN, Clock, FakeApp
from tests.sandbox.given import FAST


@pytest.fixture
def site() -> Flask:
    app = Flask("site")
    app.add_url_rule("/", view_func=lambda: "here")
    return app


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", "", "localhost.example.org"])  # noqa: S104
def test_serving_to_others_is_refused_with_the_reason(site: Flask, host: str) -> None:
    with pytest.raises(NotLoopback, match="only this machine"), serve(site, host, free_port()):
        pass


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_serving_stops_with_the_block(site: Flask, host: str) -> None:
    port = free_port()
    with serve(site, host, port) as origin:
        assert origin == f"http://{host}:{port}"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
            assert answer.read() == b"here"
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/")


def test_a_taken_port_is_an_error_and_not_the_end(site: Flask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"), serve(site, "127.0.0.1", port):
            pass


@pytest.mark.parametrize("url", ["http://hospital.example", "http://10.0.0.1:80", "file:///etc", "ftp://localhost"])
def test_a_hospital_elsewhere_is_refused(url: str) -> None:
    with pytest.raises(NotLoopback):
        create_hospital(FAST, url, [])


def test_an_app_elsewhere_is_refused(fake_app: FakeApp) -> None:
    elsewhere, client = "https://app.example/x", fake_app.registered()
    for stranger in (
        replace(client, launch_uri=elsewhere),
        replace(client, jwks_uri=elsewhere),
        replace(client, redirect_uris=(*client.redirect_uris, elsewhere)),
    ):
        with pytest.raises(NotLoopback):
            create_hospital(FAST, ORIGIN, [stranger])


def test_a_foreign_name_for_this_machine_is_refused(clock: Clock) -> None:
    client = create_hospital(FAST, ORIGIN, [], clock=clock).test_client()
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 421
    assert client.get("/", headers={"Host": "127.0.0.1:5001"}).status_code == 200
