# `make up` is all it takes. Needs Python 3.11 to 3.13 and nothing else; works with GNU make 3.81 (macOS).

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
PIP := $(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt
PIP_LOG := $(VENV)/pip.log

# What pip says is for its log, unless it fails.
install = $(PIP) $(1) >>$(PIP_LOG) 2>&1 || \
	{ tail -n 40 $(PIP_LOG); echo "The packages can't be installed; the reason stands above. All of it: $(PIP_LOG)"; exit 1; }

# The first that runs, is of the right version and can make environments. Another one: make PYTHON=/path/to/python up
FITS := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON := $(shell for python in python3.11 python3.12 python3.13 python3; do \
	$$python -c '$(FITS)' 2>/dev/null && echo $$python && break; done)

SCENARIOS := 200
MINUTES := 60

# Of the tests. Each has servers of its own, and much of what it does is waiting: three keep two cores busy.
WORKERS := 3
TYPES_LOG := $(VENV)/mypy.log

.DEFAULT_GOAL := help
.PHONY: help up demo doctor test faults bench texts clean

help: ## say what there is
	@grep -E '^[a-z]+:.*## ' Makefile | sed -e 's/:.*## /	/' -e 's/^/make /' | expand -t 16

up: $(INSTALLED) ## set up and run everything on this machine
	@$(BIN)/postaify up

demo: $(INSTALLED) ## play the main story in the terminal
	@$(BIN)/postaify demo

doctor: $(INSTALLED) ## check what it needs, and say what to do
	@$(BIN)/postaify doctor

test: $(INSTALLED_DEV) ## set up and run all checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@echo "mypy beside pytest; what it says comes at the end"
	@$(BIN)/python -m compileall -q bot core jobs migrations web postaify.py # once, not by each process
	@nice $(BIN)/mypy >$(TYPES_LOG) 2>&1 & types=$$!; \
	$(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder; tests=$$?; \
	wait $$types; types=$$?; cat $(TYPES_LOG); exit $$((tests + types))

faults: $(INSTALLED_DEV) ## kill, stop and disturb everything at random, and count what was lost or doubled (an hour)
	@$(BIN)/python -m tests.faults --scenarios $(SCENARIOS) --minutes $(MINUTES)
	@$(BIN)/python -m tests.faults.broadcasts

bench: $(INSTALLED_DEV) ## measure speed and memory
	@$(BIN)/python -m tests.bench

texts: $(INSTALLED_DEV) ## say how far the translations are (docs/TRANSLATING.md)
	@$(BIN)/python -m tests.texts status

clean: ## remove the environment and all caches; data under .postaify stays
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis artifacts
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "Postaify needs Python 3.11, 3.12 or 3.13 with venv, and found none."; \
		echo "  Debian, Ubuntu: apt install python3 python3-venv    macOS: brew install python@3.13"; \
		echo "  Somewhere else: make PYTHON=/path/to/python3 up"; \
		exit 1; fi
	@echo "Making $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv --clear $(VENV)

$(INSTALLED): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing the packages; the first time takes a minute or two"
	@rm -f $(PIP_LOG)
	@$(call install,--upgrade pip setuptools)
	@$(call install,--no-build-isolation --editable .)
	@touch $@

$(INSTALLED_DEV): $(INSTALLED)
	@echo "Installing the packages for development"
	@$(call install,--no-build-isolation --editable '.[dev]')
	@touch $@
