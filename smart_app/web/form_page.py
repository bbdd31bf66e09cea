"""One form as a page: the pieces, what is wrong, where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ipt_fhir.questionnaires.entries import UnreadKind
from ipt_fhir.questionnaires.form import Effect, Unsupported
from smart_app.language import current, direction
from smart_app.language import gettext as _
from smart_app.services.form_completing import score_of
from smart_app.services.form_drafts import Aside
from smart_app.services.form_filling import OpenForm
from smart_app.services.problems import Problem
from smart_app.services.titles import title_of
from smart_app.web.form_pieces import Block, Matrix, Piece, Shape, Table
from smart_app.web.form_view import Look, blocks_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far the form is, in words, with a tone."""

    words: str
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Something the form asks for and this app does not do: what kind of thing, its name, and one place (FHIRPath)."""

    words: str
    name: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPage:
    """What the template prints. ``plainer`` and ``reasons`` name what is not supported: what looks plainer, and what
    keeps the form from being filled in; ``closed`` is the sentence that says why it is not filled in any more."""

    key: str
    title: str
    subtitle: str
    dir: str
    language: str
    notice: str
    blocks: tuple[Block, ...]
    problems: tuple[Problem, ...]
    standing: Standing
    window: str
    number: int
    kept: object
    aside: tuple[Aside, ...]
    fillable: bool
    closed: str
    reasons: tuple[Named, ...]
    plainer: tuple[Named, ...]
    has_files: bool
    stop: str = ""
    corrects: str = ""


def blocks_to_print(opened: OpenForm, wrong: dict[str, str]) -> tuple[Block, ...]:
    """The pieces of a form as it stands."""
    at_hand = opened.at_hand
    look = Look(
        language=current(),
        form_language=at_hand.form.language or current(),
        misread=opened.draft.misread,
        wrong=wrong,
        safety=at_hand.measure.safety if at_hand.measure else None,
        filled=at_hand.fillable,
        title=at_hand.form.title_in(current()),
        clears=at_hand.fillable,
    )
    return blocks_of(opened.tree, look)


def form_page(opened: OpenForm, window: str, wrong: dict[str, str], *, stop: str = "") -> FormPage:
    """Everything the page of a form prints. ``wrong`` is what the check found, by path; "" is the form as a whole.

    ``stop`` is the label of a button that completes it all the same, if a person may.
    """
    at_hand, form = opened.at_hand, opened.at_hand.form
    blocks = blocks_to_print(opened, wrong)
    measure = at_hand.measure
    title = form.title_in(current()) or _("Form without a title")
    return FormPage(
        key=at_hand.key,
        title=title_of(measure) if measure else title,
        subtitle=title if measure and title != title_of(measure) else "",
        dir=direction(form.language),
        language="" if form.language in {"", current()} else form.language,
        notice=measure.licence.notice if measure else form.copyright,
        blocks=blocks,
        problems=tuple(_problems(opened, blocks, wrong)),
        standing=standing_of(opened, blocks),
        window=window,
        number=opened.draft.number,
        kept=opened.draft.updated,
        aside=opened.draft.aside,
        fillable=at_hand.fillable,
        closed=at_hand.closed,
        reasons=_named(form.unsupported, Effect.READ_ONLY),
        plainer=_named(form.unsupported, Effect.SHOWN_PLAINER, Effect.LEFT_OUT, Effect.READ_AS_MEANT),
        has_files=any(piece.shape is Shape.FILES for piece in pieces_in(blocks)),
        stop=stop,
        corrects=at_hand.corrects,
    )


def standing_of(opened: OpenForm, blocks: Sequence[Block]) -> Standing:
    """How far the form is: the total of a measure, and why there is none yet; of any other form what is answered."""
    measure = opened.at_hand.scored
    result = score_of(opened) if measure and measure.total else None
    if result and result.total is None:
        words = _("%(done)s of %(all)s answered: no total until all are", done=result.answered, all=result.of)
        return Standing(words=words, tone="warn" if result.answered else "")
    if result:
        return Standing(words=_("total %(total)s", total=f"{result.total:f}"), tone="good")
    asked = [piece for piece in pieces_in(blocks) if piece.is_asked]
    done = sum(piece.is_answered for piece in asked)
    return Standing(words=_("%(done)s of %(all)s answered", done=done, all=len(asked)))


def pieces_in(blocks: Sequence[Block]) -> Iterator[Piece]:
    """Every piece that is shown, at any depth, in printed order."""
    for block in blocks:
        for piece in block.rows if isinstance(block, Matrix | Table) else (block,):
            yield piece
            yield from pieces_in(piece.blocks)
            for line in piece.lines:
                yield from pieces_in(line.below)


def _problems(opened: OpenForm, blocks: Sequence[Block], wrong: dict[str, str]) -> Iterator[Problem]:
    """What is wrong, in the order of the page, each with the way to its field."""
    for piece in pieces_in(blocks):
        if piece.wrong and (piece.path in wrong or piece.path in opened.draft.misread):
            yield Problem(piece.anchor, f"{piece.called}: {piece.wrong}" if piece.called else piece.wrong)
    if "" in wrong:
        yield Problem("answers", wrong[""])
    for found in opened.draft.misread.values():
        if found.kind is UnreadKind.NO_SUCH_ITEM:
            yield Problem("answers", _("This page sent an answer to a question that the form does not have."))
            return


def _named(found: Sequence[Unsupported], *effects: Effect) -> tuple[Named, ...]:
    """What is not supported, each name once with the first of its places."""
    named: dict[tuple[str, str], list[str]] = {}
    for item in found:
        if item.effect in effects:
            named.setdefault((item.kind, item.name), []).append(item.place)
    return tuple(
        Named(words=_kind_words(kind), name=name.rpartition("/StructureDefinition/")[2] or name, place=places[0])
        for (kind, name), places in named.items()
    )


def _kind_words(kind: str) -> str:
    return {
        "twice": _("two questions have the same linkId"),
        "missing": _("something is missing"),
        "wrong-type": _("a value of the wrong kind"),
        "enableWhen": _("a condition"),
        "expression": _("a rule"),
        "expression-language": _("a rule in a language that is not run here"),
        "extension": _("an extension"),
        "modifier-extension": _("an extension that changes the meaning"),
        "element": _("an element"),
    }.get(kind, kind)
