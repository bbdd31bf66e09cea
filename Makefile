# Needs Python 3.11 or newer and make, nothing else. Every target may be run again at any time.
PYTHON ?= python3
ARGS ?=

BIN := .venv/bin
STAMP := .venv/installed
TEST := $(BIN)/python -m pytest
CHECKED_BY_TEST := tests/test_house_rules.py tests/test_docs.py tests/test_notice.py tests/test_pages_listed.py tests/questionnaires/test_support.py tests/test_catalogues.py tests/test_reference.py

.DEFAULT_GOAL := help
.PHONY: help env demo test check fix proof texts reference screenshots bench soak clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s  %s\n", $$1, $$2 }' Makefile

env: $(STAMP) ## create .venv from requirements.lock (skipped when it is up to date)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "Setting up .venv from requirements.lock (a minute or two the first time) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation -e .
	@touch $@

demo: env ## start the demo hospital and the app, print one address; Ctrl-C ends both
	@exec $(BIN)/ipt-fhir demo --pack tests/packs/zztest-evening $(ARGS)

test: env ## what needs Python only and is quick, and one browser journey where Chromium is installed
	$(TEST) -m "not proof and not soak" -n 2 --dist loadgroup $(CHECKED_BY_TEST:%=--ignore=%) $(ARGS)

check: env ## format, lint, strict types, import contracts, house rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(TEST) -q $(CHECKED_BY_TEST)

fix: env ## format, and repair what the linter can repair
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

proof: env ## all the rest: Java, Node, browser, what takes long, the laws at length
	$(TEST) -m "(proof or hypothesis) and not soak" --hypothesis-profile=proof $(ARGS)

texts: env ## rewrite the catalogues after a text was changed; then translate what is new
	$(BIN)/python -m tests.catalogues

reference: env ## rewrite docs/api.md, mapping.md and fhirpath.md from the code
	$(BIN)/python -m tests.reference

screenshots: env ## the pictures of docs/, made by the browser tests
	IPT_FHIR_SCREENSHOTS=docs/screenshots $(TEST) tests/browser -q $(ARGS)

bench: env ## our speed beside the peers', in one process (docs/performance.md)
	$(BIN)/python -m tests.benchmarks $(ARGS)

soak: env ## runs of hours
	$(TEST) -m soak $(ARGS)

clean: ## remove what was built or cached; var/ holds data and stays
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find ipt_fhir smart_app tests -name __pycache__ -type d -prune -exec rm -rf {} +
