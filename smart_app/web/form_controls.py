"""Which control an item is answered with, and what is said beside it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ipt_fhir.questionnaires.entries import LONGEST_TEXT, entry_of, unit_key, units_of
from ipt_fhir.questionnaires.fields import asks_here, is_chosen
from ipt_fhir.questionnaires.filling import Shown
from ipt_fhir.questionnaires.form import FormItem, ItemType, Value
from ipt_fhir.rawjson import number
from smart_app.language import gettext as _
from smart_app.web.answer_words import answer_words
from smart_app.web.form_pieces import Field, Shape

_MANY_OPTIONS = 12
_LONGEST_SCALE = 11
_SHAPES = {
    ItemType.GROUP: Shape.GROUP,
    ItemType.DISPLAY: Shape.NOTE,
    ItemType.BOOLEAN: Shape.RADIOS,
    ItemType.TEXT: Shape.AREAS,
    ItemType.DATETIME: Shape.MOMENTS,
    ItemType.QUANTITY: Shape.QUANTITIES,
    ItemType.ATTACHMENT: Shape.FILES,
}
_OWN_WORDS = frozenset({ItemType.OPEN_CHOICE, ItemType.REFERENCE})
_DROPDOWNS = frozenset({"drop-down", "autocomplete", "lookup"})


def shape_of(shown: Shown) -> Shape:
    """The control of an item. A choice whose options nobody knows is only shown; an open one is typed."""
    item = shown.item
    if item.type.asks and not asks_here(shown):
        return Shape.OUTPUT
    if is_chosen(shown):
        return _shape_of_choice(shown)
    if scale_of(shown):
        return Shape.RADIOS
    return _SHAPES.get(item.type, Shape.LINES)


def scale_of(shown: Shown) -> tuple[int, ...]:
    """The points of a slider that is short enough to be shown as radio buttons; none for every other item.

    None either where an answer stands that is no point, since no button could keep it.
    """
    item = shown.item
    if item.control != "slider" or item.type not in {ItemType.INTEGER, ItemType.DECIMAL} or item.repeats:
        return ()
    least, most = _whole(shown.limits.least), _whole(shown.limits.most)
    if least is None or most is None or most <= least or not _has_step(item):
        return ()
    points = range(least, most + 1, max(item.slider_step or 1, 1))
    if len(points) > _LONGEST_SCALE or points[-1] != most:
        return ()
    answered = {entry_of(answer.value).text for answer in shown.answers}
    return tuple(points) if answered <= set(map(str, points)) else ()


def _has_step(item: FormItem) -> bool:
    """Integers have a step anyhow; a decimal that names none may be anything between two points."""
    return item.type is ItemType.INTEGER or bool(item.slider_step)


def field_of(shown: Shown) -> Field:
    """How the lines of an item are typed."""
    item, limits = shown.item, shown.limits
    unit = _unit_words(item)
    match item.type:
        case ItemType.INTEGER:
            return Field(inputmode="numeric", longest=11, unit=unit)
        case ItemType.DECIMAL:
            return Field(inputmode="decimal", longest=40, unit=unit)
        case ItemType.QUANTITY:
            units = tuple((unit_key(found), str(found.get("display") or unit_key(found))) for found in units_of(shown))
            only = units[0][1] if len(units) == 1 and not item.unit_open else ""
            return Field(inputmode="decimal", longest=40, unit=only, units=() if item.unit_open else units)
        case ItemType.DATE | ItemType.DATETIME:
            return Field(type="date")
        case ItemType.TIME:
            return Field(type="time")
        case ItemType.URL:
            return Field(type="url", longest=limits.max_length or LONGEST_TEXT)
        case ItemType.ATTACHMENT:
            return Field(type="file", accept=",".join(limits.mime_types))
    return Field(longest=limits.max_length or LONGEST_TEXT)


def hints_of(shown: Shown) -> Iterator[str]:
    """What to know before typing: the format, the range, the size, and the usual units where others may be typed."""
    item, limits = shown.item, shown.limits
    if item.entry_format:
        yield item.entry_format
    least, most = (answer_words(value) if value else "" for value in (limits.least, limits.most))
    if scale_of(shown):
        pass
    elif least and most:
        yield _("From %(least)s to %(most)s.", least=least, most=most)
    elif least:
        yield _("From %(least)s.", least=least)
    elif most:
        yield _("Up to %(most)s.", most=most)
    if item.type is ItemType.ATTACHMENT and limits.max_size:
        yield _("Up to %(size)s kB.", size=int(limits.max_size) // 1000)
    if item.unit_open and item.type is ItemType.QUANTITY and units_of(shown):
        yield _("Units: %(units)s, or another.", units=", ".join(unit_key(unit) for unit in units_of(shown)))
    if item.type.asks and limits.min_length and limits.min_length > 1:
        yield _("At least %(count)s characters.", count=limits.min_length)


def _shape_of_choice(shown: Shown) -> Shape:
    item, options = shown.item, shown.options
    if not options:
        return Shape.OUTPUT
    if item.repeats:
        return Shape.BOXES
    many = len(options) > _MANY_OPTIONS or item.control in _DROPDOWNS
    return Shape.DROPDOWN if many and item.type not in _OWN_WORDS else Shape.RADIOS


def _whole(value: Value | None) -> int | None:
    found = number(value.content) if value else None
    if isinstance(found, Decimal) and found == found.to_integral_value():
        return int(found)
    return found if isinstance(found, int) else None


def _unit_words(item: FormItem) -> str:
    return str(item.unit.get("display") or item.unit.get("code") or "") if item.unit else ""
