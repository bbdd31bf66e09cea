"""HL7's validation engine over HTTP: the opinion of somebody else on what we emit."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Self

import requests

from ipt_fhir import rawjson
from ipt_fhir.rawjson import JsonObject


@dataclass(frozen=True)
class Issue:
    """One finding. `severity` is fatal, error, warning or information; `location` is FHIRPath.

    `message_id` is the engine's own name of the rule, empty for what its parser says.
    """

    severity: str
    location: str
    message: str
    message_id: str = ""

    @property
    def is_error(self) -> bool:
        """True when the resource is not valid because of it."""
        return self.severity in {"fatal", "error"}


@dataclass(frozen=True)
class Verdict:
    """All findings on one resource; `errors` are those that make it invalid."""

    issues: tuple[Issue, ...]

    @property
    def errors(self) -> tuple[Issue, ...]:
        """The findings to assert on: `assert not verdict.errors` shows them when it fails."""
        return tuple(issue for issue in self.issues if issue.is_error)


class Judge:
    """A client of one validator server (tests/peers/validator); close it, or use it in a `with`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = requests.Session()

    def judge(self, resource: JsonObject | bytes, *profiles: str) -> Verdict:
        """Hold a resource (or its exact bytes) against R4, the profiles it declares, and the canonical URLs given.

        A profile that is not loaded is an error.
        """
        body = resource if isinstance(resource, bytes) else rawjson.write(resource)
        answer = self._session.post(f"{self._url}/validate", params={"profile": list(profiles)}, data=body, timeout=60)
        answer.raise_for_status()
        return Verdict(
            tuple(
                Issue(issue["severity"], issue.get("location") or "", issue["message"], issue.get("messageId") or "")
                for issue in answer.json()["issues"]
            )
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()
