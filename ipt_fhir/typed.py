"""The typed face (decision-D4b): the same functions for ``fhir.resources.R4B`` models; ``pip install ipt-fhir[typed]``.

The raw JSON stays the truth: a model that comes in is turned into JSON and goes the usual way, a model that goes out is
built from our JSON and compared with it. What R4B models (release 4.3.0, the nearest to R4 there is) do to a resource:

- Elements nobody knows, ``valueMeta`` of an extension, and other types than R4B has are refused: ``NotCarried``.
- Times are respelled: ``+00:00`` becomes ``Z``, ``.000`` vanishes. The instant is the same; digits of a second beyond
  the sixth would be cut, so such a time is refused.
- A decimal is held exactly, but ``model_dump`` and ``model_dump_json`` send it through float: ``1.10`` becomes ``1.1``
  and the 18th digit is lost. ``from_model`` and ``write`` take it from the model itself. An exponent may be respelled.
- Members are put into the order of the definition; empty lists and nulls vanish, so a resource with one is refused.
- Models do not check required bindings, invariants or reference targets, and allow what only R4B allows: ``validate``.

Never use models to change a resource of somebody else: for that the functions on raw JSON are there (decision-D3).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from ipt_fhir import rawjson
from ipt_fhir.instruments.catalogue import SHIPPED, Catalogue
from ipt_fhir.mapping import episode as mapping
from ipt_fhir.mapping.episode import Reading
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.episode import Episode
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation import validator
from ipt_fhir.validation.issues import Issue

try:
    from fhir.resources.R4B import get_fhir_model_class
    from fhir.resources.R4B.resource import Resource
    from pydantic import BaseModel, ValidationError
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        "ipt_fhir.typed works with fhir.resources, which is not installed: pip install 'ipt-fhir[typed]'",
        name=missing.name,
    ) from missing


_NO_SUCH_TYPE = "resourceType: R4B has no such type"


class NotCarried(ValueError):
    """An R4B model cannot hold this resource unchanged. Fault: the resource's, or R4B's; use the raw JSON instead.

    ``places`` names each element that would be lost, changed or refused; no value is repeated.
    """

    def __init__(self, places: Sequence[str]) -> None:
        super().__init__(f"an R4B model cannot carry this unchanged: {'; '.join(places)}")
        self.places = tuple(places)


class NotAnR4BModel(TypeError):
    """Something else than a ``fhir.resources.R4B`` resource was handed in, such as a model of the R5 default."""

    def __init__(self, given: object) -> None:
        kind = type(given)
        super().__init__(f"a resource of fhir.resources.R4B is needed, not {kind.__module__}.{kind.__qualname__}")


def read(data: bytes) -> Resource:
    """The model of a resource as JSON text (UTF-8). Raises ``rawjson.JsonRefused`` and NotCarried."""
    return to_model(rawjson.parse_object(data))


def write(model: Resource) -> bytes:
    """A model as compact UTF-8 JSON, decimals as the model holds them. Raises NotAnR4BModel."""
    return rawjson.write(from_model(model))


def to_fhir(episode: Episode, writing: Writing, chart: Mapping[str, Resource] | None = None) -> dict[str, Resource]:
    """Every resource of a course by key, as ``ipt_fhir.mapping.episode.to_fhir``; ``chart`` holds models by key.

    Raises NotCarried where a resource of the chart holds what a model cannot.
    """
    present = {key: from_model(model) for key, model in (chart or {}).items()}
    return {key: to_model(resource) for key, resource in mapping.to_fhir(episode, writing, present).items()}


def from_fhir(models: Iterable[Resource], catalogue: Catalogue = SHIPPED) -> Reading:
    """The newest course among the models, as ``ipt_fhir.mapping.episode.from_fhir``; its ``resources`` are raw JSON."""
    return mapping.from_fhir([from_model(model) for model in models], catalogue)


def validate(model: Resource, profiles: Sequence[str] = ()) -> list[Issue]:
    """Hold a model against FHIR R4 4.0.1 and profiles, as ``ipt_fhir.validation.validator.validate``."""
    return validator.validate(from_model(model), profiles)


def to_model(resource: JsonObject) -> Resource:
    """The R4B model of a resource as raw JSON. Raises NotCarried, naming each field that would not come back."""
    kind = resource.get("resourceType")
    try:
        model = get_fhir_model_class(str(kind)).model_validate(rawjson.with_plain_numbers(resource))
    except ValidationError as refused:
        raise NotCarried([f"{_place(str(kind), wrong['loc'])}: {wrong['msg']}" for wrong in refused.errors()]) from None
    except ValueError:
        raise NotCarried([_NO_SUCH_TYPE]) from None
    if not isinstance(model, Resource):
        raise NotCarried([_NO_SUCH_TYPE])
    lost = list(_differences(resource, from_model(model), str(kind)))
    if lost:
        raise NotCarried(lost)
    return model


def from_model(model: Resource) -> JsonObject:
    """A model as raw JSON, with its decimals digit by digit. Raises NotAnR4BModel."""
    if not isinstance(model, Resource):
        raise NotAnR4BModel(model)
    written = rawjson.parse_object(model.model_dump_json().encode())
    exact: JsonObject = _exact(model, written)
    return exact


def _exact(held: Any, written: Any) -> Any:
    """The written JSON, with the decimals that the model holds in place of the floats it wrote."""
    if isinstance(held, BaseModel):
        names = {field.alias or name: name for name, field in type(held).model_fields.items()}
        return {alias: _exact(getattr(held, names.get(alias, alias), None), part) for alias, part in written.items()}
    if isinstance(held, list):
        return [_exact(*pair) for pair in zip(held, written, strict=True)]
    return rawjson.parse(str(held).encode()) if isinstance(held, Decimal) else written


def _differences(before: Any, after: Any, where: str) -> Iterator[str]:
    """The places at which a resource would come back from its model as something else."""
    if isinstance(before, dict) and isinstance(after, dict):
        yield from (f"{where}.{name}" for name in before if name not in after)
        for name in before.keys() & after.keys():
            yield from _differences(before[name], after[name], f"{where}.{name}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, pair in enumerate(zip(before, after, strict=True)):
            yield from _differences(*pair, f"{where}[{index}]")
    elif not rawjson.equal(before, after) and not _same_time(before, after):
        yield where


def _same_time(before: Any, after: Any) -> bool:
    """Two spellings of one instant, or of one time of day; more digits than Python holds are another instant."""
    if not isinstance(before, str) or not isinstance(after, str):
        return False
    kind = datetime if "T" in before else time
    digits = before.partition(".")[2]
    try:
        return kind.fromisoformat(before) == kind.fromisoformat(after) and not digits[6:7].isdigit()
    except (ValueError, TypeError):
        return False


def _place(kind: str, location: tuple[int | str, ...]) -> str:
    return kind + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
