"""One HTTP request and its answer, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

FHIR_JSON = "application/fhir+json"
ANSWER_CAP = 16 * 1024 * 1024
SMALL_CAP = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to send. ``origins`` are the only places it may go to; ``writes`` says that it may change the record.

    ``cap`` is the most bytes of answer we take, after decompression. What may hold patient data or a token is left
    out of the representation.
    """

    method: str
    url: str = field(repr=False)
    origins: tuple[str, ...]
    token: str | None = field(default=None, repr=False)
    body: bytes = field(default=b"", repr=False)
    content_type: str = FHIR_JSON
    accept: str = FHIR_JSON
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    writes: bool = False
    cap: int = ANSWER_CAP


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, complete. Header names are in lower case; ``received`` is our clock."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    received: datetime

    def header(self, name: str) -> str:
        """The value of a header, empty when there is none."""
        return self.headers.get(name.lower(), "")
