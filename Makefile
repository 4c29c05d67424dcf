# Everything lives in .venv; nothing is installed outside this folder.
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

# Every worker loads every test, and every command its modules: compiled once, whatever was set.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo play test lint style bench soak secrets lock clean help

help:            ## what can be typed here
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile

demo: $(STAMP)   ## set everything up and run the main job: no credentials, no server
	@"$(BIN)/tgactors" demo

play: $(STAMP)   ## run everything beside a sandbox, with a page in the browser
	@"$(BIN)/tgactors" play

test: style      ## the gate: lint, types, contracts, tests
	@"$(BIN)/mypy" & types=$$!; "$(BIN)/python" -m pytest -n auto; tests=$$?; wait $$types && exit $$tests

lint: style
	@"$(BIN)/mypy"

style: $(STAMP)
	@"$(BIN)/ruff" check .
	@"$(BIN)/ruff" format --check .
	@"$(BIN)/lint-imports"

bench: $(STAMP)  ## measured ratios, within one run
	@"$(BIN)/python" -m bench --json

soak: $(STAMP)   ## long runs, outside the gate, and every property with all its examples
	@HYPOTHESIS_PROFILE=default "$(BIN)/python" -m pytest -n auto \
	  -m "soak or long or hypothesis" --timeout 1800

secrets:         ## make the keys and passwords that compose.yaml reads; what is there, stays
	@sh deploy/secrets.sh

lock: $(STAMP)   ## resolve the locks anew (needs uv): for development, and for running alone
	@uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --group dev pyproject.toml --custom-compile-command "make lock" -o requirements.lock
	@uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	  pyproject.toml --constraint requirements.lock --no-annotate \
	  --custom-compile-command "make lock" -o requirements-run.lock

$(STAMP): requirements.lock pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12")'
	@echo "Setting up .venv (once) ..."
	@test -x "$(BIN)/python" || "$(PYTHON)" -m venv .venv
	@"$(BIN)/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@"$(BIN)/python" -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch "$(STAMP)"

clean:           ## remove .venv and caches
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
