"""What a form may know before anybody types: the launch, what it asks of the record, and the lists of its answers.

Asked once, when the form is opened, and kept beside its draft: each answer is worked out with what was known then, also
when the sign-in has run out (decision-D63).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl

from ipt_fhir import rawjson
from ipt_fhir.ehr.client import FhirClient
from ipt_fhir.ehr.errors import EhrError
from ipt_fhir.questionnaires.extensions import Known as Extension
from ipt_fhir.questionnaires.form import Form, Value
from ipt_fhir.questionnaires.prepopulation import prepopulate
from ipt_fhir.questionnaires.problems import Problem
from ipt_fhir.questionnaires.surroundings import Surroundings
from ipt_fhir.rawjson import JsonObject
from smart_app.language import current
from smart_app.services.desk import Desk
from smart_app.services.drafting import Owner, owner_at
from smart_app.services.forms_at_hand import KNOWN, FormAtHand
from smart_app.services.practice import Practice
from smart_app.store import drafts, launches

_MOST_VALUE_SETS = 40
_ASKING = frozenset[str](
    {
        *(Extension.LAUNCH_CONTEXT, Extension.SOURCE_QUERIES, Extension.OBSERVATION_LINK_PERIOD),
        *(Extension.INITIAL_EXPRESSION, Extension.VARIABLE),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Known:
    """What a form knows: resources by name, answers of the record by place, codings by value set, and what could not be
    found out."""

    resources: Mapping[str, JsonObject] = field(default_factory=dict)
    found: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    codings: Mapping[str, Sequence[JsonObject]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def prepare(practice: Practice, desk: Desk, at_hand: FormAtHand) -> Known:
    """What the form knows: as it was kept, or asked now and kept. A form that asks nothing is not asked for."""
    owner = owner_at(desk)
    with practice.store.read() as tx:
        kept = drafts.load(tx, owner.draft(KNOWN + at_hand.key))
        launch = launches.find_grant(tx, desk.lane, desk.user_sub, practice.idle)
    if kept is not None:
        return _from_json(rawjson.parse_object(kept.text.encode()))
    if launch is None or not (_value_sets(at_hand.form) or _asks(at_hand.form)):
        return Known(resources=_of_the_desk(desk))
    known = _ask(practice, desk, practice.hospital(launch), at_hand.form)
    with practice.store.write() as tx:
        drafts.save(tx, owner.draft(KNOWN + at_hand.key), rawjson.write(_to_json(known)).decode())
    return known


def known_of(practice: Practice, owner: Owner, desk: Desk | None, key: str) -> Known:
    """What the form knows, without asking anybody; of a launch that went idle nothing more than was kept."""
    with practice.store.read() as tx:
        kept = drafts.load(tx, owner.draft(KNOWN + key))
    if kept is not None:
        return _from_json(rawjson.parse_object(kept.text.encode()))
    return Known(resources=_of_the_desk(desk) if desk else {})


def surroundings(practice: Practice, known: Known) -> Surroundings:
    """What is known as the engine takes it."""
    return Surroundings(
        now=practice.clock(),
        language=current(),
        resources=known.resources,
        found=known.found,
        expand=known.codings.get,
    )


def _ask(practice: Practice, desk: Desk, client: FhirClient, form: Form) -> Known:
    codings = _expansions(client, form)
    resources = {**_of_the_desk(desk), **_of_the_launch(client, desk)} if _asks(form) else _of_the_desk(desk)
    known = Known(resources=resources, codings=codings)
    if not _asks(form):
        return known
    prepared = prepopulate(form, surroundings(practice, known), lambda queries: _search(client, queries))
    return replace(
        known,
        resources=prepared.surroundings.resources,
        found=prepared.surroundings.found,
        problems=prepared.problems,
    )


def _asks(form: Form) -> bool:
    """Whether the form wants to know anything of the launch or the record."""
    nodes = [form.raw, *(item.raw or {} for item in form.walk())]
    return any(
        row.get("url") in _ASKING for node in nodes for row in node.get("extension", ()) if isinstance(row, dict)
    )


def _value_sets(form: Form) -> list[str]:
    """The value sets the form names and does not hold itself."""
    named = (name for item in form.walk() for name in (item.value_set, item.unit_value_set))
    return list(dict.fromkeys(name for name in named if name and not name.startswith("#")))


def _expansions(client: FhirClient, form: Form) -> dict[str, Sequence[JsonObject]]:
    """As the hospital's server expands them; one it cannot expand stays unknown, and its question says so."""
    found: dict[str, Sequence[JsonObject]] = {}
    for canonical in _value_sets(form)[:_MOST_VALUE_SETS]:
        try:
            codings = client.expand(canonical)
        except EhrError:
            continue
        if codings:
            found[canonical] = codings
    return found


def _search(client: FhirClient, queries: Sequence[str]) -> list[JsonObject | None]:
    """The record's answers, all at once; where one of them fails, each by itself, and None for those that do."""
    parsed = [
        (kind, parse_qsl(asked, keep_blank_values=True)) for kind, _, asked in (q.partition("?") for q in queries)
    ]
    try:
        return [_bundle(found) for found in client.read_context(parsed)]
    except EhrError:
        return [_search_one(client, kind, asked) for kind, asked in parsed]


def _search_one(client: FhirClient, kind: str, asked: list[tuple[str, str]]) -> JsonObject | None:
    try:
        return _bundle(client.search(kind, asked))
    except EhrError:
        return None


def _bundle(found: Sequence[JsonObject]) -> JsonObject:
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": resource} for resource in found]}


def _of_the_launch(client: FhirClient, desk: Desk) -> dict[str, JsonObject]:
    """The patient and the user as the record has them."""
    wanted = {"patient": f"Patient/{desk.patient.id}", "user": desk.therapist.reference or ""}
    found: dict[str, JsonObject] = {}
    for name, reference in wanted.items():
        kind, slash, resource_id = reference.partition("/")
        try:
            if slash:
                found[name] = client.read(kind, resource_id).resource
        except EhrError:
            continue
    return found


def _of_the_desk(desk: Desk) -> dict[str, JsonObject]:
    """The patient and the user as far as the launch told of them."""
    card, user = desk.patient, desk.therapist
    patient = {"birthDate": card.birth_date, "gender": card.sex}
    found: dict[str, JsonObject] = {
        "patient": {"resourceType": "Patient", "id": card.id, "name": [{"text": card.name}]}
        | {name: value for name, value in patient.items() if value}
    }
    kind, slash, user_id = (user.reference or "").partition("/")
    if slash:
        found["user"] = {"resourceType": kind, "id": user_id, "name": [{"text": user.display}]}
    return found


def _to_json(known: Known) -> JsonObject:
    return {
        "resources": dict(known.resources),
        "found": {place: [list(value) for value in values] for place, values in known.found.items()},
        "codings": {canonical: list(codings) for canonical, codings in known.codings.items()},
        "problems": [[problem.reason, problem.named] for problem in known.problems],
    }


def _from_json(kept: JsonObject) -> Known:
    return Known(
        resources=kept["resources"],
        found={place: tuple(Value(*value) for value in values) for place, values in kept["found"].items()},
        codings=kept["codings"],
        problems=tuple(Problem(path="", link_id="", reason=reason, named=named) for reason, named in kept["problems"]),
    )
