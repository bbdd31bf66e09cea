"""One strict reading of an address."""

from __future__ import annotations

import pytest

from ipt_fhir.ehr.addresses import is_loopback, is_origin, is_protected, is_within, origin


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://ehr.example/fhir?patient=1", "https://ehr.example"),
        ("https://EHR.example:443/", "https://ehr.example"),
        ("https://ehr.example:8443", "https://ehr.example:8443"),
        ("http://[::1]:9/x", "http://[::1]:9"),
        ("https://ehr.example?_getpages=1", "https://ehr.example"),
    ],
)
def test_the_origin_is_scheme_host_and_port(url: str, place: str) -> None:
    assert origin(url) == place


@pytest.mark.parametrize(
    "url",
    [
        "https://ehr.example@evil.example/",
        "https://user:password@ehr.example/",
        "https://ehr.example\\@evil.example/",
        "https://ehr.example/#fragment",
        "https://ehr.example/a b",
        "https://ehr.example/\r\nHost: evil.example",
        "https://ehr.example\n",
        "https://\u0435hr.example/",
        "ftp://ehr.example/",
        "//ehr.example/",
        "https:///fhir",
        "javascript:alert(1)",
        "",
    ],
)
def test_an_address_that_two_parsers_could_read_differently_has_no_origin(url: str) -> None:
    """attack-A02, attack-A04, attack-A63."""
    with pytest.raises(ValueError, match="plain"):
        origin(url)


def test_a_longer_host_that_begins_alike_is_another_server() -> None:
    assert not is_within("https://ehr.example.evil/fhir", ("https://ehr.example",))
    assert is_within("https://ehr.example/fhir", ("https://ehr.example",))


def test_an_origin_has_nothing_behind_the_port() -> None:
    assert is_origin("https://ehr.example:8443")
    assert not is_origin("https://ehr.example/")
    assert not is_origin("https://ehr.example; script-src *")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "[::1]", "localhost", "LOCALHOST"])
def test_loopback_hosts(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["2130706433", "0177.0.0.1", "127.1", "0", "169.254.169.254", "localhost.x"])
def test_other_spellings_of_loopback_are_not_loopback(host: str) -> None:
    """attack-A03."""
    assert not is_loopback(host)


def test_plain_http_is_for_loopback_where_it_was_allowed() -> None:
    """decision-D13b."""
    assert is_protected("http://127.0.0.1:8/x", insecure_loopback=True)
    assert not is_protected("http://127.0.0.1:8/x", insecure_loopback=False)
    assert not is_protected("http://ehr.example/x", insecure_loopback=True)
