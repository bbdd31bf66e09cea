"""A form of our own as a page of plain lines: what a change of its wording looks like in a review.

``python -m tests.instruments.outline`` writes the pages anew after a form was changed on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ipt_fhir.instruments.catalogue import instruments, questionnaire
from ipt_fhir.mapping.publication import PUBLISHER
from ipt_fhir.rawjson import JsonObject

PAGES = Path(__file__).with_name("outlines")
_FLAGS = ("required", "repeats", "readOnly")


def own_forms() -> list[str]:
    """The ids of the forms whose wording is ours."""
    return [name for name, found in instruments().items() if found.licence.holder == PUBLISHER and found.has_form]


def outline(form: JsonObject) -> str:
    """Every text in both languages, every answer with its code, every rule that is not a text."""
    head = f"{form['url']}|{form['version']}\n{_said(form, 'title')}\n{form['description']}"
    return "\n".join([head, *(line for item in form["item"] for line in _item(item, ""))]) + "\n"


def page_of(name: str) -> Path:
    """The page of that form."""
    return PAGES / f"{name}.txt"


def _item(item: JsonObject, indent: str) -> Iterator[str]:
    rules = [item["type"], *(flag for flag in _FLAGS if item.get(flag)), *_rules(item)]
    yield f"{indent}{item['linkId']} [{', '.join(rules)}] {_said(item, 'text')}"
    for option in item.get("answerOption", []):
        coding = option["valueCoding"]
        weight = "".join(f" = {part['valueDecimal']}" for part in option.get("extension", []))
        yield f"{indent}    {coding['system'].rsplit('/', 1)[1]}#{coding['code']}{weight}: {_said(coding, 'display')}"
    for child in item.get("item", []):
        yield from _item(child, indent + "  ")


def _rules(item: JsonObject) -> Iterator[str]:
    if "maxLength" in item:
        yield f"maxLength {item['maxLength']}"
    for extension in item.get("extension", []):
        value = next(content for name, content in extension.items() if name.startswith("value"))
        yield f"{extension['url'].rsplit('/', 1)[1]} {_short(value)}"
    for condition in item.get("enableWhen", []):
        answer = next(content for name, content in condition.items() if name.startswith("answer"))
        yield f"when {condition['question']} {condition['operator']} {_short(answer)}"


def _short(value: object) -> str:
    if isinstance(value, dict):
        found = value.get("expression") or value.get("code") or value["coding"][0]["code"]
        return str(found)
    return str(value)


def _said(node: JsonObject, member: str) -> str:
    parts = [part for extension in node[f"_{member}"]["extension"] for part in extension["extension"]]
    german = next(part["valueString"] for part in parts if part["url"] == "content")
    return f"{node[member]} | {german}"


def main() -> None:
    """Write every page."""
    PAGES.mkdir(exist_ok=True)
    for name in own_forms():
        page_of(name).write_text(outline(questionnaire(name)), "utf-8")


if __name__ == "__main__":
    main()
