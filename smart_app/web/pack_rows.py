"""The packs of the clinic in the words of a page: whose texts, by what right, until when."""

from __future__ import annotations

from dataclasses import dataclass

from smart_app.language import day, ngettext
from smart_app.language import gettext as _
from smart_app.services.packs import PackLine, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRow:
    """One pack as the page prints it. ``mark`` and ``tone`` go with ``state``, which says the same in words.

    ``note`` is what follows from the state, where something does.
    """

    title: str
    version: str
    instruments: str
    holder: str
    reference: str
    until: str
    confirmed: str
    mark: str
    state: str
    tone: str
    note: str = ""


def pack_row(line: PackLine) -> PackRow:
    """A pack in use as a row."""
    mark, state, tone = _state(line)
    licence = line.licence
    return PackRow(
        title=line.title,
        version=line.version,
        instruments=", ".join(line.instruments),
        holder=licence.holder,
        reference=licence.reference,
        until=day(licence.expires),
        confirmed=_("%(who)s, %(when)s", who=licence.confirmed_by, when=day(licence.confirmed_on)),
        mark=mark,
        state=state,
        tone=tone,
        note=_("Not to be filled in any more; past answers stay.") if line.standing is Standing.ENDED else "",
    )


def _state(line: PackLine) -> tuple[str, str, str]:
    if line.standing is Standing.ENDED:
        return "■", _("licence ended"), "danger"
    if line.standing is Standing.ENDS_SOON and not line.days_left:
        return "▲", _("licence ends today"), "warn"
    if line.standing is Standing.ENDS_SOON:
        left = line.days_left
        return "▲", ngettext("licence ends in %(num)s day", "licence ends in %(num)s days", left), "warn"
    return "✓", _("licence in force"), "good"
