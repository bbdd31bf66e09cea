"""Who signed in: every way an id_token can lie (attacks A20 to A25)."""

from __future__ import annotations

from typing import Any

import pytest
import responses
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc.jwk import RSAKey
from joserfc.util import int_to_base64

from ipt_fhir.ehr import id_token as checked
from ipt_fhir.ehr.errors import IdTokenRefused
from ipt_fhir.ehr.published import Published
from ipt_fhir.rawjson import JsonObject
from tests.ehr.given import BASE, NOW, ORIGIN, Clock, issuer, transport
from tests.ehr.signers import (
    JWKS_URI,
    NONCE,
    SECOND,
    by_hand,
    claims,
    ec_key,
    id_token,
    jwks,
    rsa_key,
)

KEYS = jwks(rsa_key(), ec_key())


def validate(token: object, keys: JsonObject = KEYS, **changes: Any) -> JsonObject:
    return checked.validate(
        token, issuer=issuer(**changes), stated_issuer=BASE, nonce=NONCE, jwks=lambda _: keys, now=NOW
    )


def refused(token: object, keys: JsonObject = KEYS, **changes: Any) -> str:
    with pytest.raises(IdTokenRefused) as caught:
        validate(token, keys, **changes)
    return caught.value.detail


@pytest.mark.parametrize("alg", ["RS256", "RS384"])
def test_a_sound_token_is_believed(alg: str) -> None:
    assert validate(id_token(alg=alg))["sub"] == "zztest-user"


def test_elliptic_curves_are_fine() -> None:
    assert validate(id_token(key=ec_key(), alg="ES384"))
    small = ec_key("P-256", "ec-2")
    assert validate(id_token(key=small, alg="ES256"), jwks(small))


def test_a_token_without_kid_is_tried_with_every_fitting_key() -> None:
    """Some servers leave the kid out."""
    assert validate(id_token(kid=None), jwks(ec_key(), rsa_key("other"), rsa_key()))


def test_keys_that_nobody_understands_are_passed_over() -> None:
    strange: list[Any] = [{"kty": "AKP", "alg": "ML-DSA"}, {"kty": "RSA", "kid": "rsa-1"}, "x", None, {"kty": 5}]
    assert validate(id_token(), {"keys": [*strange, *KEYS["keys"]]})


@pytest.mark.parametrize(
    "token",
    [
        by_hand({"alg": "none"}, claims()),
        by_hand({"alg": "None", "kid": "rsa-1"}, claims()),
        by_hand({"alg": ""}, claims()),
        by_hand({"kid": "rsa-1"}, claims()),
        by_hand({"alg": 5}, claims()),
        by_hand({"alg": "HS256", "kid": "rsa-1"}, claims(), secret=rsa_key().as_pem(private=False)),
        id_token(alg="PS256"),
    ],
    ids=["none", "None", "empty", "missing", "number", "HS256 with the public key", "not registered"],
)
def test_attack_a20_only_registered_algorithms_count(token: str) -> None:
    assert "algorithm" in refused(token)


def test_attack_a20_an_empty_hmac_key_signs_nothing() -> None:
    assert "algorithm" in refused(by_hand({"alg": "HS256"}, claims(), secret=b""))
    empty = {"keys": [{"kty": "oct", "k": ""}]}
    assert "no key" in refused(by_hand({"alg": "RS256"}, claims(), secret=b""), empty)


def test_attack_a20_a_key_of_another_kind_or_use_does_not_fit() -> None:
    other_use = {"keys": [{**KEYS["keys"][0], "use": "enc"}]}
    other_alg = {"keys": [{**KEYS["keys"][0], "alg": "RS512"}]}
    sets: list[JsonObject] = [jwks(ec_key(kid="rsa-1")), other_use, other_alg, {"keys": []}, {"keys": "x"}, {}]
    for keys in sets:
        assert "no key" in refused(id_token(), keys)


def test_a_short_rsa_key_does_not_fit() -> None:
    numbers = rsa.generate_private_key(65537, 1024).public_key().public_numbers()  # noqa: S505 - refused
    short = {"kty": "RSA", "kid": "rsa-1", "e": "AQAB", "n": int_to_base64(numbers.n)}
    assert "no key" in refused(id_token(), {"keys": [short]})


def test_the_algorithm_names_the_kind_of_key() -> None:
    disguised = {**KEYS["keys"][0], "kid": "ec-1", "crv": "P-384"}
    assert "no key" in refused(id_token(key=ec_key(), alg="ES384"), {"keys": [disguised]})


def test_another_signature_is_wrong() -> None:
    forged = RSAKey.generate_key(2048, parameters={"kid": "rsa-1"})
    assert "signature" in refused(id_token(key=forged))
    header, _, signature = id_token().split(".")
    _, payload, _ = id_token(claims(sub="somebody-else")).split(".")
    assert "signature" in refused(".".join([header, payload, signature]))


@pytest.mark.parametrize("crit", [["exp"], ["x-unknown"], [], "exp", None])
def test_attack_a21_critical_extensions_are_refused(crit: object) -> None:
    assert "critical" in refused(by_hand({"alg": "RS256", "kid": "rsa-1", "crit": crit}, claims()))


def test_attack_a21_an_unencoded_payload_is_refused() -> None:
    assert "critical" in refused(by_hand({"alg": "RS256", "kid": "rsa-1", "b64": False}, claims()))


def test_attack_a21_keys_in_the_header_are_ignored(hospital: responses.RequestsMock) -> None:
    """A good token stays good, a forged one stays forged, and nobody fetches an address."""
    forger = RSAKey.generate_key(2048, parameters={"kid": "evil"})
    bait: dict[str, Any] = {
        "jku": "https://evil.example/jwks",
        "x5u": "https://evil.example/x",
        "jwk": forger.as_dict(private=False),
    }
    assert validate(id_token(**bait))
    assert "signature" in refused(id_token(key=forger, kid=None, **bait))
    assert "no key" in refused(id_token(key=forger, **bait))
    assert not hospital.calls


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"iss": BASE + "/"},
        {"iss": [BASE]},
        {"iss": None},
        {"aud": "another-app"},
        {"aud": ["another-app"]},
        {"aud": []},
        {"aud": None},
        {"aud": {"ipt-fhir": 1}},
        {"azp": "another-app"},
        {"aud": ["ipt-fhir", "another-app"]},
        {"nonce": "another-nonce"},
        {"nonce": None},
        {"nonce": 5},
        {"exp": SECOND - 60},
        {"exp": None},
        {"exp": str(SECOND + 300)},
        {"exp": True},
        {"iat": SECOND + 61},
        {"iat": None},
        {"nbf": SECOND + 61},
        {"sub": None},
        {"sub": ""},
        {"sub": 5},
        {"sub": "x" * 256},
    ],
    ids=str,
)
def test_attack_a22_a_wrong_claim_is_refused(changes: dict[str, Any]) -> None:
    assert refused(id_token(claims(**changes)))


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": SECOND - 59},
        {"iat": SECOND + 60},
        {"exp": SECOND + 300.5},
        {"aud": ["ipt-fhir"]},
        {"aud": ["ipt-fhir", "another-app"], "azp": "ipt-fhir"},
    ],
    ids=str,
)
def test_clocks_may_differ_by_a_minute_and_aud_may_be_a_list(changes: dict[str, Any]) -> None:
    assert validate(id_token(claims(**changes)))


@pytest.mark.parametrize(
    "token",
    [
        None,
        5,
        ["x"],
        "",
        "a.b",
        "a.b.c.d",
        "é.é.é",
        "x" * 200_000,
        by_hand({"alg": "RS256", "pad": "x" * 16_000}, claims()),
        by_hand({"alg": "RS256"}, b"[" * 10_000),
        by_hand({}, {}).replace(".", "..", 1),
    ],
    ids=["none", "number", "list", "empty", "two parts", "four parts", "letters", "long", "header", "deep", "gap"],
)
def test_attack_a23_what_is_no_token_of_reasonable_size_is_refused(token: object) -> None:
    assert refused(token)


def test_attack_a23_a_sound_token_of_more_than_16_kib_is_refused() -> None:
    assert validate(id_token(claims(pad="x" * 10_000)))
    assert "bytes" in refused(id_token(claims(pad="x" * 12_000)))


def test_attack_a23_deep_json_is_refused_before_a_recursive_parser_sees_it() -> None:
    deep = b'{"alg": "RS256", "x": ' + b"[" * 5000 + b"]" * 5000 + b"}"
    assert "JSON" in refused(by_hand(deep, claims()))


def test_attack_a24_made_up_key_ids_cost_one_request_a_minute(hospital: responses.RequestsMock) -> None:
    hospital.get(JWKS_URI, json=jwks(rsa_key()))
    clock = Clock()
    published = Published(transport(), monotonic=clock)

    def keys(oldest: float) -> JsonObject:
        return published.get(JWKS_URI, origins=(ORIGIN,), what="key set", oldest=oldest)

    def sign_in(kid: str) -> JsonObject:
        token = id_token(kid=kid)
        return checked.validate(token, issuer=issuer(), stated_issuer=BASE, nonce=NONCE, jwks=keys, now=NOW)

    assert sign_in("rsa-1")
    for second in range(120):
        clock.seconds += 1
        with pytest.raises(IdTokenRefused):
            sign_in(f"made-up-{second}")
    assert len(hospital.calls) == 3
    assert sign_in("rsa-1")


def test_a_new_key_is_found_after_a_minute(hospital: responses.RequestsMock) -> None:
    hospital.get(JWKS_URI, json=jwks(rsa_key("old")))
    clock = Clock()
    published = Published(transport(), monotonic=clock)

    def keys(oldest: float) -> JsonObject:
        return published.get(JWKS_URI, origins=(ORIGIN,), what="key set", oldest=oldest)

    keys(600)
    hospital.replace("GET", JWKS_URI, json=jwks(rsa_key()))
    clock.seconds += 60
    assert checked.validate(id_token(), issuer=issuer(), stated_issuer=BASE, nonce=NONCE, jwks=keys, now=NOW)


def test_the_token_is_in_no_message() -> None:
    token = id_token(claims(aud="another-app", sub="canary-sub"))
    assert "canary" not in refused(token)
    assert token not in refused(token)


@pytest.mark.parametrize(
    ("stated", "user"),
    [
        ({"fhirUser": f"{BASE}/Practitioner/p1"}, "Practitioner/p1"),
        ({"fhirUser": "Practitioner/p1"}, "Practitioner/p1"),
        ({"fhirUser": "PractitionerRole/r1/_history/3"}, "PractitionerRole/r1"),
        ({"profile": "Practitioner/p1"}, "Practitioner/p1"),
        ({"fhirUser": "https://evil.example/fhir/Practitioner/p1"}, None),
        ({"fhirUser": "https://ehr.example/fhirx/Practitioner/p1"}, None),
        ({"fhirUser": "Patient/1"}, None),
        ({"fhirUser": "Practitioner/../Patient/1"}, None),
        ({"fhirUser": "Practitioner/p1?x"}, None),
        ({"fhirUser": ["Practitioner/p1"]}, None),
        ({}, None),
    ],
)
def test_attack_a25_fhiruser_is_a_clinician_of_this_server_or_unknown(stated: JsonObject, user: str | None) -> None:
    assert checked.fhir_user(stated, BASE) == user


@pytest.mark.parametrize(
    ("stated", "patient"),
    [
        ({"fhirUser": f"{BASE}/Patient/p1"}, "p1"),
        ({"fhirUser": "Patient/p1"}, "p1"),
        ({"fhirUser": "https://evil.example/fhir/Patient/p1"}, None),
        ({"fhirUser": "Patient/../Practitioner/p1"}, None),
        ({"fhirUser": "RelatedPerson/p1"}, None),
        ({"fhirUser": "Practitioner/p1"}, None),
        ({"fhirUser": ["Patient/p1"]}, None),
        ({"profile": "Patient/p1"}, None),
        ({}, None),
    ],
)
def test_a_patient_who_signs_in_alone_is_a_patient_of_this_server_or_nobody(
    stated: JsonObject, patient: str | None
) -> None:
    assert checked.patient_user(stated, BASE) == patient


@pytest.mark.parametrize(
    ("stated", "of_patients"),
    [
        ({"fhirUser": f"{BASE}/Patient/p1"}, True),
        ({"fhirUser": "RelatedPerson/r1"}, True),
        ({"fhirUser": "https://elsewhere.example/fhir/Patient/p1"}, True),
        ({"profile": "Patient/p1"}, True),
        ({"fhirUser": f"{BASE}/Practitioner/p1"}, False),
        ({"fhirUser": "Person/p1"}, False),
        ({}, False),
    ],
)
def test_a_patient_of_whatever_server_is_no_clinician(stated: JsonObject, of_patients: bool) -> None:
    assert checked.is_of_patients(stated) is of_patients
