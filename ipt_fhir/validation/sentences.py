"""One plain sentence for each rule, for the person at the hospital's IT desk. None repeats a value of the resource."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ipt_fhir.locale.texts import N_, text

# The rules of the schemas. {element}, {types}, {expected}, {count}, {slice} are filled in from the definition.
_SCHEMA = {
    "absolute": N_("The address must be absolute, with its scheme (https:, urn:)."),
    "binding": N_("The code is not one of those FHIR allows here: {expected}."),
    "cardinality": N_("There are more or fewer of these than the {count} allowed."),
    "choice": N_("{element} is given in two types at once; keep one."),
    "choice-type": N_("{element} is given in a type that is not allowed here."),
    "empty": N_("It is present but empty; leave it out or give it content."),
    "format": N_("It is not written the way a FHIR {expected} is."),
    "integer": N_("A whole number is written without a decimal point."),
    "null": N_("A null in a list needs an extension at the same place of its underscore list."),
    "pattern": N_("The value is not the fixed one this place asks for: {expected}."),
    "prohibited": N_("This element must not be used here."),
    "range": N_("The number is outside what FHIR allows: {expected}."),
    "reference-target": N_("The reference points to a type that is not allowed here; allowed: {types}."),
    "required": N_("The required element {element} is missing."),
    "shape": N_("It should be {expected} in JSON."),
    "slice": N_("The list needs {count} of the kind {slice}."),
    "unknown-element": N_("FHIR has no element {element} here; check the spelling."),
    "unknown-profile": N_("The profile {element} is not among those this software can check."),
    "unknown-type": N_("The resource type is missing or is not one this software can check."),
}

_SHAPES = {
    "array": N_("a list"),
    "boolean": N_("true or false without quotes"),
    "integer": N_("a whole number without quotes"),
    "null": N_("null"),
    "number": N_("a number without quotes"),
    "object": N_("an object"),
    "string": N_("a text in quotes"),
}

_RESOURCE = {
    "contained-id": N_("Another contained resource has the same id."),
    "dom-2": N_("A contained resource must not contain others; move them up."),
    "dom-3": N_("Nothing in the resource refers to this contained resource; refer to it or leave it out."),
    "dom-4": N_("A contained resource has no version and no time of change of its own; leave them out."),
    "dom-5": N_("A contained resource has no security label of its own; label the resource around it."),
    "dom-6": N_("There is no narrative; systems that cannot read the data will show nothing."),
    "full-url": N_("The full address of the entry disagrees with the type and id of its resource."),
    "ext-1": N_("An extension holds either one value or further extensions."),
    "ref-1": N_("The reference points to a contained resource that is not there."),
    "txt-1": N_("The narrative is not plain XHTML, or holds something that could act (script, form, event attribute)."),
    "txt-2": N_("The narrative shows no text."),
}

_DATATYPES = {
    "age-1": N_("An age is a positive amount of time with a UCUM code."),
    "att-1": N_("Attached data needs its content type."),
    "cnt-3": N_("A count is a whole number whose code, if any, is 1."),
    "cpt-2": N_("A contact value needs to say what system it belongs to (phone, email)."),
    "dis-1": N_("A distance needs a UCUM code for its unit."),
    "drq-1": N_("A code filter names a path or a search parameter, one of the two."),
    "drq-2": N_("A date filter names a path or a search parameter, one of the two."),
    "drt-1": N_("A duration with a code needs a value, and the code is UCUM."),
    "exp-1": N_("An expression needs its text or a reference to it."),
    "per-1": N_("The period ends before it starts."),
    "qty-3": N_("A coded unit needs its code system."),
    "rat-1": N_("A ratio needs both its numbers, or an extension instead."),
    "rng-2": N_("The low end of the range lies above the high end."),
    "tim-1": N_("A duration needs its unit."),
    "tim-2": N_("A repeating period needs its unit."),
    "tim-4": N_("A duration cannot be negative."),
    "tim-5": N_("A repeating period cannot be negative."),
    "tim-6": N_("An upper period needs a lower one."),
    "tim-7": N_("An upper duration needs a lower one."),
    "tim-8": N_("An upper count needs a lower one."),
    "tim-9": N_("An offset needs an event such as a meal before or after which it counts."),
    "tim-10": N_("Give a time of day or an event of the day, not both."),
    "trd-1": N_("A trigger has data or a time, not both."),
    "trd-2": N_("A trigger with a condition needs data."),
    "trd-3": N_("The trigger lacks what its type needs: a name, a time or data."),
}

_RESOURCES = {
    "con-1": N_("A stage needs a summary or an assessment."),
    "con-2": N_("Evidence needs a code or a detail."),
    "con-3": N_("A problem on the list should say whether it is still active."),
    "con-4": N_("A condition with an end must be inactive, resolved or in remission."),
    "con-5": N_("A condition entered in error has no clinical status."),
    "cpl-3": N_("An activity has a reference or its own detail, not both."),
    "gol-1": N_("A target with a value needs to say what is measured."),
    "inv-1": N_("The task was changed before it was written; check the two times."),
    "obs-3": N_("A reference range needs a low end, a high end or a text."),
    "obs-6": N_("There is a value and a reason why there is none; keep one."),
    "obs-7": N_("A part has the same code as the whole; then the whole has no value of its own."),
    "pat-1": N_("A contact needs a name, an address, a number or an organization."),
    "prr-1": N_("Order details need the code of what is ordered."),
    "qrs-1": N_("An item has answers or items below it, not both; items may stand below an answer."),
    "que-1": N_("A group needs items below it, and a display item has none."),
    "que-2": N_("Two items have the same linkId."),
    "que-3": N_("A display item has no code."),
    "que-4": N_("Give the answer options or a value set of answers, not both."),
    "que-5": N_("This type of item cannot offer a list of answers."),
    "que-6": N_("A display item is neither required nor repeated."),
    "que-7": N_("A condition with the operator exists compares with true or false."),
    "que-8": N_("A group or display item has no initial value."),
    "que-9": N_("A display item cannot be read-only."),
    "que-10": N_("This type of item has no maximum length."),
    "que-11": N_("With answer options, the initial answer is marked among them."),
    "que-12": N_("With more than one condition, say whether all or any of them must hold."),
    "que-13": N_("Only a repeating item may have several initial values."),
    "sdcqr-2": N_("Answers to one question stand in one item, not in several beside each other."),
    "us-core-1": N_("The time needs at least the day."),
    "us-core-2": N_("There is neither a value, a part, a member nor a reason why there is none."),
    "us-core-3": N_("The unit of a quantity is coded in UCUM."),
    "us-core-6": N_("A name needs a family or given name, or the reason why there is none, not both."),
}

# The types that schedule, consent, publish and carry.
_MORE_RESOURCES = {
    "app-1": N_("A participant needs a role or a person."),
    "app-2": N_("A start and an end belong together; give both or neither."),
    "app-3": N_("Only a proposed, cancelled or waitlisted appointment may lack its start and end."),
    "app-4": N_("A reason for cancelling belongs to an appointment that was cancelled or missed."),
    "bdl-1": N_("Only a search result or a history has a total."),
    "bdl-2": N_("Only a search result says how an entry was found."),
    "bdl-3": N_("Each entry of a batch, transaction or history needs its request; other bundles have none."),
    "bdl-4": N_("Each entry of a response or history needs its response; other bundles have none."),
    "bdl-5": N_("An entry needs a resource, a request or a response."),
    "bdl-7": N_("Two entries have the same full address."),
    "bdl-8": N_("The full address of an entry does not name a version."),
    "bdl-9": N_("A document needs an identifier with system and value."),
    "bdl-10": N_("A document needs its time."),
    "bdl-11": N_("A document begins with a Composition."),
    "bdl-12": N_("A message begins with a MessageHeader."),
    "cmp-1": N_("A section needs a text, an entry or a section below it."),
    "cmp-2": N_("A section with entries gives no reason for being empty."),
    "csd-1": N_("Two concepts have the same code."),
    "ctm-1": N_("Only a practitioner takes part on behalf of an organization."),
    "ig-1": N_("A resource names a group the guide does not define."),
    "ig-2": N_("A resource names a FHIR version the guide is not written for."),
    "ppc-1": N_("A consent needs a policy or a policy rule."),
    "ppc-2": N_("A consent to privacy needs its patient."),
    "ppc-3": N_("A consent to research needs its patient."),
    "ppc-4": N_("An advance directive needs its patient."),
    "ppc-5": N_("A consent to treatment needs its patient."),
    "provenance-1": N_("A practitioner or device acts on behalf of an organization; name it."),
    "us-core-3-value": N_("The unit of a quantity is coded in UCUM."),
    "us-core-6-attachment": N_("A document needs its data or the address where it lies."),
    "us-core-7": N_("A procedure under way or done needs its time."),
    "us-core-21": N_("An order needs to say who asked for it."),
    "us-core-23": N_("When the race was not given, nothing else stands beside that."),
    "vsd-1": N_("An include or exclude needs a code system or a value set."),
    "vsd-2": N_("Listed concepts and filters need their code system."),
    "vsd-3": N_("Concepts are either listed or filtered, not both."),
    "vsd-6": N_("An entry of an expansion needs a code or a display."),
    "vsd-9": N_("An entry of an expansion without a code must be abstract."),
    "vsd-10": N_("A code of an expansion needs its code system."),
}

# Ours (clinical.py).
_CLINICAL = {
    "ipt-goal-due": N_("A goal that is still open needs a day by which it should be reached."),
    "ipt-goal-one-score": N_("A goal aims at one score; move the second target into a goal of its own."),
    "ipt-one-patient": N_("It names another patient than the rest of the course; nothing of it may be filed."),
    "ipt-plan-end": N_("A closed plan should say when it ended."),
    "ipt-replaced-counts": N_("A response that was corrected counts no longer; it is entered in error."),
    "ipt-safety-task": N_("A positive safety answer needs its safety task."),
    "ipt-score-incomplete": N_("There is a score although answers are missing."),
    "ipt-score-range": N_("The score lies outside the range of its instrument."),
    "ipt-score-source": N_("A score needs the response it was drawn from."),
    "ipt-score-withdrawn": N_("What was drawn from a withdrawn response counts no longer; it is entered in error."),
    "ipt-score-total": N_("The score is not what the answers add up to."),
    "ipt-subject": N_("It does not say whose it is."),
    "ipt-third-party-name": N_("It holds the name of somebody who is not to be named in the chart."),
}

SENTENCES: Mapping[str, str] = MappingProxyType(
    _SCHEMA | _RESOURCE | _DATATYPES | _RESOURCES | _MORE_RESOURCES | _CLINICAL
)


def sentence(rule: str, **values: object) -> str:
    """The English sentence of a rule; raises KeyError for a rule without one."""
    return text(SENTENCES[rule], "en", **values)


def shape(json_type: str) -> str:
    """How to write a value of that JSON type."""
    return text(_SHAPES[json_type])
