"""Let a patient in on a device of their own: who it is, and nothing more (decision-D66).

The token serves once, to read the name the page greets with; it is not kept. A patient comes to their own record only:
the person who signed in and the patient of the sign-in must be the same.
"""

from __future__ import annotations

from ipt_fhir.ehr.client import FhirClient
from ipt_fhir.ehr.errors import EhrError, LaunchRefused
from ipt_fhir.ehr.id_token import patient_user
from ipt_fhir.ehr.issuer import Issuer
from ipt_fhir.ehr.token_grant import TokenGrant
from smart_app.language import gettext as _
from smart_app.services import taking_back
from smart_app.services.background import patient_card
from smart_app.services.desk import PatientCard
from smart_app.services.failures import Failure
from smart_app.services.practice import Practice
from smart_app.services.visiting import dump_greeting
from smart_app.store import audit, launches
from smart_app.store.lanes import Lane
from smart_app.store.launches import Grant, SignInFor, User


def hospital_of_patients(practice: Practice, iss: str) -> Issuer:
    """The hospital as patients sign in there. Raises Failure where the clinic has not switched that on."""
    devices = practice.patient_devices.get(iss)
    if devices is None or not devices.own_devices:
        raise Failure(
            code="patient-devices-off",
            happened=_("This clinic does not take answers from patients' own devices."),
            what_to_do=_("Ask your clinic how it would like to have your answers."),
            status=403,
        )
    return practice.for_patients(iss)


def admit(practice: Practice, issuer: Issuer, grant: TokenGrant, browser_secret: str) -> str:
    """The handle of the launch of the patient who signed in. Raises Failure for anybody else, EhrError."""
    patient = patient_user(grant.id_claims, issuer.base)
    if patient is None or patient != grant.patient or not grant.id_claims.get("sub"):
        raise _not_the_patient(practice, issuer)
    if taking_back.standing(practice, browser_secret):
        raise LaunchRefused("this browser is in another patient's hands")
    lane, card = Lane(issuer.iss, patient), _card(practice, issuer, grant)
    user = User(str(grant.id_claims["sub"]), f"Patient/{patient}", card.name)
    with practice.store.write() as tx:
        handle = launches.open_launch(
            tx,
            lane,
            user,
            Grant(access_token="", expires=tx.now, scopes=()),
            browser_secret=browser_secret,
            need_patient_banner=False,
            role=SignInFor.PATIENT,
        )
        launches.remember(tx, handle, dump_greeting(card, issuer.name))
        event = audit.AuditEvent(
            action=audit.Action.LAUNCH,
            actor=user.sub,
            issuer=lane.issuer,
            patient=patient,
            entity=f"Patient/{patient}",
        )
        audit.append(tx, event)
    return handle


def refusal(error: EhrError) -> Failure:
    """A failure of the sign-in in words for a patient; the code is the same for IT."""
    return Failure(
        code=error.code,
        happened=_("You could not be signed in."),
        what_to_do=_("Open the link of your clinic again. If this comes back, tell your clinic the code below."),
        status=403 if isinstance(error, LaunchRefused) else 502,
    )


def _card(practice: Practice, issuer: Issuer, grant: TokenGrant) -> PatientCard:
    """Name and record number; a hospital that does not give them costs a greeting, not the answers."""
    client = FhirClient(practice.transport, issuer, grant.access_token, grant.patient, published=practice.published)
    try:
        return patient_card(grant.patient, client.read("Patient", grant.patient).resource)
    except EhrError:
        return patient_card(grant.patient, {})


def _not_the_patient(practice: Practice, issuer: Issuer) -> Failure:
    """Somebody signed in for another person, or as staff: answers count as the patient's own."""
    with practice.store.write() as tx:
        refused = audit.AuditEvent(action=audit.Action.LAUNCH, outcome=audit.Outcome.REFUSED, issuer=issuer.iss)
        audit.append(tx, refused)
    return Failure(
        code="not-the-patient",
        happened=_("The hospital did not say that you signed in as the patient yourself."),
        what_to_do=_("Only patients themselves can answer here. Sign in with your own account, or ask your clinic."),
        status=403,
    )
