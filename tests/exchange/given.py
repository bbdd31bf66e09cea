"""Courses as files, and a door to each verb's inside without a process."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO

from hypothesis import strategies as st

from ipt_fhir import rawjson
from ipt_fhir.exchange.export import export
from ipt_fhir.exchange.reading import Place, Unit, units
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.episode import Episode
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems

AT = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
WRITING = Writing(patient="alma")


def exported(episode: Episode, form: str = "bundle") -> bytes:
    """The episode as the verb writes it."""
    return export(episode, form, WRITING, AT)


def bundle_of(episode: Episode, form: str = "bundle") -> JsonObject:
    return rawjson.parse_object(exported(episode, form))


def entry_of(bundle: JsonObject, kind: str) -> JsonObject:
    """The first resource of that type in a Bundle."""
    found: JsonObject = next(
        entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind
    )
    return found


def from_stdin(data: bytes) -> list[Unit]:
    return list(units(["-"], BytesIO(data)))


def unit(value: JsonObject, file: str = "a.json") -> Unit:
    return Unit(Place(file=file), value, None)


_NAMES = (
    "resourceType entry resource fullUrl activity detail reference kind code coding system id identifier value text "
    "type meta profile status goal description"
)
_WORDS = ("CarePlan", "Bundle", "Task", "ServiceRequest", "collection", "urn:x", "Task/1", systems.IDENTIFIER)


def junk() -> st.SearchStrategy[JsonObject]:
    """JSON objects that look like FHIR from far away."""
    names = st.sampled_from(_NAMES.split())
    anything: st.SearchStrategy[object] = st.recursive(
        st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(_WORDS),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5),
        max_leaves=25,
    )
    resources = st.dictionaries(names, anything, max_size=6).flatmap(_typed)
    bundles = st.lists(st.fixed_dictionaries({"resource": resources}) | anything, max_size=4).map(
        lambda found: {"resourceType": "Bundle", "type": "collection", "entry": found}
    )
    return resources | bundles


def _typed(members: JsonObject) -> st.SearchStrategy[JsonObject]:
    kinds = st.sampled_from(["CarePlan", "Task", "ServiceRequest", "Goal"])
    ours = st.sampled_from([{}, {"identifier": [{"system": systems.IDENTIFIER, "value": "x"}]}])
    return st.tuples(kinds, ours).map(lambda found: {**members, "resourceType": found[0], **found[1]})


@dataclass
class Heard:
    """What was complained of, as a function to hand in."""

    words: list[str] = field(default_factory=list)

    def __call__(self, words: str) -> None:
        self.words.append(words)
