"""The hospital's colours of one launch as a small sheet of our own origin; the policy allows no other."""

from __future__ import annotations

from flask import Blueprint, Response

from smart_app.web.desks import desk_of

blueprint = Blueprint("style", __name__)


@blueprint.get("/style.css")
def show(handle: str) -> Response:
    """The variables that were taken over, for light pages on a screen."""
    values = "".join(f" {name}: {value};" for name, value in desk_of(handle).background.style)
    sheet = f"@media screen and (prefers-color-scheme: light) {{ :root {{{values} }} }}\n"
    return Response(sheet, mimetype="text/css")
