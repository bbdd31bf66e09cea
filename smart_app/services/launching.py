"""The SMART launches: from the chart's link to an open chart, and from a patient's link to their forms.

SMART App Launch 2.2, EHR and standalone launch. A clinician never comes out of a patient's sign-in, nor a patient
out of a clinician's: the hospital says who signed in, and whoever it is not refuses (decision-D66).
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from ipt_fhir.ehr import signing_in
from ipt_fhir.ehr.discovery import discover, look_ahead
from ipt_fhir.ehr.errors import EhrError, LaunchRefused, UnknownIssuer
from ipt_fhir.ehr.id_token import is_of_patients
from ipt_fhir.ehr.issuer import Issuer
from ipt_fhir.ehr.keys import public_jwks
from ipt_fhir.ehr.token_grant import SignIn, TokenGrant, exchange_code
from smart_app.language import gettext as _
from smart_app.services import admitting, taking_back
from smart_app.services.desk import Desk
from smart_app.services.failures import Failure, failure_of
from smart_app.services.practice import Practice
from smart_app.services.styling import style_of
from smart_app.services.taking_over import read_chart
from smart_app.store import audit, launches, sign_ins
from smart_app.store.lanes import Lane
from smart_app.store.launches import Grant, SignInFor, User
from smart_app.store.sign_ins import SignIn as Begun


@dataclass(frozen=True, slots=True)
class Callback:
    """What the authorization server sent back to the redirect address, as it came."""

    state: str
    code: str = ""
    error: str = ""
    iss: str = ""


class Arrival(NamedTuple):
    """A launch that has begun: its handle, and whether a patient came alone or a clinician from a chart."""

    handle: str
    alone: bool


def begin(practice: Practice, iss: str, launch: str, browser_secret: str) -> str:
    """The address of the hospital's authorization server to send a clinician's browser to.

    The issuer is looked up before anything leaves this machine (decision-D13). Raises Failure.
    """
    try:
        return _to_hospital(practice, _registered(practice, iss), launch, browser_secret, SignInFor.CLINICIAN)
    except EhrError as error:
        raise failure_of(error) from error


def begin_alone(practice: Practice, iss: str, browser_secret: str) -> str:
    """As begin, for a patient on a device of their own; there is no chart that is open. Raises Failure."""
    try:
        _registered(practice, iss)
        issuer = admitting.hospital_of_patients(practice, iss)
        return _to_hospital(practice, issuer, None, browser_secret, SignInFor.PATIENT)
    except EhrError as error:
        raise admitting.refusal(error) from error


def complete(practice: Practice, answer: Callback, browser_secret: str) -> Arrival:
    """Exchange the code, learn who it is, open the launch. Raises Failure."""
    begun = _consume(practice, answer, browser_secret)
    try:
        if begun.role is SignInFor.PATIENT:
            return Arrival(_admitted(practice, begun, answer, browser_secret), alone=True)
        issuer = practice.registry.get(begun.issuer)
        grant = _grant(practice, issuer, begun, answer)
        if is_of_patients(grant.id_claims):
            raise _not_a_clinician(practice)
        return Arrival(_open(practice, issuer, grant, _user(grant), browser_secret), alone=False)
    except EhrError as error:
        raise (admitting.refusal(error) if begun.role is SignInFor.PATIENT else failure_of(error)) from error


def end(practice: Practice, desk: Desk) -> None:
    """Sign out: the token is forgotten at once."""
    with practice.store.write() as tx:
        launches.end(tx, desk.handle)
        audit.append(tx, audit.AuditEvent(action=audit.Action.LOGOUT, actor=desk.user_sub, issuer=desk.lane.issuer))


def public_keys(practice: Practice) -> str:
    """Our JSON Web Key Set, for the hospital's authorization server."""
    return json.dumps(public_jwks(practice.signing_keys))


def _consume(practice: Practice, answer: Callback, browser_secret: str) -> Begun:
    """The sign-in this answer belongs to; it can be used once, and only by the browser that began (attacks A12-A14)."""
    with practice.store.write() as tx:
        begun = sign_ins.consume(tx, answer.state)
    if begun is None or not begun.begun_by(browser_secret):
        raise Failure(
            code="sign-in-unknown",
            happened=_("This sign-in is not known here, was used before, or took longer than five minutes."),
            what_to_do=_("Open the app from the patient's chart again."),
            status=400,
        )
    return begun


def _check_answer(answer: Callback, practice: Practice, issuer: Issuer) -> None:
    """Refuse an answer of another authorization server (RFC 9207, attack-A15) and one that carries an error."""
    stated = discover(practice.published, issuer).id_token_issuer
    if answer.iss and not hmac.compare_digest(answer.iss.encode(), stated.encode()):
        raise LaunchRefused("the answer names another authorization server than the one asked")
    if answer.error or not answer.code:
        raise LaunchRefused(f"authorization error {answer.error[:40]!r}" if answer.error else "no code came back")


def _registered(practice: Practice, iss: str) -> Issuer:
    try:
        return practice.registry.get(iss)
    except UnknownIssuer:
        _note_refusal(practice)
        raise


def _to_hospital(practice: Practice, issuer: Issuer, launch: str | None, browser_secret: str, role: SignInFor) -> str:
    configuration = discover(practice.published, issuer)
    pkce, nonce = signing_in.new_pkce(), signing_in.new_secret()
    with practice.store.write() as tx:
        state = sign_ins.begin(
            tx,
            issuer=issuer.iss,
            code_verifier=pkce.verifier,
            nonce=nonce,
            browser_secret=browser_secret,
            role=role,
        )
    practice.meanwhile(partial(look_ahead, practice.published, issuer))
    return signing_in.authorization_url(
        configuration,
        issuer,
        redirect_uri=practice.redirect_uri,
        launch=launch,
        state=state,
        nonce=nonce,
        code_challenge=pkce.challenge,
    )


def _admitted(practice: Practice, begun: Begun, answer: Callback, browser_secret: str) -> str:
    """The handle of a patient's launch."""
    issuer = admitting.hospital_of_patients(practice, begun.issuer)
    return admitting.admit(practice, issuer, _grant(practice, issuer, begun, answer), browser_secret)


def _grant(practice: Practice, issuer: Issuer, begun: Begun, answer: Callback) -> TokenGrant:
    _check_answer(answer, practice, issuer)
    return _exchange(practice, issuer, begun, answer.code)


def _not_a_clinician(practice: Practice) -> Failure:
    """Hospitals whose portal opens apps for patients would otherwise show them the clinician's pages."""
    _note_refusal(practice)
    return Failure(
        code="not-a-clinician",
        happened=_("You signed in as a patient. This way in is for the people who treat you."),
        what_to_do=_("Use the link your clinic gave you for your own device."),
        status=403,
    )


def _exchange(practice: Practice, issuer: Issuer, begun: Begun, code: str) -> TokenGrant:
    sign_in = SignIn(redirect_uri=practice.redirect_uri, nonce=begun.nonce, code_verifier=begun.code_verifier)
    return exchange_code(
        practice.transport,
        practice.published,
        issuer,
        discover(practice.published, issuer),
        code=code,
        sign_in=sign_in,
        key=practice.signing_keys[0],
        clock=practice.clock,
    )


def _user(grant: TokenGrant) -> User:
    """Who signed in, as far as the token says; the directory of the hospital has the name."""
    claims = grant.id_claims
    return User(sub=str(claims.get("sub", "")), fhir_user=grant.fhir_user, name=str(claims.get("name") or ""))


def _open(practice: Practice, issuer: Issuer, grant: TokenGrant, user: User, browser_secret: str) -> str:
    lane = Lane(issuer.iss, grant.patient)
    token = Grant(access_token=grant.access_token, expires=grant.expires_at, scopes=tuple(sorted(grant.scopes)))
    with practice.store.write() as tx:
        handle = launches.open_launch(
            tx, lane, user, token, browser_secret=browser_secret, need_patient_banner=grant.need_patient_banner
        )
        event = audit.AuditEvent(
            action=audit.Action.LAUNCH,
            actor=user.sub,
            issuer=lane.issuer,
            patient=lane.patient,
            entity=f"Patient/{lane.patient}",
        )
        audit.append(tx, event)
        taking_back.by_new_launch(tx, user.sub, browser_secret)
        launch = launches.find(tx, handle, browser_secret, practice.idle)
    if launch is None:
        raise LaunchRefused("the launch ended before it began")
    try:
        read_chart(practice, launch, style_of(practice, issuer, grant.smart_style_url))
    except EhrError:
        _close(practice, handle)
        raise
    return handle


def _close(practice: Practice, handle: str) -> None:
    """A launch whose chart could not be read is no launch: its token is forgotten."""
    with practice.store.write() as tx:
        launches.end(tx, handle)


def _note_refusal(practice: Practice) -> None:
    """An unknown issuer is somebody's mistake or somebody's attack: an administrator should see it (attack-A01)."""
    with practice.store.write() as tx:
        audit.append(tx, audit.AuditEvent(action=audit.Action.LAUNCH, outcome=audit.Outcome.REFUSED))
