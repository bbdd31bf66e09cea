"""The package: everything we publish in one npm-style .tgz that FHIR tools install.

Layout and manifest follow the FHIR NPM package specification (https://hl7.org/fhir/packages.html). Two builds of one
version by the same Python are equal byte for byte: names are sorted, times and owners fixed.
"""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from ipt_fhir import rawjson
from ipt_fhir.instruments.catalogue import instruments, questionnaire
from ipt_fhir.mapping import narrative
from ipt_fhir.mapping.activitydefinition import write_activity_definition
from ipt_fhir.mapping.plandefinition import write_plan_definition
from ipt_fhir.mapping.publication import DATE, PUBLISHER, VERSION
from ipt_fhir.mapping.site import DEFAULT_SITE
from ipt_fhir.profiles import guide
from ipt_fhir.profiles.crosswalks import concept_maps, three_areas
from ipt_fhir.profiles.examples import examples
from ipt_fhir.profiles.extensions import extension_definitions
from ipt_fhir.profiles.foreign_codes import value_sets_of_others
from ipt_fhir.profiles.resource_profiles import profile_definitions
from ipt_fhir.profiles.vocabulary import code_systems, value_sets
from ipt_fhir.protocol.catalogue import activity_templates, variants
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems

FILE_NAME: Final = f"{guide.PACKAGE}-{VERSION}.tgz"
_INDEXED = ("resourceType", "id", "url", "version", "kind", "type")


def definitions() -> list[JsonObject]:
    """Every conformance resource of the package but the guide, each with a narrative."""
    return [_with_text(item) for item in _definitions()]


def package_examples() -> list[JsonObject]:
    """Every example of the package, each with a narrative."""
    return [_with_text(item) for item in examples()]


def package_guide() -> JsonObject:
    """The ImplementationGuide of the package."""
    return _with_text(guide.implementation_guide(definitions(), package_examples()))


def build_package() -> bytes:
    """The package as the bytes of a .tgz."""
    held, shown = definitions(), package_examples()
    files = {"package/package.json": rawjson.write(_manifest())}
    files |= _folder("package", [*held, package_guide()])
    files |= _folder("package/example", shown)
    return _packed(files)


def _definitions() -> Iterator[JsonObject]:
    yield from code_systems()
    yield from value_sets()
    yield from value_sets_of_others()
    yield three_areas()
    yield from concept_maps()
    yield from extension_definitions()
    yield from profile_definitions()
    yield from (questionnaire(name) for name, found in instruments().items() if found.publishable)
    yield from map(write_activity_definition, activity_templates().values())
    yield from map(write_plan_definition, variants().values())
    yield guide.naming_system()


def _with_text(resource: JsonObject) -> JsonObject:
    """The resource with a few words for readers, where it has none (R4 dom-6)."""
    if "text" in resource:
        return resource
    words = (str(resource.get("title") or f"{resource['resourceType']} {resource['id']}"), resource.get("description"))
    written = dict(resource)
    narrative.put_text(written, narrative.of_sentences(*filter(None, words)), DEFAULT_SITE)
    return written


def _manifest() -> JsonObject:
    return {
        "name": guide.PACKAGE,
        "version": VERSION,
        "type": "IG",
        "canonical": systems.CANONICAL_BASE,
        "title": guide.TITLE,
        "description": guide.DESCRIPTION,
        "date": f"{DATE.replace('-', '')}000000",
        "fhirVersions": [guide.FHIR_VERSION],
        "dependencies": guide.DEPENDENCIES,
        "author": PUBLISHER,
        "license": guide.LICENCE,
        "directories": {"lib": "package", "example": "example"},
    }


def _folder(folder: str, resources: Iterable[JsonObject]) -> dict[str, bytes]:
    """The files of a folder by path, with the index that tools read first."""
    named = {f"{item['resourceType']}-{item['id']}.json": item for item in resources}
    index = [{"filename": name, **_facts(item)} for name, item in sorted(named.items())]
    files = {f"{folder}/{name}": rawjson.write(item) for name, item in named.items()}
    return {**files, f"{folder}/.index.json": rawjson.write({"index-version": 2, "files": index})}


def _facts(resource: JsonObject) -> JsonObject:
    """What the index says of a resource: those of its members that are plain text."""
    return {name: resource[name] for name in _INDEXED if isinstance(resource.get(name), str)}


def _packed(files: dict[str, bytes]) -> bytes:
    stamp = int(datetime.fromisoformat(DATE).replace(tzinfo=UTC).timestamp())
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = len(content), stamp, 0o644
            tar.addfile(entry, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), mtime=stamp)
