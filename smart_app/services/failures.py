"""A failure as a person reads it: what happened, what to do, and a code for IT."""

from __future__ import annotations

from dataclasses import dataclass

from ipt_fhir.ehr.errors import EhrError, LaunchRefused
from ipt_fhir.locale import texts
from smart_app.language import current, gettext
from smart_app.store.errors import StaleRevision, StoreError


@dataclass(kw_only=True)
class Failure(Exception):
    """Whose fault it is decides the tone: ``warn`` where waiting or a choice helps, ``danger`` where somebody must act.

    ``said`` are the words of the hospital's server, if it gave any.
    """

    code: str
    happened: str
    what_to_do: str
    tone: str = "danger"
    status: int = 502
    said: str = ""


KNOWN: tuple[type[EhrError | StoreError], ...] = (EhrError, StoreError)
"""The trees of errors a page may meet; each has a code, a sentence and a way out."""


def failure_of(error: EhrError | StoreError, status: int | None = None) -> Failure:
    """The failure of an error of the library or the store, in the language of the page."""
    return Failure(
        code=error.code,
        happened=translated(error.happened),
        what_to_do=translated(error.what_to_do),
        tone="warn" if error.whose in {"retry", "clinician"} else "danger",
        status=status or _status(error),
        said=getattr(error, "said", ""),
    )


def translated(msgid: str) -> str:
    """A text of the app's catalogue, or else of the library's."""
    own = gettext(msgid)
    return own if own != msgid else texts.text(msgid, current())


def failure_by_code(code: str, said: str = "") -> Failure | None:
    """The failure of an error that was met earlier and noted by its code; None for a code that is no error."""
    found = _by_code(EhrError).get(code)
    return failure_of(found(said=said)) if found else None


def _by_code(root: type[EhrError]) -> dict[str, type[EhrError]]:
    return {root.code: root} | {code: kind for child in root.__subclasses__() for code, kind in _by_code(child).items()}


def _status(error: EhrError | StoreError) -> int:
    if isinstance(error, StaleRevision):
        return 409
    if isinstance(error, LaunchRefused):
        return 403
    return 503 if isinstance(error, StoreError) else 502
