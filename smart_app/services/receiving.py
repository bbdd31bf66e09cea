"""What patients sent is taken into the course when a clinician opens it; until then it lies sealed beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from ipt_fhir.model.episode import Episode
from ipt_fhir.model.forms import FilledForm
from ipt_fhir.model.measures import Response
from smart_app.services import duties
from smart_app.store import audit, received_forms
from smart_app.store.lanes import Lane
from smart_app.store.transactions import ReadTransaction, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One form as a patient sent it: the response of a measure, the filled form of any other, or both."""

    responses: tuple[Response, ...] = ()
    forms: tuple[FilledForm, ...] = ()


def dump(sent: Sent) -> bytes:
    """For the store."""
    return msgspec.json.encode(sent)


def load(content: bytes) -> Sent:
    """From the store."""
    return msgspec.json.decode(content, type=Sent)


def waiting(tx: ReadTransaction, lane: Lane, episode: Episode) -> Episode:
    """The course as it is with what patients sent and with every item somebody has to act on; the same if nothing."""
    found = [load(item.content) for item in received_forms.of_patient(tx, lane)]
    if found:
        responses = (*episode.responses, *(item for sent in found for item in sent.responses))
        forms = (*episode.forms, *(item for sent in found for item in sent.forms))
        episode = replace(
            episode,
            responses=tuple(sorted(responses, key=lambda item: (item.authored, item.id))),
            forms=tuple(sorted(forms, key=lambda item: (item.authored, item.id))),
        )
    return duties.with_duties(tx, lane, episode)


def taken(tx: Transaction, lane: Lane, user_sub: str) -> None:
    """What was sent is part of the course now; who opened the course is noted with it."""
    for item in received_forms.of_patient(tx, lane):
        received_forms.remove(tx, lane, item)
        event = audit.AuditEvent(
            action=audit.Action.CREATE,
            actor=user_sub,
            issuer=lane.issuer,
            patient=lane.patient,
            entity=f"QuestionnaireResponse/{item.id}",
        )
        audit.append(tx, event)
