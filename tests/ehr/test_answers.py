"""From status and OperationOutcome to our errors, on reads and on writes."""

from __future__ import annotations

import pytest

from ipt_fhir.ehr import errors
from ipt_fhir.ehr.answers import Asked, check, resource_in, retry_after
from ipt_fhir.ehr.errors import EhrError, ScopeMissing, Throttled
from ipt_fhir.locale.texts import text
from ipt_fhir.rawjson import JsonObject
from tests.ehr.given import answer, goal, outcome

READ = Asked(resource_type="Goal", interaction="read")
WRITE = Asked(resource_type="CarePlan, Goal", interaction="transaction", writes=True)


def error_of(status: int, asked: Asked, body: JsonObject | bytes = b"", **headers: str) -> EhrError:
    found = answer(status, body, {name.replace("_", "-"): value for name, value in headers.items()})
    with pytest.raises(EhrError) as caught:
        resource_in(found, asked)
    return caught.value


STATUSES = {
    "F36": (400, "Refused", "Refused"),
    "F17": (401, "SignInNeeded", "SignInNeeded"),
    "F21": (403, "ScopeMissing", "ScopeMissing"),
    "F44": (404, "NotFound", "NotFound"),
    "F42": (405, "Refused", "Refused"),
    "request timeout": (408, "ServerFault", "Ambiguous"),
    "F22": (409, "Conflict", "Conflict"),
    "F43": (410, "Gone", "Gone"),
    "F23": (412, "Conflict", "Conflict"),
    "too large for them": (413, "Refused", "Refused"),
    "A59": (415, "Refused", "Refused"),
    "F36 rule": (422, "Refused", "Refused"),
    "F25": (428, "Refused", "Refused"),
    "F16": (429, "Throttled", "Throttled"),
    "F12": (500, "ServerFault", "Ambiguous"),
    "F13 bad gateway": (502, "ServerFault", "Ambiguous"),
    "F13 unavailable": (503, "ServerFault", "Ambiguous"),
    "F13 gateway timeout": (504, "ServerFault", "Ambiguous"),
    "A08": (302, "ForeignAddress", "Ambiguous"),
}


@pytest.mark.parametrize("fault", STATUSES)
def test_each_status_has_one_meaning_for_reads_and_one_for_writes(fault: str) -> None:
    status, on_read, on_write = STATUSES[fault]
    assert type(error_of(status, READ)).__name__ == on_read
    assert type(error_of(status, WRITE)).__name__ == on_write
    assert error_of(status, WRITE).status == status


def test_a_missing_scope_names_type_and_interaction() -> None:
    """fault-F21."""
    error = error_of(403, WRITE)
    assert isinstance(error, ScopeMissing)
    assert (error.resource_type, error.interaction) == ("CarePlan, Goal", "transaction")


BODIES = {
    "F10 login page": b"<!doctype html><title>Sign in</title>",
    "F10 empty": b"",
    "F09 cut": b'{"resourceType": "Goal", "id',
    "A53 NaN": b'{"resourceType": "Goal", "x": NaN}',
    "A53 a name twice": b'{"resourceType": "Goal", "id": "1", "id": "2"}',
    "A53 long integer": b'{"resourceType": "Goal", "x": ' + b"9" * 5000 + b"}",
    "A53 lone surrogate": b'{"resourceType": "Goal", "x": "\\ud800"}',
    "A53 byte order mark": b'\xef\xbb\xbf{"resourceType": "Goal"}',
    "A53 UTF-16": '{"resourceType": "Goal"}'.encode("utf-16"),
    "A50 deep": b'{"resourceType": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "a list": b"[]",
    "no resource": b"{}",
}


@pytest.mark.parametrize("name", BODIES)
def test_a_200_that_is_no_fhir_is_no_success(name: str) -> None:
    assert type(error_of(200, READ, BODIES[name])) is errors.AnswerUnreadable
    assert type(error_of(201, WRITE, BODIES[name])) is errors.Ambiguous


@pytest.mark.parametrize(
    ("code", "on_read", "on_write"),
    [
        ("invalid", "Refused", "Refused"),
        ("business-rule", "Refused", "Refused"),
        ("login", "SignInNeeded", "SignInNeeded"),
        ("forbidden", "ScopeMissing", "ScopeMissing"),
        ("conflict", "Conflict", "Conflict"),
        ("not-found", "NotFound", "NotFound"),
        ("deleted", "Gone", "Gone"),
        ("throttled", "Throttled", "Throttled"),
        ("exception", "ServerFault", "Ambiguous"),
        ("timeout", "ServerFault", "Ambiguous"),
    ],
)
def test_fault_f67_an_error_under_a_200_counts_by_its_type(code: str, on_read: str, on_write: str) -> None:
    assert type(error_of(200, READ, outcome(code))).__name__ == on_read
    assert type(error_of(200, WRITE, outcome(code))).__name__ == on_write


def test_a_remark_under_a_200_is_no_error() -> None:
    assert resource_in(answer(200, outcome("informational", severity="information")), READ)["issue"]
    assert resource_in(answer(200, goal()), READ)["id"] == "g1"


def test_the_words_of_the_server_are_kept_for_the_page_and_out_of_the_exception() -> None:
    error = error_of(422, WRITE, outcome("invariant", "ZZTEST-Anna needs a target"))
    assert error.said == "ZZTEST-Anna needs a target"
    assert "ZZTEST" not in f"{error} {error.detail} {error!r}"


def test_the_words_of_the_server_are_one_line_of_limited_plain_text() -> None:
    """attack-A42, attack-A49, attack-A71: the page escapes them; nothing in them can turn or break a line."""
    said = error_of(400, READ, outcome("invalid", "a\r\nb\x1b[31m \u202eevil\u2066 " + "x" * 5000)).said
    assert said.startswith("a b [31m evil xxx")
    assert len(said) == 300
    assert said.isprintable()


def test_many_issues_are_cut() -> None:
    many = outcome("invalid")
    many["issue"] = [{"severity": "error", "code": "invalid", "diagnostics": f"issue {n}"} for n in range(1000)]
    assert error_of(400, READ, many).said == "issue 0 issue 1 issue 2 issue 3 issue 4"


@pytest.mark.parametrize(
    "body", [b"<h1>nginx</h1>", b"denied", b"[]", b'{"resourceType": "OperationOutcome", "issue": 5}']
)
def test_an_error_without_an_operationoutcome_has_no_words(body: bytes) -> None:
    assert error_of(403, READ, body).said == ""


def test_fault_f14_the_wait_is_told_in_seconds() -> None:
    for status in (429, 503):
        error = error_of(status, WRITE, retry_after="120")
        assert isinstance(error, Throttled)
        assert error.retry_after == 120


def test_fault_f15_a_date_is_read_against_the_servers_own_clock() -> None:
    """Our clock says 9:00, theirs is ten minutes ahead: the wait is two minutes all the same."""
    headers = {"retry-after": "Mon, 02 Mar 2026 09:12:00 GMT", "date": "Mon, 02 Mar 2026 09:10:00 GMT"}
    assert retry_after(answer(429, headers=headers)) == 120
    assert retry_after(answer(429, headers={"retry-after": headers["retry-after"]})) == 720


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("0", 0),
        ("999999999999999999999", 3600),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 3600),
        ("Mon, 02 Mar 2020 09:00:00 GMT", 0),
        ("Mon, 02 Mar 2026 09:01:00 -0000", 60),
        ("-5", None),
        ("soon", None),
        ("1e9", None),
        ("٣", None),
        ("", None),
    ],
)
def test_the_wait_is_between_nothing_and_an_hour(value: str, wait: float | None) -> None:
    assert retry_after(answer(429, headers={"retry-after": value})) == wait


def test_fault_f16_without_a_time_none_is_invented() -> None:
    error = error_of(429, READ)
    assert isinstance(error, Throttled)
    assert error.retry_after is None


def test_success_passes() -> None:
    for status in (200, 201, 204):
        check(answer(status), READ)


def kinds(root: type[EhrError]) -> list[type[EhrError]]:
    return [root, *(kind for child in root.__subclasses__() for kind in kinds(child))]


def test_every_error_says_who_what_and_what_to_do() -> None:
    everything = kinds(EhrError)
    assert len({kind.code for kind in everything}) == len(everything)
    for kind in everything:
        assert kind.whose in {"hospital", "ours", "clinician", "retry"}
        for sentence in (kind.happened, kind.what_to_do):
            assert text(sentence).endswith(".")
            assert "{" not in sentence
        assert kind("x").retryable is (kind.whose == "retry")
