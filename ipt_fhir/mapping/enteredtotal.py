"""A total entered by hand <-> Observation. It is derived from nothing, so it names its plan by itself (basedOn).

US Core 6.1.0 screening assessment and the Person-Centered Outcomes score, like the totals drawn from answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from ipt_fhir.instruments.catalogue import Catalogue, Instrument
from ipt_fhir.locale.texts import N_, text
from ipt_fhir.mapping import editing, narrative
from ipt_fhir.mapping.observation import STATUS_OF, put_score, total_words
from ipt_fhir.mapping.references import Writing
from ipt_fhir.mapping.site import Site
from ipt_fhir.model.totals import EnteredTotal
from ipt_fhir.rawjson import JsonObject, number
from ipt_fhir.terminology import concepts, systems

_STATUSES = {word: status for status, word in STATUS_OF.items()}


def write_total(total: EnteredTotal, plan: str, writing: Writing, old: JsonObject) -> JsonObject:
    """The Observation; ``plan`` is the key of the CarePlan. What is filed changes its status only."""
    if old:
        editing.put(old, "status", STATUS_OF[total.status])
        return old
    site = writing.site
    measure = site.catalogue.instrument(total.instrument)
    resource: JsonObject = {"resourceType": "Observation"}
    editing.put_profile(resource, systems.US_CORE_SCREENING_ASSESSMENT, site)
    editing.put_identifier(resource, total.id)
    resource["basedOn"] = [editing.reference(writing.to(plan))]
    resource["status"] = STATUS_OF[total.status]
    resource["category"] = [editing.codeable(site, concepts.SURVEY)]
    resource["code"] = editing.codeable(site, measure.total) if measure.total else {"text": measure.title}
    editing.put_reference(resource, "subject", writing.subject)
    if total.focus_goal:
        resource["focus"] = [editing.reference(writing.to(total.focus_goal))]
    editing.put_time(resource, "effectiveDateTime", total.authored)
    if total.author:
        resource["performer"] = [editing.reference(total.author.reference, total.author.display)]
    put_score(resource, total.total)
    _put_interpretation(resource, total, measure, site)
    if total.replaces:
        replaced = {"valueReference": editing.reference(writing.to(total.replaces))}
        editing.put_extension(resource, systems.EXTENSION_REPLACES, replaced)
    narrative.put_text(resource, narrative.of_sentences(*_sentences(total, measure, site)), site)
    return resource


def is_total(resource: JsonObject, catalogue: Catalogue) -> bool:
    """Whether an Observation of ours is a total that was entered: the score of an instrument, drawn from nothing."""
    return not resource.get("derivedFrom") and _instrument_of(resource, catalogue) is not None


def read_total(
    resource: JsonObject, focus_goal: str | None, known: Mapping[str, str], catalogue: Catalogue
) -> EnteredTotal:
    """A total of ours; ``known`` gives ids by reference target. Raises KeyError or ValueError for what is none."""
    measure = _instrument_of(resource, catalogue)
    value = number(resource["valueQuantity"]["value"])
    if measure is None or not isinstance(value, int | Decimal) or isinstance(value, bool):
        raise ValueError("this is not the total of an instrument")
    replaced = editing.extensions(resource, systems.EXTENSION_REPLACES)
    return EnteredTotal(
        id=editing.identifier_of(resource) or resource["id"],
        instrument=measure.id,
        total=Decimal(value),
        authored=editing.required_time(resource["effectiveDateTime"]),
        author=editing.read_person(next(iter(resource.get("performer", [])), None)),
        worrying=_read_worrying(resource),
        focus_goal=focus_goal,
        status=_STATUSES[resource["status"]],
        replaces=known.get(editing.target_of(editing.value_of(replaced[0])) or "") if replaced else None,
    )


def _instrument_of(resource: JsonObject, catalogue: Catalogue) -> Instrument | None:
    coded = (systems.LOINC, systems.IPT_GOAL_MEASURE)
    codes = [code for system in coded for code in editing.codes_of(resource.get("code"), system)]
    found = (catalogue.instrument_for(code) for code in codes)
    return next((item for item in found if item and item.total and item.total.code in codes), None)


def _put_interpretation(resource: JsonObject, total: EnteredTotal, measure: Instrument, site: Site) -> None:
    """The band of the total, and the answer to the worrying item as a component of its own."""
    band = measure.band(total.total)
    if band:
        resource["interpretation"] = [{"text": text(band.label, site.language)}]
    if total.worrying is not None:
        code = editing.codeable(site, concepts.WORRYING_ANSWER)
        resource["component"] = [{"code": code, "valueBoolean": total.worrying}]


def _read_worrying(resource: JsonObject) -> bool | None:
    for part in resource.get("component", []):
        if concepts.WORRYING_ANSWER.code in editing.codes_of(part.get("code"), systems.IPT_GOAL_MEASURE):
            return bool(part["valueBoolean"])
    return None


def _sentences(total: EnteredTotal, measure: Instrument, site: Site) -> tuple[str, ...]:
    said = total_words(measure, total.total, site)
    by_hand = text(N_("Entered from the sheet; its answers are not here."), site.language)
    if total.worrying is None or measure.safety is None:
        return (said, by_hand)
    item = measure.safety.link_id
    above = N_("Item {item} was answered above its lowest answer.")
    lowest = N_("Item {item} was answered with its lowest answer.")
    return (said, by_hand, text(above if total.worrying else lowest, site.language, item=item))
