"""That somebody was informed <-> Communication. What was said has no place here: there never is a payload."""

from __future__ import annotations

from ipt_fhir.locale.texts import N_, text
from ipt_fhir.mapping import amending, editing, narrative
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.records import Message, MessageKind
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from ipt_fhir.terminology.therapy import MESSAGES


def write_message(message: Message, plan: str, writing: Writing, old: JsonObject) -> JsonObject:
    """The Communication of a message; ``plan`` is the key of the CarePlan, ``old`` as in ``write_goal``."""
    if amending.is_withdrawn(old):
        return old
    site = writing.site
    old.setdefault("resourceType", "Communication")
    editing.put_identifier(old, message.id)
    editing.put(old, "status", "completed")
    editing.put_ours(old, "category", [editing.codeable(site, MESSAGES[message.kind])], _category_key)
    editing.put_reference(old, "subject", writing.subject)
    amending.add_reference(old, "about", writing.to(plan))
    editing.put_time(old, "sent", message.sent)
    if message.sender:
        editing.put_reference(old, "sender", message.sender.reference, message.sender.display)
    narrative.put_text(old, narrative.of_sentences(_sentence(message, writing)), site)
    return old


def read_message(resource: JsonObject) -> Message:
    """The message of one of our Communications. Raises KeyError, IndexError or ValueError when it is none any more."""
    amending.refuse_withdrawn(resource)
    if resource["status"] != "completed":
        raise ValueError(f"a communication that is {resource['status']} informed nobody")
    kinds = [code for item in resource["category"] for code in editing.codes_of(item, systems.IPT_MESSAGE)]
    return Message(
        id=editing.identifier_of(resource) or resource["id"],
        kind=MessageKind(kinds[0]),
        sent=editing.required_time(resource["sent"]),
        sender=editing.read_person(resource.get("sender")),
    )


def _category_key(category: JsonObject) -> str | None:
    return "message" if editing.codes_of(category, systems.IPT_MESSAGE) else None


def _sentence(message: Message, writing: Writing) -> str:
    language = writing.site.language
    return text(
        N_("{what}, {date}."),
        language,
        what=text(MESSAGES[message.kind].label, language),
        date=narrative.day(message.sent.date()),
    )
