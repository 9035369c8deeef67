# Two commands on a fresh machine: `make start` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 7071
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help start func setup test lint format clean

help:  ## list these targets
	@awk -F ':.*##' '/^[a-z][a-z-]*:.*##/ {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# A stamp is newer than what it was made from, so that a second `make` installs nothing.
$(VENV)/created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
	  || { echo "Python 3.11 is needed (found: $$($(PYTHON) --version)); say which with PYTHON=/path/to/python3.11" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/serving: $(VENV)/created requirements.txt requirements-local.txt constraints.txt
	$(BIN)/python -m pip install --quiet -r requirements-local.txt
	@touch $@

$(VENV)/everything: $(VENV)/created requirements.txt requirements-local.txt constraints.txt training/requirements.txt tests/requirements.txt
	$(BIN)/python -m pip install --quiet -r tests/requirements.txt
	# The library of Azure's Python 3.13 worker runs on 3.11 too, but does not say so.
	$(BIN)/python -m pip install --quiet --no-deps --ignore-requires-python --upgrade --target $(VENV)/worker azure-functions-runtime==1.3.0
	@touch $@ $(VENV)/serving

start: $(VENV)/serving  ## set up and serve the shipped model on http://127.0.0.1:7071 (PORT=… changes it)
	@PORT=$(PORT) $(BIN)/python -m function_app.localhost

func: $(VENV)/serving  ## the same under Azure Functions Core Tools (`func start`)
	@command -v func >/dev/null || { echo "func (Azure Functions Core Tools v4) is not installed; 'make start' needs nothing but Python" >&2; exit 2; }
	@test -f local.settings.json || cp local.settings.sample.json local.settings.json
	source $(BIN)/activate && func start --port $(PORT)

setup: $(VENV)/everything  ## set up everything: serving, training and test packages

test: $(VENV)/everything  ## set up everything and run the tests (ARGS=… goes to pytest)
	$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/everything  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/everything  ## let ruff format and mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:  ## remove what make made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .local
