"""Safety item <-> Task (decision-D21): somebody must act; no risk level, no prediction, no Flag."""

from __future__ import annotations

from collections.abc import Mapping

from ipt_fhir.locale.texts import N_, text
from ipt_fhir.mapping import editing, narrative
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.measures import SafetyAct, SafetyItem
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import concepts, systems
from ipt_fhir.terminology.concepts import Concept

REVIEW = Concept(systems.IPT_ACTIVITY, "safety-review", N_("Review a safety answer with the patient"))
ACT_TAKEN = Concept(systems.IPT_ACTIVITY, "safety-act", N_("What was done"))
_LINK_ID = "linkId"
_ANSWER = "answer"
_RESPONSE = "response"


def write_safety(item: SafetyItem, plan: str, writing: Writing, old: JsonObject, *, focus: str | None) -> JsonObject:
    """The Task of a safety item. ``plan`` is the key of the CarePlan; ``old`` as in ``write_goal``.

    ``focus`` is the key of the Observation that holds the answer, or the total of its sheet. Until the patient has sent
    the form there is none, and the Task stands alone: nothing of an unfinished form is filed but that somebody must act
    (decision-D67).
    """
    site = writing.site
    old.setdefault("resourceType", "Task")
    editing.put_identifier(old, item.id)
    ours = editing.reference(writing.to(plan))
    editing.put_ours(old, "basedOn", [ours], lambda item: "plan" if _is_plan(item, plan, writing) else None)
    editing.put(old, "status", "requested" if item.open else "completed")
    editing.put(old, "intent", "plan")
    editing.put_concept(old, "code", editing.codeable(site, REVIEW))
    if focus:
        editing.put_reference(old, "focus", writing.to(focus))
    editing.put_reference(old, "for", writing.subject)
    editing.put_time(old, "authoredOn", item.opened)
    _put_owner(old, item)
    editing.put_ours(old, "input", _inputs(item, alone=focus is None), _input_key)
    _put_act(old, item, writing)
    narrative.put_text(old, narrative.of_sentences(_sentence(item, writing)), site)
    return old


def read_safety(resource: JsonObject, opened_by: Mapping[str, str]) -> SafetyItem:
    """The safety item of one of our Tasks.

    ``opened_by`` gives the id of a response or total by the reference to the Observation of its answer. Raises KeyError
    or ValueError when the Task lost what makes it a safety item.
    """
    inputs = {item["type"]["text"]: item["valueString"] for item in resource.get("input", []) if _input_key(item)}
    act = _read_act(resource)
    focus = editing.target_of(resource.get("focus"))
    owner = editing.read_person(resource.get("owner"))
    return SafetyItem(
        id=editing.identifier_of(resource) or resource["id"],
        response=opened_by[focus] if focus else inputs[_RESPONSE],
        link_id=inputs[_LINK_ID],
        answer=inputs[_ANSWER],
        opened=editing.required_time(resource["authoredOn"]),
        act=act,
        settled=editing.required_time(resource["executionPeriod"]["end"]) if act else None,
        settled_by=editing.read_person(resource.get("requester")),
        handed_to=resource["owner"]["display"] if act is SafetyAct.HANDED_OVER else None,
        owner=owner if act is not SafetyAct.HANDED_OVER else None,
    )


def is_safety(resource: JsonObject) -> bool:
    """Whether a Task of ours is a safety item (and not planned work)."""
    return REVIEW.code in editing.codes_of(resource.get("code"), systems.IPT_ACTIVITY)


def _put_owner(old: JsonObject, item: SafetyItem) -> None:
    """Who has to act: the colleague who accepted, else who is on duty. And who settled it."""
    if item.handed_to:
        editing.put_reference(old, "owner", None, item.handed_to)
    elif item.owner:
        editing.put_reference(old, "owner", item.owner.reference, item.owner.display)
    if item.settled_by:
        editing.put_reference(old, "requester", item.settled_by.reference, item.settled_by.display)


def _is_plan(element: JsonObject, plan: str, writing: Writing) -> bool:
    return editing.target_of(element) in {writing.to(plan), f"urn:uuid:{plan}"}


def _inputs(item: SafetyItem, *, alone: bool) -> list[JsonObject]:
    values = {_LINK_ID: item.link_id, _ANSWER: item.answer} | ({_RESPONSE: item.response} if alone else {})
    return [{"type": {"text": name}, "valueString": value} for name, value in values.items()]


def _input_key(entry: JsonObject) -> str | None:
    name = entry.get("type", {}).get("text")
    return name if name in {_LINK_ID, _ANSWER, _RESPONSE} else None


def _put_act(old: JsonObject, item: SafetyItem, writing: Writing) -> None:
    if item.act is None:
        return
    editing.put_time(old.setdefault("executionPeriod", {}), "end", item.settled)
    output = {
        "type": editing.codeable(writing.site, ACT_TAKEN),
        "valueCodeableConcept": editing.codeable(writing.site, concepts.SAFETY_ACTS[item.act]),
    }
    editing.put_ours(old, "output", [output], _output_key)


def _output_key(output: JsonObject) -> str | None:
    codes = editing.codes_of(output.get("type"), systems.IPT_ACTIVITY)
    return ACT_TAKEN.code if ACT_TAKEN.code in codes else None


def _read_act(resource: JsonObject) -> SafetyAct | None:
    for output in resource.get("output", []):
        if _output_key(output):
            return SafetyAct(editing.codes_of(output["valueCodeableConcept"], systems.IPT_SAFETY_STEP)[0])
    return None


def _sentence(item: SafetyItem, writing: Writing) -> str:
    language = writing.site.language
    if item.act is None:
        waits = text(N_("A safety answer waits for review with the patient."), language)
        return f"{waits} {text(N_('To act: {name}.'), language, name=item.owner.display)}" if item.owner else waits
    done = text(concepts.SAFETY_ACTS[item.act].label, language)
    return text(N_("Safety answer reviewed: {act}."), language, act=done)
