"""Open a form, lay what was typed over it, and keep it: one function an act."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from ipt_fhir.questionnaires.entries import entry_of, same_answer
from ipt_fhir.questionnaires.fields import Sent, take
from ipt_fhir.questionnaires.filling import Filling, Shown, ShownAnswer, Surroundings, open_filling
from ipt_fhir.questionnaires.form import ItemType, Option, Value
from ipt_fhir.rawjson import JsonObject
from smart_app.services import form_drafts
from smart_app.services.drafting import Owner
from smart_app.services.form_drafts import Aside, FormDraft
from smart_app.services.forms_at_hand import KNOWN, FormAtHand
from smart_app.services.practice import Practice
from smart_app.store import drafts
from smart_app.store.errors import StaleRevision
from smart_app.store.transactions import Transaction

_TRIES = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpenForm:
    """A form as it stands for one person: what is shown (``tree``), and the draft behind it.

    ``begun``: something was kept. ``changed`` are the paths whose answers are others than the page that was sent shows;
    ``contested``: another window had written meanwhile, so nothing may be completed before a person has looked.
    """

    at_hand: FormAtHand
    filling: Filling
    tree: tuple[Shown, ...]
    draft: FormDraft
    begun: bool = False
    changed: frozenset[str] = frozenset()
    contested: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The page that sends: its own name, made when it was opened, and the number of the draft it shows."""

    name: str
    number: int


Beside: TypeAlias = Callable[[Transaction, OpenForm], None]
"""Something else that is saved together with a draft."""


def _nothing(_tx: Transaction, _opened: OpenForm) -> None:
    """Nothing else."""


def open_form(practice: Practice, owner: Owner, at_hand: FormAtHand, around: Surroundings) -> OpenForm:
    """The form with what was kept of it, or a new one with what its author and the chart propose."""
    with practice.store.read() as tx:
        draft = form_drafts.load(tx, owner.draft(at_hand.key))
    return _opened(at_hand, draft, around)


def keep(
    practice: Practice,
    owner: Owner,
    at_hand: FormAtHand,
    around: Surroundings,
    sent: Sent,
    window: Window,
    beside: Beside = _nothing,
) -> OpenForm:
    """Lay what a page sent over the form and keep it. Raises DraftTooLarge, and StaleRevision after many tries.

    The form is worked out before the database is locked; when another window was faster meanwhile, it is done again.
    ``beside`` saves what must be there if the draft is, in the same transaction. A window that is done with the form
    keeps nothing any more.
    """
    for _ in range(_TRIES):
        before = open_form(practice, owner, at_hand, around)
        after = _laid_over(before, sent, window)
        with practice.store.write() as tx:
            if form_drafts.is_closed(tx, owner.draft(at_hand.key), window.name):
                return after
            if _version(form_drafts.load(tx, owner.draft(at_hand.key))) == _version(before.draft, begun=before.begun):
                form_drafts.save(tx, owner.draft(at_hand.key), after.draft)
                beside(tx, after)
                return after
    raise StaleRevision


def _version(draft: FormDraft | None, *, begun: bool = True) -> tuple[str, int] | None:
    return (draft.window, draft.number) if draft and begun else None


def discard(practice: Practice, owner: Owner, key: str, window: str = "") -> None:
    """Forget what was typed and what was asked for it: this window completed the form, or begins it anew."""
    with practice.store.write() as tx:
        form_drafts.close(tx, owner.draft(key), window)
        drafts.discard(tx, owner.draft(KNOWN + key))


def seen(practice: Practice, owner: Owner, key: str) -> None:
    """A person has read what stood beside the draft."""
    with practice.store.write() as tx:
        draft = form_drafts.load(tx, owner.draft(key))
        if draft:
            form_drafts.save(tx, owner.draft(key), replace(draft, aside=()))


def _opened(at_hand: FormAtHand, draft: FormDraft | None, around: Surroundings) -> OpenForm:
    filling = open_filling(at_hand.form, around)
    if draft is None:
        filling = filling.with_items(list(at_hand.given)) if at_hand.corrects else filling
        draft = FormDraft(form=at_hand.form.canonical, digest=at_hand.digest, items=at_hand.given)
        return OpenForm(at_hand=at_hand, filling=filling, tree=_tree(filling, around), draft=draft)
    filling = filling.with_items(draft.items)
    tree = _tree(filling, around)
    if draft.digest != at_hand.digest:
        draft = _moved(draft, at_hand, tree)
    return OpenForm(at_hand=at_hand, filling=filling, tree=tree, draft=draft, begun=True)


def _moved(draft: FormDraft, at_hand: FormAtHand, tree: Sequence[Shown]) -> FormDraft:
    """A draft of an earlier version in the form of today: what has no place in it any more stands aside."""
    here = list(_answers(tree))
    lost = [
        Aside("earlier-version", text or link_id, entry_of(value).text)
        for link_id, text, value in _answers_in(draft.items)
        if not any(link_id == other and same_answer(value, known) for other, known in here)
    ]
    unread = [Aside("earlier-version", "", " ".join(e.text for e in found.entries)) for found in draft.misread.values()]
    return replace(
        draft, form=at_hand.form.canonical, digest=at_hand.digest, misread={}, aside=(*draft.aside, *lost, *unread)
    )


def _laid_over(before: OpenForm, sent: Sent, window: Window) -> OpenForm:
    draft = before.draft
    taken = take(before.tree, sent, draft.misread)
    filling = before.filling.with_items(taken.items)
    tree = _tree(filling, before.filling.surroundings)
    contested = bool(draft.window) and draft.window != window.name and draft.number != window.number
    aside = (*draft.aside, *(_other_window(before.tree, tree) if contested else ()))
    after = replace(
        draft,
        items=taken.items,
        misread=taken.misread,
        aside=tuple(dict.fromkeys(aside)),
        window=window.name,
        number=draft.number + 1,
    )
    return replace(
        before, filling=filling, tree=tree, draft=after, begun=True, changed=taken.changed, contested=contested
    )


def _other_window(before: Sequence[Shown], after: Sequence[Shown]) -> Iterator[Aside]:
    """The answers that another window had and this one overwrites."""
    now = {shown.path: [answer.value for answer in shown.answers] for top in after for shown in top.walk()}
    for shown in (shown for top in before for shown in top.walk()):
        for answer in shown.answers:
            if not any(same_answer(answer.value, value) for value in now.get(shown.path, ())):
                yield Aside("other-window", shown.item.text or shown.item.link_id, entry_of(answer.value).text)


def _answers(tree: Sequence[Shown]) -> Iterator[tuple[str, Value]]:
    for shown in (shown for top in tree for shown in top.walk()):
        for answer in shown.answers:
            yield shown.item.link_id, answer.value


def _answers_in(items: Sequence[JsonObject]) -> Iterator[tuple[str, str, Value]]:
    """linkId, text and value of every answer in the items of a draft."""
    for row in items:
        for answer in row.get("answer", ()):
            for member, content in answer.items():
                if member.startswith("value"):
                    yield row["linkId"], row.get("text", ""), Value(member, content)
            yield from _answers_in(answer.get("item", ()))
        yield from _answers_in(row.get("item", ()))


def _tree(filling: Filling, around: Surroundings) -> tuple[Shown, ...]:
    """What is shown; a reference may be chosen from what the launch knows. What a search found has no id of its own."""
    if not any(item.type is ItemType.REFERENCE for item in filling.form.walk()):
        return filling.shown
    offered = [_reference(resource) for resource in around.resources.values() if "id" in resource]
    return tuple(_with_references(shown, offered) for shown in filling.shown)


def _with_references(shown: Shown, offered: Sequence[Option]) -> Shown:
    answers = tuple(
        ShownAnswer(value=answer.value, items=tuple(_with_references(below, offered) for below in answer.items))
        for answer in shown.answers
    )
    items = tuple(_with_references(below, offered) for below in shown.items)
    if shown.item.type is not ItemType.REFERENCE or shown.options:
        return replace(shown, answers=answers, items=items)
    types = shown.limits.reference_types
    fitting = tuple(option for option in offered if not types or _type_of(option) in types)
    return replace(shown, answers=answers, items=items, options=fitting)


def _reference(resource: JsonObject) -> Option:
    name = next((found.get("text", "") for found in resource.get("name", ())), "")
    reference = {"reference": f"{resource['resourceType']}/{resource['id']}", "display": name}
    return Option(value=Value("valueReference", reference), display=name or resource["resourceType"])


def _type_of(option: Option) -> str:
    return str(option.value.content["reference"]).partition("/")[0]
