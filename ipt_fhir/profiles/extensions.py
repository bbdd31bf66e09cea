"""Our extensions: where each may stand, what it holds, and which of our value sets its codes come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ipt_fhir.mapping.publication import heading
from ipt_fhir.profiles.foreign_codes import CIRCUMSTANCES
from ipt_fhir.profiles.vocabulary import value_set_of
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What an extension or a part of one holds: a FHIR type, how often, and for codes the value set, which binds.

    ``targets`` are the types a Reference may point to; ``suggested`` weakens the binding to a preferred one.
    """

    type: str
    short: str
    least: int = 1
    most: str = "1"
    value_set: str | None = None
    suggested: bool = False
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """An extension of ours: either one ``value`` or named ``parts``. ``contexts`` are the elements it may stand on."""

    url: str
    title: str
    description: str
    contexts: tuple[str, ...]
    value: Value | None = None
    parts: dict[str, Value] | None = None


def _coded(system: str, short: str, least: int = 1, most: str = "1", kind: str = "code") -> Value:
    return Value(type=kind, short=short, least=least, most=most, value_set=value_set_of(system))


EXTENSIONS = (
    Extension(
        url=systems.EXTENSION_PHASE,
        title="IPT phase",
        description="Where the course stands.",
        contexts=("CarePlan",),
        value=_coded(systems.IPT_PHASE, "The phase", kind="Coding"),
    ),
    Extension(
        url=systems.EXTENSION_CONTRACT,
        title="IPT contract",
        description="What patient and therapist agreed. The end stands in the period of the plan; once the course has "
        "ended that period says when it did, and the agreed end stands here.",
        contexts=("CarePlan",),
        parts={
            "sessions": Value(type="positiveInt", short="How many sessions"),
            "frequency": _coded(systems.IPT_FREQUENCY, "How often"),
            "minutes": Value(type="positiveInt", short="How long a session is, in minutes"),
            "agreedOn": Value(type="date", short="The day of the agreement"),
            "endsOn": Value(type="date", short="The agreed last day, once the course has ended", least=0),
        },
    ),
    Extension(
        url=systems.EXTENSION_PROBLEM_AREA,
        title="IPT problem area",
        description="The focus of the course, who proposed it, and whether the patient agreed.",
        contexts=("CarePlan",),
        parts={
            "area": _coded(systems.IPT_PROBLEM_AREA, "The problem area", kind="Coding"),
            "rank": _coded(systems.IPT_AREA_RANK, "Leading or second"),
            "proposedBy": _coded(systems.IPT_PROPOSED_BY, "Who brought it up"),
            "agreedByPatient": Value(type="boolean", short="Whether the patient agreed"),
            "agreedOn": Value(type="date", short="The day of the agreement", least=0),
            "closedOn": Value(type="date", short="The day on which work on it ended", least=0),
            "circumstance": Value(
                type="Coding",
                short="A Z code of ICD-10-CM that goes with it; never the diagnosis",
                least=0,
                value_set=CIRCUMSTANCES,
                suggested=True,
            ),
        },
    ),
    Extension(
        url=systems.EXTENSION_SETTING,
        title="IPT setting",
        description="Where the therapy takes place.",
        contexts=("CarePlan",),
        value=_coded(systems.IPT_SETTING, "The setting", kind="Coding"),
    ),
    Extension(
        url=systems.EXTENSION_ENDING,
        title="IPT ending",
        description="Why and when the course ended, and what follows.",
        contexts=("CarePlan",),
        parts={
            "reason": _coded(systems.IPT_TERMINATION_REASON, "Why it ended"),
            "endedOn": Value(type="date", short="The last day"),
            "disposition": _coded(systems.IPT_DISPOSITION, "What follows", least=0, most="*"),
            "reviewedOn": Value(type="date", short="The day on which both looked back", least=0),
        },
    ),
    Extension(
        url=systems.EXTENSION_SESSION,
        title="IPT session",
        description="Makes a progress note, an Encounter or a Procedure a session of the course. No narrative exists.",
        contexts=("CarePlan.activity.progress", "Encounter", "Procedure"),
        parts={
            "number": Value(type="positiveInt", short="Its number; each kind beside the contract counts for itself"),
            "attendance": _coded(systems.IPT_ATTENDANCE, "Held, missed or cancelled"),
            "mode": _coded(systems.IPT_SESSION_MODE, "How they met"),
            "phase": _coded(systems.IPT_PHASE, "The phase it belongs to"),
            "kind": _coded(systems.IPT_SESSION_TYPE, "Who met; individual when absent", least=0),
            "starts": Value(type="dateTime", short="When it began", least=0),
            "minutes": Value(type="positiveInt", short="How long it lasted, in minutes", least=0),
        },
    ),
    Extension(
        url=systems.EXTENSION_GOAL_TEMPLATE,
        title="IPT goal template",
        description="The entry of the catalogue a goal was started from.",
        contexts=("Goal", "PlanDefinition.goal"),
        value=_coded(systems.IPT_GOAL_TEMPLATE, "The template"),
    ),
    Extension(
        url=systems.EXTENSION_REPLACES,
        title="IPT replaced response",
        description="The response, or the total entered by hand, that this corrected one replaces.",
        contexts=("QuestionnaireResponse", "Observation"),
        value=Value(type="Reference", short="What no longer counts", targets=("QuestionnaireResponse", "Observation")),
    ),
)


def extension_definitions() -> Iterator[JsonObject]:
    """R4 StructureDefinition of each extension, as a differential."""
    for item in EXTENSIONS:
        yield {
            **heading("StructureDefinition", item.url.rsplit("/", 1)[1], item.title, item.description),
            "fhirVersion": "4.0.1",
            "kind": "complex-type",
            "abstract": False,
            "context": [{"type": "element", "expression": place} for place in item.contexts],
            "type": "Extension",
            "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Extension",
            "derivation": "constraint",
            "differential": {"element": list(_elements(item))},
        }


def _elements(item: Extension) -> Iterator[JsonObject]:
    yield {"id": "Extension", "path": "Extension", "short": item.title, "definition": item.description}
    if item.parts:
        least = sum(part.least for part in item.parts.values())
        yield {"id": "Extension.extension", "path": "Extension.extension", "min": least}
        for name, part in item.parts.items():
            yield from _part(name, part)
    else:
        yield {"id": "Extension.extension", "path": "Extension.extension", "max": "0"}
    yield {"id": "Extension.url", "path": "Extension.url", "fixedUri": item.url}
    if item.value:
        yield _value("Extension", "Extension", item.value)
    else:
        yield {"id": "Extension.value[x]", "path": "Extension.value[x]", "max": "0"}


def _part(name: str, part: Value) -> Iterator[JsonObject]:
    where, path = f"Extension.extension:{name}", "Extension.extension"
    yield {
        "id": where,
        "path": path,
        "sliceName": name,
        "short": part.short,
        "definition": f"{part.short}.",
        "min": part.least,
        "max": part.most,
    }
    yield {"id": f"{where}.extension", "path": f"{path}.extension", "max": "0"}
    yield {"id": f"{where}.url", "path": f"{path}.url", "fixedUri": name}
    yield _value(where, path, part)


def _value(where: str, path: str, value: Value) -> JsonObject:
    kind: JsonObject = {"code": value.type}
    if value.targets:
        kind["targetProfile"] = [f"http://hl7.org/fhir/StructureDefinition/{target}" for target in value.targets]
    written: JsonObject = {"id": f"{where}.value[x]", "path": f"{path}.value[x]", "short": value.short, "min": 1}
    written["type"] = [kind]
    if value.value_set:
        strength = "preferred" if value.suggested else "required"
        written["binding"] = {"strength": strength, "valueSet": value.value_set}
    return written
