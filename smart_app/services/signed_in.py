"""Who launched, by name: from the directory in the same batch as the chart, else from the token.

A launch makes two rounds to the hospital, one after the other: the token, and one batch (decision-D14b, decision-D70).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ipt_fhir.ehr.client import FhirClient, Query
from ipt_fhir.ehr.errors import EhrError
from ipt_fhir.rawjson import JsonObject
from smart_app.language import gettext as _
from smart_app.store.launches import User


def directory_query(user: User) -> list[Query]:
    """The search that finds the entry of whoever signed in; none where the token does not say."""
    if not user.fhir_user:
        return []
    kind, user_id = user.fhir_user.split("/")
    return [(kind, [("_id", user_id)])]


def named(user: User, found: Sequence[JsonObject], hospital: FhirClient) -> User:
    """The person with the name a page shows; ``found`` is what the search of the directory gave.

    A server that lets the entry be read and not searched for is asked once more, where the token has no name.
    """
    entry = next((item for item in found if f"{item.get('resourceType')}/{item.get('id')}" == user.fhir_user), None)
    name = _display(entry) if entry else ""
    if not name and not user.name and user.fhir_user:
        name = _read(user.fhir_user, hospital)
    return replace(user, name=name or user.name or user.fhir_user or _("signed-in clinician"))


def _read(fhir_user: str, hospital: FhirClient) -> str:
    kind, user_id = fhir_user.split("/")
    try:
        return _display(hospital.read(kind, user_id).resource)
    except EhrError:
        return ""


def _display(practitioner: JsonObject) -> str:
    names = practitioner.get("name")
    if not isinstance(names, list) or not names:
        return ""
    found = names[0]
    parts = [*found.get("prefix", []), *found.get("given", []), found.get("family", "")]
    return str(found.get("text") or " ".join(part for part in parts if part))
