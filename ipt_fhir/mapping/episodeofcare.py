"""The course <-> EpisodeOfCare: that the hospital is responsible, since when, until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ipt_fhir.locale.texts import N_, text
from ipt_fhir.mapping import amending, editing, narrative
from ipt_fhir.mapping.keys import episode_of_care_key
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.episode import Episode, EpisodeStatus
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import concepts, systems

_STATUS = {
    EpisodeStatus.DRAFT: "planned",
    EpisodeStatus.ACTIVE: "active",
    EpisodeStatus.ON_HOLD: "onhold",
    EpisodeStatus.COMPLETED: "finished",
    EpisodeStatus.REVOKED: "cancelled",
}
_OTHERS = {"waitlist": EpisodeStatus.DRAFT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What an EpisodeOfCare says of a course: its state, its first day, and its last once it ended."""

    status: EpisodeStatus
    started: date
    ended: date | None = None


def write_episode_of_care(episode: Episode, writing: Writing, old: JsonObject) -> JsonObject:
    """The EpisodeOfCare of a course; ``old`` as in ``write_goal``. One entered in error is left alone.

    ``statusHistory`` is the hospital's: we do not know on which day each state began. Diagnoses are added and never
    removed, as an EpisodeOfCare may be about more than this course.
    """
    if amending.is_withdrawn(old):
        return old
    old.setdefault("resourceType", "EpisodeOfCare")
    editing.put_identifier(old, episode_of_care_key(episode.id))
    amending.put_status(old, episode.status, _STATUS, _OTHERS)
    _put_type(old, writing)
    for diagnosis in episode.diagnoses:
        _add_diagnosis(old, diagnosis.reference, diagnosis.display)
    editing.put_reference(old, "patient", writing.subject)
    period = old.setdefault("period", {})
    editing.put_date(period, "start", episode.started)
    if episode.review:
        editing.put_date(period, "end", episode.review.ended_on)
    _put_responsible(old, episode)
    narrative.put_text(old, narrative.of_sentences(*_sentences(episode, writing)), writing.site)
    return old


def read_episode_of_care(resource: JsonObject) -> Standing:
    """Where the course stands. Raises KeyError or ValueError when it has no status or start, or is withdrawn."""
    amending.refuse_withdrawn(resource)
    period = resource["period"]
    return Standing(
        status=amending.meaning(resource["status"], _STATUS, _OTHERS),
        started=editing.required_date(period["start"]),
        ended=editing.required_date(period["end"]) if "end" in period else None,
    )


def _put_type(old: JsonObject, writing: Writing) -> None:
    """What the hospital is responsible for, added once: HL7's list of types has no psychotherapy."""
    present = old.get("type", [])
    label = editing.codeable(writing.site, concepts.IPT)
    said = any(
        concepts.IPT.code in editing.codes_of(item, systems.SNOMED_CT) or item.get("text") == label["text"]
        for item in present
    )
    if not said:
        old["type"] = [*present, label]


def _add_diagnosis(old: JsonObject, target: str, display: str | None) -> None:
    present = old.get("diagnosis", [])
    if all(editing.target_of(item.get("condition")) != target for item in present):
        old["diagnosis"] = [*present, {"condition": editing.reference(target, display)}]


def _put_responsible(old: JsonObject, episode: Episode) -> None:
    """The therapist; R4 takes a Practitioner here and no PractitionerRole."""
    therapist = episode.therapist
    if therapist and (therapist.reference or "").startswith("Practitioner/"):
        editing.put_reference(old, "careManager", therapist.reference, therapist.display)


def _sentences(episode: Episode, writing: Writing) -> list[str]:
    language = writing.site.language
    dates = [text(N_("Started {date}."), language, date=narrative.day(episode.started))]
    if episode.review:
        dates.append(text(N_("Ended {date}."), language, date=narrative.day(episode.review.ended_on)))
    return [narrative.plan_title(episode, writing.site), " ".join(dates)]
