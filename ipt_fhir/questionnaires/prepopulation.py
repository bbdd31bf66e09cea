"""What a form may be filled in with before anybody types: the launch, and what it asks of the record (SDC 4.0.0,
Form Population).

``prepopulate`` asks; ``open_filling`` then puts values into the form, each with its origin (``Origin.CHART``), and says
at the question where something could not be found. Nothing of another patient enters: what is not about the launched
patient is left out and said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from ipt_fhir.locale.texts import N_
from ipt_fhir.questionnaires.expression_reading import QUERY
from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.fhirpath import ExpressionRefused, evaluate
from ipt_fhir.questionnaires.form import Expression, Form, Value
from ipt_fhir.questionnaires.loose import extensions_of, rows, words
from ipt_fhir.questionnaires.observed import Linked, linked_questions, newest_answer, observation_queries
from ipt_fhir.questionnaires.options import ValueSets
from ipt_fhir.questionnaires.problems import Problem
from ipt_fhir.questionnaires.queries import Search, filled, only_of, patients_of, within
from ipt_fhir.questionnaires.surroundings import Surroundings
from ipt_fhir.rawjson import JsonObject

__all__ = ["Prepared", "Search", "prepopulate"]

_MOST_QUERIES = 60
_NOT_ASKED = N_("The record could not be asked for what the form wants to know ({named}).")
_TOO_MANY = N_("The form asks the record more than {named} questions; the rest are not asked.")
_OF_OTHERS = N_("The record answered with data that are not this patient's ({named}); they are left out.")
_NO_PATIENT = N_("Nobody said which patient the form is about, so the record is not asked ({named}).")


@dataclass(frozen=True, slots=True)
class Prepared:
    """The surroundings to open the form in, and what could not be found out, each a sentence for a person."""

    surroundings: Surroundings
    problems: tuple[Problem, ...]


def prepopulate(form: Form, surroundings: Surroundings, search: Search) -> Prepared:
    """Ask the record what a form wants to know beforehand.

    ``surroundings.resources`` hold the launch; ``patient`` decides whose data may enter. Nothing is raised: what is
    refused or not answered becomes a problem, and a question that needs it says so when the form is opened.
    """
    asking = _Asking(form, surroundings, search)
    asking.admit_launch()
    asking.ask_all()
    found = replace(surroundings, resources=asking.known, found=asking.found)
    return Prepared(found, tuple(asking.problems))


class _Question(NamedTuple):
    """One question to the record: the name its answer has in the form, and the query as the form writes it."""

    name: str
    query: str


@dataclass(slots=True, eq=False)
class _Asking:
    """The questions of one form to the record, ``count`` of them asked so far."""

    form: Form
    surroundings: Surroundings
    search: Search
    known: dict[str, JsonObject] = field(default_factory=dict)
    found: dict[str, tuple[Value, ...]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    count: int = 0

    @property
    def patient_id(self) -> str:
        """The id of the launched patient, empty where nobody is."""
        return words(self.surroundings.resources.get("patient"), "id")

    def admit_launch(self) -> None:
        """The launch's resources by the names the form calls them (``%client`` for the patient), none of others."""
        for name, resource in self.surroundings.resources.items():
            named = {resource.get("id")} if resource.get("resourceType") == "Patient" else set(patients_of(resource))
            if named - {self.patient_id}:
                self.say(_OF_OTHERS, name)
            else:
                self.known[name] = resource
        for name, kinds in _launch_names(self.form.raw):
            fitting = [resource for resource in self.known.values() if resource.get("resourceType") in kinds]
            if fitting:
                self.known.setdefault(name, fitting[0])

    def ask_all(self) -> None:
        """Everything the form asks: variables, batches of queries, and the Observations of linked questions."""
        variables = [_Question(expression.name, expression.text) for expression in _queries(self.form)]
        batches = {name: [_Question(name, url) for url in urls] for name, urls in _source_queries(self.form.raw)}
        linked = linked_questions(self.form, self.surroundings.now)
        if not (variables or batches or linked):
            return
        if not self.patient_id:
            names = [*(asked.name for asked in variables), *batches, *(one.item.link_id for one in linked)]
            self.say(_NO_PATIENT, ", ".join(names[:3]))
            return
        observed = [_Question("Observation", query) for query in observation_queries(linked, self.patient_id)]
        answers = self._in_rounds(
            [*variables, *(one for batch in batches.values() for one in batch), *observed], variables
        )
        for name, batch in batches.items():
            entries = [{"resource": answers[asked]} if asked in answers else {} for asked in batch]
            self.known[name] = {"resourceType": "Bundle", "type": "batch-response", "entry": entries}
        self._take_observed(linked, [answers[asked] for asked in observed if asked in answers])

    def _in_rounds(self, asked: list[_Question], variables: list[_Question]) -> dict[_Question, JsonObject]:
        """The answers. What may be asked now is asked together; a query may need the answer to an earlier one."""
        answers: dict[_Question, JsonObject] = {}
        waiting = list(dict.fromkeys(asked))
        while waiting:
            ready, refused = self._ready(waiting)
            if not ready:
                for problem in refused.values():
                    self.say(problem.reason, problem.named)
                break
            answers |= self._asked(ready)
            self.known |= {one.name: answers[one] for one in variables if one in answers}
            waiting = list(refused)
        return answers

    def _ready(self, waiting: list[_Question]) -> tuple[dict[_Question, str], dict[_Question, ExpressionRefused]]:
        """The questions with their queries filled in and held to the patient; and those that cannot be asked yet."""
        ready, refused = {}, {}
        for asked in waiting:
            try:
                ready[asked] = within(filled(asked.query, self._evaluate), self.patient_id)
            except ExpressionRefused as problem:
                refused[asked] = problem
        return ready, refused

    def _asked(self, ready: dict[_Question, str]) -> dict[_Question, JsonObject]:
        """Ask the record, the same query once; what comes back is held to the patient."""
        queries = list(dict.fromkeys(ready.values()))
        allowed = queries[: max(0, _MOST_QUERIES - self.count)]
        if len(allowed) < len(queries):
            self.say(_TOO_MANY, str(_MOST_QUERIES))
        self.count += len(allowed)
        found = dict(zip(allowed, self.search(allowed), strict=True)) if allowed else {}
        answers = {}
        for asked, query in ready.items():
            answer = found.get(query)
            if answer is not None:
                answers[asked], others = only_of(answer, self.patient_id)
                if others:
                    self.say(_OF_OTHERS, asked.name)
            elif query in found:
                self.say(_NOT_ASKED, asked.name)
        return answers

    def _take_observed(self, linked: list[Linked], answers: list[JsonObject]) -> None:
        """The answers that stand in the record as Observations with the code of a question."""
        observations = [entry["resource"] for answer in answers for entry in rows(answer, "entry")]
        sets = ValueSets(self.form.raw, self.surroundings.expand)
        for question in linked:
            options = sets.options(question.item)
            if values := newest_answer(question, observations, self.patient_id, options):
                self.found[question.item.place] = values

    def say(self, reason: str, named: str) -> None:
        """Note a problem of the whole form, once."""
        problem = Problem(path="", link_id="", reason=reason, named=named)
        if problem not in self.problems:
            self.problems.append(problem)

    def _evaluate(self, text: str) -> Sequence[Any]:
        return evaluate(text, None, self.known, now=self.surroundings.now)


def _queries(form: Form) -> Iterator[Expression]:
    variables = (*form.variables, *(variable for item in form.walk() for variable in item.variables))
    return (variable for variable in variables if variable.language == QUERY and variable.name)


def _launch_names(questionnaire: JsonObject) -> Iterator[tuple[str, set[str]]]:
    """The names of launch contexts with the types of resource each takes; a name is a code, before SDC 4 an id."""
    for extension in extensions_of(questionnaire, Known.LAUNCH_CONTEXT):
        parts = rows(extension, "extension")
        told = [part for part in parts if part.get("url") == "name"]
        names = [words(part, "valueId") or words(part, "valueCoding", "code") for part in told]
        kinds = {words(part, "valueCode") for part in parts if part.get("url") == "type"}
        yield from ((name, kinds) for name in names if name)


def _source_queries(questionnaire: JsonObject) -> Iterator[tuple[str, list[str]]]:
    """The batches a form refers to: their ids, and the queries in them."""
    contained = rows(questionnaire, "contained")
    batches = {words(resource, "id"): resource for resource in contained if resource.get("resourceType") == "Bundle"}
    for extension in extensions_of(questionnaire, Known.SOURCE_QUERIES):
        name = words(extension, "valueReference", "reference").removeprefix("#")
        if name in batches:
            yield name, [words(entry, "request", "url") for entry in rows(batches[name], "entry")]
