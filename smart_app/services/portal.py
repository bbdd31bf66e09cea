"""What others will see of what is filed, as far as anybody can say from here: that depends on the hospital's portal."""

from __future__ import annotations

from ipt_fhir.mapping.site import Site
from smart_app.language import gettext as _

OPEN_TO_PATIENTS = frozenset(
    {
        "CarePlan",
        "CareTeam",
        "Condition",
        "DocumentReference",
        "Encounter",
        "Goal",
        "MedicationRequest",
        "Observation",
        "Procedure",
        "Provenance",
        "QuestionnaireResponse",
        "ServiceRequest",
    }
)
"""The kinds of what this app files that US Core 6.1.0 has a profile for: an app of the patient may ask for them."""


def sight_of(resource_type: str) -> str:
    """Who may come to see a kind of entry, in words; the rule behind it is US Core's list."""
    if resource_type in OPEN_TO_PATIENTS:
        return _("A patient's app may read these kinds (US Core); portals often show them:")
    return _("Not among the kinds US Core opens to patients; the hospital decides:")


def honest_words(site: Site) -> list[str]:
    """What nobody can promise from here, and what is certain."""
    labels = ", ".join(code for _system, code in site.labels)
    said = [
        _("Everybody with access to this chart sees the plan, goals, sessions held, answers and scores."),
        _("This app cannot look into the hospital's portal. Ask IT which kinds it shows, and to whom."),
        _("People the patient has named (proxies) usually see what the patient sees; for minors it may differ."),
    ]
    if labels:
        said.append(
            _("Everything is sent with the labels %(labels)s. Whether a portal heeds them is up to it.", labels=labels)
        )
    said.append(
        _(
            "The inventory, the timeline, the formulation, what was worked on in a session and every reason typed "
            "stay in this app, unless your clinic turned the filing of their forms on."
        )
    )
    return said
