"""What can go wrong between us and a hospital.

    EhrError
    ├─ Unreachable           retry      nothing was processed: refused, no such host, no connection in time
    ├─ ServerFault           retry      a read failed on their side
    ├─ Ambiguous             retry      a write was sent and nobody knows what became of it: read before resending
    ├─ Throttled             retry      they asked us to wait
    ├─ SignInNeeded          clinician  the sign-in ended
    ├─ Conflict              clinician  somebody changed it meanwhile
    ├─ NotFound, Gone        clinician  it is not there, it is no longer there
    ├─ Duplicated            hospital   it is there more than once
    ├─ ScopeMissing          hospital   this app may not do that
    ├─ Refused               ours       they read it and do not take it
    ├─ AnswerUnreadable      hospital   no FHIR came back
    │   └─ TooLarge
    ├─ WrongRecord           hospital   they answered for another record
    ├─ ForeignAddress        hospital   they pointed to another server; our token stays here
    ├─ FhirVersionRefused    hospital   no FHIR R4
    ├─ WrongPatient          ours       another patient was about to be written
    ├─ ReferenceRefused      ours       no resource has such a type or id
    └─ LaunchRefused         hospital   no sign-in
        ├─ UnknownIssuer, DiscoveryRefused, TokenRefused, IdTokenRefused

``code`` is stable and never reused. ``happened`` and ``what_to_do`` are msgids for a clinician. ``detail`` (also the
text of the exception) is for IT and holds no patient data, no token, no URL query. ``said`` are the server's own words:
they may name a patient, so they are shown, never logged; they are plain text, and the page escapes them.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from ipt_fhir.locale.texts import N_

Whose = Literal["hospital", "ours", "clinician", "retry"]


class EhrError(Exception):
    """Any failure between us and a hospital. ``status`` is the HTTP status, where there was one."""

    code: ClassVar[str] = "ehr"
    whose: ClassVar[Whose] = "hospital"
    happened: ClassVar[str] = N_("Something went wrong between this app and the hospital's record.")
    what_to_do: ClassVar[str] = N_("Please try again. If it happens again, tell your IT support the code below.")

    def __init__(self, detail: str = "", *, said: str = "", status: int | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.said = said
        self.status = status

    @property
    def retryable(self) -> bool:
        """May the same thing succeed later without anybody changing anything?"""
        return self.whose == "retry"


class Unreachable(EhrError):
    """The request was surely not processed: refused, no such host, no connection in time (fault-F01, fault-F02)."""

    code = "unreachable"
    whose = "retry"
    happened = N_("The hospital's record system cannot be reached.")
    what_to_do = N_("What you wrote is kept. Please try again in a few minutes.")


class ServerFault(EhrError):
    """A read failed on the hospital's side: 5xx, cut, reset, no answer in time. Nothing was changed."""

    code = "server-fault"
    whose = "retry"
    happened = N_("The hospital's record system did not answer properly.")
    what_to_do = N_("Nothing was changed. Please try again in a few minutes.")


class Ambiguous(EhrError):
    """A write was sent and its result was not seen (decision-D10): the next step is to read, never to resend."""

    code = "ambiguous"
    whose = "retry"
    happened = N_("We do not know yet whether the hospital's record took what was sent.")
    what_to_do = N_("Please do not enter it again. This app looks into the record before it sends anything again.")


class Throttled(EhrError):
    """429, or 503 with Retry-After. ``retry_after`` is in seconds, at most an hour, None when they named no time."""

    code = "throttled"
    whose = "retry"
    happened = N_("The hospital's record system is busy and asked us to wait.")
    what_to_do = N_("What you wrote is kept. Please try again in a few minutes.")

    def __init__(
        self, detail: str = "", *, said: str = "", status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(detail, said=said, status=status)
        self.retry_after = retry_after


class SignInNeeded(EhrError):
    """401: the access token has expired or was withdrawn (fault-F17, fault-F18)."""

    code = "sign-in-needed"
    whose = "clinician"
    happened = N_("Your sign-in with the hospital has ended.")
    what_to_do = N_("Please open this app again from the patient's chart. What you wrote is kept.")


class Conflict(EhrError):
    """409 or 412: the version we wrote against is not the current one, or a condition matches several (D10)."""

    code = "conflict"
    whose = "clinician"
    happened = N_("Somebody changed this in the chart meanwhile.")
    what_to_do = N_("Nothing was overwritten. Please look at both versions and choose.")


class NotFound(EhrError):
    """404: the hospital has no such resource, or does not show it to this user."""

    code = "not-found"
    whose = "clinician"
    happened = N_("The hospital's record does not have this entry.")
    what_to_do = N_("Please reload the page. If it should be there, look for it in the chart.")


class Gone(EhrError):
    """410: the resource was deleted in the chart (fault-F43)."""

    code = "gone"
    whose = "clinician"
    happened = N_("This entry was deleted in the chart.")
    what_to_do = N_("Please decide whether it is still needed; nothing is written again without your word.")


class Duplicated(EhrError):
    """Several resources carry one identifier of ours: an earlier create was applied twice (fault-F06, fault-F24)."""

    code = "duplicated"
    happened = N_("The hospital's record has this entry more than once.")
    what_to_do = N_(
        "Nothing was filed. Please tell your IT support the code below; one of the entries must be removed."
    )


class ScopeMissing(EhrError):
    """403. ``resource_type`` and ``interaction`` name what was not allowed (fault-F21); ``said`` may tell why."""

    code = "scope-missing"
    happened = N_("The hospital does not let this app do that with your sign-in, or the chart is restricted.")
    what_to_do = N_("Please tell your IT support the code and the details below. What you wrote is kept.")

    def __init__(
        self,
        detail: str = "",
        *,
        said: str = "",
        status: int | None = None,
        resource_type: str = "",
        interaction: str = "",
    ) -> None:
        super().__init__(detail, said=said, status=status)
        self.resource_type = resource_type
        self.interaction = interaction


class Refused(EhrError):
    """400, 405, 413, 415, 422 and other 4xx: the hospital read it and does not take it; do not resend (F36, F42)."""

    code = "refused"
    whose = "ours"
    happened = N_("The hospital's record system did not accept what was sent.")
    what_to_do = N_("Nothing was filed. Please tell your IT support the code and the words of the server below.")


class AnswerUnreadable(EhrError):
    """A read was answered with something that is not the FHIR we asked for: HTML, a cut text, hostile JSON."""

    code = "answer-unreadable"
    happened = N_("The hospital's record system sent an answer this app cannot read.")
    what_to_do = N_("Nothing was changed. Please try again; if it happens again, tell your IT support the code below.")


class TooLarge(AnswerUnreadable):
    """The answer is beyond our limits of bytes, pages or entries (fault-F64, attack-A54, attack-A55)."""

    code = "too-large"
    happened = N_("The hospital's record system sent more than this app can take in.")


class WrongRecord(EhrError):
    """The hospital answered for another resource than we asked for (fault-F11)."""

    code = "wrong-record"
    happened = N_("The hospital's record system answered with another entry than the one asked for.")
    what_to_do = N_("Nothing was shown or filed. Please tell your IT support the code below before you go on.")


class ForeignAddress(EhrError):
    """An address on another server: redirect, next page, endpoint (attack-A08, attack-A35). Never followed."""

    code = "foreign-address"
    happened = N_("The hospital's record system pointed this app to another server.")
    what_to_do = N_("We did not go there. Please tell your IT support the code below.")


class FhirVersionRefused(EhrError):
    """The server speaks another FHIR release than R4 (4.0)."""

    code = "fhir-version-refused"
    happened = N_("The hospital's record system speaks another version of FHIR than this app.")
    what_to_do = N_("Please tell your IT support: this app needs the hospital's FHIR R4 address.")


class WrongPatient(EhrError):
    """A resource about to leave, or one that came, is not about this launch's patient (attack-A36, attack-A82)."""

    code = "wrong-patient"
    whose = "ours"
    happened = N_("This belongs to another patient than the one whose chart is open.")
    what_to_do = N_("Nothing was sent. Please close this page and open the app again from the right chart.")


class ReferenceRefused(EhrError):
    """A resource type or id that FHIR's grammar does not allow (attack-A33)."""

    code = "reference-refused"
    whose = "ours"
    happened = N_("This address does not name an entry of a chart.")
    what_to_do = N_("Please go back and open the entry from its list.")


class LaunchRefused(EhrError):
    """The sign-in with the hospital did not succeed."""

    code = "launch-refused"
    happened = N_("The hospital's sign-in did not succeed.")
    what_to_do = N_("Please open this app again from the patient's chart. If it fails again, tell your IT support.")


class UnknownIssuer(LaunchRefused):
    """The ``iss`` is not one of the registered hospitals (decision-D13); nothing was sent anywhere."""

    code = "unknown-issuer"
    happened = N_("This app is not registered for the system that opened it.")
    what_to_do = N_("Please tell your IT support the code and the details below.")


class DiscoveryRefused(LaunchRefused):
    """The hospital's SMART configuration is missing something we need or points elsewhere (attacks A07 to A10)."""

    code = "discovery-refused"
    happened = N_("The hospital's sign-in is not set up in a way this app can trust.")
    what_to_do = N_("Please tell your IT support the code and the details below.")


class TokenRefused(LaunchRefused):
    """The token request failed, or its answer is not one we can work with (attack-A18, attack-A19)."""

    code = "token-refused"


class IdTokenRefused(LaunchRefused):
    """The hospital's statement of who signed in cannot be trusted (attacks A20 to A24)."""

    code = "id-token-refused"
    happened = N_("The hospital's sign-in did not say in a trustworthy way who you are.")
