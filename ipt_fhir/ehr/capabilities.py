"""What a server says it can do (FHIR R4, CapabilityStatement). Necessary, never sufficient: scopes and facts decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ipt_fhir.ehr.errors import AnswerUnreadable, FhirVersionRefused
from ipt_fhir.ehr.issuer import Issuer
from ipt_fhir.ehr.outcomes import plain
from ipt_fhir.ehr.published import USUAL_AGE, Published
from ipt_fhir.ehr.wire import ANSWER_CAP, FHIR_JSON
from ipt_fhir.mapping.releases import Release, release_named
from ipt_fhir.rawjson import JsonObject

_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeCapabilities:
    """One resource type: interaction codes as FHIR spells them, and the search parameters that are declared."""

    interactions: frozenset[str] = _NOTHING
    search_parameters: frozenset[str] = _NOTHING
    conditional_create: bool = False
    conditional_update: bool = False
    update_create: bool = False
    versioning: str = ""
    """``no-version``, ``versioned``, ``versioned-update``, or empty when the server is silent about it."""


_UNKNOWN = TypeCapabilities()


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """The server as a whole and each of its types."""

    fhir_version: str
    software: str = ""
    transaction: bool = False
    batch: bool = False
    types: Mapping[str, TypeCapabilities] = field(default_factory=dict)

    def of(self, resource_type: str) -> TypeCapabilities:
        """What the server can do with a type; nothing for a type it does not list."""
        return self.types.get(resource_type, _UNKNOWN)

    def offers(self, resource_type: str, interaction: str) -> bool:
        """Does it list the interaction (``read``, ``create``, ``update``, ``search-type`` ...) for the type?"""
        return interaction in self.of(resource_type).interactions

    def conditional_create(self, resource_type: str) -> bool:
        """Does it say that ``If-None-Exist`` works for the type?"""
        return self.of(resource_type).conditional_create


def capabilities_of(published: Published, issuer: Issuer, oldest: float = USUAL_AGE) -> Capabilities:
    """What a hospital says it can do, at most so many seconds old; an older copy serves while it is down (fault-F66).

    Raises EhrError, also for a server that is not R4.
    """
    statement = published.get(
        f"{issuer.base}/metadata",
        origins=(issuer.origin,),
        what="CapabilityStatement",
        cap=ANSWER_CAP,
        accept=FHIR_JSON,
        oldest=oldest,
        stale_is_fine=True,
    )
    return read_capabilities(statement)


def read_capabilities(statement: JsonObject) -> Capabilities:
    """Take a CapabilityStatement apart, leniently.

    Raises FhirVersionRefused for anything but R4 (4.0.x), AnswerUnreadable for another resource.
    """
    if statement.get("resourceType") != "CapabilityStatement":
        raise AnswerUnreadable("metadata is no CapabilityStatement")
    version = statement.get("fhirVersion")
    if not isinstance(version, str) or release_named(version) is not Release.R4:
        raise FhirVersionRefused(f"fhirVersion is {plain(version) or 'missing'}; 4.0.1 is needed")
    rest = next((item for item in _objects(statement, "rest") if item.get("mode") == "server"), {})
    system = {item.get("code") for item in _objects(rest, "interaction")}
    return Capabilities(
        fhir_version=version,
        software=_software(statement),
        transaction="transaction" in system,
        batch="batch" in system,
        types={str(item.get("type")): _type(item) for item in _objects(rest, "resource")},
    )


def _type(item: JsonObject) -> TypeCapabilities:
    return TypeCapabilities(
        interactions=frozenset(str(each.get("code")) for each in _objects(item, "interaction")),
        search_parameters=frozenset(str(each.get("name")) for each in _objects(item, "searchParam")),
        conditional_create=item.get("conditionalCreate") is True,
        conditional_update=item.get("conditionalUpdate") is True,
        update_create=item.get("updateCreate") is True,
        versioning=plain(item.get("versioning")),
    )


def _software(statement: JsonObject) -> str:
    software = statement.get("software")
    if not isinstance(software, dict):
        return ""
    return f"{plain(software.get('name'))} {plain(software.get('version'))}".strip()


def _objects(owner: JsonObject, name: str) -> list[JsonObject]:
    listed = owner.get(name)
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
