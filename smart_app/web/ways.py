"""Ways from one page to another: only to what the person who looks may open."""

from __future__ import annotations

from flask import url_for

from ipt_fhir.instruments.catalogue import Instrument
from smart_app.language import gettext as _
from smart_app.services.desk import Desk
from smart_app.services.packs import is_by_hand, why_form_is_closed
from smart_app.web import access
from smart_app.web.desks import practice


def way(desk: Desk, endpoint: str, **values: str) -> str:
    """The address of a page of this launch; "" when it is not for this person."""
    if not access.may(desk.role, endpoint):
        return ""
    return url_for(endpoint, handle=desk.handle, **values)  # type: ignore[arg-type]  # no keyword of url_for's own


def first_way(desk: Desk, *endpoints: str) -> str:
    """The address of the first of these pages that is for this person; "" when none is."""
    return next((found for endpoint in endpoints if (found := way(desk, endpoint))), "")


def measure_way(desk: Desk, measure: Instrument) -> str:
    """Where a measure is filled in: its form, or its total where its form is not here or not here any more."""
    closed = bool(why_form_is_closed(practice(), measure))
    return filling_way(desk, measure.id, by_hand=is_by_hand(practice(), measure), closed=closed)


def filling_words(measure: Instrument) -> str:
    """What one does there."""
    return _("Enter the total") if is_by_hand(practice(), measure) else _("Fill in")


def filling_way(desk: Desk, key: str, *, by_hand: bool, closed: bool = False) -> str:
    """Where a form or a measure is filled in, or its total entered ``by_hand``; "" where that is not for this person,
    and for a form that is ``closed`` because its licence has ended."""
    if by_hand:
        return way(desk, "totals.show", measure=key)
    return "" if closed else way(desk, "forms.show", key=key)
