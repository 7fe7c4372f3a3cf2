# Twinbell: everything that is typed while working on it. Works with GNU make 3.81 and newer.
#
#   make demo     from an empty machine to a letter that opened on its day   (KEEP=1: leave the relay running)
#   make test     lint, types and the whole suite, in a browser too where there is a Chromium
#   make check    the quick part of it
#   make web      build the web app, which a relay then serves;  make shots: a picture of each of its pages
#   make bench, make torture, make fuzz                                       (LONG=1: the long forms)
#   make lock     resolve the dependencies anew;  make wheel;  make clean

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
CHECKS := tests/interop
WEB := web
TYPED := src tests vectors demo fuzz torture hatch_build.py
WORKERS ?= 2

# The first Python on the PATH that is new enough.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)

PYTHON_MADE := $(VENV)/.made
PACKAGES_IN := $(VENV)/.packages
PROJECT_IN := $(VENV)/.project
FUZZER_IN := $(VENV)/.fuzzer
CHECKS_IN := $(CHECKS)/node_modules/.installed
WEB_IN := $(WEB)/node_modules/.installed
WEB_BUILT := $(WEB)/dist/app.json
WEB_SOURCES := $(shell find $(WEB)/src $(WEB)/build $(WEB)/public $(WEB)/index.html $(WEB)/vite.config.ts -type f 2>/dev/null)
NPM_CI := npm ci --silent --no-audit --no-fund --ignore-scripts

# The browser for the stories that need one; ours to find, never to download.
CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)

.PHONY: help setup web demo test lint types check stories shots bench torture fuzz lock wheel clean

help:
	@sed -n 's/^#   //p' Makefile

setup: $(PROJECT_IN) $(CHECKS_IN) $(WEB_BUILT)

web: $(WEB_BUILT)

$(PYTHON_MADE):
	@test -n "$(PYTHON)" || { echo "Twinbell needs Python 3.11 or newer, and there is none on the PATH. https://www.python.org/downloads/"; exit 1; }
	@echo "Making a virtual environment in $(VENV) with $(PYTHON)."
	@$(PYTHON) -m venv $(VENV) || { echo "This Python can't make a virtual environment. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@touch $@

$(PACKAGES_IN): $(PYTHON_MADE) requirements/dev.txt
	@echo "Installing the locked packages."
	@$(PY) -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

$(PROJECT_IN): $(PACKAGES_IN) pyproject.toml
	@$(PY) -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# Node alone installs and builds; what it leaves is plain files.
define NEEDS_NODE
@node -e 'process.exit(+process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null || { echo "Twinbell's web app is built, and all of it checked, by programs that need Node 20 or newer, and there is none on the PATH. https://nodejs.org/"; exit 1; }
endef

$(CHECKS_IN): $(CHECKS)/package-lock.json
	$(NEEDS_NODE)
	@echo "Installing the npm programs that check us."
	@cd $(CHECKS) && $(NPM_CI)
	@touch $@

$(WEB_IN): $(WEB)/package-lock.json
	$(NEEDS_NODE)
	@echo "Installing what builds the web app."
	@cd $(WEB) && $(NPM_CI)
	@touch $@

$(WEB_BUILT): $(WEB_IN) $(WEB_SOURCES) pyproject.toml
	@echo "Building the web app."
	@cd $(WEB) && npm run --silent build -- --logLevel warn
	@touch $@

# Coverage-guided fuzzing where it can be had (Linux); elsewhere the same targets get Hypothesis' bytes.
$(FUZZER_IN): $(PACKAGES_IN) requirements/fuzz.txt
	@$(PY) -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/fuzz.txt 2>/dev/null || \
		echo "There is no atheris for this machine: Hypothesis makes the bytes instead."
	@touch $@

demo: setup
	@KEEP=$(KEEP) $(PY) -m demo

test: setup lint types
	$(PY) -m pytest -n $(WORKERS)
	cd $(WEB) && npm test --silent
	@$(MAKE) --no-print-directory stories

check: setup lint types
	$(PY) -m pytest -n $(WORKERS) -m "not torture" --ignore=tests/stories --ignore=tests/interop --ignore=tests/test_package.py
	cd $(WEB) && npm test --silent

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	cd $(WEB) && npm run --silent check:format

types: setup
	$(BIN)/mypy $(TYPED)
	cd $(WEB) && npm run --silent check:types

# In a real browser, against a real relay.
stories: setup
	@if [ -n "$(CHROMIUM)" ]; then \
		echo "The stories in $(CHROMIUM)."; cd $(WEB) && CHROMIUM="$(CHROMIUM)" npm run --silent test:browser; \
	else \
		echo "SKIPPED: the stories in a browser. There is no Chromium here; CHROMIUM=/path/to/it names one."; \
	fi

# Into build/shots, from two people who live in memory only.
shots: setup
	@cd $(WEB) && npm run --silent build -- --logLevel warn --mode pretend --outDir dist-pretend --emptyOutDir
	@cd $(WEB) && CHROMIUM="$(CHROMIUM)" node tests/shots/shots.mjs ../build/shots

bench: setup
	@$(PY) -m bench $(if $(LONG),--long)

torture: setup
	@$(PY) -m torture $(if $(LONG),--long)

fuzz: setup $(FUZZER_IN)
	@$(PY) -m fuzz all --seconds $(if $(LONG),600,3)

# Download addresses stay out of the locks, so that any mirror will do.
lock: $(PYTHON_MADE)
	@$(PYTHON) -m venv build/lock && build/lock/bin/pip install -qq uv
	@for part in run dev fuzz; do \
		build/lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
			requirements/$$part.in --output-file requirements/$$part.txt || exit 1; done
	@for folder in $(CHECKS) $(WEB); do \
		(cd $$folder && npm install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund) || exit 1; done

wheel: setup
	@$(PY) -m build --wheel --no-isolation --outdir dist

clean:
	rm -rf $(VENV) $(CHECKS)/node_modules $(WEB)/node_modules $(WEB)/dist $(WEB)/dist-pretend dist build .demo .hypothesis .mypy_cache .pytest_cache .ruff_cache
