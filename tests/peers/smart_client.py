"""A small honest SMART client, independent of the product, so that the strict hospital is tested by somebody else.

Asymmetric confidential client of SMART App Launch 2.2: it signs with its own ES384 key, its JWKS is on loopback.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.peers.strict_ehr import Launch, StrictEhr

CLIENT_ID = "independent-client"
REDIRECT_URI = "http://127.0.0.1:9/callback"  # never followed: the answer is read from the Location header
VERIFIER = "an-invented-verifier-of-more-than-forty-three-characters"
_NUMBERS = itertools.count()  # one for all clients: the hospital remembers every jti it has seen
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@contextmanager
def published_keys(key: ECKey) -> Iterator[str]:
    """Serve the public half of the key as a JWKS on loopback; yields its URL."""
    body = json.dumps({"keys": [key.as_dict(private=False)]}).encode()

    class Jwks(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/jwk-set+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Jwks) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/jwks.json"
        server.shutdown()
        thread.join()


class SmartClient:
    """The client as the hospital registered it; `browser` is the clinician's browser with its cookies."""

    def __init__(self, ehr: StrictEhr, key: ECKey) -> None:
        self.ehr = ehr
        self.browser = requests.Session()
        self._key = key

    def authorize(self, launch: Launch, scope: str, /, **changes: str | None) -> requests.Response:
        """Walk the authorization redirects up to the one that leaves the hospital, or to an error page."""
        asked = {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": REDIRECT_URI,
            "launch": launch.launch,
            "scope": scope,
            "state": "a-state",
            "nonce": "a-nonce",
            "aud": launch.iss,
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **changes,
        }
        answer = self.browser.get(f"{self.ehr.origin}/auth", params=asked, allow_redirects=False, timeout=10)
        while answer.is_redirect and urlsplit(answer.headers["Location"]).netloc in {"", urlsplit(answer.url).netloc}:
            answer = self.browser.get(
                urljoin(answer.url, answer.headers["Location"]), allow_redirects=False, timeout=10
            )
        return answer

    def assertion(self, **changes: Any) -> str:
        """The signed statement of SMART 2.2, "Asymmetric authentication"; `changes` replace or add claims."""
        now = int(time.time())
        claims = {
            "iss": CLIENT_ID,
            "sub": CLIENT_ID,
            "aud": f"{self.ehr.origin}/token",
            "exp": now + 60,
            "iat": now,
            "jti": f"{now}-{next(_NUMBERS)}",
        }
        header = {"alg": "ES384", "kid": self._key.kid, "typ": "JWT"}
        return jwt.encode(header, {**claims, **changes}, self._key, algorithms=["ES384"])

    def redeem(self, code: str, **changes: str) -> requests.Response:
        """Exchange the code for a token."""
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT_URI,
            "code_verifier": VERIFIER,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": self.assertion(),
            **changes,
        }
        return requests.post(f"{self.ehr.origin}/token", data=asked, timeout=10)

    def sign_in(self, launch: Launch, scope: str) -> dict[str, Any]:
        """The whole way once; returns the token response."""
        answer = self.redeem(returned(self.authorize(launch, scope))["code"])
        answer.raise_for_status()
        token: dict[str, Any] = answer.json()
        return token


def returned(answer: requests.Response) -> dict[str, str]:
    """The parameters with which the hospital sent the browser back to the client."""
    location = answer.headers["Location"]
    assert location.startswith(f"{REDIRECT_URI}?"), location
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
