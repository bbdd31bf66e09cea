"""What the authorization server remembers: launches, sign-in pages, codes, access tokens, assertions it has seen."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

CODE_LIFETIME: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """Who opens which chart with which app. ``practitioner`` is None for a patient who signed in alone.

    ``value`` is the opaque launch parameter of a click on "Launch", or the ticket of the patient's sign-in page.
    """

    value: str
    client_id: str
    practitioner: str | None
    patient: str
    expires_at: datetime

    @property
    def user(self) -> str:
        """The person as ``Type/id``."""
        return f"Practitioner/{self.practitioner}" if self.practitioner else f"Patient/{self.patient}"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A sign-in page that was shown: ``asked`` spells the request it was shown for."""

    asked: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """An authorization code with everything its exchange is checked against; the methods are Authlib's questions."""

    value: str
    client_id: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str
    code_challenge_method: str
    launch: Launch
    issued_at: datetime

    def get_redirect_uri(self) -> str:
        """The URI the code was sent to."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """The granted scopes."""
        return self.scope

    def get_nonce(self) -> str | None:
        """The nonce to repeat in the id_token."""
        return self.nonce

    def get_auth_time(self) -> int:
        """When the person was there, in seconds since 1970."""
        return int(self.issued_at.timestamp())

    def get_acr(self) -> None:
        """Nothing is claimed about how the person signed in."""

    def get_amr(self) -> None:
        """Nothing is claimed about how the person signed in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token; ``code`` is the code it was exchanged for."""

    value: str
    client_id: str
    scope: str
    patient: str
    code: str
    expires_at: datetime


class SignInMemory:
    """Safe to use from several threads; nothing outlives the program."""

    def __init__(self, clock: Callable[[], datetime], launch_lifetime: timedelta) -> None:
        self._clock = clock
        self._launch_lifetime = launch_lifetime
        self._lock = threading.Lock()
        self._launches: dict[str, Launch] = {}
        self._tickets: dict[str, Ticket] = {}
        self._codes: dict[str, Code] = {}
        self._spent: set[str] = set()
        self._replayed: set[str] = set()
        self._tokens: dict[str, Token] = {}
        self._assertions: dict[tuple[str, str], datetime] = {}

    def now(self) -> datetime:
        """The hospital's time."""
        return self._clock()

    def open_launch(self, client_id: str, practitioner: str, patient: str) -> Launch:
        """Note a click on "Launch"."""
        launch = Launch(
            value=secrets.token_urlsafe(24),
            client_id=client_id,
            practitioner=practitioner,
            patient=patient,
            expires_at=self.now() + self._launch_lifetime,
        )
        with self._lock:
            self._launches[launch.value] = launch
        return launch

    def launch(self, value: str, client_id: str) -> Launch | None:
        """The launch, while this client may still use it."""
        launch = self._launches.get(value)
        return launch if launch and launch.client_id == client_id and self.now() < launch.expires_at else None

    def take_launch(self, value: str, client_id: str) -> Launch | None:
        """The launch, which is used up by this."""
        with self._lock:
            launch = self.launch(value, client_id)
            return self._launches.pop(value) if launch else None

    def give_ticket(self, asked: str) -> str:
        """Note that the sign-in page was shown for a request; returns what must come back with the choice."""
        value = secrets.token_urlsafe(24)
        with self._lock:
            self._tickets[value] = Ticket(asked, self.now() + self._launch_lifetime)
        return value

    def take_ticket(self, value: str, asked: str) -> bool:
        """Was the page shown for just this request, and not long ago? It serves once."""
        with self._lock:
            ticket = self._tickets.pop(value, None)
            return ticket is not None and ticket.asked == asked and self.now() < ticket.expires_at

    def keep_code(self, code: Code) -> None:
        """Remember a code that was given out."""
        with self._lock:
            self._codes[code.value] = code

    def take_code(self, value: str, client_id: str) -> Code | None:
        """The code, which is used up by this; presenting it again revokes its tokens (RFC 6749, section 4.1.2)."""
        with self._lock:
            code = self._codes.get(value)
            if code is None or code.client_id != client_id:
                return None
            if value in self._spent:
                self._replayed.add(value)
                return None
            self._spent.add(value)
            return code if self.now() < code.issued_at + CODE_LIFETIME else None

    def has_nonce(self, nonce: str, client_id: str) -> bool:
        """Did this client use the nonce before?"""
        return any(code.nonce == nonce and code.client_id == client_id for code in list(self._codes.values()))

    def keep_token(self, token: Token) -> None:
        """Remember an access token that was given out."""
        with self._lock:
            self._tokens[token.value] = token

    def token(self, value: str) -> Token | None:
        """The token, while it may be used."""
        token = self._tokens.get(value)
        if token is None or token.code in self._replayed or token.expires_at <= self.now():
            return None
        return token

    def is_new_assertion(self, client_id: str, jti: str, expires_at: datetime) -> bool:
        """False when the assertion was seen before (RFC 7523, section 3); remembered until it expires."""
        with self._lock:
            now = self.now()
            self._assertions = {key: until for key, until in self._assertions.items() if until >= now}
            seen = (client_id, jti) in self._assertions
            self._assertions[client_id, jti] = expires_at
            return not seen
