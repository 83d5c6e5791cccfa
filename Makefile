# Every target sets itself up from Python 3.11 and pip alone; nothing is done by hand.
PYTHON ?= python3
VENV := .venv
SPARK := .venv-spark
BIN := $(VENV)/bin
LOOKS := src/easement/web/static/SOURCE
.DEFAULT_GOAL := help

# Some machines tell Python to keep no bytecode; then each of the many processes here would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

help:  ## show what can be made
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.ready: requirements/dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "easement needs Python 3.11 or newer: set PYTHON=/path/to/python3.11" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "this Python cannot make environments: install python3-venv (or python3.11-venv), or set PYTHON=/path/to/python3.11" >&2; exit 2; }
	@test -f $@ || { rm -rf $(VENV); echo "making the environment in $(VENV): about a minute, once" >&2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

$(LOOKS): $(VENV)/.ready $(wildcard src/easement/web/frontend.py)
	@$(BIN)/python -m easement.web.frontend && touch -c $@ || true

venv: $(VENV)/.ready $(LOOKS)  ## make the environment in .venv

demo: venv  ## run the whole story on a small synthetic town
	$(BIN)/easement demo --fresh

test: venv  ## run the tests
	$(BIN)/python -m pytest

check: venv  ## everything: format, lint, types, import contract, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/python -m pytest

bench: venv  ## measure, as ratios in one run; one JSON line per measure
	$(BIN)/python -m bench

torture: venv  ## the long fault campaigns: kills, full disks, generated requests
	$(BIN)/python -m pytest -m torture -n 0 tests
	$(BIN)/python -m pytest --hypothesis-profile long tests

$(SPARK)/.ready: requirements/spark.lock pyproject.toml
	@command -v java >/dev/null || { echo "Spark needs Java 17 or newer: install openjdk-17-jre-headless, or set JAVA_HOME" >&2; exit 2; }
	@echo "making the environment in $(SPARK): a download of 450 MB, once" >&2
	@test -x $(SPARK)/bin/python || $(PYTHON) -m venv $(SPARK)
	@$(SPARK)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/spark.lock
	@$(SPARK)/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

spark: $(SPARK)/.ready  ## hold linkage on Spark against DuckDB, in an environment of its own
	$(SPARK)/bin/python -m pytest -m torture -n 0 tests/linkage/test_spark.py

docs: venv  ## write the generated reference pages anew
	$(BIN)/python -m docs.generate

lock:  ## export the lock anew with hashes and without addresses (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --group dev pyproject.toml --output-file requirements/dev.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --constraint requirements/dev.lock pyproject.toml --output-file requirements/easement.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --constraint requirements/dev.lock --group dev --extra spark pyproject.toml --output-file requirements/spark.lock

.PHONY: help venv demo test check bench torture spark docs lock
