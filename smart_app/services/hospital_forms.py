"""Forms on the hospital's own server: find one, and put it at hand."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ipt_fhir.ehr.client import FhirClient
from ipt_fhir.ehr.errors import SignInNeeded
from ipt_fhir.ehr.scopes import allows
from ipt_fhir.rawjson import JsonObject
from smart_app.services.desk import Desk
from smart_app.services.drafting import owner_at
from smart_app.services.forms_at_hand import FormAtHand, FormUnknown, Source, keep_copy
from smart_app.services.practice import Practice
from smart_app.store import launches

_TYPE = "Questionnaire"
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_USABLE = frozenset({"active", "draft", ""})


@dataclass(frozen=True, slots=True, kw_only=True)
class HospitalForm:
    """A form as the hospital's server lists it."""

    id: str
    title: str
    version: str
    publisher: str
    status: str


def may_look(desk: Desk) -> bool:
    """Whether this sign-in may read Questionnaires."""
    return allows(desk.scopes, _TYPE, "s") and allows(desk.scopes, _TYPE, "r")


def find_forms(practice: Practice, desk: Desk, words: str) -> list[HospitalForm]:
    """The forms of the hospital whose title begins with, or holds, these words; retired ones are left out.

    Raises EhrError; SignInNeeded when the sign-in has run out.
    """
    client = _hospital(practice, desk)
    by_title = "title" in client.capabilities().of(_TYPE).search_parameters
    query = [("title:contains", words)] if words and by_title else []
    listed = [_listed(found) for found in client.search(_TYPE, query)]
    fitting = (form for form in listed if form.status in _USABLE and words.lower() in form.title.lower())
    return sorted(fitting, key=lambda form: (form.title.lower(), form.version))


def take_from_hospital(practice: Practice, desk: Desk, form_id: str) -> FormAtHand:
    """Read a form of the hospital and put it at hand. Raises EhrError, FormNotTaken, FormUnknown."""
    if not _ID.fullmatch(form_id):
        raise FormUnknown(form_id)
    client = _hospital(practice, desk)
    questionnaire = client.read(_TYPE, form_id).resource
    key = f"{Source.HOSPITAL.value}-{form_id}"
    return keep_copy(practice, owner_at(desk), key, questionnaire)


def take_by_address(practice: Practice, desk: Desk, address: str) -> FormAtHand:
    """Find a form on the hospital's server by its canonical address, in that very version, and put it at hand.

    Raises FormUnknown when the server has none, EhrError, FormNotTaken.
    """
    if not may_look(desk):
        raise FormUnknown(address)
    url, _bar, version = address.partition("|")
    client = _hospital(practice, desk)
    for found in client.search(_TYPE, [("url", url)]):
        if found.get("url") == url and str(found.get("version", "")) == version:
            return take_from_hospital(practice, desk, str(found["id"]))
    raise FormUnknown(address)


def _hospital(practice: Practice, desk: Desk) -> FhirClient:
    with practice.store.read() as tx:
        launch = launches.find_grant(tx, desk.lane, desk.user_sub, practice.idle)
    if launch is None:
        raise SignInNeeded("the token has run out")
    return practice.hospital(launch)


def _listed(found: JsonObject) -> HospitalForm:
    title = found.get("title") or found.get("name") or found["id"]
    return HospitalForm(
        id=str(found["id"]),
        title=str(title),
        version=str(found.get("version", "")),
        publisher=str(found.get("publisher", "")),
        status=str(found.get("status", "")),
    )
