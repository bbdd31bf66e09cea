"""The page on which patients sign in by themselves (SMART App Launch 2.2, standalone launch).

There are no passwords: one chooses who one is, as on the staff's side. What is strict is the rest: a choice counts only
when it comes from the page that was shown for this very request, once, and it opens the chart of that person alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from authlib.oauth2.rfc6749 import InvalidRequestError
from flask import Response, make_response, render_template, request

from smart_app.sandbox.ehr_pages import card
from smart_app.sandbox.sign_in_memory import Launch, SignInMemory
from smart_app.sandbox.store import FhirStore

_TICKET: Final = "ticket"
_CHOICE: Final = "sign_in_as"
_NOBODY: Final = ""


@dataclass(frozen=True, slots=True)
class PatientSignIn:
    """The hospital's side of a standalone launch."""

    memory: SignInMemory
    store: FhirStore

    def answered(self) -> bool:
        """Does the request come from the page?"""
        return request.method == "POST" and _TICKET in request.form

    def page(self, client_id: str) -> Response:
        """The page; it carries the request along, so that it can be judged again when the choice is made."""
        asked = _asked()
        people = [card(item.resource) for item in self.store.existing("Patient")]
        ticket = self.memory.give_ticket(urlencode(asked))
        shown = render_template(
            "hospital/patient_sign_in.html", asked=asked, ticket=ticket, people=people, client_id=client_id
        )
        return make_response(shown)

    def chosen(self, client_id: str) -> Launch | None:
        """The patient who signed in, or None for somebody who changed their mind.

        Raises InvalidRequestError, and sends nobody anywhere, for an answer that is none to a page of ours.
        """
        if not self.memory.take_ticket(request.form[_TICKET], urlencode(_asked())):
            raise InvalidRequestError("The sign-in page is too old, was used, or was made for another request")
        choices = request.form.getlist(_CHOICE)
        if choices == [_NOBODY]:
            return None
        found = self.store.current("Patient", choices[0]) if len(choices) == 1 else None
        if found is None or found.content is None:
            raise InvalidRequestError("Nobody of that name is a patient here")
        now = self.memory.now()
        return Launch(value="", client_id=client_id, practitioner=None, patient=found.id, expires_at=now)


def _asked() -> list[tuple[str, Any]]:
    """The parameters of the authorization request, without what the page adds."""
    return [item for item in request.values.items(multi=True) if item[0] not in {_TICKET, _CHOICE}]
