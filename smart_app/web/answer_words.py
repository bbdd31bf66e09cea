"""How an answer reads when it is shown and not typed."""

from __future__ import annotations

import re
from datetime import date, datetime

from ipt_fhir.questionnaires.entries import entry_of
from ipt_fhir.questionnaires.form import Value
from smart_app.language import day, moment
from smart_app.language import gettext as _

_WHOLE_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def answer_words(value: Value) -> str:
    """One answer in the language of the page; a value of an unknown kind by its own spelling."""
    content = value.content
    match value.member:
        case "valueBoolean":
            return _("Yes") if content else _("No")
        case "valueDate" | "valueDateTime":
            return _time_words(str(content))
        case "valueQuantity":
            unit = content.get("unit") or content.get("code") or ""
            return f"{entry_of(value).text} {unit}".strip()
        case "valueAttachment" if isinstance(content.get("size"), int):
            return _("%(name)s (%(size)s kB)", name=entry_of(value).text, size=-(-content["size"] // 1000))
    return entry_of(value).text


def _time_words(spelled: str) -> str:
    """A whole day or a moment in words; a year or a month, and what is no date, as it is spelled."""
    try:
        if _WHOLE_DAY.fullmatch(spelled):
            return day(date.fromisoformat(spelled))
        return moment(datetime.fromisoformat(spelled)) if "T" in spelled else spelled
    except (ValueError, OverflowError):
        return spelled
