"""The language of the page, and the only door to Flask-Babel (decision-D22).

Texts come from the catalogues in ``web/locale``; dates are spelled as the language spells them.
"""

from __future__ import annotations

from datetime import date, datetime

import babel
import flask_babel
from flask import Flask, request

from ipt_fhir.locale.texts import LANGUAGES

# CLDR's own short English date is American; the month in letters reads the same on both sides of the ocean.
_DAYS = {"en": "d MMM yyyy", "de": "dd.MM.yyyy"}
_MONTHS = {"en": "MMM yyyy", "de": "MM.yyyy"}


def install(app: Flask) -> None:
    """Choose the language of each request from what the browser prefers."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "web/locale"
    flask_babel.Babel(app, locale_selector=_preferred)


def current() -> str:
    """The language of the page (BCP 47)."""
    return str(flask_babel.get_locale() or LANGUAGES[0])


def gettext(msgid: str, **values: object) -> str:
    """A text in the language of the page, with ``%(name)s`` places filled in."""
    return str(flask_babel.gettext(msgid, **values))


def ngettext(singular: str, plural: str, num: int, **values: object) -> str:
    """As gettext, for a number of things; the number is ``%(num)s``."""
    return str(flask_babel.ngettext(singular, plural, num, **values))


def lazy_gettext(msgid: str) -> str:
    """As gettext, translated when it is printed: for texts that stand in tables of a module."""
    lazy: str = flask_babel.lazy_gettext(msgid)
    return lazy


def direction(language: str) -> str:
    """Which way a language is written: ``rtl``, or ``ltr`` also for one that nobody knows."""
    try:
        return str(babel.Locale.parse(language, sep="-").text_direction) if language else "ltr"
    except (ValueError, babel.UnknownLocaleError):
        return "ltr"


def day(value: date) -> str:
    """A date: 5 Jan 2026, 05.01.2026."""
    return str(flask_babel.format_date(value, _DAYS[current()]))


def month(value: date) -> str:
    """The month of a date: Jan 2026, 01.2026."""
    return str(flask_babel.format_date(value, _MONTHS[current()]))


def moment(value: datetime) -> str:
    """A time at the clinic: 5 Jan 2026, 14:02, in the zone of the machine the app runs on."""
    return str(flask_babel.format_datetime(value.astimezone(), f"{_DAYS[current()]}, HH:mm", rebase=False))


def _preferred() -> str:
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]
