"""axe-core in the page under test: what breaks WCAG 2.0 to 2.2, levels A and AA, and what it could not decide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from selenium.webdriver import Chrome

from tests.parts import AXE

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa")

_RUN = """
const done = arguments[arguments.length - 1];
axe.run(document, {runOnly: {type: 'tag', values: arguments[0]}, resultTypes: ['violations', 'incomplete', 'passes']})
  .then(result => done(result), error => done({failed: String(error)}));
"""


class AxeFailed(RuntimeError):
    """axe-core could not judge the page; nothing is known about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One rule on one element; ``where`` is the element as written in the page, ``why`` what axe says."""

    rule: str
    where: str
    why: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.where[:200]}\n    {self.why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What axe-core says about a page. ``passed`` counts the rules that applied and hold: 0 for an unseen page."""

    violations: tuple[Mark, ...]
    incomplete: tuple[Mark, ...]
    passed: int


def judge(driver: Chrome) -> Judgement:
    """Judge the page, or the frame, the driver looks at. No rule is switched off. Raises AxeFailed."""
    driver.execute_script(AXE.read_text("utf-8"))
    found: dict[str, Any] = driver.execute_async_script(_RUN, list(TAGS))
    if "failed" in found:
        raise AxeFailed(found["failed"])
    return Judgement(
        violations=tuple(_marks(found["violations"])),
        incomplete=tuple(_marks(found["incomplete"])),
        passed=len(found["passes"]),
    )


def _marks(rules: list[dict[str, Any]]) -> Iterator[Mark]:
    for rule in rules:
        for node in rule["nodes"]:
            why = "; ".join(check["message"] for group in ("any", "all", "none") for check in node[group])
            yield Mark(rule=rule["id"], where=node["html"], why=why)
