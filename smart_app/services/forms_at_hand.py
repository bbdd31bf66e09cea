"""The forms that can be filled in about a patient: measures of this installation, forms of the hospital, from a file.

Each has a key for its address. A form that is not this installation's own is kept beside its draft, so that it can be
filled in when the sign-in has run out, and does not change under a draft (decision-D63).
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from ipt_fhir import rawjson
from ipt_fhir.instruments.catalogue import Instrument, NoForm, UnknownInstrument
from ipt_fhir.questionnaires.form import Form
from ipt_fhir.questionnaires.form_reading import FormRefused, read_form
from ipt_fhir.questionnaires.rows import NotAForm
from ipt_fhir.rawjson import JsonObject, JsonRefused
from smart_app.services.drafting import Owner
from smart_app.services.packs import why_not_fillable
from smart_app.services.practice import Practice
from smart_app.store import drafts

LARGEST_FORM = 1_000_000
"""Bytes of a Questionnaire from elsewhere."""
MOST_COPIES = 12
COPY = "copy/"
"""Before the key of a form in the name of its copy among the drafts."""
KNOWN = "known/"
"""Before the key of a form in the name of what it knows (``form_preparing``), among the drafts."""
_LIMITS = rawjson.Limits(size=LARGEST_FORM, depth=64, nodes=200_000)


class Source(StrEnum):
    """Where a form comes from; also the first part of its key, but for a measure, whose key is its id."""

    MEASURE = "measure"
    HOSPITAL = "hospital"
    FILE = "file"


class FormUnknown(LookupError):
    """No form of that key is at hand for this person and this patient."""


class FormNotTaken(ValueError):
    """A form from elsewhere cannot be shown; ``reason`` is a sentence for a person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FormAtHand:
    """A form that can be shown. ``measure`` is the instrument it belongs to, if it is one; ``digest`` tells whether it
    is the same text. A form that ``corrects`` answers (their id) begins with those that were ``given``. ``closed`` says
    in a sentence why it is not filled in any more (the licence of its pack ended); what was typed stays."""

    key: str
    source: Source
    form: Form
    digest: str
    measure: Instrument | None = None
    corrects: str = ""
    given: Sequence[JsonObject] = ()
    closed: str = ""

    @property
    def fillable(self) -> bool:
        """Whether answers may be completed: the engine can do all it asks for, and nothing has closed it."""
        return self.form.fillable and not self.closed

    @property
    def title(self) -> str:
        """Its name for people, in the language of the form; never empty."""
        if self.measure and self.source is Source.MEASURE:
            return self.measure.title
        return self.form.title.strip() or self.form.url or self.key

    @property
    def address(self) -> str:
        """How a response names the form: its address with the version; of a form without one, a name for its text."""
        return self.form.canonical or f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, self.digest)}"

    @property
    def scored(self) -> Instrument | None:
        """The instrument, when its answers add up to something."""
        return self.measure if self.measure and self.measure.scoring else None


def get_form(practice: Practice, owner: Owner, key: str) -> FormAtHand:
    """The form of a key. Raises FormUnknown."""
    if _source_of(key) is Source.MEASURE:
        return _measure(practice, key)
    with practice.store.read() as tx:
        kept = drafts.load(tx, owner.draft(COPY + key))
    if kept is None:
        raise FormUnknown(key)
    return _at_hand(practice, key, rawjson.write(rawjson.parse_object(kept.text.encode())))


def copies(practice: Practice, owner: Owner) -> list[FormAtHand]:
    """The forms from elsewhere that this person has opened about this patient."""
    with practice.store.read() as tx:
        names = [name for name in drafts.listed(tx, owner.lane, owner.user_sub) if name.startswith(COPY)]
    return [get_form(practice, owner, name.removeprefix(COPY)) for name in names]


def take_file(practice: Practice, owner: Owner, data: bytes) -> FormAtHand:
    """Put a Questionnaire from a file at hand. Raises FormNotTaken."""
    if len(data) > LARGEST_FORM:
        raise FormNotTaken(f"larger than {LARGEST_FORM // 1000} kB")
    try:
        questionnaire = rawjson.parse_object(data, _LIMITS)
        key = f"{Source.FILE.value}-{_digest(rawjson.write(questionnaire))[:12]}"
    except (JsonRefused, UnicodeDecodeError) as wrong:
        raise FormNotTaken(str(wrong)) from wrong
    return keep_copy(practice, owner, key, questionnaire)


def keep_copy(practice: Practice, owner: Owner, key: str, questionnaire: JsonObject) -> FormAtHand:
    """Keep a form from elsewhere under a key. Raises FormNotTaken when it cannot be shown or there are too many."""
    text = rawjson.write(questionnaire)
    try:
        found = _at_hand(practice, key, text)
    except (FormRefused, NotAForm) as wrong:
        raise FormNotTaken(str(wrong)) from wrong
    with practice.store.write() as tx:
        names = {name for name in drafts.listed(tx, owner.lane, owner.user_sub) if name.startswith(COPY)}
        if len(names - {COPY + key}) >= MOST_COPIES:
            raise FormNotTaken(f"{MOST_COPIES} forms are open already")
        drafts.save(tx, owner.draft(COPY + key), text.decode())
    return found


def put_away(practice: Practice, owner: Owner, key: str) -> None:
    """Forget the copy of a form from elsewhere; its draft goes with it."""
    with practice.store.write() as tx:
        for name in (COPY + key, KNOWN + key, key):
            drafts.discard(tx, owner.draft(name))


def _source_of(key: str) -> Source:
    found = re.match(r"(file|hospital)-", key)
    return Source(found[1]) if found else Source.MEASURE


def _measure(practice: Practice, key: str) -> FormAtHand:
    try:
        measure = practice.catalogue.instrument(key)
        text = rawjson.write(practice.catalogue.questionnaire(key))
    except (UnknownInstrument, NoForm) as wrong:
        raise FormUnknown(key) from wrong
    form, closed = _form_of(text), why_not_fillable(practice, key)
    return FormAtHand(key=key, source=Source.MEASURE, form=form, digest=_digest(text), measure=measure, closed=closed)


def _at_hand(practice: Practice, key: str, text: bytes) -> FormAtHand:
    form = _form_of(text)
    return FormAtHand(
        key=key,
        source=_source_of(key),
        form=form,
        digest=_digest(text),
        measure=_measure_in(practice, form),
    )


def _measure_in(practice: Practice, form: Form) -> Instrument | None:
    """The instrument that a form from elsewhere is, by its address, by the code of its panel, or by the question that
    asks for a safety step: whatever it is called, such an answer is never passed over (decision-D21)."""
    panels = [coding.get("code") for coding in form.raw.get("code", ()) if isinstance(coding, dict)]
    for name in (form.url, *panels):
        if name and (found := practice.catalogue.instrument_for(str(name))):
            return found
    asked = {(str(coding.get("system")), str(coding.get("code"))) for item in form.walk() for coding in item.codes}
    for measure in practice.catalogue.instruments().values():
        item = measure.item(measure.safety.link_id) if measure.safety else None
        if item and item.concept and (item.concept.system, item.concept.code) in asked:
            return measure
    return None


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


@lru_cache(maxsize=32)
def _form_of(text: bytes) -> Form:
    """A form is read once and asked for at every key stroke; it never changes and says nothing about a patient."""
    return read_form(rawjson.parse_object(text))
