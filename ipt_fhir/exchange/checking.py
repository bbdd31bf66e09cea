"""Hold what was read against FHIR and the profiles that were asked for; each finding with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ipt_fhir.exchange.bundles import unfolded
from ipt_fhir.exchange.forms import Forms, form_issues
from ipt_fhir.exchange.reading import Place, Unit, entries
from ipt_fhir.mapping.editing import identifier_of
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation import schemas
from ipt_fhir.validation.clinical import validate_course
from ipt_fhir.validation.issues import Issue, Severity, errors
from ipt_fhir.validation.profile_sets import US_CORE_RELEASES, claims, constrained_type, us_core_profiles
from ipt_fhir.validation.sentences import sentence
from ipt_fhir.validation.validator import validate

DECLARED, ONLY_FHIR = "declared", "base"
US_CORE = {f"us-core-{release}": release for release in US_CORE_RELEASES}
SETS = (DECLARED, ONLY_FHIR, *US_CORE)
"""What ``Asked.chosen`` may be."""

UNREADABLE = "unreadable"
"""The rule of a finding about something that is no JSON we accept."""

_ENTRY = re.compile(r"^Bundle\.entry\[(\d+)\]\.resource(?=\.|$)")
_OF_COURSE = re.compile(r"^%course\[(\d+)\]\.ofType\((\w+)\)")


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding and where: file, line or entry, then FHIRPath inside the resource (see ``Issue``)."""

    place: Place
    issue: Issue


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The profiles to hold resources against, beside FHIR itself.

    ``named`` are canonical URLs; each holds for the resources of its type. ``chosen`` is one of ``SETS``: those a
    resource declares itself, none, or those of a US Core release for its type. ``forms`` are the Questionnaires that
    responses are held against.
    """

    named: tuple[str, ...] = ()
    chosen: str = ONLY_FHIR
    forms: Forms = field(default_factory=Forms)

    def unknown(self) -> list[str]:
        """Profiles that were named and cannot be checked."""
        return [profile for profile in self.named if constrained_type(profile) is None]

    def profiles(self, resource: JsonObject) -> list[str]:
        """What this resource has to meet."""
        kind = resource.get("resourceType")
        found = [profile for profile in self.named if constrained_type(profile) == kind]
        if self.chosen == DECLARED:
            found += claims(resource)
        elif self.chosen in US_CORE:
            found += us_core_profiles(resource, US_CORE[self.chosen])
        return found


def check(unit: Unit, asked: Asked) -> list[Finding]:
    """All findings on one document or line, those of a Bundle at their entries.

    A QuestionnaireResponse is held against its form where that is at hand, and a Bundle that holds a plan of ours, and
    no error, against our clinical rules.
    """
    if unit.value is None:
        return [Finding(unit.place, Issue(Severity.ERROR, "", UNREADABLE, unit.refusal or ""))]
    inner = [(place, entry["resource"]) for place, entry in entries(unit.place, unit.value) if _holds(entry)]
    kinds = {place: resource.get("resourceType") for place, resource in inner}
    found = [_at_entry(unit.place, issue, kinds) for issue in validate(unit.value, asked.profiles(unit.value))]
    for place, resource in inner:
        found += [Finding(place, issue) for issue in _of_entry(resource, asked)]
    forms = asked.forms.beside([resource for _, resource in inner])
    for place, resource in [(unit.place, unit.value), *inner]:
        if resource.get("resourceType") == "QuestionnaireResponse":
            found += [Finding(place, issue) for issue in form_issues(resource, forms)]
    if any(_is_our_plan(resource) for _, resource in inner) and not errors(item.issue for item in found):
        found += _of_course(unfolded(unit.place, unit.value))
    return list(dict.fromkeys(found))


def _holds(entry: JsonObject) -> bool:
    return isinstance(entry.get("resource"), dict)


def _of_entry(resource: JsonObject, asked: Asked) -> Sequence[Issue]:
    """What the Bundle around it did not say: its profiles, and that nobody looked at a type we do not hold."""
    kind = resource.get("resourceType")
    if not isinstance(kind, str) or kind not in schemas.covered_types():
        return [Issue(Severity.WARNING, "resourceType", "unknown-type", sentence("unknown-type"))]
    profiles = asked.profiles(resource)
    return validate(resource, profiles) if profiles else ()


def _at_entry(place: Place, issue: Issue, kinds: Mapping[Place, object]) -> Finding:
    """``Bundle.entry[3].resource.target[0]`` of a Goal is ``Goal.target[0]`` of entry 3."""
    found = _ENTRY.match(issue.location)
    where = replace(place, entry=int(found[1])) if found else place
    if found is None or where not in kinds:
        return Finding(place, issue)
    kind = kinds[where]
    # Any other name is a value that somebody wrote there.
    known = kind if isinstance(kind, str) and kind in schemas.covered_types() else ""
    return Finding(where, replace(issue, location=(known + issue.location[found.end() :]).lstrip(".")))


def _is_our_plan(resource: JsonObject) -> bool:
    return resource.get("resourceType") == "CarePlan" and identifier_of(resource) is not None


def _of_course(inner: Sequence[tuple[Place, JsonObject]]) -> Iterator[Finding]:
    for issue in validate_course([resource for _, resource in inner]):
        found = _OF_COURSE.match(issue.location)
        if found and issue.rule.startswith("ipt-"):
            where = f"{found[2]}{issue.location[found.end() :]}"
            yield Finding(inner[int(found[1])][0], replace(issue, location=where))
