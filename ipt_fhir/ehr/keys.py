"""The keys we sign in with (SMART 2.2, asymmetric client authentication): made, loaded, published.

Two keys are published while one is being replaced, so that a hospital that caches our key set never stands without.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from joserfc.jwk import ECKey, RSAKey

SigningKey = ECKey | RSAKey
_CURVE = "P-384"
_SMALLEST_RSA = 2048


class SigningKeyRefused(ValueError):
    """A file holds no private key that SMART lets us sign with; the message says why, and nothing of the key."""


def new_signing_key() -> ECKey:
    """A new EC key on P-384, for ES384; its kid is its thumbprint (RFC 7638)."""
    key = ECKey.generate_key(_CURVE)
    key.ensure_kid()
    return key


def load_signing_key(pem: bytes) -> SigningKey:
    """Read a private key: EC on P-384 (ES384) or RSA of 2048 bits or more (RS384). Raises SigningKeyRefused."""
    try:
        native = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SigningKeyRefused("no private key in PEM, or one that is locked with a password") from None
    key = _checked(native, pem)
    key.ensure_kid()
    return key


def private_pem(key: SigningKey) -> bytes:
    """The private key as PKCS 8 in PEM, to be kept where nobody else reads."""
    return key.as_pem(private=True)


def algorithm(key: SigningKey) -> str:
    """``ES384`` or ``RS384``: every SMART server supports both (SMART 2.2, requirement on servers)."""
    return "ES384" if isinstance(key, ECKey) else "RS384"


def public_jwks(keys: Iterable[SigningKey]) -> dict[str, Any]:
    """The JSON Web Key Set we publish: kty, kid, use, alg and the public numbers; never a private one."""
    return {"keys": [key.as_dict(private=False, use="sig", alg=algorithm(key)) for key in keys]}


def _checked(native: object, pem: bytes) -> SigningKey:
    if isinstance(native, EllipticCurvePrivateKey):
        if not isinstance(native.curve, SECP384R1):
            raise SigningKeyRefused(f"the curve is {native.curve.name}; SMART signs with P-384")
        return ECKey.import_key(pem)
    if isinstance(native, RSAPrivateKey):
        if native.key_size < _SMALLEST_RSA:
            raise SigningKeyRefused(f"an RSA key has {_SMALLEST_RSA} bits or more")
        return RSAKey.import_key(pem)
    raise SigningKeyRefused("SMART signs with an EC key on P-384 or an RSA key")
