"""What the hospital says about itself: CapabilityStatement and SMART configuration, both made from its row."""

from __future__ import annotations

from smart_app.sandbox.hospitals import Hospital, Interaction
from smart_app.sandbox.json_text import JsonObject
from smart_app.sandbox.resource_types import TYPES
from smart_app.sandbox.scopes import SIGN_IN_SCOPES

_OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
_SECURITY_SERVICE = "http://terminology.hl7.org/CodeSystem/restful-security-service"
_SMART_CAPABILITIES = (
    "launch-ehr",
    "client-confidential-asymmetric",
    "context-banner",
    "context-ehr-patient",
    "sso-openid-connect",
    "permission-patient",
    "permission-user",
    "permission-v1",
    "permission-v2",
    "authorize-post",
)
_PATIENT_CAPABILITIES = ("launch-standalone", "context-standalone-patient")


def capability_statement(row: Hospital, base: str) -> JsonObject:
    """The CapabilityStatement of ``GET [base]/metadata`` (FHIR R4)."""
    offered = [(name, kind) for name in sorted(row.interactions) if (kind := _offered(row, name))]
    bundles = [name for name, there in (("transaction", row.transaction), ("batch", row.batch)) if there]
    rest: JsonObject = {
        "mode": "server",
        "security": _security(base),
        "resource": [_resource(row, name, interactions) for name, interactions in offered],
    }
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-01-01",
        "kind": "instance",
        "software": {"name": f"Demo hospital ({row.name})"},
        "implementation": {"description": f"Demo hospital ({row.name})", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [rest | ({"interaction": [{"code": name} for name in bundles]} if bundles else {})],
    }


def smart_configuration(row: Hospital, origin: str) -> JsonObject:
    """The SMART configuration (SMART App Launch 2.2, "Conformance"), also good as OpenID Connect discovery."""
    issuer = f"{origin}/oauth"
    patients = _PATIENT_CAPABILITIES if row.patients_sign_in else ()
    sign_in = [name for name in SIGN_IN_SCOPES if row.patients_sign_in or name != "launch/patient"]
    return {
        "issuer": issuer,
        "jwks_uri": f"{issuer}/jwks",
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES384", "RS384"],
        "grant_types_supported": ["authorization_code"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "scopes_supported": [*sign_in, "patient/*.cruds", "user/*.cruds"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [row.id_token_alg],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "capabilities": [*_SMART_CAPABILITIES, *patients],
    }


def _offered(row: Hospital, name: str) -> list[Interaction]:
    return [interaction for interaction in sorted(row.interactions[name]) if row.offers(name, interaction)]


def _resource(row: Hospital, name: str, interactions: list[Interaction]) -> JsonObject:
    parameters = sorted(TYPES[name].search.items())
    return {
        "type": name,
        "interaction": [{"code": interaction} for interaction in interactions],
        "versioning": row.versioning,
        "conditionalCreate": row.conditional_create and "create" in interactions,
        "updateCreate": row.update_creates and "update" in interactions,
        "searchParam": [{"name": parameter, "type": item.kind} for parameter, item in parameters],
    }


def _security(base: str) -> JsonObject:
    origin = base.removesuffix("/fhir")
    uris = [{"url": name, "valueUri": f"{origin}/oauth/{name}"} for name in ("authorize", "token")]
    service = {"coding": [{"system": _SECURITY_SERVICE, "code": "SMART-on-FHIR"}]}
    return {"extension": [{"url": _OAUTH_URIS, "extension": uris}], "service": [service]}
