"""Therapist and supervisor <-> CareTeam (US Core 6.1.0), the patient among them."""

from __future__ import annotations

from ipt_fhir.locale.texts import N_, text
from ipt_fhir.mapping import amending, editing, narrative
from ipt_fhir.mapping.keys import team_key
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.episode import Episode, EpisodeStatus
from ipt_fhir.model.people import Person
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from ipt_fhir.terminology.concepts import Concept

# No published code we could verify says psychotherapist or supervisor of a therapy, so these two are ours.
THERAPIST = Concept(systems.IPT_TEAM_ROLE, "therapist", N_("Therapist"))
SUPERVISOR = Concept(systems.IPT_TEAM_ROLE, "supervisor", N_("Supervisor"))
# As in US Core's own example of a care team.
_PATIENT = Concept(systems.SNOMED_CT, "116154003", N_("Patient"))
_STATUS = {
    EpisodeStatus.DRAFT: "proposed",
    EpisodeStatus.ACTIVE: "active",
    EpisodeStatus.ON_HOLD: "suspended",
    EpisodeStatus.COMPLETED: "inactive",
    EpisodeStatus.REVOKED: "inactive",
}


def write_care_team(episode: Episode, writing: Writing, old: JsonObject) -> JsonObject:
    """The CareTeam of a course; ``old`` as in ``write_goal``. One that was entered in error is left alone."""
    if amending.is_withdrawn(old):
        return old
    site = writing.site
    old.setdefault("resourceType", "CareTeam")
    editing.put_profile(old, systems.US_CORE_CARETEAM, site)
    editing.put_identifier(old, team_key(episode.id))
    editing.put(old, "status", _STATUS[episode.status])
    editing.put(old, "name", text(N_("Team of the Interpersonal Psychotherapy"), site.language))
    editing.put_reference(old, "subject", writing.subject)
    _put_participants(old, episode, writing)
    narrative.put_text(old, narrative.of_sentences(*_sentences(episode, writing)), site)
    return old


def read_care_team(resource: JsonObject) -> tuple[Person | None, Person | None]:
    """Therapist and supervisor. Raises KeyError without participants, Withdrawn when it was entered in error."""
    amending.refuse_withdrawn(resource)
    found = {_role(item): editing.read_person(item.get("member")) for item in resource["participant"]}
    return found.get(THERAPIST.code), found.get(SUPERVISOR.code)


def _put_participants(old: JsonObject, episode: Episode, writing: Writing) -> None:
    """Our two roles; the patient once, as a member others may have described further."""
    people = ((THERAPIST, episode.therapist), (SUPERVISOR, episode.supervisor))
    ours = [
        {"role": [editing.codeable(writing.site, role)], "member": amending.person(someone)}
        for role, someone in people
        if someone
    ]
    editing.put_ours(old, "participant", ours, _role)
    present = old.get("participant", [])
    if all(editing.target_of(item.get("member")) != writing.subject for item in present):
        patient = {"role": [editing.codeable(writing.site, _PATIENT)], "member": editing.reference(writing.subject)}
        old["participant"] = [*present, patient]


def _role(participant: JsonObject) -> str | None:
    codes = [code for role in participant.get("role", []) for code in editing.codes_of(role, systems.IPT_TEAM_ROLE)]
    return codes[0] if codes else None


def _sentences(episode: Episode, writing: Writing) -> list[str]:
    language = writing.site.language
    people = ((N_("Therapist: {name}"), episode.therapist), (N_("Supervisor: {name}"), episode.supervisor))
    named = [text(msgid, language, name=someone.display) for msgid, someone in people if someone]
    return [text(N_("Team of the Interpersonal Psychotherapy"), language), *named]
