"""What this installation holds, how long, and who can read it: one row a table and group of fields.

A test holds the rows against the tables: a column without a row, or one that is sealed among some that are not, fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from smart_app.config import Retention
from smart_app.language import gettext, lazy_gettext, ngettext
from smart_app.store.persons import sealed_columns


class Reader(StrEnum):
    """Who meets it on a page."""

    TREATING = "treating"
    AUTHOR = "author"
    CASELOAD = "caseload"
    ON_DUTY = "on-duty"
    PATIENT = "patient"
    ADMINISTRATOR = "administrator"
    NOBODY = "nobody"


class Kept(StrEnum):
    """When it goes."""

    WITH_COURSE = "courses"
    WITH_DRAFT = "drafts"
    WITH_FILING = "sent"
    WITH_LAUNCH = "launches"
    WITH_AUDIT = "audit"
    WITH_SIGN_IN = "sign-in"
    WITH_SESSION = "session"
    UNTIL_TAKEN = "until-taken"
    UNTIL_ACTED = "until-acted"
    UNTIL_ENDED = "until-ended"
    WITH_TRIES = "tries"
    IN_USE = "in-use"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRow:
    """Columns of one table that are alike: what they hold, who reads them on a page, when they go."""

    table: str
    columns: tuple[str, ...]
    what: str
    reader: Reader
    kept: Kept


def _row(table: str, columns: str, what: str, reader: Reader, kept: Kept) -> DataRow:
    return DataRow(table=table, columns=tuple(columns.split()), what=what, reader=reader, kept=kept)


_IDS = lazy_gettext("whose it is: the hospital and the id of its Patient")

ROWS = (
    _row("episodes", "id issuer patient revision created updated", _IDS, Reader.TREATING, Kept.WITH_COURSE),
    _row(
        "episodes",
        "content",
        lazy_gettext(
            "the course: measures with their answers, goals, plan, sessions, consents; and what is filed nowhere: "
            "interpersonal inventory, timeline, formulation, techniques"
        ),
        Reader.TREATING,
        Kept.WITH_COURSE,
    ),
    _row(
        "caseload",
        "issuer patient revision filed noted",
        lazy_gettext("that there is a line about this patient in the caseload, and of when"),
        Reader.TREATING,
        Kept.WITH_COURSE,
    ),
    _row(
        "caseload",
        "content",
        lazy_gettext("that line: initials, record number, phase, last score, what is due"),
        Reader.CASELOAD,
        Kept.WITH_COURSE,
    ),
    _row(
        "server_copies",
        "episode_id key resource_type server_id version last_updated filed_at verified differences",
        lazy_gettext("which record of the hospital belongs to which part of the course, and since when"),
        Reader.TREATING,
        Kept.WITH_COURSE,
    ),
    _row(
        "server_copies",
        "content",
        lazy_gettext("the last copy of each of these records"),
        Reader.TREATING,
        Kept.WITH_COURSE,
    ),
    _row(
        "intents",
        "id issuer patient place episode_id author created state reason next_try",
        lazy_gettext("that something was to be filed, by whom, when, and what became of it"),
        Reader.TREATING,
        Kept.WITH_FILING,
    ),
    _row(
        "intents",
        "detail payload",
        lazy_gettext("what was to be filed, and what the hospital's server said to it"),
        Reader.TREATING,
        Kept.WITH_FILING,
    ),
    _row(
        "attempts",
        "intent_id number at worker fence state outcome http_status",
        lazy_gettext("each try to file it"),
        Reader.NOBODY,
        Kept.WITH_FILING,
    ),
    _row(
        "lanes",
        "issuer patient places fence owner lease_until due",
        lazy_gettext("the order of a patient's filings, and which process is at work on it"),
        Reader.NOBODY,
        Kept.WITH_COURSE,
    ),
    _row("drafts", "issuer patient user_sub form updated", _IDS, Reader.AUTHOR, Kept.WITH_DRAFT),
    _row("drafts", "content", lazy_gettext("what was typed and not saved"), Reader.AUTHOR, Kept.WITH_DRAFT),
    _row(
        "launches",
        "handle browser_hash issuer patient user_sub scopes need_patient_banner token_expires created last_seen ended "
        "role",
        lazy_gettext("who opened which patient's chart, in which browser, when, and what the hospital allowed"),
        Reader.NOBODY,
        Kept.WITH_LAUNCH,
    ),
    _row(
        "launches",
        "secrets background",
        lazy_gettext("the hospital's access token and the user's name; the patient's name, birth date and diagnoses"),
        Reader.TREATING,
        Kept.UNTIL_ENDED,
    ),
    _row(
        "hand_overs",
        "handle launch browser_hash issuer patient given_by form tries begun last_seen finished ended",
        lazy_gettext("that the clinic's tablet was in a patient's hands, for which form"),
        Reader.NOBODY,
        Kept.WITH_LAUNCH,
    ),
    _row(
        "hand_overs",
        "secrets background",
        lazy_gettext("a digest of the PIN, and the name the patient's page shows"),
        Reader.PATIENT,
        Kept.UNTIL_ENDED,
    ),
    _row(
        "requested_forms",
        "issuer patient form requested requested_by",
        lazy_gettext("that a patient is asked for a form"),
        Reader.TREATING,
        Kept.WITH_COURSE,
    ),
    _row(
        "begun_forms",
        "issuer patient author form response begun",
        lazy_gettext("that a patient began a form"),
        Reader.NOBODY,
        Kept.WITH_COURSE,
    ),
    _row(
        "group_members",
        "issuer patient owner group_id joined",
        lazy_gettext("that the patient is in a therapist's group, and since when"),
        Reader.TREATING,
        Kept.WITH_COURSE,
    ),
    _row(
        "group_members",
        "content",
        lazy_gettext("record number and initials, as the group's page shows them"),
        Reader.TREATING,
        Kept.WITH_COURSE,
    ),
    _row(
        "received_forms",
        "id issuer patient form author sent",
        lazy_gettext("that a patient sent a form nobody has opened yet"),
        Reader.TREATING,
        Kept.UNTIL_TAKEN,
    ),
    _row("received_forms", "content", lazy_gettext("the answers in it"), Reader.TREATING, Kept.UNTIL_TAKEN),
    _row(
        "safety_duties",
        "item issuer patient response raised owner owner_name reassigned acknowledged",
        lazy_gettext("that a safety answer waits or waited, for whom, and when somebody acted"),
        Reader.ON_DUTY,
        Kept.WITH_COURSE,
    ),
    _row(
        "safety_duties",
        "detail",
        lazy_gettext("which answer it was, and the record number"),
        Reader.TREATING,
        Kept.UNTIL_ACTED,
    ),
    _row(
        "audit_rows",
        "number at action outcome actor issuer patient entity previous digest",
        lazy_gettext("who did what to which patient's data, and when; no content"),
        Reader.ADMINISTRATOR,
        Kept.WITH_AUDIT,
    ),
    _row("audit_head", "name", lazy_gettext("the name of the chain"), Reader.NOBODY, Kept.IN_USE),
    _row(
        "audit_head",
        "content",
        lazy_gettext("where the chain of audit rows begins and ends, so that none is cut off unnoticed"),
        Reader.NOBODY,
        Kept.IN_USE,
    ),
    _row(
        "sign_ins",
        "state_hash issuer browser_hash started role",
        lazy_gettext("a sign-in on its way to the hospital and back; no patient is known yet"),
        Reader.NOBODY,
        Kept.WITH_SIGN_IN,
    ),
    _row(
        "sign_ins",
        "secrets",
        lazy_gettext("what proves that the answer belongs to it"),
        Reader.NOBODY,
        Kept.WITH_SIGN_IN,
    ),
    _row(
        "administrators",
        "name made changed",
        lazy_gettext("the accounts for these pages"),
        Reader.ADMINISTRATOR,
        Kept.IN_USE,
    ),
    _row("administrators", "password", lazy_gettext("a digest of the password"), Reader.NOBODY, Kept.IN_USE),
    _row(
        "admin_sessions",
        "secret_hash name began last_seen",
        lazy_gettext("which administrator is signed in"),
        Reader.NOBODY,
        Kept.WITH_SESSION,
    ),
    _row(
        "sign_in_tries",
        "subject_hash since tries",
        lazy_gettext("how often somebody tried to sign in; of names and addresses a digest"),
        Reader.NOBODY,
        Kept.WITH_TRIES,
    ),
    _row(
        "packs",
        "id version added removed",
        lazy_gettext("which questionnaires the clinic is licensed for"),
        Reader.ADMINISTRATOR,
        Kept.IN_USE,
    ),
    _row("packs", "content", lazy_gettext("their texts and the licence"), Reader.TREATING, Kept.IN_USE),
    _row(
        "encryption_keys",
        "id proof first_used",
        lazy_gettext("which keys were used; never a key"),
        Reader.ADMINISTRATOR,
        Kept.IN_USE,
    ),
    _row("worker_runs", "task at", lazy_gettext("when the worker last looked"), Reader.ADMINISTRATOR, Kept.IN_USE),
)


def is_sealed(row: DataRow) -> bool:
    """Whether the columns are encrypted with the key of the installation; who has the database alone reads nothing."""
    return row.columns[0] in sealed_columns(row.table)


def reader_words(reader: Reader) -> str:
    """Who that is."""
    return {
        Reader.TREATING: gettext("clinicians who open this patient's chart"),
        Reader.AUTHOR: gettext("whoever typed it, in this patient's chart"),
        Reader.CASELOAD: gettext("whoever opened this patient's chart before, in the caseload"),
        Reader.ON_DUTY: gettext("who is on duty; of it only record number and time"),
        Reader.PATIENT: gettext("the patient, while the form is open"),
        Reader.ADMINISTRATOR: gettext("administrators"),
        Reader.NOBODY: gettext("nobody; the app only"),
    }[reader]


def kept_words(kept: Kept, retention: Retention) -> str:
    """How long that is here, by the settings."""
    if kept.value in _BY_SETTING:
        days = getattr(retention, kept.value)
        return _BY_SETTING[kept.value](days) if days else gettext("until somebody erases it")
    return {
        Kept.WITH_SIGN_IN: gettext("five minutes"),
        Kept.WITH_SESSION: gettext("ten hours at most"),
        Kept.WITH_TRIES: gettext("fifteen minutes"),
        Kept.UNTIL_TAKEN: gettext("until a clinician opens the chart; then it is part of the course"),
        Kept.UNTIL_ACTED: gettext("until somebody has acted; then it stands in the course only"),
        Kept.UNTIL_ENDED: gettext("until the launch ends, ten hours at most"),
        Kept.IN_USE: gettext("as long as it is in use"),
    }[kept]


_BY_SETTING = {
    "courses": lambda days: ngettext(
        "%(num)s day after the end of the course", "%(num)s days after the end of the course", days
    ),
    "drafts": lambda days: ngettext(
        "until it is saved, %(num)s day at most", "until it is saved, %(num)s days at most", days
    ),
    "sent": lambda days: ngettext(
        "%(num)s day after it is in the record; the newest as long as the course",
        "%(num)s days after it is in the record; the newest as long as the course",
        days,
    ),
    "launches": lambda days: ngettext("%(num)s day after the last use", "%(num)s days after the last use", days),
    "audit": lambda days: ngettext("%(num)s day", "%(num)s days", days),
}
