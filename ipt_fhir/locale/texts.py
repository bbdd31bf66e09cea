"""Look up the library's texts in a language (decision-D22).

English texts are the message ids. The language is always an argument: a narrative is written in the language of the
chart, not of the process.
"""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path

DOMAIN = "ipt_fhir"
LANGUAGES = ("en", "de")
"""The languages there are texts in, for library and app alike."""
_CATALOGUES = Path(__file__).parent


def N_(msgid: str) -> str:  # noqa: N802 - the name gettext tools look for
    """Mark a text for the catalogue where it is defined; it is translated where it is shown."""
    return msgid


@cache
def translation(language: str) -> gettext.NullTranslations:
    """The catalogue of a language (BCP 47, ``de`` or ``de-CH``); unknown languages read English."""
    return gettext.translation(DOMAIN, _CATALOGUES, languages=[language.replace("-", "_")], fallback=True)


def text(msgid: str, language: str = "en", **values: object) -> str:
    """The text in that language with ``{name}`` places filled in."""
    translated = _looked_up(translation(language), msgid)
    return translated.format(**values) if values else translated


@cache
def _looked_up(catalogue: gettext.NullTranslations, msgid: str) -> str:
    """Texts are few and asked for often: a course of sixteen sessions looks some up two hundred times."""
    return catalogue.gettext(msgid)
