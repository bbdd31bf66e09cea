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
ADMIN_COOKIE = "__Host-ipt-admin"
"""Another cookie, never sent from a frame or a foreign page: an administrator is no browser of a launch."""
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


def admin_secret() -> str:
    """The secret of the asking administrator; empty when the browser sent none or something that is not ours."""
    found = request.cookies.get(ADMIN_COOKIE, "")
    return found if len(found) == _SECRET_LENGTH and found.isascii() else ""


def give_admin_cookie(response: Response, secret: str) -> None:
    """Bind the administrator's browser, in windows of the app's own only."""
    response.set_cookie(ADMIN_COOKIE, secret, secure=True, httponly=True, samesite="Strict", path="/")


def form_token(handle: str, secret: str | None = None) -> str:
    """The token of every form of a launch; worthless in another browser and for another launch (attack-A38)."""
    key = (browser_secret() if secret is None else secret).encode()
    return hmac.new(key, f"form/{handle}".encode(), hashlib.sha256).hexdigest()


def patient_fingerprint(desk: Desk) -> str:
    """Names the patient a page was made for, without saying who it is."""
    return fingerprint(desk.handle, desk.patient.id)


def check_unsafe(asked: Request, public_url: str) -> None:
    """Refuse a changing request that did not start on a page of ours (attack-A38, attack-A39).

    Sec-Fetch-Site is sent by every browser of the last years; where it is absent the Origin must be ``public_url``,
    and where both are absent the request is refused. What the request says of its own host proves nothing: a proxy may
    have rewritten it.
    """
    if asked.method not in _UNSAFE:
        return
    site = asked.headers.get("Sec-Fetch-Site")
    origin = asked.headers.get("Origin")
    trusted = origin == public_url if site is None else site == "same-origin"
    if not trusted:
        raise Refusal("request-from-elsewhere", 403)


def check_form(handle: str) -> None:
    """Refuse a form without the token of this browser and launch. Raises Refusal."""
    sent = request.form.get("token", "")
    if not browser_secret() or not hmac.compare_digest(sent.encode(), form_token(handle).encode()):
        raise Refusal("form-not-ours", 403)


def admin_token(secret: str | None = None) -> str:
    """The token of every form of an administrator; bound to the cookie, which changes at the sign-in (attack-A38)."""
    key = (admin_secret() if secret is None else secret).encode()
    return hmac.new(key, b"admin-form", hashlib.sha256).hexdigest()


def check_admin_form() -> None:
    """Refuse a form without the token of this administrator's browser. Raises Refusal."""
    sent = request.form.get("token", "")
    if not admin_secret() or not hmac.compare_digest(sent.encode(), admin_token().encode()):
        raise Refusal("form-not-ours", 403)


def check_patient(handle: str, patient_id: str) -> None:
    """Refuse a form that was made for another patient (attack-A28, attack-A29). Raises Refusal."""
    sent = request.form.get("patient", "")
    if not hmac.compare_digest(sent.encode(), fingerprint(handle, patient_id).encode()):
        raise Refusal("wrong-patient", 409)


def forget_pages(response: Response) -> Response:
    """Let the browser drop the pages it keeps for "back", for the moment at which it changes hands (attack-A31).

    Chromium keeps even those that say no-store, and shows them without asking us. It drops what it keeps at the moment
    of this answer: not yet the page that is being left. So nothing secret may stand on that one.
    """
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def secure(response: Response, frame_ancestors: tuple[str, ...], public_url: str) -> Response:
    """The headers of every answer. ``frame_ancestors`` are the origins that may frame this page; none by default.

    Whether browsers come by https is what the settings say, also where a proxy ends TLS and asks in plain http.
    """
    ancestors = " ".join(frame_ancestors) or "'none'"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        f"form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    # The key set and static files say themselves how long they may be kept.
    response.headers.setdefault("Cache-Control", "no-store")
    if public_url.startswith("https:"):
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response


def fingerprint(handle: str, patient_id: str) -> str:
    """Names the patient of a launch without saying who it is."""
    return hashlib.sha256(f"{handle}/{patient_id}".encode()).hexdigest()[:32]
