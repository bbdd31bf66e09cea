"""The house rules a machine can hold (docs/architecture.md, "House rules").

Import directions are import-linter's (pyproject.toml). A rule about Python is a function from a module to its offences;
each has a planted offender below, so that a rule which has gone blind fails too.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import jinja2
import pytest
from jinja2 import meta, nodes

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("ipt_fhir", "smart_app")
SKIPPED_FOLDERS = {"node_modules", "__pycache__", "build", "dist", "var", "vendor"}

# Outside library -> the only places of the two packages that may import it (decisions D3, D4, D14, D18, D19).
OWNERS = {
    "alembic": "smart_app/store/",
    "antlr4": "ipt_fhir/questionnaires/expressions/",
    "authlib": "smart_app/sandbox/",
    "fhir": "ipt_fhir/typed.py",
    "fhirpathpy": "ipt_fhir/questionnaires/expressions/",
    "flask": "smart_app/",
    "flask_babel": "smart_app/language.py",
    "granian": "smart_app/",
    "http.client": "smart_app/sandbox/",
    "jsonschema_rs": "ipt_fhir/validation/",
    "pydantic": "ipt_fhir/typed.py",
    "re2": "ipt_fhir/questionnaires/patterns.py",
    "requests": "ipt_fhir/ehr/transport.py",
    "sqlalchemy": "smart_app/store/",
    "sqlite3": "smart_app/store/",
    "typst": "smart_app/documents/",
    "urllib.request": "smart_app/sandbox/",
    "urllib3": "ipt_fhir/ehr/transport.py",
}
ENVIRONMENT_READER = "smart_app/config.py"
DEVELOPMENT_ONLY = ("fhirclient", "fhirkit", "hypothesis", "pypdf", "pytest", "responses", "selenium")

# File -> why it may catch everything: the two outer doors (the error page, the worker's loop), and one library.
BROAD_CATCHES_ALLOWED: dict[str, str] = {
    "ipt_fhir/questionnaires/expressions/evaluation.py": "fhirpathpy raises plain Exception; a person sees it",
    "smart_app/worker/loop.py": "a worker that stopped for one fault would re-assign nothing for ever after",
}

LONGEST = {"ipt_fhir": 400, "smart_app": 400, "tests": 600}
LONGEST_FUNCTION = 60
FORBIDDEN_WORDS = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "handler", "handlers"}
FORBIDDEN_FILES = FORBIDDEN_WORDS | {"base"}

EVERYTHING = {"Exception", "BaseException"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One Python file: its path from the root and its text."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def is_ours(self) -> bool:
        """In one of the two packages, not in the tests."""
        return self.path.startswith(PACKAGES)


@cache
def files(pattern: str, *folders: str) -> tuple[Path, ...]:
    """Files of the named top folders whose name matches; what others wrote and what tools made is left out."""
    found = (path for folder in folders for path in sorted((ROOT / folder).rglob(pattern)))
    return tuple(path for path in found if not SKIPPED_FOLDERS & set(path.relative_to(ROOT).parts))


@cache
def modules() -> tuple[Module, ...]:
    """Every Python file of the packages and the tests."""
    return tuple(Module(path.relative_to(ROOT).as_posix(), path.read_text()) for path in files("*.py", *LONGEST))


def imported_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.lineno, f"{node.module}.{name.name}") for name in node.names)


def belongs_to(name: str, library: str) -> bool:
    return name == library or name.startswith(f"{library}.")


def functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def names_in(node: ast.expr | None) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} if node else set()


def too_long(module: Module) -> Iterator[str]:
    limit = LONGEST[module.path.split("/")[0]]
    if module.text.count("\n") > limit:
        yield f"longer than {limit} lines: does it still hold one duty?"


def long_functions(module: Module) -> Iterator[str]:
    for function in functions(module.tree):
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        if length > LONGEST_FUNCTION:
            yield f"{function.lineno}: {function.name} has {length} lines; {LONGEST_FUNCTION} are allowed"


def foreign_imports(module: Module) -> Iterator[str]:
    """One owner per outside library."""
    if not module.is_ours:
        return
    for line, name in imported_names(module.tree):
        for library, owner in OWNERS.items():
            if belongs_to(name, library) and not module.path.startswith(owner):
                yield f"{line}: imports {name}; only {owner} may"
        if any(belongs_to(name, library) for library in DEVELOPMENT_ONLY):
            yield f"{line}: imports {name}, which is not installed with the product"


def environment_readers(module: Module) -> Iterator[str]:
    if not module.is_ours or module.path == ENVIRONMENT_READER:
        return
    for node in ast.walk(module.tree):
        match node:
            case ast.Attribute(attr="environ" | "environb" | "getenv"):
                yield f"{node.lineno}: reads the environment; only {ENVIRONMENT_READER} may"
            case ast.keyword(arg="envvar" | "auto_envvar_prefix"):
                yield f"{node.lineno}: lets click read the environment; only {ENVIRONMENT_READER} may"
    for line, name in imported_names(module.tree):
        if name in {"os.environ", "os.environb", "os.getenv"}:
            yield f"{line}: imports {name}; only {ENVIRONMENT_READER} may"


def words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def forbidden_names(module: Module) -> Iterator[str]:
    *folders, file = module.path.removesuffix(".py").split("/")
    for part in (*folders, file):
        if words(part) & FORBIDDEN_FILES:
            yield f"the name {part} says nothing; name the duty"
    for node in ast.walk(module.tree):
        if isinstance(node, Function | ast.ClassDef) and words(node.name) & FORBIDDEN_WORDS:
            yield f"{node.lineno}: the name {node.name} says nothing; name the duty"


def imports_in_functions(module: Module) -> Iterator[str]:
    for function in functions(module.tree):
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield f"{node.lineno}: imports inside {function.name}; such imports hide circles"


def busy_init_files(module: Module) -> Iterator[str]:
    """A package file that does something is how import circles begin."""
    if not module.path.endswith("/__init__.py"):
        return
    tree = module.tree
    has_docstring = ast.get_docstring(tree) is not None
    if len(tree.body) != has_docstring or (module.is_ours and not has_docstring):
        yield "holds more, or less, than a docstring"


def broad_exceptions(module: Module) -> Iterator[str]:
    may_catch = module.path in BROAD_CATCHES_ALLOWED
    for node in ast.walk(module.tree):
        match node:
            case ast.Raise(exc=ast.Name(id=name) | ast.Call(func=ast.Name(id=name))) if name in EVERYTHING:
                yield f"{node.lineno}: raises a bare {name}; name whose fault it is"
            case ast.ExceptHandler(type=None) if not may_catch:
                yield f"{node.lineno}: catches everything; name what you expect"
            case ast.ExceptHandler(type=caught) if names_in(caught) & EVERYTHING and not may_catch:
                yield f"{node.lineno}: catches everything; name what you expect"
            case ast.Call(func=ast.Name(id="suppress") | ast.Attribute(attr="suppress"), args=caught):
                if any(names_in(argument) & EVERYTHING for argument in caught):
                    yield f"{node.lineno}: suppresses everything; name what you expect"


SHIPPED_ONLY = {"instrument", "instrument_for", "instruments", "questionnaire"}


def shipped_instruments(module: Module) -> Iterator[str]:
    """A page that asks the library and not its practice would not know the instruments of a pack (decision-D60)."""
    if not module.path.startswith(("smart_app/services/", "smart_app/web/", "smart_app/worker/")):
        return
    for line, name in imported_names(module.tree):
        room, _, asked = name.rpartition(".")
        if room == "ipt_fhir.instruments.catalogue" and asked in SHIPPED_ONLY:
            yield f"{line}: asks for the shipped instruments; ask the catalogue of the practice"


Rule = Callable[[Module], Iterator[str]]
RULES: tuple[Rule, ...] = (
    too_long,
    long_functions,
    foreign_imports,
    environment_readers,
    forbidden_names,
    imports_in_functions,
    busy_init_files,
    broad_exceptions,
    shipped_instruments,
)

PLANTED: tuple[tuple[Rule, str, str], ...] = (
    (too_long, "ipt_fhir/model/goals.py", "x = 1\n" * 401),
    (too_long, "tests/test_goals.py", "x = 1\n" * 601),
    (long_functions, "ipt_fhir/model/goals.py", "def f() -> None:\n" + "    pass\n" * 60),
    (foreign_imports, "smart_app/web/plan.py", "import requests\n"),
    (foreign_imports, "ipt_fhir/sync/engine.py", "from sqlalchemy.engine import Engine\n"),
    (foreign_imports, "smart_app/web/plan.py", "import urllib.request\n"),
    (foreign_imports, "ipt_fhir/mapping/goal.py", "from fhirclient import client\n"),
    (environment_readers, "ipt_fhir/cli.py", "import os\nHOME = os.environ['HOME']\n"),
    (environment_readers, "ipt_fhir/cli.py", "from os import getenv\n"),
    (environment_readers, "smart_app/cli.py", "option('--port', envvar='PORT')\n"),
    (forbidden_names, "ipt_fhir/mapping/utils.py", ""),
    (forbidden_names, "ipt_fhir/mapping/base.py", ""),
    (forbidden_names, "ipt_fhir/mapping/goal.py", "class GoalManager: ...\n"),
    (forbidden_names, "tests/test_goal.py", "def goal_helper() -> None: ...\n"),
    (imports_in_functions, "ipt_fhir/cli.py", "def f() -> None:\n    import json\n"),
    (busy_init_files, "ipt_fhir/__init__.py", '"""Said."""\nfrom ipt_fhir import rawjson\n'),
    (busy_init_files, "ipt_fhir/model/__init__.py", ""),
    (broad_exceptions, "ipt_fhir/cli.py", "raise Exception('no')\n"),
    (broad_exceptions, "ipt_fhir/cli.py", "try: ...\nexcept: ...\n"),
    (broad_exceptions, "ipt_fhir/cli.py", "try: ...\nexcept (OSError, Exception): ...\n"),
    (broad_exceptions, "tests/test_cli.py", "with contextlib.suppress(Exception): ...\n"),
    (shipped_instruments, "smart_app/web/plan.py", "from ipt_fhir.instruments.catalogue import instrument\n"),
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_module_breaks(rule: Rule) -> None:
    offences = [f"{module.path}: {offence}" for module in modules() for offence in rule(module)]
    assert not offences, "\n".join(offences)


@pytest.mark.parametrize(("rule", "path", "text"), PLANTED, ids=lambda value: getattr(value, "__name__", ""))
def test_a_planted_offender_is_found(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Module(path, text)))


def test_every_rule_has_a_planted_offender() -> None:
    assert {rule for rule, _, _ in PLANTED} == set(RULES)


def test_every_allowance_names_a_file_that_exists() -> None:
    missing = [path for path in BROAD_CATCHES_ALLOWED if not (ROOT / path).exists()]
    assert not missing, f"these files are gone: {missing}"


def test_only_the_integration_run_knows_where_the_public_data_lies() -> None:
    """Everyone else finds it through IPT_FHIR_TEST_DATA."""
    place = "../" + "shared"
    everything = [*files("*", "ipt_fhir", "smart_app", "tests", "docs"), *ROOT.glob("*.*"), ROOT / "Makefile"]
    texts = (path for path in everything if path.is_file())
    found = [str(path.relative_to(ROOT)) for path in texts if place.encode() in path.read_bytes()]
    assert not found


# Templates. The demo hospital plays a foreign program and speaks English only (docs/architecture.md).

TEMPLATES = files("*.html", "smart_app")
SPOKEN_ATTRIBUTES = {"title", "alt", "placeholder", "label", "aria-label", "aria-description", "aria-roledescription"}
UNSPOKEN_ELEMENTS = {"script", "style"}
BLANK = "\N{OBJECT REPLACEMENT CHARACTER}"


def template_id(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def environment() -> jinja2.Environment:
    roots = sorted({parent for path in TEMPLATES for parent in path.parents if parent.name == "templates"})
    extensions = ["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"]
    return jinja2.Environment(autoescape=True, loader=jinja2.FileSystemLoader(roots), extensions=extensions)


def literal(node: nodes.Node) -> str:
    """The text an output carries whatever its values are; a blank where a value will stand."""
    match node:
        case nodes.TemplateData():
            return node.data
        case nodes.Const():
            return str(node.value)
        case nodes.CondExpr(expr1=first, expr2=second):
            return literal(first) + (literal(second) if second else "")
        case _:
            return BLANK


def literal_html(node: nodes.Node, blocks: dict[str, nodes.Block]) -> str:
    """The page without its programme: what gettext can never reach."""
    match node:
        case nodes.Output():
            return "".join(map(literal, node.nodes))
        case nodes.Block():
            node = blocks[node.name]
    return "".join(literal_html(child, blocks) for child in node.iter_child_nodes())


def whole_page(source: str) -> str:
    """The template with the layout it extends around it: a block may fill an attribute there. Macros come first."""
    jinja, macros, blocks = environment(), "", dict[str, nodes.Block]()
    tree = jinja.parse(source)
    while True:
        blocks = {block.name: block for block in tree.find_all(nodes.Block)} | blocks
        extends = tree.find(nodes.Extends)
        if extends is None or jinja.loader is None:
            return macros + literal_html(tree, blocks)
        macros += "".join(literal_html(macro, blocks) for macro in tree.find_all(nodes.Macro))
        tree = jinja.parse(jinja.loader.get_source(jinja, literal(extends.template))[0])


class SpokenText(HTMLParser):
    """Collects what a person would see or hear: text between tags and the attributes that are read out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent = tag in UNSPOKEN_ELEMENTS
        button = tag == "input" and dict(attrs).get("type") in {"submit", "button", "reset"}
        spoken = SPOKEN_ATTRIBUTES | ({"value"} if button else set())
        self.found += [f"{name}={value}" for name, value in attrs if name in spoken and value and has_words(value)]

    def handle_endtag(self, tag: str) -> None:
        self._silent = self._silent and tag not in UNSPOKEN_ELEMENTS

    def handle_data(self, data: str) -> None:
        if not self._silent and has_words(data):
            self.found.append(data.strip())


def has_words(text: str) -> bool:
    return any(character.isalpha() for character in text)


def untranslatable(source: str) -> list[str]:
    parser = SpokenText()
    parser.feed(whole_page(source))
    parser.close()
    return parser.found


@pytest.mark.parametrize("path", TEMPLATES, ids=template_id)
def test_every_template_compiles_and_names_only_templates_that_exist(path: Path) -> None:
    jinja = environment()
    tree = jinja.parse(path.read_text())
    for unknown in tree.find_all(nodes.Filter):
        jinja.filters.setdefault(unknown.name, str)
    jinja.compile(tree)
    missing = {name for name in meta.find_referenced_templates(tree) if name} - set(jinja.list_templates())
    assert not missing


@pytest.mark.parametrize("path", [path for path in TEMPLATES if "sandbox" not in path.parts], ids=template_id)
def test_all_visible_text_of_a_template_goes_through_gettext(path: Path) -> None:
    assert not untranslatable(path.read_text())


@pytest.mark.parametrize(
    "source",
    [
        "<p>Plan</p>",
        "<p>{{ 'Plan' }}</p>",
        "<p>{{ 'held' if held else 'missed' }}</p>",
        '<a title="Open the plan">{{ name }}</a>',
        '<input type="submit" value="File to chart">',
        "{% block body %}{% if held %}held{% endif %}{% endblock %}",
    ],
)
def test_text_that_gettext_cannot_reach_is_found(source: str) -> None:
    assert untranslatable(source)


@pytest.mark.parametrize(
    "source",
    [
        "<p>{{ _('Plan') }}</p>",
        "<p>{% trans number=3 %}Session {{ number }}{% endtrans %}</p>",
        "<td class=\"{{ 'open' if open else 'shut' }}\">{{ score }} / 27</td>",
        '<a title="{{ _("Open the plan") }}" href="/plan">&times;</a>',
        "<style>p { color: red }</style><!-- said to developers -->",
    ],
)
def test_translated_text_and_markup_are_left_alone(source: str) -> None:
    assert not untranslatable(source)
