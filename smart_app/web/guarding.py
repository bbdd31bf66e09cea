"""Who may ask for what: the browser's cookie, the form token, and the headers of every answer.

The app lives in a cross-site iframe, where SameSite protects nothing and only a Partitioned cookie comes back
(decision-D12). So: the cookie proves the browser, the handle in the path names the launch, and every unsafe request
carries a token made from both and a fingerprint of the patient it was made for.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from flask import Request, Response, request

from smart_app.services.desk import Desk

COOKIE = "__Host-ipt-browser"
_SECRET_LENGTH = 43
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass
class Refusal(Exception):
    """A request that is not from the page it claims to be from; ``code`` is stable, ``status`` the HTTP status."""

    code: str
    status: int


def new_browser_secret() -> str:
    """256 random bits for the cookie."""
    return secrets.token_urlsafe(32)


def browser_secret() -> str:
    """The secret of the asking browser; empty when it sent none or something that is not ours."""
    found = request.cookies.get(COOKIE, "")
    return found if len(found) == _SECRET_LENGTH and found.isascii() else ""


def give_cookie(response: Response, secret: str) -> None:
    """Bind the browser: Secure, not for scripts, and Partitioned, so that it works inside the EHR's frame."""
    response.set_cookie(COOKIE, secret, secure=True, httponly=True, samesite="None", path="/", partitioned=True)


def form_token(handle: str, secret: str | None = None) -> str:
    """The token of every form of a launch; worthless in another browser and for another launch (attack-A38)."""
    key = (browser_secret() if secret is None else secret).encode()
    return hmac.new(key, f"form/{handle}".encode(), hashlib.sha256).hexdigest()


def patient_fingerprint(desk: Desk) -> str:
    """Names the patient a page was made for, without saying who it is."""
    return _fingerprint(desk.handle, desk.patient.id)


def check_unsafe(asked: Request) -> None:
    """Refuse a changing request that did not start on a page of ours (attack-A38, attack-A39).

    Sec-Fetch-Site is sent by every browser of the last years; where it is absent the Origin must be ours, and where
    both are absent the request is refused.
    """
    if asked.method not in _UNSAFE:
        return
    site = asked.headers.get("Sec-Fetch-Site")
    origin = asked.headers.get("Origin")
    ours = origin is not None and origin == asked.host_url.rstrip("/")
    trusted = ours if site is None else site == "same-origin"
    if not trusted:
        raise Refusal("request-from-elsewhere", 403)


def check_form(handle: str) -> None:
    """Refuse a form without the token of this browser and launch. Raises Refusal."""
    sent = request.form.get("token", "")
    if not browser_secret() or not hmac.compare_digest(sent.encode(), form_token(handle).encode()):
        raise Refusal("form-not-ours", 403)


def check_patient(handle: str, patient_id: str) -> None:
    """Refuse a form that was made for another patient (attack-A28, attack-A29). Raises Refusal."""
    sent = request.form.get("patient", "")
    if not hmac.compare_digest(sent.encode(), _fingerprint(handle, patient_id).encode()):
        raise Refusal("wrong-patient", 409)


def secure(response: Response, frame_ancestors: tuple[str, ...]) -> Response:
    """The headers of every answer. ``frame_ancestors`` are the origins that may frame this page; none by default."""
    ancestors = " ".join(frame_ancestors) or "'none'"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
        f"base-uri 'none'; frame-ancestors {ancestors}"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    # The key set and static files say themselves how long they may be kept.
    response.headers.setdefault("Cache-Control", "no-store")
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response


def _fingerprint(handle: str, patient_id: str) -> str:
    return hashlib.sha256(f"{handle}/{patient_id}".encode()).hexdigest()[:32]
