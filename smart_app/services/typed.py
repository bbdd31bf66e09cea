"""What stands in the fields of a form, as typed: kept as a draft, compared with what is saved, shown again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from ipt_fhir.model.limits import TEXT_LIMITS, clean_text
from smart_app.language import gettext as _
from smart_app.services import form_drafts
from smart_app.services.drafting import Owner
from smart_app.services.form_drafts import FormDraft
from smart_app.services.practice import Practice
from smart_app.services.problems import Problems
from smart_app.store import drafts

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Typed:
    """Fields and their values; a field that is not there holds nothing."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def one(self, name: str) -> str:
        """The value of a field; empty where there is none."""
        found = self.values.get(name, ())
        return found[0] if found else ""

    def all(self, name: str) -> tuple[str, ...]:
        """All values of a field with boxes."""
        return self.values.get(name, ())

    def filled(self) -> dict[str, tuple[str, ...]]:
        """The fields that say something, without blanks around: two forms that say the same compare equal."""
        clean = {name: tuple(text for value in found if (text := clean_text(value))) for name, found in self._sorted()}
        return {name: found for name, found in clean.items() if found}

    def _sorted(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        return sorted(self.values.items())


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft: what was typed, and when."""

    typed: Typed
    updated: datetime


@dataclass(frozen=True, slots=True)
class Begun:
    """A draft among others of its kind: the id of what it is about, and the draft."""

    key: str
    draft: Kept


def begun(practice: Practice, owner: Owner, kind: str) -> list[Begun]:
    """What this person began to type about this patient into forms named ``kind``/id, the oldest first."""
    before = f"{kind}/"
    with practice.store.read() as tx:
        names = [name for name in drafts.listed(tx, owner.lane, owner.user_sub) if name.startswith(before)]
    found = ((name.removeprefix(before), kept(practice, owner, name)) for name in names)
    return sorted((Begun(key, draft) for key, draft in found if draft), key=lambda item: item.draft.updated)


def kept(practice: Practice, owner: Owner, form: str) -> Kept | None:
    """What this person typed into a form about this patient and did not save. Raises SealBroken."""
    with practice.store.read() as tx:
        draft = form_drafts.load(tx, owner.draft(form))
    if draft is None or draft.updated is None:
        return None
    values = {name: tuple(found) for name, found in draft.items[0].items()} if draft.items else {}
    return Kept(Typed(values), draft.updated)


def keep(practice: Practice, owner: Owner, form: str, typed: Typed, window: str) -> None:
    """Keep what was typed; a window that is done with the form keeps nothing any more (attack-A77)."""
    key = owner.draft(form)
    content = FormDraft(form=form, digest="", items=[{k: list(v) for k, v in typed.values.items()}], window=window)
    with practice.store.write() as tx:
        if not form_drafts.is_closed(tx, key, window):
            form_drafts.save(tx, key, content)


def close(practice: Practice, owner: Owner, form: str, window: str) -> None:
    """Forget what was typed: this window saved it, or gave it up."""
    with practice.store.write() as tx:
        form_drafts.close(tx, owner.draft(form), window)


def read_choice(typed: Typed, name: str, offered: type[Choice], problems: Problems) -> Choice | None:
    """The chosen value; None where nothing is chosen, and with a problem where it is not on offer."""
    value = typed.one(name)
    if not value:
        return None
    try:
        return offered(value)
    except ValueError:
        problems.add(name, _("Choose one of the list."))
        return None


def read_text(typed: Typed, name: str, field_of_model: str, problems: Problems) -> str | None:
    """A typed text, cleaned; None where it is empty, and with a problem where it is too long (``TEXT_LIMITS``)."""
    text, limit = clean_text(typed.one(name)), TEXT_LIMITS[field_of_model]
    if len(text) > limit:
        problems.add(name, _("This is longer than %(limit)s characters.", limit=limit))
        return None
    return text or None
