# Two commands set everything up on a fresh machine: `make demo` and `make test`. Each target does first what it needs.
# No root, no Docker, no Java. PYTHON is any Python 3.11 or newer.
PYTHON ?= python3
BIN := .venv/bin
DEMO ?=
MUTANTS ?= 20
JOBS ?= 1

.PHONY: install demo mutation test test-long check bench docs lock audit sbom clean help

help:           ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

install: .venv/installed  ## a .venv with everything, so that .venv/bin/supervise runs

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, PYTHON=/path/to/python3.11 names one")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

demo: install   ## Kafka, worker, gateway, wall, ledger and a simulated hall (DEMO="--seconds 40" ends by itself)
	$(BIN)/supervise demo $(DEMO)

test: install   ## the tests
	$(BIN)/python -m pytest

test-long: install  ## the properties with 10 000 examples each, 100 000 mutated bodies for the gateway, whole files, more kills and wrong clocks
	HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest tests/properties tests/rules/case/test_tally.py tests/monitor/wall/test_hub_properties.py \
		tests/monitor/gateway/test_mutations.py tests/monitor/gateway/test_schemathesis.py --durations=0
	SUPERVISE_LONG=1 $(BIN)/python -m pytest tests/acceptance/agreement tests/monitor/ledger/test_exactly_once.py \
		tests/monitor/stream/test_outages.py tests/monitor/stream/test_wrong_clock.py --durations=0

check: install  ## lint, types, imports: what CI runs besides the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# mutmut wants a newer click than Faust: it lives in an environment of its own, which sees what .venv has.
.venv-mutation/installed: install
	$(BIN)/python -m venv .venv-mutation
	$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' > "$$(.venv-mutation/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/project.pth"
	.venv-mutation/bin/python -m pip install --quiet --disable-pip-version-check mutmut==3.8.1
	touch $@

mutation: .venv-mutation/installed  ## breaks rules/ in thousands of places and says what no test noticed (MUTANTS=20: per cent of them; JOBS=1)
	rm -rf mutants
	.venv-mutation/bin/mutmut run --max-children $(JOBS) 'rules.families.run.*'
	.venv-mutation/bin/mutmut run --max-children $(JOBS) $$(.venv-mutation/bin/python -m tests.mutation sample $(MUTANTS))
	.venv-mutation/bin/python -m tests.mutation again
	.venv-mutation/bin/python -m tests.mutation table

bench: install  ## the benchmarks, on a real Kafka
	$(BIN)/python -m benchmarks

# Sphinx has an environment of its own, so that nobody who runs the monitor installs it.
.venv-docs/installed: requirements-docs.lock
	test -x .venv-docs/bin/python || $(PYTHON) -m venv .venv-docs
	.venv-docs/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-docs.lock
	touch $@

docs: install .venv-docs/installed  ## writes the reference from the code and builds the site, build/docs/index.html
	$(BIN)/python -m docs.generate
	.venv-docs/bin/python -m sphinx --quiet --fresh-env --fail-on-warning --keep-going -j auto docs build/docs

lock: install   ## renew the lock files from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --all-extras --universal --generate-hashes --python-version 3.11 --no-header --quiet -o requirements.lock
	uv pip compile pyproject.toml --extra xlsx --extra parquet --extra databases -c requirements.lock --universal --generate-hashes --python-version 3.11 --no-header --no-annotate --quiet -o requirements-run.lock
	uv pip compile --group docs --universal --generate-hashes --python-version 3.11 --no-header --quiet -o requirements-docs.lock

audit: install  ## known vulnerabilities of all that is locked, jars too; asks osv.dev (SUPERVISE_OSV names a mirror)
	$(BIN)/python -m deploy.supply.audit

sbom: install   ## the bill of materials of what a site runs, CycloneDX: build/sbom.json
	$(BIN)/python -m deploy.supply.sbom build/sbom.json

clean:          ## forget what was made here
	rm -rf .venv .venv-mutation .venv-docs .demo first-hour mutants build *.egg-info
