# One word per chore, the same here, in CI and in CONTRIBUTING.md. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
BIN := .venv/bin

# A tier of tests: pytest picks it by its marker; COVERAGE=1 also measures it.
PYTEST = $(BIN)/python -m pytest $(if $(COVERAGE),--cov --cov-append --cov-report=)
PARALLEL ?= 2

.PHONY: help setup run test test-unit test-services test-browser lint format lock bench notebooks test-pds doctor clean

help: ## list these words
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | awk -F'|' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: ## create .venv and install everything needed to work on Gator
	@scripts/install.sh dev

run: ## start the studio: Redis, workers, dispatcher and the web app; Ctrl-C stops it all
	@scripts/install.sh run
	@exec $(BIN)/python -m workers.main up

test: setup ## lint, then all tests, in tiers from quick to slow
	@scripts/system_packages.sh
	@rm -f .coverage .coverage.*
	@$(MAKE) --no-print-directory lint test-unit test-services test-browser
	@$(if $(COVERAGE),$(BIN)/coverage report --format=total,true)

test-unit: ## only the unit tests (seconds, no network)
	$(PYTEST) -m unit -n $(PARALLEL)

test-services: ## the tests that use real databases, Redis, workers and media
	$(PYTEST) -m "not unit and not browser and not gpu and not pds" -n $(PARALLEL)

test-browser: ## the tests that drive a real browser; a file at a time has a studio of its own
	$(PYTEST) -m browser -n $(PARALLEL) --dist loadfile

lint: ## style, types, import contracts, security
	$(BIN)/ruff check .
	$(BIN)/black --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/bandit -c pyproject.toml -q -r gator_engine workers routes pages app.py

format: ## rewrite the code in the house style
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/black --quiet .

lock: ## compile requirements*.txt again from pyproject.toml
	@scripts/lock.sh

bench: ## every benchmark in its quick form
	@$(BIN)/python -m benchmarks --all --quick

notebooks: setup ## execute every notebook
	@GATOR_HOME="$$(mktemp -d)" $(PYTEST) --nbmake --nbmake-timeout=300 notebooks

test-pds: setup ## publish to a real Bluesky PDS (needs Node and network, once)
	@scripts/test_pds.sh

doctor: ## say what is there and what is missing
	@scripts/install.sh run
	@$(BIN)/python -m gator_engine doctor

clean: ## remove caches and test leftovers (not your data, not .venv)
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage .coverage.* htmlcov coverage.xml
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
