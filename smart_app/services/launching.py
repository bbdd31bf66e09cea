"""The SMART EHR launch: from the chart's link to an open chart (SMART App Launch 2.2, EHR launch)."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass

from ipt_fhir.ehr import signing_in
from ipt_fhir.ehr.client import FhirClient
from ipt_fhir.ehr.discovery import discover
from ipt_fhir.ehr.errors import EhrError, LaunchRefused, UnknownIssuer
from ipt_fhir.ehr.issuer import Issuer
from ipt_fhir.ehr.keys import public_jwks
from ipt_fhir.ehr.token_grant import SignIn, TokenGrant, exchange_code
from smart_app.language import gettext as _
from smart_app.services.charting import read_chart
from smart_app.services.desk import Desk
from smart_app.services.failures import Failure, failure_of
from smart_app.services.practice import Practice
from smart_app.store import audit, launches, sign_ins
from smart_app.store.lanes import Lane
from smart_app.store.launches import Grant, User
from smart_app.store.sign_ins import SignIn as Begun


@dataclass(frozen=True, slots=True)
class Callback:
    """What the authorization server sent back to the redirect address, as it came."""

    state: str
    code: str = ""
    error: str = ""
    iss: str = ""


def begin(practice: Practice, iss: str, launch: str, browser_secret: str) -> str:
    """The address of the hospital's authorization server to send the browser to.

    The issuer is looked up before anything leaves this machine (decision-D13). Raises Failure.
    """
    try:
        issuer = practice.registry.get(iss)
        configuration = discover(practice.published, issuer)
        pkce, nonce = signing_in.new_pkce(), signing_in.new_secret()
        with practice.store.write() as tx:
            state = sign_ins.begin(
                tx, issuer=issuer.iss, code_verifier=pkce.verifier, nonce=nonce, browser_secret=browser_secret
            )
        return signing_in.authorization_url(
            configuration,
            issuer,
            redirect_uri=practice.redirect_uri,
            launch=launch,
            state=state,
            nonce=nonce,
            code_challenge=pkce.challenge,
        )
    except EhrError as error:
        if isinstance(error, UnknownIssuer):
            _note_refusal(practice)
        raise failure_of(error) from error


def complete(practice: Practice, answer: Callback, browser_secret: str) -> str:
    """Exchange the code, read the chart, open the launch; returns its handle. Raises Failure."""
    begun = _consume(practice, answer, browser_secret)
    try:
        issuer = practice.registry.get(begun.issuer)
        _check_answer(answer, practice, issuer)
        grant = _exchange(practice, issuer, begun, answer.code)
        user = _user(practice, issuer, grant)
        handle = _open(practice, issuer, grant, user, browser_secret)
    except EhrError as error:
        raise failure_of(error) from error
    return handle


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


def _user(practice: Practice, issuer: Issuer, grant: TokenGrant) -> User:
    """Who signed in; the name comes from the directory entry, or from the token when that cannot be read."""
    name = str(grant.id_claims.get("name") or "")
    if grant.fhir_user:
        kind, user_id = grant.fhir_user.split("/")
        try:
            client = FhirClient(
                practice.transport, issuer, grant.access_token, grant.patient, published=practice.published
            )
            name = _display(client.read(kind, user_id).resource) or name
        except EhrError:
            name = name or grant.fhir_user
    return User(
        sub=str(grant.id_claims.get("sub", "")), fhir_user=grant.fhir_user, name=name or _("signed-in clinician")
    )


def _display(practitioner: dict[str, object]) -> str:
    names = practitioner.get("name")
    if not isinstance(names, list) or not names:
        return ""
    found = names[0]
    parts = [*found.get("prefix", []), *found.get("given", []), found.get("family", "")]
    return str(found.get("text") or " ".join(part for part in parts if part))


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
        launch = launches.find(tx, handle, browser_secret, practice.idle)
    if launch is None:
        raise LaunchRefused("the launch ended before it began")
    try:
        read_chart(practice, launch)
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
