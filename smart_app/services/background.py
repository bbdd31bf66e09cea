"""Who the patient is, which diagnoses stand in the chart, what others planned: read at the launch, never written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ipt_fhir.mapping.editing import identifier_of, target_of
from ipt_fhir.rawjson import JsonObject
from smart_app.services.desk import Background, Diagnosis, PatientCard
from smart_app.services.wider_chart import WiderChart
from smart_app.store.launches import Launch


def background_of(
    launch: Launch,
    patients: Sequence[JsonObject],
    conditions: Iterable[JsonObject],
    hospital: str,
    wider: WiderChart,
) -> Background:
    """What the resources of a chart say about the patient, the diagnoses, and what others wrote."""
    patient = next((item for item in patients if item.get("id") == launch.lane.patient), {})
    theirs = (item for item in conditions if identifier_of(item) is None)
    diagnoses = [_diagnosis(item) for item in theirs if _is_active_diagnosis(item)]
    card = patient_card(launch.lane.patient, patient)
    return Background(patient=card, hospital=hospital, diagnoses=tuple(diagnoses), read_at=launch.created, wider=wider)


def patient_card(patient_id: str, patient: JsonObject) -> PatientCard:
    """Who the patient is, as the chart's Patient says; the id stands for a name that is not there."""
    return PatientCard(
        id=patient_id,
        name=_name(patient) or patient_id,
        birth_date=patient.get("birthDate"),
        sex=patient.get("gender"),
        record_number=next((item["value"] for item in patient.get("identifier", []) if "value" in item), None),
    )


def _name(patient: JsonObject) -> str:
    names = patient.get("name", [])
    chosen = next((item for item in names if item.get("use") in {"official", "usual"}), names[0] if names else {})
    return chosen.get("text") or " ".join([*chosen.get("given", []), chosen.get("family", "")]).strip()


def _is_active_diagnosis(condition: JsonObject) -> bool:
    """Problems and encounter diagnoses that are not resolved; health concerns are not diagnoses."""
    codes = {code.get("code") for item in condition.get("category", []) for code in item.get("coding", [])}
    status = {code.get("code") for code in condition.get("clinicalStatus", {}).get("coding", [])}
    return bool(codes & {"problem-list-item", "encounter-diagnosis"}) and not status & {
        "resolved",
        "inactive",
        "remission",
    }


def _diagnosis(condition: JsonObject) -> Diagnosis:
    code = condition.get("code", {})
    shown = code.get("text") or next((item["display"] for item in code.get("coding", []) if "display" in item), "")
    marks = [item["code"] for item in code.get("coding", []) if "icd-10" in item.get("system", "") and "code" in item]
    label = f"{shown} ({marks[0]})" if marks and marks[0] not in shown else shown
    reference = target_of({"reference": f"Condition/{condition['id']}"}) or ""
    return Diagnosis(reference=reference, display=label or condition["id"])
