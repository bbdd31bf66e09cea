"""The words of a foreign element: concepts, references, quantities, timings, notes, narratives."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from ipt_fhir.mapping.tolerant import Element, joined
from ipt_fhir.model.foreign import ForeignLink, ForeignNote, ForeignPeriod, Reason

_BREAKS = "address blockquote br caption dd div dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre table tr ul"
_BLOCKS = frozenset(_BREAKS.split())
_CELLS = frozenset(("td", "th"))
_UNREAD = frozenset(("script", "style"))
_CLOSING_TAG = re.compile(r"</[a-z][a-z0-9]*\s*>", re.IGNORECASE)


def concept(owner: Element, name: str) -> str:
    """The words of a CodeableConcept."""
    found = owner.one(name, "CodeableConcept")
    return concept_words(found) if found else ""


def concepts(owner: Element, name: str) -> tuple[str, ...]:
    """The words of each CodeableConcept of a list."""
    return tuple(filter(None, (concept_words(item) for item in owner.many(name, "CodeableConcept"))))


def concept_words(found: Element) -> str:
    """Its text, else the first display, else the first code."""
    codings = [coding_words(item) for item in found.many("coding", "Coding")]
    words = found.words("text") or next(filter(None, codings), "")
    if not words:
        found.notes.add(found.where, Reason.EMPTY)
    return words


def coding_words(found: Element) -> str:
    """The display of a Coding, else its code."""
    code, display = found.words("code"), found.words("display")
    for rest in ("system", "version"):
        found.words(rest)
    found.flag("userSelected")
    return display or code


def link(owner: Element, name: str) -> ForeignLink | None:
    """A Reference; one with a display only is a link without a target."""
    found = owner.one(name, "Reference")
    return link_of(found) if found else None


def links(owner: Element, name: str) -> tuple[ForeignLink, ...]:
    """Each Reference of a list that says anything."""
    found = (link_of(item) for item in owner.many(name, "Reference"))
    return tuple(item for item in found if item.reference or item.words)


def link_of(found: Element) -> ForeignLink:
    """What a Reference says; a logical one (identifier alone) has neither target nor words."""
    made = ForeignLink(reference=found.words("reference"), words=found.words("display"))
    found.words("type")
    if not (made.reference or made.words):
        found.notes.add(found.where, Reason.EMPTY)
    return made


def period(owner: Element, name: str) -> ForeignPeriod:
    """A Period, each end as spelled."""
    found = owner.one(name, "Period")
    return ForeignPeriod(start=found.moment("start"), end=found.moment("end")) if found else ForeignPeriod()


def period_words(owner: Element, name: str) -> str:
    """A Period in a line."""
    found = period(owner, name)
    return joined((found.start, found.end), " – ") if found.start else joined(("–", found.end)) if found.end else ""


def quantity(owner: Element, name: str) -> str:
    """A Quantity, Duration or Age: ``< 5 {score}``; empty when its value is no number."""
    found = owner.one(name, "Quantity")
    return quantity_words(found) if found else ""


def quantity_words(found: Element) -> str:
    """Comparator, value as spelled, unit."""
    value, comparator = found.number("value"), found.words("comparator")
    unit, code = found.words("unit"), found.words("code")
    found.words("system")
    return joined((comparator, value, unit or code)) if value else ""


def limits(owner: Element, name: str) -> str:
    """A Range."""
    found = owner.one(name, "Range")
    return joined((quantity(found, "low"), quantity(found, "high")), " – ") if found else ""


def ratio(owner: Element, name: str) -> str:
    """A Ratio."""
    found = owner.one(name, "Ratio")
    return joined((quantity(found, "numerator"), quantity(found, "denominator")), " / ") if found else ""


def timing(owner: Element, name: str) -> str:
    """A Timing: its code, its days, or ``1 × / 2 wk`` with its bounds (units as UCUM spells them)."""
    found = owner.one(name, "Timing")
    if found is None:
        return ""
    repeat = found.one("repeat", "Timing.repeat")
    code = concept(found, "code") if found.has("code") else ""
    return joined((code, ", ".join(found.texts("event")), _repeat(repeat) if repeat else ""), "; ")


def _repeat(found: Element) -> str:
    times = joined((found.number("frequency"), found.number("frequencyMax")), "–")
    every = joined((found.number("period"), found.number("periodMax")), "–")
    count = joined((found.number("count"), found.number("countMax")), "–")
    lasting = joined((found.number("duration"), found.number("durationMax")), "–")
    return joined(
        (
            joined((f"{times or 1} ×" if times or every else "", joined((every, found.words("periodUnit")))), " / "),
            joined((lasting, found.words("durationUnit"))),
            f"{count} ×" if count else "",
            ", ".join(found.texts("dayOfWeek") + found.texts("timeOfDay") + found.texts("when")),
            period_words(found, "boundsPeriod"),
            quantity(found, "boundsDuration"),
            limits(found, "boundsRange"),
        ),
        "; ",
    )


def notes_of(owner: Element, name: str) -> tuple[ForeignNote, ...]:
    """Each Annotation that says anything."""
    found = (_note(item) for item in owner.many(name, "Annotation"))
    return tuple(note for note in found if note.words)


def _note(found: Element) -> ForeignNote:
    author = link(found, "authorReference")
    named = joined((author.words or author.reference,)) if author else found.words("authorString")
    return ForeignNote(words=found.words("text"), time=found.moment("time"), author=named)


def narrative(owner: Element) -> str:
    """The narrative as plain text: a line a block, cells apart. Markup never gets through, not even escaped markup."""
    found = owner.one("text", "Narrative")
    if found is None:
        return ""
    found.words("status")
    words = plain(found.words("div"))
    if _CLOSING_TAG.search(words):
        # Oracle Health (Cerner) puts a whole document into the div as escaped HTML.
        found.notes.add(found.at("div"), Reason.ESCAPED)
        words = plain(words)
    return words


def security(owner: Element) -> tuple[str, ...]:
    """The security labels of ``meta``; the rest of it says nothing to a reader."""
    found = owner.one("meta", "Meta")
    return tuple(filter(None, map(coding_words, found.many("security", "Coding")))) if found else ()


def plain(markup: str) -> str:
    """The text of some XHTML, however broken it is."""
    reader = _Text()
    reader.feed(markup)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.found).split("\n"))
    return "\n".join(filter(None, lines))


class _Text(HTMLParser):
    """Collects what a reader would see."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._unread = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._unread = tag in _UNREAD
        self.found.append("\n" if tag in _BLOCKS else " " if tag in _CELLS else "")

    def handle_endtag(self, tag: str) -> None:
        self._unread = False
        self.found.append("\n" if tag in _BLOCKS else " " if tag in _CELLS else "")

    def handle_data(self, data: str) -> None:
        # Line ends of the markup are blanks.
        self.found += [] if self._unread else [data.replace("\n", " ")]
