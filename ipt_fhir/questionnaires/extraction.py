"""What a finished form says to be put into the record beside its answers (SDC 4.0.0, Form Data Extraction).

``extract`` proposes; it writes nothing and sends nothing. A person looks at the proposals and files them, or not. For
the instruments of this software the Observations of ``mapping/observation.py`` are drawn instead, which know scores,
safety items and goals.

Supported: observationExtract (with categories, and codes marked by themselves), itemExtractionContext with
item.definition for base types, templateExtract and templateExtractBundle. What a form wants otherwise is named.
"""

from __future__ import annotations

from collections.abc import Iterator

from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.extracting.definitions import draw_by_definition
from ipt_fhir.questionnaires.extracting.observations import draw_observations
from ipt_fhir.questionnaires.extracting.proposals import (
    OF_ANOTHER,
    UNFINISHED,
    UNSUPPORTED,
    Drawing,
    Extraction,
    LeftOut,
    NewId,
    Proposal,
)
from ipt_fhir.questionnaires.extracting.templates import draw_templates
from ipt_fhir.questionnaires.form import Form
from ipt_fhir.questionnaires.layout import lay_out
from ipt_fhir.questionnaires.loose import extensions_of
from ipt_fhir.questionnaires.queries import patients_of
from ipt_fhir.rawjson import JsonObject

__all__ = ["Extraction", "LeftOut", "NewId", "Proposal", "extract"]

_FINISHED = {"completed", "amended"}
_NOT_DONE = (
    Known.DEFINITION_EXTRACT,
    Known.DEFINITION_EXTRACT_VALUE,
    Known.OBSERVATION_EXTRACT_ENTRY,
    Known.TARGET_STRUCTURE_MAP,
)


def extract(form: Form, response: JsonObject, reference: str, new_id: NewId) -> Extraction:
    """Draw from a response what its form says.

    ``response`` is a finished QuestionnaireResponse, ``reference`` its address in the record
    (``QuestionnaireResponse/1``, or ``urn:uuid:...`` in the same transaction), ``new_id`` makes UUIDs.
    """
    status = str(response.get("status"))
    if status not in _FINISHED:
        return Extraction((), (LeftOut(link_id="", reason=UNFINISHED, named=status),))
    drawing = Drawing(form, response, lay_out(form.items, response.get("item")), reference, new_id)
    drawn = [*_not_done(form), *draw_observations(drawing), *draw_by_definition(drawing), *draw_templates(drawing)]
    checked = [_of_the_patient(one, response) if isinstance(one, Proposal) else one for one in drawn]
    proposals = tuple(one for one in checked if isinstance(one, Proposal))
    return Extraction(proposals, tuple(dict.fromkeys(one for one in checked if isinstance(one, LeftOut))))


def _of_the_patient(proposal: Proposal, response: JsonObject) -> Proposal | LeftOut:
    """A form comes from anywhere, and could name a patient of its own."""
    if set(patients_of(proposal.resource)) <= set(patients_of(response)):
        return proposal
    return LeftOut(link_id=proposal.link_id, reason=OF_ANOTHER, named=proposal.url)


def _not_done(form: Form) -> Iterator[LeftOut]:
    """What the form wants in ways that are not supported, by name."""
    for link_id, element in (("", form.raw), *((item.link_id, item.raw or {}) for item in form.walk())):
        for known in _NOT_DONE:
            if any(extensions_of(element, known)):
                yield LeftOut(link_id=link_id, reason=UNSUPPORTED, named=known.rpartition("/")[2])
