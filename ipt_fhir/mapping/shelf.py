"""The resources of a chart that are ours, and how to find one among them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from ipt_fhir.mapping import editing
from ipt_fhir.rawjson import JsonObject

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A resource of ours that could not be understood: it is kept, shown as unreadable, and never written to."""

    resource_type: str
    key: str
    reason: str


class NoCourse(LookupError):
    """None of the resources is a CarePlan of ours."""


class PlanUnread(ValueError):
    """The newest CarePlan of ours cannot be made sense of, so nothing of the course can; ``unread`` says why."""

    def __init__(self, unread: Unread) -> None:
        super().__init__(f"the {unread.resource_type} cannot be read: {unread.reason}")
        self.unread = unread


UNREADABLE = (KeyError, ValueError, TypeError, IndexError, AttributeError)
"""What the reader of a resource raises where something in it is missing, odd, or shaped in another way."""


class Shelf:
    """The resources of a chart that are ours, found by type, by reference target and by key."""

    def __init__(self, resources: Iterable[JsonObject]) -> None:
        self._ours = [item for item in resources if editing.identifier_of(item)]
        self.unread: list[Unread] = []

    def newest_plan(self) -> JsonObject:
        """The CarePlan of ours that started last; what is only proposed is no course, and what was entered in error
        never was one (R4 request-status)."""
        plans = [item for item in self.of_type("CarePlan") if item.get("intent") != "proposal"]
        plans = [item for item in plans if item.get("status") != "entered-in-error"]
        if not plans:
            raise NoCourse("no CarePlan of ours in this chart")
        return max(plans, key=lambda plan: (_began(plan), editing.identifier_of(plan)))

    def of_type(self, resource_type: str) -> list[JsonObject]:
        """All resources of one type."""
        return [item for item in self._ours if item.get("resourceType") == resource_type]

    def read_by_target(
        self, resource_type: str, read: Callable[[JsonObject], Read], unless: Callable[[JsonObject], bool] | None = None
    ) -> dict[str, Read]:
        """Values by each way a reference can name their resource; unreadable ones are noted and left out."""
        values: dict[str, Read] = {}
        for resource in self.of_type(resource_type):
            if unless and unless(resource):
                continue
            value = self.attempt(resource, read)
            if value is not None:
                values.update(dict.fromkeys(editing.targets(resource), value))
        return values

    def attempt(self, resource: JsonObject, read: Callable[[JsonObject], Read]) -> Read | None:
        """Read one resource; on failure note why (in words for IT) and go on without it."""
        try:
            return read(resource)
        except UNREADABLE as wrong:
            self.unread.append(unread_for(resource, wrong))
            return None

    def with_keys(self, keys: set[str]) -> dict[str, JsonObject]:
        """The resources with these keys, by key."""
        return {key: item for item in self._ours if (key := editing.identifier_of(item)) in keys}

    def ids(self, resource_type: str) -> dict[str, str]:
        """Our id of each resource of a type, by each way a reference can name it."""
        return {
            target: editing.identifier_of(item) or ""
            for item in self.of_type(resource_type)
            for target in editing.targets(item)
        }


def unread_for(resource: JsonObject, wrong: Exception) -> Unread:
    """The note about a resource whose reader raised ``wrong``."""
    key = editing.identifier_of(resource) or ""
    return Unread(resource_type=resource["resourceType"], key=key, reason=f"{type(wrong).__name__}: {wrong}")


def _began(plan: JsonObject) -> str:
    period = plan.get("period")
    return str(period.get("start", "")) if isinstance(period, dict) else ""
