"""Signing keys: made, loaded, published."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from joserfc.jwk import ECKey, RSAKey

from ipt_fhir.ehr.keys import SigningKeyRefused, algorithm, load_signing_key, new_signing_key, private_pem, public_jwks

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


def pem(key: PrivateKey, password: bytes | None = None) -> bytes:
    lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)


def test_a_key_survives_its_file_with_the_same_kid() -> None:
    key = new_signing_key()
    again = load_signing_key(private_pem(key))
    assert isinstance(again, ECKey)
    assert again.kid == key.kid
    assert algorithm(again) == "ES384"


def test_an_rsa_key_signs_with_rs384() -> None:
    key = load_signing_key(pem(rsa.generate_private_key(65537, 2048)))
    assert isinstance(key, RSAKey)
    assert algorithm(key) == "RS384"


def test_the_published_set_holds_kty_and_kid_and_no_private_member() -> None:
    """SMART 2.2: bare public parameters, a kid each; old and new side by side while a key is replaced."""
    old, new = new_signing_key(), load_signing_key(pem(rsa.generate_private_key(65537, 2048)))
    published = public_jwks([new, old])["keys"]
    assert [key["kid"] for key in published] == [new.kid, old.kid]
    assert [(key["kty"], key["alg"], key["use"]) for key in published] == [
        ("RSA", "RS384", "sig"),
        ("EC", "ES384", "sig"),
    ]
    assert not {"d", "p", "q", "dp", "dq", "qi"} & {name for key in published for name in key}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (pem(ec.generate_private_key(ec.SECP256R1())), "curve"),
        (pem(rsa.generate_private_key(65537, 1024)), "bits"),  # noqa: S505 - refused
        (pem(ed25519.Ed25519PrivateKey.generate()), "EC key"),
        (pem(ec.generate_private_key(ec.SECP384R1()), b"secret"), "password"),
        (new_signing_key().as_pem(private=False), "private"),
        (b"not a key", "PEM"),
    ],
    ids=["P-256", "short RSA", "Ed25519", "locked", "public", "text"],
)
def test_a_key_smart_does_not_sign_with_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(SigningKeyRefused, match=why):
        load_signing_key(content)
