"""OperationOutcome: how the hospital says no."""

from __future__ import annotations

from smart_app.sandbox.json_text import JsonObject


class Refused(Exception):
    """The hospital refuses a FHIR interaction.

    status: HTTP status. code: FHIR IssueType (http://hl7.org/fhir/R4/valueset-issue-type.html).
    headers: further response headers, such as the challenge of a 401.
    """

    def __init__(self, status: int, code: str, text: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text
        self.headers = headers or {}
        self.expression: str | None = None

    def within(self, expression: str) -> Refused:
        """The same refusal, pointing to the part of the request it is about."""
        self.expression = expression
        return self

    def outcome(self) -> JsonObject:
        """The OperationOutcome to send."""
        return outcome("error", self.code, self.text, self.expression)


def outcome(severity: str, code: str, text: str, expression: str | None = None) -> JsonObject:
    """An OperationOutcome with one issue."""
    issue: JsonObject = {"severity": severity, "code": code, "details": {"text": text}, "diagnostics": text}
    if expression:
        issue["expression"] = [expression]
    return {"resourceType": "OperationOutcome", "issue": [issue]}
