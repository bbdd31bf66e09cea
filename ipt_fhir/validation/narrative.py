"""Is a narrative what FHIR allows: plain XHTML with something to read in it (txt-1, txt-2)?

A narrative is shown by other people's software, so anything that could act (script, event attributes, forms, frames,
``javascript:`` addresses) is refused here even before txt-1 is asked about layout.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from xml.parsers import expat

XHTML = "http://www.w3.org/1999/xhtml"

_PREFIX = f"{XHTML} "
_XML_LANG = "http://www.w3.org/XML/1998/namespace lang"

# HTML 4.0 chapters 7-11 and 15, without section 4 of chapter 9 (ins, del), plus links and images (R4 narrative.html).
_ELEMENT_NAMES = """
a abbr acronym address area b bdo big blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2 h3 h4 h5 h6
hr i img kbd li map ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt u ul var
"""
_ATTRIBUTE_NAMES = """
abbr accesskey align alt axis bgcolor border cellpadding cellspacing char charoff cite class colspan compact coords dir
frame headers height href hreflang hspace id lang longdesc name nohref noshade nowrap rel rev rowspan rules scope shape
size span src start style summary tabindex target title type usemap valign value vspace width
"""
_ELEMENTS = frozenset(_PREFIX + name for name in _ELEMENT_NAMES.split())
_ATTRIBUTES = frozenset({_XML_LANG, *_ATTRIBUTE_NAMES.split()})
_SEEN = re.compile(r"<img|>\s*[^<\s]")
_ADDRESSES = ("href", "src", "cite", "longdesc", "usemap")
_PASSIVE_SCHEMES = frozenset({"http", "https", "mailto", "tel", "data", "urn", "ftp", "cid"})


# The plain form most software generates, ours too: headings, paragraphs, lists and tables without attributes, one level
# deep. The schemas ask for these two patterns first; what looks different in any way comes here, to the XML parser.
_TEXT = r"(?:[^<>&\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|&(?:lt|gt|amp|quot|#x27|#39);)*"
_LANGUAGE = '"[A-Za-z0-9-]{1,35}"'
_HEADINGS = "|".join(f"<h{level}>{_TEXT}</h{level}>" for level in range(1, 7))
PLAIN = (
    rf'^<div xmlns="{re.escape(XHTML)}"(?: lang={_LANGUAGE})?(?: xml:lang={_LANGUAGE})?>'
    rf"(?:{_TEXT}(?:<p>{_TEXT}</p>|{_HEADINGS}|<ul>(?:<li>{_TEXT}</li>)*</ul>"
    rf"|<table><tbody>(?:<tr>(?:<td>{_TEXT}</td>)*</tr>)*</tbody></table>))*{_TEXT}</div>$"
)
"""Whatever matches is allowed XHTML (txt-1). For an engine of linear time only: others might search for ever."""
SHOWN = ">[!-;=?-~]"
"""Whatever matches shows something (txt-2): a visible character of ASCII right behind a tag."""


class _Refused(ValueError):
    """The narrative holds something that has no place in one."""


def is_plain_xhtml(div: str) -> bool:
    """txt-1: well-formed, rooted in an XHTML ``div``, and only the elements and attributes FHIR lists."""
    root: list[str] = []

    def open_element(name: str, attributes: dict[str, str]) -> None:
        if not root:
            root.append(name)
        if name not in _ELEMENTS or (attributes and not _allowed(attributes)):
            raise _Refused(name)

    return _parse(div, open_element) and root == [f"{_PREFIX}div"]


def has_content(div: str) -> bool:
    """txt-2: something other than white space between the tags, or an image."""
    return _SEEN.search(div) is not None


def _parse(div: str, open_element: Callable[[str, dict[str, str]], None]) -> bool:
    """Run the text through expat; False when it is refused. A DOCTYPE is refused before an entity can grow."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = open_element
    parser.StartDoctypeDeclHandler = _refuse
    parser.ProcessingInstructionHandler = _refuse
    try:
        parser.Parse(div, True)
    except (expat.ExpatError, _Refused):
        return False
    return True


def _refuse(*_: Any) -> None:
    raise _Refused("declarations have no place in a narrative")


def _allowed(attributes: dict[str, str]) -> bool:
    """Known attributes, and no address that runs something: known schemes, places inside, images as data."""
    addresses = ((name, attributes[name]) for name in _ADDRESSES if name in attributes)
    return attributes.keys() <= _ATTRIBUTES and all(_is_passive(name, address) for name, address in addresses)


def _is_passive(name: str, address: str) -> bool:
    before, colon, _ = "".join(address.split()).partition(":")
    if not colon or "/" in before or "#" in before or "?" in before:
        return True
    scheme = before.lower()
    return scheme in _PASSIVE_SCHEMES and (scheme != "data" or name == "src")
