"""What the patient allowed or refused <-> Consent."""

from __future__ import annotations

from ipt_fhir.locale.texts import N_, text
from ipt_fhir.mapping import amending, editing, narrative
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.consents import ConsentDecision, ConsentKind
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from ipt_fhir.terminology.concepts import Concept
from ipt_fhir.terminology.therapy import CONSENTS

# HL7 consentscope and v3-ActCode (ActConsentType); displays as published.
_PRIVACY = Concept(systems.CONSENT_SCOPE, "patient-privacy", "Privacy Consent")
_COLLECTION = Concept(systems.ACT_CODE, "ICOL", "information collection")
_DISCLOSURE = Concept(systems.ACT_CODE, "IDSCL", "information disclosure")
_CATEGORIES = {
    ConsentKind.APP_USE: _COLLECTION,
    ConsentKind.RECORDING: _COLLECTION,
    ConsentKind.DATA_SHARING: _DISCLOSURE,
    ConsentKind.CONTACT: _DISCLOSURE,
}
_SENTENCES = {
    "active": N_("{subject}: allowed by the patient {decided}."),
    "rejected": N_("{subject}: refused by the patient {decided}."),
    "inactive": N_("{subject}: allowed by the patient {decided}, withdrawn {withdrawn}."),
}
# Not decided yet, so no decision of ours.
_UNDECIDED = {"draft", "proposed"}


def write_consent(decision: ConsentDecision, writing: Writing, old: JsonObject) -> JsonObject:
    """The Consent of a decision; ``old`` as in ``write_goal``. One that was entered in error is left alone.

    A refusal is ``rejected`` and denies: whoever reads the status only and whoever reads the provision only both see
    that nothing is allowed.
    """
    if amending.is_withdrawn(old):
        return old
    site = writing.site
    old.setdefault("resourceType", "Consent")
    editing.put_identifier(old, decision.id)
    status = _status(decision)
    was_ended = old.get("status") == "inactive"
    if not (status == "rejected" and _is_denied(old)):
        editing.put(old, "status", status)
    editing.put_concept(old, "scope", editing.codeable(site, _PRIVACY))
    category = editing.codeable(site, CONSENTS[decision.kind], _CATEGORIES[decision.kind])
    editing.put_ours(old, "category", [category], _category_key)
    editing.put_reference(old, "patient", writing.subject)
    editing.put_date(old, "dateTime", decision.decided_on)
    amending.add_reference(old, "performer", writing.subject)
    _put_policy(old, decision)
    _put_provision(old, decision, was_ended=was_ended)
    narrative.put_text(old, narrative.of_sentences(_sentence(decision, writing)), site)
    return old


def read_consent(resource: JsonObject) -> ConsentDecision:
    """The decision of one of our Consents.

    Raises KeyError, IndexError or ValueError when it lost what makes it one, is not decided, was entered in error, or
    was ended on a day it does not name.
    """
    amending.refuse_withdrawn(resource)
    status = resource["status"]
    if status in _UNDECIDED:
        raise ValueError(f"a consent that is {status} is no decision")
    kinds = [code for item in resource["category"] for code in editing.codes_of(item, systems.IPT_CONSENT)]
    refused = _is_denied(resource)
    withdrawn = status == "inactive" and not refused
    return ConsentDecision(
        id=editing.identifier_of(resource) or resource["id"],
        kind=ConsentKind(kinds[0]),
        permitted=not refused,
        decided_on=editing.required_date(resource["dateTime"]),
        withdrawn_on=editing.required_date(resource["provision"]["period"]["end"]) if withdrawn else None,
    )


def _status(decision: ConsentDecision) -> str:
    if not decision.permitted:
        return "rejected"
    return "inactive" if decision.withdrawn_on else "active"


def _is_denied(resource: JsonObject) -> bool:
    """An active Consent of another writer that denies is a refusal too."""
    return resource.get("status") == "rejected" or resource.get("provision", {}).get("type") == "deny"


def _put_policy(old: JsonObject, decision: ConsentDecision) -> None:
    """Opting in or out, as HL7's examples have it (ppc-1 asks for a policy); a policy of the hospital stays.

    No display: HL7's published one for OPTOUT is misspelled.
    """
    wanted = {"system": systems.ACT_CODE, "code": "OPTIN" if decision.permitted else "OPTOUT"}
    ours = {"OPTIN", "OPTOUT"} & set(editing.codes_of(old.get("policyRule"), systems.ACT_CODE))
    if ("policy" not in old and "policyRule" not in old) or (ours and wanted["code"] not in ours):
        old["policyRule"] = {"coding": [wanted]}


def _put_provision(old: JsonObject, decision: ConsentDecision, *, was_ended: bool) -> None:
    """The end is the day of the withdrawal; the day on which a permission runs out is the hospital's."""
    provision = old.setdefault("provision", {})
    editing.put(provision, "type", "permit" if decision.permitted else "deny")
    period = provision.setdefault("period", {})
    editing.put_date(period, "start", decision.decided_on)
    if decision.withdrawn_on or was_ended:
        editing.put_date(period, "end", decision.withdrawn_on)


def _category_key(category: JsonObject) -> str | None:
    return "decision" if editing.codes_of(category, systems.IPT_CONSENT) else None


def _sentence(decision: ConsentDecision, writing: Writing) -> str:
    language = writing.site.language
    return text(
        _SENTENCES[_status(decision)],
        language,
        subject=text(CONSENTS[decision.kind].label, language),
        decided=narrative.day(decision.decided_on),
        withdrawn=narrative.day(decision.withdrawn_on) if decision.withdrawn_on else "",
    )
