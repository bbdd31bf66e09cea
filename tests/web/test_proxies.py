"""The app behind the hospital's reverse proxies: whose try it was, and under which address the app is reached."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from smart_app.app import create_app
from smart_app.services import administering
from smart_app.web.proxies import network_of
from tests.web.admins import NAME, PASSWORD, SIGN_IN, with_account
from tests.web.clinic import Clinic
from tests.web.page_checks import Page

PUBLIC, INSIDE, PROXY = "https://ipt.hospital.example", "http://ipt-app:8000", "10.0.0.1"
ANNA, BORIS = "192.0.2.7", "198.51.100.9"
TRIES = 4


@pytest.fixture
def clinic(standing_clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> Clinic:
    """An address has fewer tries than usual, and those of the last test are forgotten by then."""
    monkeypatch.setattr(administering, "MOST_TRIES_OF_ADDRESS", TRIES)
    standing_clinic.clock.move(minutes=16)
    return standing_clinic


@pytest.fixture(scope="module", autouse=True)
def account(standing_clinic: Clinic) -> None:
    with_account(standing_clinic)


def behind(clinic: Clinic, proxies: int, *, cookies: bool = True) -> FlaskClient:
    """A browser whose requests reach the app from the last proxy, in plain http and under an inner name."""
    app = create_app(replace(clinic.practice, trusted_proxies=proxies, public_url=PUBLIC))
    client = app.test_client(use_cookies=cookies)
    client.environ_base["REMOTE_ADDR"] = PROXY
    return client


def tried(client: FlaskClient, forwarded: str, name: str = NAME, password: str = PASSWORD) -> bool:
    """One try with this X-Forwarded-For; whether it let in."""
    page = Page(client.get(SIGN_IN, base_url=PUBLIC).text)
    fields = {**page.fields_of(page.all("form")[0]), "name": name, "password": password}
    headers = {"Sec-Fetch-Site": "same-origin", "X-Forwarded-For": forwarded}
    return client.post(SIGN_IN, data=fields, base_url=PUBLIC, headers=headers).status_code == 303


def use_up(client: FlaskClient, *forwarded: str) -> None:
    """All tries that one address has, each with the next of these headers."""
    for number in range(TRIES):
        assert not tried(client, forwarded[number % len(forwarded)], f"nobody{number}", "wrong")


def test_two_browsers_behind_one_proxy_are_limited_apart(clinic: Clinic) -> None:
    client = behind(clinic, 1)
    use_up(client, ANNA)
    assert not tried(client, ANNA)
    assert tried(client, BORIS)


def test_of_two_proxies_the_outer_one_says_who_asked(clinic: Clinic) -> None:
    client = behind(clinic, 2)
    use_up(client, f"{ANNA}, 10.0.0.2")
    assert not tried(client, f"{ANNA}, 10.0.0.3")
    assert tried(client, f"{BORIS}, 10.0.0.2")


@pytest.mark.parametrize("proxies", [0, 1, 2])
def test_attack_a65_a_header_somebody_made_up_gains_nothing(clinic: Clinic, proxies: int) -> None:
    """What stands before the entries of our own proxies was sent by the browser; without a setting all of it was."""
    of_ours = ("", f", {ANNA}", f", {ANNA}, 10.0.0.2")[proxies]
    client = behind(clinic, proxies)
    use_up(client, *(f"203.0.113.{number}{of_ours}" for number in range(TRIES)))
    assert not tried(client, f"203.0.113.200{of_ours}")


def test_attack_a65_a_request_that_came_past_a_proxy_counts_as_its_own_machine(clinic: Clinic) -> None:
    """Two proxies are counted and one spoke: the header is shorter than it must be, and is not believed."""
    client = behind(clinic, 2)
    use_up(client, *(f"203.0.113.{number}" for number in range(TRIES)))
    assert not tried(client, BORIS)


def test_a_sign_in_comes_back_to_the_public_address(clinic: Clinic) -> None:
    """The proxy ends TLS and asks under an inner name in plain http; a forged host changes nothing (attack-A64)."""
    client = behind(clinic, 1)
    forged = {"X-Forwarded-Host": "elsewhere.example", "X-Forwarded-Proto": "http", "X-Forwarded-For": ANNA}
    answer = client.get("/launch", query_string=clinic.click()._asdict(), base_url=INSIDE, headers=forged)
    sent = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert sent["redirect_uri"] == [f"{PUBLIC}/callback"]
    cookie = answer.headers["Set-Cookie"].split("; ")
    assert {"Secure", "HttpOnly", "Path=/", "Partitioned"} <= set(cookie)
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    inside = client.get("/admin/", base_url=INSIDE, headers=forged)
    assert inside.headers["Location"] == SIGN_IN, "a redirect names no host, so the browser stays where it is"


@pytest.mark.parametrize(("origin", "status"), [(PUBLIC, 303), (INSIDE, 403), ("https://elsewhere.example", 403)])
def test_an_older_browser_proves_itself_by_the_public_address(clinic: Clinic, origin: str, status: int) -> None:
    """attack-A38: it sends no Sec-Fetch-Site, and the inner name is no page of ours."""
    client = behind(clinic, 1, cookies=False)  # Sent by hand: for the test's browser the inner name is another site.
    asked = client.get(SIGN_IN, base_url=INSIDE)
    page = Page(asked.text)
    fields = {**page.fields_of(page.all("form")[0]), "name": NAME, "password": PASSWORD}
    secret = asked.headers["Set-Cookie"].partition(";")[0]
    headers = {"Origin": origin, "Cookie": secret, "X-Forwarded-For": ANNA, "X-Forwarded-Host": urlsplit(origin).netloc}
    assert client.post(SIGN_IN, data=fields, base_url=INSIDE, headers=headers).status_code == status


def test_a_page_on_this_machine_alone_asks_for_no_https(clinic: Clinic) -> None:
    assert "Strict-Transport-Security" not in clinic.app.test_client().get(SIGN_IN).headers


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:50112", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ('"[2001:db8:1:2::9]:443"', "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", ""),
        ("", ""),
    ],
)
def test_one_asker_is_one_line(address: str, network: str) -> None:
    assert network_of(address) == network
