"""Read a Questionnaire, anybody's, into a form.

Real forms are full of faults: 29 of 40 published ones have errors under HL7's engine. So nothing that can be shown is
refused. What is wrong or not supported is named in ``Form.unsupported`` with its effect, as the table in ``support``
says; a form whose answers could be silently wrong is shown and not filled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from ipt_fhir.locale.texts import N_, text
from ipt_fhir.questionnaires.expression_reading import constraints_in, expressions_in
from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.form import Effect, Form, FormItem, Unsupported
from ipt_fhir.questionnaires.item_reading import read_item
from ipt_fhir.questionnaires.nodes import Node
from ipt_fhir.questionnaires.plan import Plan, make_plan
from ipt_fhir.questionnaires.rows import NotAForm
from ipt_fhir.questionnaires.support import Kind
from ipt_fhir.rawjson import JsonObject

MOST_ITEMS = 5_000
MOST_EXPRESSIONS = 1_000
DEEPEST = 20


_TOO_MANY = N_("The form has more than {most} items, which is more than can be shown.")
_TOO_MANY_EXPRESSIONS = N_("The form has more than {most} expressions, which is more than can be worked out.")
_TOO_DEEP = N_("The form is nested deeper than {most} levels, which is more than can be shown.")


class FormRefused(ValueError):
    """A Questionnaire that cannot even be shown; the fault is with its publisher."""

    def __init__(self, reason: str, most: int) -> None:
        super().__init__(reason.format(most=most))
        self._reason = reason
        self._most = most

    def words(self, language: str = "en") -> str:
        """The reason as a sentence for a person."""
        return text(self._reason, language, most=self._most)


def read_form(questionnaire: JsonObject) -> Form:
    """Read a Questionnaire.

    Raises NotAForm for JSON that is no Questionnaire, and FormRefused for one too large to be shown.
    """
    if questionnaire.get("resourceType") != "Questionnaire":
        raise NotAForm(f"a {questionnaire.get('resourceType', 'nameless resource')} is not a Questionnaire")
    _check_size(questionnaire)
    found: list[Unsupported] = []
    root = Node(questionnaire, "Questionnaire", found)
    _consult(root)
    items = tuple(read_item(row) for row in root.rows("item"))
    everything = [item for top in items for item in top.walk()]
    found.extend(_ambiguous(everything))
    found.extend(_unanswerable(everything))
    variables = expressions_in(root, Known.VARIABLE)
    found.extend(_circular(make_plan(items, variables)))
    return Form(
        url=root.words("url"),
        version=root.words("version"),
        title=root.words("title") or root.words("name") or root.words("id"),
        language=root.words("language"),
        status=root.words("status"),
        items=items,
        translations=root.translations("title"),
        variables=variables,
        constraints=constraints_in(root),
        launch_contexts=tuple(_launch_contexts(root)),
        copyright=root.words("copyright"),
        unsupported=tuple(dict.fromkeys(found)),
        raw=questionnaire,
    )


def _check_size(questionnaire: JsonObject) -> None:
    """Count items before anything recurses into them."""
    level, count, expressions = [questionnaire], 0, 0
    for _ in range(DEEPEST + 1):
        expressions += sum(map(_expressions_at, level))
        if expressions > MOST_EXPRESSIONS:
            raise FormRefused(_TOO_MANY_EXPRESSIONS, MOST_EXPRESSIONS)
        level = [row for node in level for row in _below(node)]
        count += len(level)
        if not level:
            return
        if count > MOST_ITEMS:
            raise FormRefused(_TOO_MANY, MOST_ITEMS)
    raise FormRefused(_TOO_DEEP, DEEPEST)


def _expressions_at(node: JsonObject) -> int:
    rows = node.get("extension")
    return sum(isinstance(row, dict) and "valueExpression" in row for row in rows) if isinstance(rows, list) else 0


def _below(node: JsonObject) -> Iterator[JsonObject]:
    rows = node.get("item")
    return (row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else iter(())


def _consult(root: Node) -> None:
    for member in root.raw:
        root.consult(Kind.ELEMENT, f"Questionnaire.{member.removeprefix('_')}", member)
    root.consult_beside("title", "copyright", "description", "purpose", "publisher", "name")
    root.consult_extensions()


def _launch_contexts(root: Node) -> Iterator[str]:
    """Names by which expressions call what the launch brings: a code in SDC 4.0, an id in the versions before."""
    for extension in root.extensions(Known.LAUNCH_CONTEXT):
        part = extension.part("name")
        value = part.value() if part else None
        name = value.content.get("code") if value and isinstance(value.content, dict) else value and value.content
        if isinstance(name, str):
            yield name


def _ambiguous(items: Iterable[FormItem]) -> Iterator[Unsupported]:
    """linkIds that stand twice: nobody could tell which question an answer belongs to (R4, que-2)."""
    times = Counter(item.link_id for item in items if item.link_id)
    for item in items:
        if times[item.link_id] > 1:
            yield Unsupported(kind="twice", name=item.link_id, place=item.place, effect=Effect.READ_ONLY)


def _unanswerable(items: Iterable[FormItem]) -> Iterator[Unsupported]:
    """Conditions about questions the form does not have."""
    known = {item.link_id for item in items}
    for item in items:
        for condition in item.conditions:
            if condition.question not in known:
                name = f"question {condition.question}"
                yield Unsupported(kind="enableWhen", name=name, place=item.place, effect=Effect.READ_ONLY)


def _circular(plan: Plan) -> Iterator[Unsupported]:
    """Items that wait for each other."""
    for circle in (*plan.condition_circles, *plan.calculation_circles):
        name = " → ".join((*circle, circle[0]))
        yield Unsupported(kind="circle", name=name, place="Questionnaire", effect=Effect.READ_ONLY)
