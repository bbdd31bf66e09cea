"""Which hospitals may be spoken to at all (decisions D13 and D13b)."""

from __future__ import annotations

from typing import Any

import pytest

from ipt_fhir.ehr.errors import UnknownIssuer
from ipt_fhir.ehr.issuer import IssuerRefused, IssuerRegistry
from tests.ehr.given import BASE, ORIGIN, issuer


def test_a_registered_hospital_is_found_letter_by_letter() -> None:
    assert IssuerRegistry([issuer()]).get(BASE).name == "ZZTEST Hospital"


@pytest.mark.parametrize(
    "iss",
    [
        "https://other.example/fhir",
        "https://ehr.example@evil.example/fhir",
        "http://169.254.169.254/latest",
        "http://localhost/",
        "http://2130706433/",
        BASE + "/",
        BASE.upper(),
        "https://ehr.example./fhir",
        "https://ehr.example/%66hir",
        "https://ehr.example//fhir",
        BASE + "#x",
        BASE + "?x",
        "https://xn--ehr-example/fhir",
        "",
        [BASE],
        None,
    ],
)
def test_attacks_a01_to_a05_nothing_else_is_a_hospital(iss: object) -> None:
    with pytest.raises(UnknownIssuer):
        IssuerRegistry([issuer()]).get(iss)


def test_an_unknown_iss_is_told_to_it_on_one_line_and_in_ascii() -> None:
    """attack-A71."""
    with pytest.raises(UnknownIssuer) as caught:
        IssuerRegistry([]).get("https://evil.example/\nERROR forged \u202e" + "x" * 5000)
    assert caught.value.detail.isascii()
    assert caught.value.detail.isprintable()
    assert len(caught.value.detail) < 300


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"iss": "http://ehr.example/fhir"}, "plain http"),
        ({"iss": "http://ehr.example/fhir", "allowed_origins": (ORIGIN,)}, "plain http"),
        ({"iss": "http://127.0.0.1/fhir"}, "plain http"),
        ({"iss": "http://ehr.example/fhir", "insecure_loopback": True}, "this machine only"),
        ({"iss": "http://2130706433/fhir", "insecure_loopback": True}, "this machine only"),
        ({"iss": "https://user@ehr.example/fhir"}, "user name"),
        ({"iss": BASE + "?x=1"}, "query"),
        ({"iss": BASE + "#x"}, "fragment"),
        ({"allowed_origins": ("https://auth.example/oauth",)}, "allowed_origins"),
        ({"allowed_origins": ("http://auth.example",)}, "plain http"),
        ({"frame_ancestors": ("https://ehr.example; script-src *",)}, "frame_ancestors"),
        ({"frame_ancestors": ("*",)}, "frame_ancestors"),
        ({"client_id": ""}, "client_id"),
        ({"scopes": ()}, "scopes"),
        ({"scopes": ("launch openid",)}, "scopes"),
        ({"id_token_algorithms": ("HS256",)}, "id_token_algorithms"),
        ({"id_token_algorithms": ("none",)}, "id_token_algorithms"),
        ({"id_token_algorithms": ()}, "id_token_algorithms"),
    ],
)
def test_an_unsafe_registration_is_refused_and_told_why(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(IssuerRefused, match=why):
        issuer(**changes)


def test_loopback_may_speak_http_where_that_is_marked() -> None:
    marked = issuer(iss="http://localhost:8001/fhir", insecure_loopback=True)
    assert marked.origin == "http://localhost:8001"


def test_endpoints_live_at_the_hospital_unless_registered_otherwise() -> None:
    assert issuer().allowed_origins == (ORIGIN,)
    assert issuer(allowed_origins=("https://auth.example",)).allowed_origins == ("https://auth.example",)


def test_the_base_has_no_slash_and_iss_keeps_it() -> None:
    slashed = issuer(iss=BASE + "/")
    assert (slashed.iss, slashed.base) == (BASE + "/", BASE)


def test_one_hospital_is_registered_once() -> None:
    with pytest.raises(IssuerRefused, match="twice"):
        IssuerRegistry([issuer(), issuer()])
    assert [item.iss for item in IssuerRegistry([issuer()])] == [BASE]
