# make run    create .venv, install everything, open the studio      (TRAIN=0 leaves the training extra out)
# make test   the same environment and the dev tools; lint, types, tests
# make readers  two Node packages, for the tests that read PSD and sheets as programs do (else skipped)
#
# TRAIN=0           without torch
# TORCH_INDEX=URL   take torch from this index first, e.g. https://download.pytorch.org/whl/cpu
# PYTHON=python3.12 the interpreter that .venv is made from (3.11 or newer)
# SYSTEM_CHECK=0    do not look for missing system libraries
# ARGS="..."        what `make run` passes to vtuber-studio
# PYTEST_ARGS="..." what `make test` passes to pytest, after "-n logical": one process for each processor, at most 8
#                   (-n0 runs all tests in one)

VENV ?= .venv
TRAIN ?= 1
TORCH_INDEX ?=
SYSTEM_CHECK ?= 1
ARGS ?=
PYTEST_ARGS ?=
# Real windows on a loaded machine: up to three failures are tried once more, and shown with their tracebacks even when
# they pass then. Each is a fault to mend, of the test or of the program; RETRY= takes the second chance away.
RETRY ?= --reruns 1 --max-suite-reruns 3 --rerun-show-tracebacks

PY := $(VENV)/bin/python
CHECK := PYTHON='$(PYTHON)' SYSTEM_CHECK='$(SYSTEM_CHECK)' bash packaging/system_check.sh

ifeq ($(TRAIN),0)
  EXTRAS := export,live
else
  EXTRAS := export,live,train
endif

# A stamp records what was installed; it goes stale when the requirements change.
SOURCES := pyproject.toml constraints.txt
RUN_STAMP := $(VENV)/.installed-run-$(TRAIN)
DEV_STAMP := $(VENV)/.installed-dev-$(TRAIN)

.PHONY: help env run test lint types readers check-run check-test clean

help:
	@sed -n "/^#/!q;s/^# \{0,1\}//p" Makefile

run: check-run $(RUN_STAMP)
	$(VENV)/bin/vtuber-studio $(ARGS)

env: check-test $(DEV_STAMP)

test: lint types
	$(PY) -m pytest -q -n logical --maxprocesses 8 --dist worksteal $(RETRY) $(PYTEST_ARGS)

lint: env
	$(PY) -m ruff check .

types: env
	$(PY) -m mypy

readers:
	mkdir -p build/node
	npm install --prefix build/node --no-audit --no-fund --ignore-scripts ag-psd@31.0.2 pixi.js@8.22.0

check-run:
	@$(CHECK) run

check-test:
	@$(CHECK) test

# Libraries first (order-only): they are checked again on every run, but cause no new install.
$(RUN_STAMP): $(SOURCES) | check-run
	$(call install,$(EXTRAS))
	@touch $@

$(DEV_STAMP): $(SOURCES) | check-test
	$(call install,$(EXTRAS),dev)
	@touch $@ $(RUN_STAMP)

define install
	@set -e; \
	python="$$($(CHECK) python)"; \
	if ! $(PY) -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	  echo "Creating $(VENV) with $$python"; rm -rf '$(VENV)'; "$$python" -m venv '$(VENV)'; fi
	$(if $(TORCH_INDEX),$(if $(filter 0,$(TRAIN)),,$(PY) -m pip install -c constraints.txt --index-url '$(TORCH_INDEX)' torch))
	$(PY) -m pip install -c constraints.txt -e '.[$(1)$(if $(2),$(comma)$(2))]'
endef
comma := ,

clean:
	rm -rf '$(VENV)' build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find vtuber_studio tests -name __pycache__ -type d -prune -exec rm -rf {} +
