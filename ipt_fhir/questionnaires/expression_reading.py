"""Expressions and constraints of a form, as its author wrote them."""

from __future__ import annotations

from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.fhirpath import LANGUAGE as FHIRPATH
from ipt_fhir.questionnaires.fhirpath import ExpressionRefused, compile_expression
from ipt_fhir.questionnaires.form import Constraint, Effect, Expression, Toggle
from ipt_fhir.questionnaires.nodes import Node
from ipt_fhir.questionnaires.support import Kind, effect_of

QUERY = "application/x-fhir-query"
_EXPRESSION = "valueExpression"


def expression_in(node: Node, known: Known, unable: Effect | None = None) -> Expression | None:
    """The expression in the first extension of that kind; ``unable`` is the effect of one that cannot be evaluated."""
    extension = node.extension(known)
    return expression_of(extension, unable=unable) if extension else None


def expressions_in(node: Node, known: Known) -> tuple[Expression, ...]:
    """The expressions in all extensions of that kind; those that are none are named and left out."""
    found = (expression_of(extension, queries=True) for extension in node.extensions(known))
    return tuple(expression for expression in found if expression)


def expression_of(extension: Node, *, queries: bool = False, unable: Effect | None = None) -> Expression | None:
    """The valueExpression of an extension, None where it holds none. Languages nobody evaluates here are named."""
    if _EXPRESSION not in extension.raw:
        extension.note("expression", "missing", unable or Effect.READ_ONLY)
        return None
    child = extension.child(_EXPRESSION)
    language, words = child.words("language"), child.words("expression")
    effect = effect_of(Kind.EXPRESSION_LANGUAGE, language)
    if language == QUERY and not queries:
        effect = Effect.READ_ONLY
    if effect is not None:
        child.note(Kind.EXPRESSION_LANGUAGE, language, unable or effect)
    elif not words:
        # An expression in a library (Expression.reference) or none at all.
        child.note("expression", child.words("reference") or "empty", unable or Effect.READ_ONLY)
    elif language == FHIRPATH:
        _check(child, words, unable or Effect.READ_ONLY)
    return Expression(text=words, language=language, place=child.place, name=child.words("name"))


def _check(node: Node, words: str, effect: Effect) -> None:
    """Name an expression that uses what is not on the list of functions, or is no FHIRPath."""
    try:
        compile_expression(words)
    except ExpressionRefused as refused:
        node.note("expression", refused.named, effect)


def constraints_in(node: Node) -> tuple[Constraint, ...]:
    """The rules over answers: targetConstraint and questionnaire-constraint, which have the same parts."""
    return tuple(
        constraint
        for known in (Known.CONSTRAINT, Known.TARGET_CONSTRAINT)
        for extension in node.extensions(known)
        if (constraint := _constraint(extension))
    )


def toggles_in(node: Node) -> tuple[Toggle, ...]:
    """Which options are offered only while an expression holds."""
    found = []
    for extension in node.extensions(Known.ANSWER_OPTIONS_TOGGLE):
        condition = extension.part("expression")
        expression = expression_of(condition) if condition else None
        values = [
            value for part in extension.rows("extension") if part.raw.get("url") == "option" and (value := part.value())
        ]
        if expression and values:
            found.append(Toggle(options=tuple(values), expression=expression))
        else:
            extension.note("expression", "incomplete", Effect.READ_ONLY)
    return tuple(found)


def _constraint(extension: Node) -> Constraint | None:
    said = {name: _said(extension, name) for name in ("key", "human", "severity")}
    part = extension.part("expression")
    if part is None:
        extension.note("expression", "missing", Effect.READ_ONLY)
        return None
    expression = _constraint_expression(part)
    if expression is None:
        return None
    binding = said["severity"] != "warning"
    return Constraint(key=said["key"], human=said["human"], expression=expression, binding=binding)


def _constraint_expression(part: Node) -> Expression | None:
    """R4 has the expression of a constraint as a string (FHIRPath), the extension pack as an Expression."""
    value = part.value()
    if value and value.member == "valueString" and isinstance(value.content, str):
        _check(part, value.content, Effect.READ_ONLY)
        return Expression(text=value.content, language=FHIRPATH, place=part.place)
    return expression_of(part)


def _said(extension: Node, name: str) -> str:
    part = extension.part(name)
    value = part.value() if part else None
    return value.content if value and isinstance(value.content, str) else ""
