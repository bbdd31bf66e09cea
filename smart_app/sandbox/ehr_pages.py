"""The EHR a clinician sees: the patient list, a chart with room for the app, and the chart's FHIR."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from smart_app.sandbox.clients import RegisteredClient
from smart_app.sandbox.json_text import JsonObject, write
from smart_app.sandbox.references import owner
from smart_app.sandbox.resource_types import values
from smart_app.sandbox.sign_in_memory import SignInMemory
from smart_app.sandbox.store import FhirStore, Version


@dataclass(slots=True)
class EhrDesk:
    """The pages, over the hospital's store. ``as`` in the query says who sits in front of the screen.

    ``start_over`` brings hospital and app back to their start; where nobody can, no page offers it.
    """

    store: FhirStore
    memory: SignInMemory
    base: str
    clients: Mapping[str, RegisteredClient]
    start_over: Callable[[], None] | None = None

    def launch_url(self, client_id: str, practitioner: str, patient: str) -> str:
        """Where a click on "Launch" leads; the launch in it is good for one sign-in. Raises KeyError for a stranger."""
        client = self.clients[client_id]
        launch = self.memory.open_launch(client_id, practitioner, patient)
        mark = "&" if "?" in client.launch_uri else "?"
        return f"{client.launch_uri}{mark}{urlencode({'iss': self.base, 'launch': launch.value})}"

    def patient_list(self) -> str:
        """Everybody who has a chart here."""
        patients = [card(item.resource) for item in self.store.existing("Patient")]
        doors = [
            f"{client.patient_uri}?{urlencode({'iss': self.base})}"
            for client in self.clients.values()
            if client.patient_uri
        ]
        return render_template("hospital/patients.html", patients=patients, doors=doors, **self._staff())

    def chart(self, patient: str) -> str:
        """One chart, with a button that opens the app inside it; with ``open`` in the query it is open already."""
        client_id = request.args.get("open", "")
        if client_id and client_id not in self.clients:
            abort(404)
        conditions = self._texts("Condition", patient, "code.text")
        medication = self._texts("MedicationRequest", patient, "medicationCodeableConcept.text")
        return render_template(
            "hospital/chart.html",
            patient=self._patient(patient),
            conditions=conditions,
            medication=medication,
            clients=list(self.clients.values()),
            app=self.launch_url(client_id, self._staff()["me"]["id"], patient) if client_id else "",
            **self._staff(),
        )

    def launch(self, patient: str) -> Response:
        """Open the app in the frame the button names."""
        client_id = request.form.get("client", "")
        if client_id not in self.clients:
            abort(404)
        card, staff = self._patient(patient), self._staff()
        return redirect(self.launch_url(client_id, staff["me"]["id"], card["id"]), 303)

    def begin_again(self) -> Response:
        """Forget what was done since the start, and open the page that asked."""
        if self.start_over is None:
            abort(404)
        self.start_over()
        return redirect(
            request.form.get("page", "/") if request.form.get("page", "").startswith("/chart/") else "/", 303
        )

    def resources(self, patient: str) -> str:
        """Every resource of the chart, by type."""
        mine = sorted(self._in_chart(patient), key=lambda item: (item.resource_type, -item.sequence))
        groups = [
            (name, [(item, write(item.resource, pretty=True)) for item in items])
            for name, items in groupby(mine, key=lambda item: item.resource_type)
        ]
        return render_template(
            "hospital/resources.html", patient=self._patient(patient), groups=groups, **self._staff()
        )

    def _staff(self) -> dict[str, Any]:
        """Who could be sitting here, and who is."""
        staff = [card(item.resource) for item in self.store.existing("Practitioner")]
        chosen = [person for person in staff if person["id"] == request.values.get("as", staff[0]["id"])]
        if not chosen:
            abort(404)
        return {"staff": staff, "me": chosen[0], "can_start_over": self.start_over is not None}

    def _patient(self, id_: str) -> dict[str, str]:
        found = self.store.current("Patient", id_)
        if found is None or found.content is None:
            abort(404)
        return card(found.content)

    def _in_chart(self, patient: str) -> list[Version]:
        return [item for item in self.store.existing() if item.content and owner(item.content, self.base) == patient]

    def _texts(self, resource_type: str, patient: str, path: str) -> list[str]:
        mine = [item for item in self._in_chart(patient) if item.resource_type == resource_type]
        return [str(text) for item in mine for text in values(item.content, path)]


def ehr_pages(desk: EhrDesk) -> Blueprint:
    """The addresses of the pages."""
    pages = Blueprint("ehr", __name__)
    pages.add_url_rule("/", view_func=desk.patient_list)
    pages.add_url_rule("/chart/<patient>", view_func=desk.chart)
    pages.add_url_rule("/chart/<patient>/launch", view_func=desk.launch, methods=["POST"])
    pages.add_url_rule("/start-over", view_func=desk.begin_again, methods=["POST"])
    pages.add_url_rule("/chart/<patient>/fhir", view_func=desk.resources)
    return pages


def card(person: JsonObject) -> dict[str, str]:
    """What a header shows of a Patient or Practitioner."""
    given = " ".join(map(str, values(person, "name.given")))
    family = " ".join(map(str, values(person, "name.family")))
    return {
        "id": person["id"],
        "name": f"{family}, {given}",
        "number": next(map(str, values(person, "identifier.value")), ""),
        "gender": person.get("gender", ""),
        "birth_date": person.get("birthDate", ""),
    }
