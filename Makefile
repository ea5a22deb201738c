# Two commands set everything up on a fresh machine: `make demo` and `make test`. Each target does first what it needs.
# No root, no Docker, no Java. PYTHON is any Python 3.11 or newer.
PYTHON ?= python3
BIN := .venv/bin
DEMO ?=

.PHONY: install demo test test-long check bench lock clean help

help:           ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

install: .venv/installed  ## a .venv with everything, so that .venv/bin/supervise runs

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, PYTHON=/path/to/python3.11 names one")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

demo: install   ## Kafka, worker, gateway, wall and a simulated hall (DEMO="--seconds 40" ends by itself)
	$(BIN)/supervise demo $(DEMO)

test: install   ## the tests
	$(BIN)/python -m pytest

test-long: install  ## the properties with 10 000 examples each
	HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest tests/properties tests/monitor/wall/test_hub_properties.py --durations=0

check: install  ## lint, types, imports: what CI runs besides the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install  ## the benchmarks, on a real Kafka
	$(BIN)/python -m benchmarks

lock: install   ## renew requirements.lock from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --generate-hashes --python-version 3.11 --no-header --quiet -o requirements.lock

clean:          ## forget what was made here
	rm -rf .venv .demo build *.egg-info
