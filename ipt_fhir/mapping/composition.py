"""The Composition of a course that leaves as a document (FHIR R4 documents.html): what a reader sees, in order."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ipt_fhir.locale.texts import N_, text
from ipt_fhir.mapping import editing, narrative
from ipt_fhir.mapping.rating import is_rating
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.episode import Episode
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from ipt_fhir.terminology.concepts import Concept

URI = "urn:ietf:rfc:3986"
"""The identifier system of an identifier that is a URI itself."""

# The wording of these displays is LOINC's, so only ours is sent, as text.
_PROGRESS = Concept(systems.LOINC, "34904-3", N_("Progress report"))
_DISCHARGE = Concept(systems.LOINC, "78263-1", N_("Discharge summary"))

_PLAN = N_("Care plan")
_GOALS = N_("Goals")
_MEASURES = N_("Measures")
_OTHER = N_("Planned work and safety")
_SECTIONS = (_PLAN, _GOALS, _MEASURES, _OTHER)
_SECTION_OF_TYPE = {
    "CarePlan": _PLAN,
    "Goal": _GOALS,
    "Observation": _MEASURES,
    "QuestionnaireResponse": _MEASURES,
}
_ROOM = uuid.UUID("0f3c3f0e-55d1-5d6b-8a76-2f5f0d8c6a41")


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """The circumstances of one document: when it was drawn up, and the address of the patient inside it."""

    at: datetime
    subject: str

    def key(self, episode_id: str, part: str) -> str:
        """A UUID for a part of the document of this course at this time."""
        return str(uuid.uuid5(_ROOM, f"{episode_id}/{part}/{self.at.isoformat()}"))


def write_composition(
    episode: Episode, resources: Mapping[str, JsonObject], writing: Writing, issue: Issue
) -> JsonObject:
    """The Composition over these resources (by key, as ``to_fhir`` gives them); each stands in one section.

    The author is named and not pointed to: who that is on the server is not part of the document.
    """
    site = writing.site
    title = narrative.plan_title(episode, site)
    person = episode.therapist
    author = (person.display if person else "") or text(N_("Therapist"), site.language)
    composition: JsonObject = {
        "resourceType": "Composition",
        "identifier": {"system": URI, "value": f"urn:uuid:{issue.key(episode.id, 'composition')}"},
        "status": "final",
        "type": _type(episode, writing),
        "subject": {"reference": issue.subject},
        "date": issue.at.isoformat(),
        "author": [{"display": author}],
        "title": title,
        "confidentiality": "R",
    }
    narrative.put_text(composition, narrative.of_sentences(f"{title}. {author}, {narrative.day(issue.at)}."), site)
    composition["section"] = _sections(resources, writing)
    return composition


def _type(episode: Episode, writing: Writing) -> JsonObject:
    concept = _DISCHARGE if episode.review else _PROGRESS
    coding = {"system": concept.system, "code": concept.code}
    return {"coding": [coding], "text": text(concept.label, writing.site.language)}


def _sections(resources: Mapping[str, JsonObject], writing: Writing) -> list[JsonObject]:
    placed: dict[str, list[str]] = {name: [] for name in _SECTIONS}
    for key, resource in resources.items():
        placed[_section_of(resource)].append(key)
    return [_section(name, keys, resources, writing) for name, keys in placed.items() if keys]


def _section_of(resource: JsonObject) -> str:
    """The rating of a goal belongs to the goals, every other Observation to the measures."""
    return _GOALS if is_rating(resource) else _SECTION_OF_TYPE.get(resource["resourceType"], _OTHER)


def _section(name: str, keys: Sequence[str], resources: Mapping[str, JsonObject], writing: Writing) -> JsonObject:
    section: JsonObject = {"title": text(name, writing.site.language)}
    words = "".join(narrative.body_of(resources[key]) for key in keys)
    narrative.put_text(section, words or narrative.of_sentences(section["title"]), writing.site)
    section["entry"] = [editing.reference(writing.to(key)) for key in keys]
    return section
