"""Two versions of an entry side by side: each difference once, in words."""

from __future__ import annotations

from typing import Any

from smart_app.services.comparing import differences_between


def activity(target: str, display: str, **more: Any) -> dict[str, Any]:
    return {"reference": {"reference": target, "display": display}, **more}


def plan(*activities: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "CarePlan", "activity": list(activities)}


COURSE = activity("ServiceRequest/1", "Course of IPT")
NOTED = {**COURSE, "progress": [{"time": "2026-03-02", "text": "Session 1, 2026-03-02: held"}]}
INLINE = {"id": "a", "detail": {"description": "Bring the rhythm form", "status": "scheduled"}}


def test_planned_work_that_came_and_went_is_told_by_its_title() -> None:
    theirs = plan(COURSE, activity("Task/1", "Review together"))
    ours = plan(NOTED, activity("urn:uuid:2", "Next appointment, 9 March 2026"), INLINE)
    found = [(item.path, item.theirs, item.ours) for item in differences_between(theirs, ours)]
    assert found == [
        ("CarePlan.activity[0].progress", "–", "Session 1, 2026-03-02: held"),
        ("CarePlan.activity", "Review together", "Next appointment, 9 March 2026, Bring the rhythm form (scheduled)"),
    ]


def test_planned_work_in_another_order_is_compared_with_itself() -> None:
    done = {"id": "a", "detail": {"description": "Bring the rhythm form", "status": "completed"}}
    found = differences_between(plan(COURSE, INLINE), plan(done, COURSE))
    assert [(item.path, item.theirs, item.ours) for item in found] == [
        ("CarePlan.activity[0].detail.status", "scheduled", "completed")
    ]
