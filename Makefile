# What can be done here: `make help`.  Written for GNU make 3.81 (macOS) and later.
.DEFAULT_GOAL := help
SHELL := /bin/sh

BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
RUN_LOCKS := requirements/run.lock requirements/build.lock

# The stamp names the Java that is found now, so that another PATH or JAVA_HOME is another question.
JAVA := $(shell printf '%s' "$$JAVA_HOME:$$(command -v java)" | cksum | cut -d ' ' -f 1)

PYTEST := $(BIN)/pytest --quiet
COMPILE := CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
	--no-emit-options --annotation-style=line $(UPGRADE)

.PHONY: help
help: ## Show this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ---- set up ---------------------------------------------------------------------------------

.PHONY: install
install: .venv/.dev .venv/.java-$(JAVA) .venv/.prometheus ## Set up .venv from the locks, everything included

# PYTHON=... names the Python to use; else the first of these that is known to work is taken.
.venv/bin/python:
	@found=; \
	for candidate in $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python3.14); do \
		if $$candidate -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' \
			>/dev/null 2>&1; then found=$$candidate; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "Everonce needs Python 3.11 to 3.14 with its venv module; found: $$(python3 --version 2>&1)." >&2; \
		echo "Install one (Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python@3.13)," >&2; \
		echo "or name one that is not on the PATH: make PYTHON=/path/to/python3.12 install" >&2; \
		exit 1; \
	fi; \
	echo "Setting up .venv with $$($$found --version)"; \
	$$found -m venv .venv

.venv/.run: $(RUN_LOCKS) pyproject.toml | .venv/bin/python
	@echo "Installing what Everonce needs to run"
	@$(INSTALL) --require-hashes $(RUN_LOCKS:%=-r %)
	@$(INSTALL) --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: requirements/dev.lock .venv/.run
	@echo "Installing what its tests and checks need"
	@$(INSTALL) --require-hashes -r requirements/dev.lock
	@touch $@

# The embedded Kafka needs Java 17 or newer; where there is none, a wheel brings one (100 MB).
.venv/.java-$(JAVA): requirements/java.lock .venv/.run
	@if ! $(BIN)/python -c 'from consumer.embedded.java import find_java; find_java()' 2>/dev/null; then \
		echo "Installing a Java, because none of 17 or newer was found"; \
		$(INSTALL) --require-hashes -r requirements/java.lock; \
	fi
	@touch $@

# Alerts and dashboard are tested with Prometheus itself: the machine's, else Debian's package in the
# cache.  Where neither is to be had those tests are skipped; in CI this fails.
.venv/.prometheus: .venv/.dev tests/monitoring/binaries.py
	@$(BIN)/python -m tests.monitoring
	@touch $@

# ---- use ------------------------------------------------------------------------------------

.PHONY: run
run: .venv/.run .venv/.java-$(JAVA) ## Start Kafka and the consumer, publish a sample, account for every event
	@$(BIN)/everonce run --embedded --sample

# ---- test -----------------------------------------------------------------------------------

.PHONY: test
test: install ## Run all tests but the long ones, against a real Kafka
	@$(PYTEST) -m "not fault"

.PHONY: test-fast
test-fast: .venv/.dev ## Run the tests that need no Kafka
	@$(PYTEST) -m "not fault and not broker"

.PHONY: coverage
coverage: install ## Run the tests and show which branches they miss
	@$(PYTEST) -m "not fault" --cov --cov-report=term-missing:skip-covered

.PHONY: check
check: .venv/.dev ## Lint, format, types, import contracts, dependencies, compose file
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/deptry .
	@$(MAKE) --no-print-directory compose-check

.PHONY: compose-check
compose-check: .venv/.dev ## Validate docker-compose.yml against the Compose specification
	@$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

# ---- prove and measure; the figures are also in build/reports -------------------------------

.PHONY: faults
faults: install ## Kill, stop and starve real processes; prove that nothing is lost or doubled
	@$(BIN)/python -m tests.faults

.PHONY: faults-quick
faults-quick: install ## The same, smaller: what CI runs
	@$(BIN)/python -m tests.faults --quick

.PHONY: bench
bench: install ## Measure speed and latency beside a hand-written consumer
	@$(BIN)/python -m tests.benchmarks

.PHONY: show-retry
show-retry: install ## Fail, kill and park: prove that what fails waits in order, and nobody else
	@$(BIN)/python -m tests.retries

.PHONY: show-desk
show-desk: install ## Drain dead letters by commands, kill, flood, deceive: each event runs once
	@$(BIN)/python -m tests.desk

.PHONY: show-desk-quick
show-desk-quick: install ## The same, smaller: what CI runs
	@$(BIN)/python -m tests.desk --quick

.PHONY: ci
ci: ## What a change must pass: tests, checks, quick faults, quick show of the desk
	@for step in test check faults-quick show-desk-quick; do \
		echo "== make $$step"; \
		$(MAKE) --no-print-directory $$step || exit; \
	done

# ---- maintain -------------------------------------------------------------------------------

.PHONY: format
format: .venv/.dev ## Format the code and mend what the linter can
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

.PHONY: docs
docs: .venv/.dev ## Write the generated docs anew: settings, commands, error codes, metrics, dashboard
	@$(BIN)/python -m consumer.commands.docs
	@$(BIN)/python -m consumer.telemetry.grafana.dashboard

# pip-tools knows extras but no dependency groups, so these two lists are piped to it.
LISTED := import functools, sys, tomllib; \
	project = tomllib.load(open("pyproject.toml", "rb")); \
	print(*functools.reduce(dict.get, sys.argv[1:], project), sep="\n")

# dev.lock may add to run.lock and never differs from it.
.PHONY: lock
lock: .venv/.dev ## Write the locks anew from pyproject.toml (UPGRADE=--upgrade: newer versions)
	$(COMPILE) --only-build-deps --all-build-deps -o requirements/build.lock pyproject.toml
	$(COMPILE) --extra embedded -o requirements/run.lock pyproject.toml
	$(COMPILE) -c requirements/run.lock -o requirements/image.lock pyproject.toml
	$(BIN)/python -c '$(LISTED)' dependency-groups dev \
		| $(COMPILE) -c requirements/run.lock --extra embedded --extra otel -o requirements/dev.lock pyproject.toml -
	$(BIN)/python -c '$(LISTED)' project optional-dependencies java \
		| $(COMPILE) -c requirements/dev.lock -o requirements/java.lock -

.PHONY: clean
clean: ## Remove .venv, caches and reports
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage build dist *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
