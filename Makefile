# Run, test and check Roundtable. Needs GNU make, a POSIX shell and Python 3.11 or newer.

.POSIX:
.SUFFIXES:
.DEFAULT_GOAL := help
.PHONY: help run install test coverage deletions check audit bench bench-quick lock clean

VENV := .venv
BIN := $(VENV)/bin
NODE_MODULES := node_modules/.package-lock.json
ASSETS := static/built/manifest.json
ASSET_SOURCES := $(shell find static -path static/built -prune -o -type f -print)
TEMPLATES := templates
FLASK := $(BIN)/python -m flask --app wsgi

help:
	@echo 'make run      install what is missing, then serve on http://127.0.0.1:$${PORT:-8000}'
	@echo 'make install  virtual environment, locked packages, styles and scripts'
	@echo 'make test     all tests'
	@echo 'make coverage which branches no test takes; fails below the agreed shares'
	@echo 'make deletions  whether a test notices when a check of rights is deleted, for each of them'
	@echo 'make check    linters, types, import contracts, templates'
	@echo 'make audit    known weaknesses of the locked packages (needs the network)'
	@echo 'make bench    pages under load at three sizes of data, with limits measured beside them'
	@echo 'make bench-quick   the same at the smallest size, in three minutes'
	@echo 'make lock     lock the newest allowed packages anew (needs the network)'
	@echo 'make clean    remove everything that was installed or built; data stays'

run: install
	@port="$${PORT:-8000}"; \
	export FORUM_SITE_URL="$${FORUM_SITE_URL:-http://127.0.0.1:$$port}"; \
	export FORUM_LOG_FORMAT="$${FORUM_LOG_FORMAT:-console}" \
	  FORUM_LOG_LEVEL="$${FORUM_LOG_LEVEL:-WARNING}"; \
	exec $(FLASK) serve --port "$$port" --migrate --demo

install: $(VENV)/installed $(ASSETS)

# The first python that is new enough; PYTHON=… chooses another.
$(BIN)/python:
	@python=; \
	for name in $${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do \
	  if command -v "$$name" >/dev/null 2>&1 && \
	    "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	  then python="$$name"; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo 'Roundtable needs Python 3.11 or newer. Install it, or name it: make PYTHON=/path/to/python3' >&2; \
	  exit 1; \
	fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "$$python cannot make virtual environments. On Debian or Ubuntu: apt install python3-venv" >&2; \
	  exit 1; \
	fi; \
	"$$python" -m venv $(VENV)

$(VENV)/installed: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --disable-pip-version-check --no-deps --require-hashes -r requirements.txt
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed
	$(BIN)/python -m pip install --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.txt
	@touch $@

$(NODE_MODULES): package.json package-lock.json $(VENV)/installed
	PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --no-audit --no-fund
	@touch $@

$(ASSETS): $(ASSET_SOURCES) $(NODE_MODULES)
	PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent build

# A browser for the journeys: Debian's, when nobody else brought one.
$(VENV)/browser: | $(VENV)/installed
	@if command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 \
	  || command -v google-chrome >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	  apt-get update && apt-get install -y --no-install-recommends chromium; \
	else \
	  echo 'The tests need the browser Chromium. Install it, on Debian by: apt install chromium' >&2; \
	  exit 1; \
	fi
	@touch $@

# Servers before and beside which the site is shown; tests without them say that they are skipped.
SERVERS := nginx pgbouncer redis-server
$(VENV)/servers: | $(VENV)/installed
	@missing=; \
	for name in $(SERVERS); do \
	  PATH="$$PATH:/usr/sbin" command -v "$$name" >/dev/null 2>&1 || missing="$$missing $$name"; \
	done; \
	if [ -n "$$missing" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	  apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
	    $$(echo "$$missing" | sed 's/nginx/nginx-light/') || true; \
	elif [ -n "$$missing" ]; then \
	  echo "Some tests are skipped for want of:$$missing"; \
	fi
	@touch $@

# Each process that the tests start would compile everything anew where bytecode is not kept.
test: $(VENV)/installed-dev $(ASSETS) $(VENV)/browser $(VENV)/servers
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --dist worksteal $(PYTEST)

# Rules, actions and core in every branch, the rest by the share in setup.cfg.
coverage: $(VENV)/installed-dev $(ASSETS)
	$(BIN)/python -m pytest -n auto --ignore tests/journeys --cov --cov-report= \
	  --cov-fail-under 0 $(PYTEST)
	$(BIN)/coverage report
	$(BIN)/coverage report --fail-under 100 \
	  --include 'forum/core/*,forum/*/policy*,forum/*/policy/*,forum/*/actions*,forum/*/actions/*'

# Each gate deleted in turn; GATES=forum/boards only those there.
deletions: $(VENV)/installed-dev $(ASSETS)
	$(BIN)/python -m pytest -n auto --ignore tests/journeys -k 'not postgres' \
	  --cov --cov-context test --cov-report=
	$(BIN)/python -m tests.deletions $(GATES)

check: $(VENV)/installed-dev $(ASSETS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config setup.cfg
	$(BIN)/djlint --check --lint --quiet $(TEMPLATES)

audit: $(VENV)/installed-dev
	$(BIN)/pip-audit --disable-pip --require-hashes -r requirements.txt
	$(BIN)/pip-audit --disable-pip --require-hashes -r requirements-dev.txt
	PATH="$(CURDIR)/$(BIN):$$PATH" npm audit

bench: $(VENV)/installed-dev $(ASSETS)
	$(BIN)/python -m bench $(BENCH)

bench-quick: $(VENV)/installed-dev $(ASSETS)
	$(BIN)/python -m bench --quick $(BENCH)

# uv lives in an environment of its own that is thrown away afterwards.
lock: | $(BIN)/python
	@tools="$$(mktemp -d)"; trap 'rm -rf "$$tools"' EXIT; \
	$(BIN)/python -m venv "$$tools" && \
	"$$tools/bin/pip" install --quiet --disable-pip-version-check uv && \
	for name in requirements requirements-dev; do \
	  "$$tools/bin/uv" pip compile --quiet --upgrade --universal --python-version 3.11 \
	    --generate-hashes --no-emit-index-url $$name.in -o $$name.txt || exit 1; \
	done

clean:
	rm -rf $(VENV) node_modules static/built htmlcov .coverage .coverage.* .pytest_cache \
	  .mypy_cache .ruff_cache .import_linter_cache .hypothesis bench/results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
