# Needs Python 3.11 or newer and make, nothing else. Every target may be run again at any time.
PYTHON ?= python3
ARGS ?=

BIN := .venv/bin
STAMP := .venv/installed
TEST := $(BIN)/python -m pytest
CHECKED_BY_TEST := tests/test_house_rules.py tests/test_docs.py tests/test_notice.py

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
	@exec $(BIN)/ipt-fhir demo $(ARGS)

test: env ## everything that needs Python only, one browser and one HAPI journey where they are installed
	$(TEST) -m "not proof and not soak" -n 2 --dist loadgroup $(ARGS)

check: env ## format, lint, strict types, import contracts, house rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(TEST) -q $(CHECKED_BY_TEST)

fix: env ## format, and repair what the linter can repair
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

proof: env ## all the rest: Java, Node, browser, large property runs
	$(TEST) -m proof $(ARGS)

texts: env ## rewrite the catalogues after a text was changed; then translate what is new
	$(BIN)/python -m tests.catalogues

reference: env ## rewrite docs/api.md and docs/mapping.md from the code
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
