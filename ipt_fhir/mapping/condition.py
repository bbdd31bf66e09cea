"""Condition: any one of the chart is read as a diagnosis; a problem area <-> a health concern (US Core 6.1.0)."""

from __future__ import annotations

from typing import Any

from ipt_fhir.locale.texts import N_, text
from ipt_fhir.mapping import amending, editing, narrative
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.diagnoses import Diagnosis
from ipt_fhir.model.problem_areas import ProblemArea, ProblemAreaCode
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import concepts, systems
from ipt_fhir.terminology.concepts import Concept
from ipt_fhir.terminology.z_codes import Z_CODES

# US Core 6.1.0 and HL7 terminology; displays as published there.
HEALTH_CONCERN = Concept(systems.US_CORE_CONDITION_CATEGORY, "health-concern", "Health Concern")
_ACTIVE = Concept(systems.CONDITION_CLINICAL, "active", "Active")
_RESOLVED = Concept(systems.CONDITION_CLINICAL, "resolved", "Resolved")
_CONFIRMED = Concept(systems.CONDITION_VERIFICATION, "confirmed", "Confirmed")
_PROVISIONAL = Concept(systems.CONDITION_VERIFICATION, "provisional", "Provisional")
_OVER = {"inactive", "remission", "resolved"}
_UNCLEAR = {"unconfirmed", "provisional", "differential", "refuted"}


def read_diagnosis(resource: JsonObject) -> Diagnosis:
    """A Condition of the chart, whoever wrote it: whatever it lacks is left out. Raises KeyError without an id."""
    code = _part(resource, "code")
    onset = next((value for name, value in resource.items() if name in {"onsetDateTime", "onsetString"}), None)
    return Diagnosis(
        reference=f"Condition/{resource['id']}",
        words=_words(code),
        codes=tuple((item["system"], item["code"]) for item in _codings(code) if "system" in item and "code" in item),
        categories=tuple(
            item["code"] for category in resource.get("category", []) for item in _codings(category) if "code" in item
        ),
        status=next((item["code"] for item in _codings(_part(resource, "clinicalStatus")) if "code" in item), None),
        onset=onset or _part(resource, "onsetPeriod").get("start"),
    )


def write_problem_area(area: ProblemArea, key: str, writing: Writing, old: JsonObject) -> JsonObject:
    """The health concern of a problem area under that key; ``old`` as in ``write_goal``.

    Rank and who proposed the area are the plan's to say; a concern that was entered in error is left alone.
    """
    if _is_withdrawn(old):
        return old
    site = writing.site
    old.setdefault("resourceType", "Condition")
    editing.put_profile(old, systems.US_CORE_HEALTH_CONCERN, site)
    editing.put_identifier(old, key)
    _put_clinical(old, area, writing)
    _put_verification(old, area, writing)
    editing.put_ours(old, "category", [editing.codeable(site, HEALTH_CONCERN)], _category_key)
    _put_code(old, area, writing)
    editing.put_reference(old, "subject", writing.subject)
    if area.agreed_on:
        editing.put_date(old, "recordedDate", area.agreed_on)
    narrative.put_text(old, narrative.of_sentences(_sentence(area, writing)), site)
    return old


def read_problem_area(resource: JsonObject) -> ProblemArea:
    """What the health concern knows of an area: code, circumstance, agreement, end.

    Raises IndexError or ValueError when it names no area of ours or was entered in error.
    """
    if _is_withdrawn(resource):
        raise amending.Withdrawn(resource)
    code = ProblemAreaCode(editing.codes_of(resource["code"], systems.IPT_PROBLEM_AREA)[0])
    circumstances = [item for item in editing.codes_of(resource["code"], systems.ICD_10_CM) if item in Z_CODES[code]]
    agreed = not _says(resource, "verificationStatus", _UNCLEAR) and "recordedDate" in resource
    return ProblemArea(
        code=code,
        agreed_by_patient=agreed,
        agreed_on=editing.required_date(resource["recordedDate"]) if agreed else None,
        closed_on=editing.read_date(resource["abatementDateTime"]) if "abatementDateTime" in resource else None,
        z_code=circumstances[0] if circumstances else None,
    )


def _put_clinical(old: JsonObject, area: ProblemArea, writing: Writing) -> None:
    """Active or resolved (con-4: what has abated is not active).

    A colleague may resolve a concern without a date; as long as we know no end either, that stands.
    """
    over = _says(old, "clinicalStatus", _OVER)
    ended_otherwise = any(name.startswith("abatement") and name != "abatementDateTime" for name in old)
    if area.closed_on:
        if not over:
            editing.put_concept(old, "clinicalStatus", editing.codeable(writing.site, _RESOLVED))
        if not ended_otherwise:
            editing.put_date(old, "abatementDateTime", area.closed_on)
    elif "clinicalStatus" not in old or (over and "abatementDateTime" in old):
        editing.put_concept(old, "clinicalStatus", editing.codeable(writing.site, _ACTIVE))
        editing.put(old, "abatementDateTime", None)


def _put_verification(old: JsonObject, area: ProblemArea, writing: Writing) -> None:
    """Confirmed is what the patient agreed to; until then the area is a proposal."""
    unclear = _says(old, "verificationStatus", _UNCLEAR)
    if "verificationStatus" not in old or area.agreed_by_patient is unclear:
        wanted = _CONFIRMED if area.agreed_by_patient else _PROVISIONAL
        editing.put_concept(old, "verificationStatus", editing.codeable(writing.site, wanted))


def _put_code(old: JsonObject, area: ProblemArea, writing: Writing) -> None:
    """Our code of the area and, beside it, the circumstance; codings of others stay."""
    code = old.setdefault("code", {})
    ours = [editing.coding(concepts.PROBLEM_AREAS[area.code], writing.site)]
    if area.z_code and writing.site.icd10cm:
        # No display: the wording belongs to the publisher of ICD-10-CM.
        ours.append({"system": systems.ICD_10_CM, "code": area.z_code})
    editing.put_ours(code, "coding", ours, lambda item: _coding_key(item, area.code))
    code.setdefault("text", text(concepts.PROBLEM_AREAS[area.code].label, writing.site.language))


def _coding_key(coding: JsonObject, area: ProblemAreaCode) -> str | None:
    system = coding.get("system")
    if system == systems.IPT_PROBLEM_AREA or (system == systems.ICD_10_CM and coding.get("code") in Z_CODES[area]):
        return str(system)
    return None


def _category_key(category: JsonObject) -> str | None:
    codes = editing.codes_of(category, systems.US_CORE_CONDITION_CATEGORY)
    return HEALTH_CONCERN.code if HEALTH_CONCERN.code in codes else None


def _is_withdrawn(resource: JsonObject) -> bool:
    return _says(resource, "verificationStatus", {amending.WITHDRAWN})


def _says(resource: JsonObject, name: str, codes: set[str]) -> bool:
    return any(item.get("code") in codes for item in _codings(_part(resource, name)))


def _part(resource: JsonObject, name: str) -> JsonObject:
    found = resource.get(name)
    return found if isinstance(found, dict) else {}


def _codings(concept: Any) -> list[JsonObject]:
    found = concept.get("coding", []) if isinstance(concept, dict) else []
    return [item for item in found if isinstance(item, dict)]


def _words(code: JsonObject) -> str:
    """The words of the one who recorded it, else a display, else a code."""
    codings = _codings(code)
    offers = [code.get("text"), *(item.get("display") for item in codings), *(item.get("code") for item in codings)]
    return next((offer for offer in offers if offer), N_("Condition without a name"))


def _sentence(area: ProblemArea, writing: Writing) -> str:
    language = writing.site.language
    name = text(concepts.PROBLEM_AREAS[area.code].label, language)
    sentences = [text(N_("Problem area of Interpersonal Psychotherapy: {area}."), language, area=name)]
    if area.agreed_on:
        sentences.append(text(N_("Agreed with the patient {date}."), language, date=narrative.day(area.agreed_on)))
    else:
        sentences.append(text(N_("Not yet agreed with the patient."), language))
    if area.closed_on:
        sentences.append(text(N_("Work on it ended {date}."), language, date=narrative.day(area.closed_on)))
    return " ".join(sentences)
