# Every target sets up what it needs. Nothing but Python 3.11+ and make has to be there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Where `make record` asks: any OpenAI-compatible endpoint, and the model's name there.
BASE_URL ?=
MODEL ?=

.PHONY: help demo test check lint bench record schemas clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

demo: $(VENV)/demo ## run the main job on the five seed articles, from recorded answers, into out/
	@mkdir -p out
	$(BIN)/conflict-extract extract seeds/articles --replay tests/cassettes --out out/seeds.jsonl --force
	$(BIN)/conflict-extract show out/seeds.jsonl --article at-least-180-troops

test: $(VENV)/dev ## run all tests
	$(BIN)/python -m pytest

check: lint test ## all that CI runs

lint: $(VENV)/dev ## format, lint, types, layers, schemas
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/conflict-extract schema --out schemas --check

bench: $(VENV)/dev ## speed of grounding, cost of importing, CPU for an article
	$(BIN)/python bench/grounding.py
	$(BIN)/python bench/imports.py
	$(BIN)/python bench/article.py

record: $(VENV)/dev ## record the answers for the seeds afresh: BASE_URL=… MODEL=… (key in OPENAI_API_KEY)
	$(BIN)/conflict-extract extract seeds/articles --record tests/cassettes --out out/recorded.jsonl --force \
	  $(if $(BASE_URL),--base-url $(BASE_URL)) $(if $(MODEL),--model $(MODEL))

schemas: $(VENV)/dev ## write schemas/ afresh from the models
	$(BIN)/conflict-extract schema --out schemas

clean: ## remove the environment and all that was made
	rm -rf $(VENV) out dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "conflict-extract needs Python 3.11 or newer, this is " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/demo: $(VENV)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/dev: $(VENV)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@
