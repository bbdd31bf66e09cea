"""Our clinical rules: what must hold for one course of therapy beyond FHIR, before it leaves the house.

An ERROR is a rule that everything we write keeps, so a broken one is a fault of ours. A WARNING may come from a
colleague's change or from a course as it is lived, and keeps nothing in the house.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ipt_fhir.instruments.catalogue import SHIPPED, Catalogue, Instrument, form_is_shipped
from ipt_fhir.mapping import editing
from ipt_fhir.mapping.safety import is_safety
from ipt_fhir.questionnaires.reading import SCORED_STATUSES, read_answers
from ipt_fhir.questionnaires.scoring import Score, score, value_of
from ipt_fhir.rawjson import JsonObject, number
from ipt_fhir.terminology import systems
from ipt_fhir.terminology.scores import SCORES
from ipt_fhir.validation import patients, schemas
from ipt_fhir.validation.issues import Issue, Severity, errors
from ipt_fhir.validation.sentences import sentence
from ipt_fhir.validation.third_parties import named_in
from ipt_fhir.validation.validator import validate

Found = tuple[JsonObject, str, str]
"""The resource, the FHIRPath below it, the rule."""

_OPEN = {"proposed", "planned", "accepted", "active", "on-hold"}
_WITHDRAWN = "entered-in-error"
_CLOSED = {"completed", "revoked"}
WARNINGS = frozenset({"ipt-goal-one-score", "ipt-plan-end"})


def validate_course(resources: Sequence[JsonObject], names: Iterable[str] = ()) -> list[Issue]:
    """Hold the resources of one course, all of them, against FHIR, the profiles they claim and our clinical rules.

    ``names`` are display names that must not leave the house (see ``names_in``). Profiles that are claimed and not
    held here are passed over. Locations begin with the place in the list: ``%course[3].ofType(Goal).target[0]``. A
    resource with an ERROR of FHIR is not asked clinical questions, so mend that first.
    """
    places = {id(resource): _place(index, resource) for index, resource in enumerate(resources)}
    found: list[Issue] = []
    sound: list[JsonObject] = []
    for resource in resources:
        told = validate(resource, _claims(resource))
        found += [_moved(issue, resource, places[id(resource)]) for issue in told]
        sound += [] if errors(told) else [resource]
    found += [_moved(issue, resource, places[id(resource)]) for resource, issue in broken_rules(sound)]
    return list(dict.fromkeys(found + names_in(resources, names)))


def broken_rules(course: Sequence[JsonObject], catalogue: Catalogue = SHIPPED) -> list[tuple[JsonObject, Issue]]:
    """The clinical rules alone: each resource of a whole course that breaks one, and the issue.

    All the resources must be without an ERROR of FHIR (``validate``). Who files a part of a course hands in all of it,
    because most rules hold between resources. ``catalogue`` holds the instruments whose scores can be judged.
    """
    found = (
        (resource, below, rule) for check in _RULES for resource, below, rule in check(_Course(list(course), catalogue))
    )
    return [(resource, _issue(str(resource["resourceType"]), below, rule)) for resource, below, rule in found]


def names_in(resources: Sequence[JsonObject], names: Iterable[str]) -> list[Issue]:
    """Every text in the resources that holds one of these names (decision-D20: nobody else's name enters the chart).

    Names are compared as words, whatever their case and whatever markup stands between them; those of one letter are
    initials, which may be filed. The issue does not repeat the name.
    """
    wanted = list(names)
    return [
        _issue(_place(index, resource), below, "ipt-third-party-name")
        for index, resource in enumerate(resources)
        for below in named_in(resource, wanted)
    ]


@dataclass(frozen=True)
class _Course:
    """The resources of a course, found by type and by reference."""

    resources: list[JsonObject]
    catalogue: Catalogue

    def of_type(self, name: str) -> Iterator[JsonObject]:
        return (resource for resource in self.resources if resource["resourceType"] == name)

    def find(self, element: object) -> JsonObject | None:
        """The resource a Reference points to, where the course holds it."""
        target = editing.target_of(element)
        return next((resource for resource in self.resources if target in editing.targets(resource)), None)


def _claims(resource: JsonObject) -> list[str]:
    """What it claims to conform to and we can check; a claim of nonsense is the base type's to refuse."""
    meta = resource.get("meta")
    claimed = meta.get("profile") if isinstance(meta, dict) else None
    listed = claimed if isinstance(claimed, list) else []
    return [name for name in listed if isinstance(name, str) and schemas.of_profile(name)]


def _place(index: int, resource: JsonObject) -> str:
    return f"%course[{index}].ofType({resource.get('resourceType')})"


def _moved(issue: Issue, resource: JsonObject, place: str) -> Issue:
    below = issue.location.removeprefix(str(resource.get("resourceType")))
    dotted = below if below.startswith((".", "[")) or not below else f".{below}"
    return Issue(issue.severity, place + dotted, issue.rule, issue.message)


def _issue(place: str, below: str, rule: str) -> Issue:
    severity = Severity.WARNING if rule in WARNINGS else Severity.ERROR
    return Issue(severity, f"{place}.{below}", rule, f"IPT: {sentence(rule)}")


def _goals(course: _Course) -> Iterator[Found]:
    for goal in course.of_type("Goal"):
        targets = goal.get("target", [])
        if goal["lifecycleStatus"] in _OPEN and not any("dueDate" in item or "dueDuration" in item for item in targets):
            yield goal, "target", "ipt-goal-due"
        scored = [index for index, item in enumerate(targets) if _scores(item.get("measure"))]
        yield from ((goal, f"target[{index}].measure", "ipt-goal-one-score") for index in scored[1:])


def _plans(course: _Course) -> Iterator[Found]:
    for plan in course.of_type("CarePlan"):
        if plan["status"] in _CLOSED and "end" not in plan.get("period", {}):
            yield plan, "period.end", "ipt-plan-end"


def _scores(concept: object) -> list[str]:
    coded = (systems.LOINC, systems.IPT_GOAL_MEASURE)
    return [code for system in coded for code in editing.codes_of(concept, system) if code in SCORES]


def _observations(course: _Course) -> Iterator[Found]:
    for observation in course.of_type("Observation"):
        codes = _scores(observation.get("code"))
        value = _value(observation)
        if codes and value is not None:
            wrong = (*_range(codes[0], value), *_source(course, observation, codes[0], value))
            yield from ((observation, below, rule) for below, rule in wrong)


def _versions(course: _Course) -> Iterator[Found]:
    """decision-D36: what was corrected or withdrawn counts nowhere, and neither does what was drawn from it."""
    for response in course.of_type("QuestionnaireResponse"):
        for named in editing.extensions(response, systems.EXTENSION_REPLACES):
            first = course.find(editing.value_of(named))
            if first and first.get("status") != _WITHDRAWN:
                yield first, "status", "ipt-replaced-counts"
    for observation in course.of_type("Observation"):
        sources = filter(None, map(course.find, observation.get("derivedFrom", [])))
        if observation["status"] != _WITHDRAWN and any(source.get("status") == _WITHDRAWN for source in sources):
            yield observation, "status", "ipt-score-withdrawn"


def _value(observation: JsonObject) -> Decimal | None:
    value = number(observation.get("valueInteger", observation.get("valueQuantity", {}).get("value")))
    return Decimal(value) if isinstance(value, int | Decimal) else None


def _range(code: str, value: Decimal) -> Iterator[tuple[str, str]]:
    highest = SCORES[code].highest
    if value < SCORES[code].lowest or (highest is not None and value > highest):
        yield "value", "ipt-score-range"


def _source(course: _Course, observation: JsonObject, code: str, value: Decimal) -> Iterator[tuple[str, str]]:
    """A score of an instrument comes from answers, all of them, and is what they add up to.

    Where we ship no form, a total may have been entered by hand, also before the clinic added a form of its own.
    """
    measure = course.catalogue.instrument_for(code)
    sources = observation.get("derivedFrom", [])
    if measure is None:
        return
    if form_is_shipped(measure) and not any(_may_be_response(source) for source in sources):
        yield "derivedFrom", "ipt-score-source"
    for response in filter(None, map(course.find, sources)):
        if response["resourceType"] == "QuestionnaireResponse":
            total = value_of(_result(measure, response), measure, code)
            if total is None:
                yield "value", "ipt-score-incomplete"
            elif total != value:
                yield "value", "ipt-score-total"


def _may_be_response(source: JsonObject) -> bool:
    return (editing.target_of(source) or "").startswith(("QuestionnaireResponse/", "urn:", "#"))


def _result(measure: Instrument, response: JsonObject) -> Score:
    return score(measure, read_answers(measure, response).answers)


def _safety(course: _Course) -> Iterator[Found]:
    """decision-D21: a positive answer is somebody's task, found through the Observation the task is about."""
    waiting = [course.find(task.get("focus")) for task in course.of_type("Task") if is_safety(task)]
    sources = [source for item in waiting if item for source in item.get("derivedFrom", [])]
    covered = [id(course.find(source)) for source in sources]
    for response in course.of_type("QuestionnaireResponse"):
        measure = course.catalogue.instrument_for(response.get("questionnaire", ""))
        if measure is None or editing.identifier_of(response) is None or response["status"] not in SCORED_STATUSES:
            continue
        safety = _result(measure, response).safety
        if safety and safety.positive and id(response) not in covered:
            yield response, "item", "ipt-safety-task"


def _patients(course: _Course) -> Iterator[Found]:
    yield from ((resource, name, "ipt-subject") for resource, name in patients.without_subject(course.resources))
    yield from ((resource, below, "ipt-one-patient") for resource, below in patients.strangers(course.resources))


_RULES: tuple[Callable[[_Course], Iterator[Found]], ...] = (
    _patients,
    _goals,
    _plans,
    _observations,
    _versions,
    _safety,
)
