"""Each page stands in the list of states that a browser opens and axe-core judges; each address has its roles."""

from __future__ import annotations

from pathlib import Path

from werkzeug.routing import Rule

from smart_app.app import build_practice, create_app
from smart_app.demo import demo_config
from smart_app.web.access import ACCESS
from tests.browser.states import NO_PAGE, STATES


def _rules(folder: Path) -> list[Rule]:
    practice = build_practice(demo_config(folder, "http://localhost:1", "http://127.0.0.1:2", 2))
    with practice.store:
        return list(create_app(practice).url_map.iter_rules())


def _pages(folder: Path) -> set[str]:
    return {rule.endpoint for rule in _rules(folder) if "GET" in (rule.methods or ())}


def test_every_address_has_its_roles(tmp_path: Path) -> None:
    endpoints = {rule.endpoint for rule in _rules(tmp_path)}
    assert endpoints - ACCESS.keys() == set(), "say in smart_app/web/access.py who may open these"
    assert ACCESS.keys() - endpoints == set(), "these addresses are gone"


def test_every_page_has_a_state(tmp_path: Path) -> None:
    pages = _pages(tmp_path)
    listed = {state.endpoint for state in STATES}
    assert pages - listed - NO_PAGE.keys() == set(), "add these pages to tests/browser/states.py"
    assert (listed | NO_PAGE.keys()) - pages == set(), "these pages are gone"


def test_a_state_stands_once() -> None:
    assert len({str(state) for state in STATES}) == len(STATES)
