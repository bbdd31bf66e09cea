"""Read published FHIR packages (npm ``.tgz``): StructureDefinitions, ValueSets and CodeSystems by canonical URL."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from ipt_fhir.rawjson import JsonObject

_READ = ("StructureDefinition-", "ValueSet-", "CodeSystem-")


class NotPublished(LookupError):
    """A definition is referred to that none of the packages holds; add the package, or drop the profile."""


@dataclass(frozen=True, slots=True)
class Package:
    """One package: its name and version, the SHA-256 of the file in hex, and its definitions by (type, URL)."""

    name: str
    version: str
    sha256: str
    definitions: dict[tuple[str, str], JsonObject]

    @property
    def source(self) -> dict[str, str]:
        """What each generated file says about where it comes from."""
        return {"package": self.name, "version": self.version, "sha256": self.sha256}

    @property
    def folder(self) -> str:
        """Where its schemas lie: ``hl7.fhir.us.core-6.1.0``."""
        return f"{self.name}-{self.version}"


def read_package(path: Path) -> Package:
    """The package in that file; examples and other folders of it are left out."""
    found: dict[tuple[str, str], JsonObject] = {}
    about: dict[str, str] = {}
    with tarfile.open(path) as archive:
        for member in archive:
            folder, _, name = member.name.rpartition("/")
            if folder == "package" and (name == "package.json" or name.startswith(_READ)):
                content = _json(archive, member)
                if name == "package.json":
                    about = content
                else:
                    found[content["resourceType"], content["url"]] = content
    return Package(about["name"], about["version"], sha256(path.read_bytes()).hexdigest(), found)


def _json(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Any:
    stream = archive.extractfile(member)
    return json.load(stream) if stream else {}


@dataclass(frozen=True)
class Published:
    """Several packages as one shelf; the first that holds a URL answers."""

    packages: Sequence[Package]

    def find(self, kind: str, url: str) -> JsonObject | None:
        """The definition of that canonical URL; a ``|version`` on it is ignored."""
        key = (kind, url.partition("|")[0])
        return next((package.definitions[key] for package in self.packages if key in package.definitions), None)

    def structure(self, url: str) -> JsonObject:
        """The StructureDefinition of a URL, or of a type name of FHIR itself. Raises NotPublished."""
        found = self.find(
            "StructureDefinition", url if "/" in url else f"http://hl7.org/fhir/StructureDefinition/{url}"
        )
        if found is None:
            raise NotPublished(f"no package holds the StructureDefinition {url}")
        return found
