"""A form of the demo hospital itself: nested, with questions that depend on answers, and a unit. Its words are ours."""

from __future__ import annotations

from typing import Any, Final

from smart_app.sandbox.json_text import JsonObject

_SYSTEM: Final = "https://demo-hospital.example/fhir/CodeSystem/intake"
_CORE: Final = "http://hl7.org/fhir/StructureDefinition"
_HOURS: Final = {"system": "http://unitsofmeasure.org", "code": "h", "display": "hours"}


def demo_forms() -> list[JsonObject]:
    """The Questionnaires the demo hospital offers."""
    return [
        {
            "resourceType": "Questionnaire",
            "id": "zztest-intake",
            "url": "https://demo-hospital.example/fhir/Questionnaire/intake",
            "version": "2",
            "name": "IntakeBeforePsychotherapy",
            "title": "ZZTEST intake before psychotherapy",
            "status": "active",
            "language": "en",
            "subjectType": ["Patient"],
            "publisher": "ZZTEST Demo Hospital",
            "item": [_now(), _home(), _before()],
        }
    ]


def _now() -> JsonObject:
    sleep = _item("sleep", "decimal", "How many hours do you sleep on a usual night?")
    sleep["extension"] = [
        {"url": f"{_CORE}/questionnaire-unit", "valueCoding": _HOURS},
        {"url": f"{_CORE}/minValue", "valueDecimal": 0},
        {"url": f"{_CORE}/maxValue", "valueDecimal": 24},
    ]
    reasons = _choice(
        "reason",
        "What brings you here?",
        {
            "mood": "Low mood",
            "loss": "Somebody died",
            "conflict": "Conflict with somebody",
            "change": "A change in life",
        },
        kind="open-choice",
        repeats=True,
        required=True,
    )
    return _group("now", "Now", reasons, _item("since", "date", "Since about when?"), sleep)


def _home() -> JsonObject:
    people = {"alone": "Alone", "partner": "With a partner", "family": "With family", "shared": "In a shared home"}
    children = _item("children", "integer", "How many children live with you?")
    children["enableWhen"] = [_is("home", "partner"), _is("home", "family")]
    children["enableBehavior"] = "any"
    return _group("living", "At home", _choice("home", "With whom do you live?", people), children)


def _before() -> JsonObject:
    helped = _choice("helped", "Did it help?", {"yes": "Yes", "partly": "Partly", "no": "No"})
    earlier = _group(
        "earlier",
        "Earlier therapy",
        _item("year", "date", "When did it begin?"),
        helped,
        _item("what", "text", "What helped, or what was missing?"),
    )
    earlier |= {
        "repeats": True,
        "enableWhen": [{"question": "therapy", "operator": "=", "answerBoolean": True}],
    }
    return _group("before", "Before", _item("therapy", "boolean", "Have you had psychotherapy before?"), earlier)


def _group(link_id: str, text: str, *items: JsonObject) -> JsonObject:
    return {"linkId": link_id, "type": "group", "text": text, "item": list(items)}


def _item(link_id: str, kind: str, text: str) -> JsonObject:
    return {"linkId": link_id, "type": kind, "text": text}


def _choice(link_id: str, text: str, options: dict[str, str], kind: str = "choice", **parts: Any) -> JsonObject:
    coded = [{"valueCoding": {"system": _SYSTEM, "code": code, "display": words}} for code, words in options.items()]
    return {"linkId": link_id, "type": kind, "text": text, **parts, "answerOption": coded}


def _is(question: str, code: str) -> JsonObject:
    return {"question": question, "operator": "=", "answerCoding": {"system": _SYSTEM, "code": code}}
