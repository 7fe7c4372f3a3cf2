# Twinbell: everything that is typed while working on it. Works with GNU make 3.81 and newer.
#
#   make demo     from an empty machine to a letter that opened on its day   (KEEP=1: leave the relay running)
#   make test     lint, types and the whole suite
#   make check    the quick part of it
#   make bench, make torture, make fuzz                                       (LONG=1: the long forms)
#   make lock     resolve the dependencies anew;  make wheel;  make clean

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
CHECKS := tests/interop
TYPED := src tests vectors demo fuzz torture
WORKERS ?= 2

# The first Python on the PATH that is new enough.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)

PYTHON_MADE := $(VENV)/.made
PACKAGES_IN := $(VENV)/.packages
PROJECT_IN := $(VENV)/.project
FUZZER_IN := $(VENV)/.fuzzer
CHECKS_IN := $(CHECKS)/node_modules/.installed

.PHONY: help setup demo test lint types check bench torture fuzz lock wheel clean

help:
	@sed -n 's/^#   //p' Makefile

setup: $(PROJECT_IN) $(CHECKS_IN)

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

$(CHECKS_IN): $(CHECKS)/package-lock.json
	@node -e 'process.exit(+process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null || { echo "Twinbell is checked by programs that need Node 20 or newer, and there is none on the PATH. https://nodejs.org/"; exit 1; }
	@echo "Installing the npm programs that check us."
	@cd $(CHECKS) && npm ci --silent --no-audit --no-fund --ignore-scripts
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

check: setup lint types
	$(PY) -m pytest -n $(WORKERS) -m "not torture" --ignore=tests/stories --ignore=tests/interop --ignore=tests/test_package.py

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: setup
	$(BIN)/mypy $(TYPED)

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
	@cd $(CHECKS) && npm install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund

wheel: setup
	@$(PY) -m build --wheel --no-isolation --outdir dist

clean:
	rm -rf $(VENV) $(CHECKS)/node_modules dist build .demo .hypothesis .mypy_cache .pytest_cache .ruff_cache
