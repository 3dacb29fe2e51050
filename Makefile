# Every target sets up what it needs. Nothing but Python 3.11+ and make has to be there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Where `make record` asks: any OpenAI-compatible endpoint, and the model's name there.
BASE_URL ?=
MODEL ?=

.PHONY: help demo eval agreement floors weights test check lint bench nightly faults curator aimock record schemas docs docs-serve docs-outputs docs-pictures clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

demo: $(VENV)/demo ## run the main job on the five seed articles, from recorded answers, into out/
	@mkdir -p out
	$(BIN)/conflict-extract extract seeds/articles --replay tests/cassettes --out out/seeds.jsonl --force
	$(BIN)/conflict-extract show out/seeds.jsonl --article at-least-180-troops

eval: $(VENV)/dev ## score the recorded answers for seeds, challenge texts and long reports, with reports in out/
	@mkdir -p out
	@rm -f out/eval.failed
	$(call evaluate,seeds,seeds,tests/cassettes,eval)
	$(call evaluate,challenge,seeds/challenge,tests/cassettes/challenge,eval-challenge)
	$(call evaluate,long,seeds/long,tests/cassettes/long,eval-long)
	@test ! -e out/eval.failed

# Name, folder with articles/ and gold/, recordings, name of the reports. A floor that is missed fails at the end, so
# that all reports are there.
define evaluate
	$(BIN)/conflict-extract extract $(2)/articles --replay $(3) --out out/$(1).jsonl --force
	$(BIN)/conflict-extract evaluate out/$(1).jsonl --gold $(2)/gold --recordings $(3) --floors seeds/floors.json \
	  --html out/$(4).html --markdown out/$(4).md --json out/$(4).json || touch out/eval.failed
endef

agreement: ## after make eval: the recorded answers beside each labeller, paired, on each set
	@test -e out/long.jsonl || { echo 'make eval comes first: it writes out/challenge.jsonl and the others'; exit 2; }
	for name in challenge long seeds; do \
	  gold=seeds/$$([ $$name = seeds ] || echo $$name/)gold/annotations; \
	  $(BIN)/conflict-extract gold agreement "$$gold/*.A.json" "$$gold/*.B.json" --predictions out/$$name.jsonl || exit; \
	done

floors: ## after make eval: raise the floors of a set: SET=seeds|challenge|long WHY="…"
	@test -n "$(SET)" -a -n "$(WHY)" || { echo 'give SET=seeds, SET=challenge or SET=long, and WHY="what moved the scores"'; exit 2; }
	$(BIN)/python bench/floors.py $(SET) out/$(SET).jsonl --gold $(if $(filter seeds,$(SET)),seeds/gold,seeds/$(SET)/gold) --why "$(WHY)"

weights: $(VENV)/dev ## whether the scorer's weights align the right items, by what is known apart from them (a minute)
	$(BIN)/python -m bench.alignment_weights

test: $(VENV)/dev ## run all tests
	$(BIN)/python -m pytest

check: lint test ## all that CI runs

lint: $(VENV)/dev ## format, lint, types, layers, schemas
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/conflict-extract schema --out schemas --check

bench: $(VENV)/dev ## speed of grounding, cost of importing, CPU for an article, speed and memory of a batch
	$(BIN)/python bench/grounding.py
	$(BIN)/python bench/imports.py
	$(BIN)/python bench/evaluation.py
	$(BIN)/python bench/article.py
	$(BIN)/python bench/exports.py
	$(BIN)/python -m bench.throughput
	$(BIN)/python -m bench.memory

nightly: $(VENV)/dev ## what takes too long for CI: slow tests, memory of a batch of 200,000 articles
	$(BIN)/python -m pytest -m nightly
	$(BIN)/python -m bench.memory --articles 200000

faults: $(VENV)/dev ## 1,000 articles under mixed faults and three kill -9: what is lost, and what is paid for twice
	$(BIN)/python -m bench.faults

curator: $(VENV)/dev ## the same beside Curator, which gets an environment of its own in the user's cache folder
	$(BIN)/python -m bench.curator_faults

aimock: ## install aimock (a package of npm's) for the test that uses it
	npm install --prefix .aimock --no-audit --no-fund --silent @copilotkit/aimock@1.43.0

record: $(VENV)/dev ## record all answers afresh: BASE_URL=… MODEL=… (key in OPENAI_API_KEY)
	$(call record,seeds/articles,tests/cassettes)
	$(call record,seeds/challenge/articles,tests/cassettes/challenge)
	$(call record,seeds/long/articles,tests/cassettes/long)

define record
	$(BIN)/conflict-extract extract $(1) --record $(2) --out out/recorded.jsonl --force --deadline 3600 \
	  $(if $(BASE_URL),--base-url $(BASE_URL)) $(if $(MODEL),--model $(MODEL))
endef

schemas: $(VENV)/dev ## write schemas/ afresh from the models
	$(BIN)/conflict-extract schema --out schemas

# NO_MKDOCS_2_WARNING: mkdocs-material's documented switch for its notice about its own end of life.
docs: $(VENV)/dev ## build the site into out/site; a warning fails it
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

docs-serve: $(VENV)/dev ## the site on loopback, built afresh when a page changes
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve

docs-outputs: $(VENV)/dev ## run the code of the pages, and write what it prints, and the page of the command line
	$(BIN)/python -m tests.documented

docs-pictures: $(VENV)/dev ## take the pictures of the report afresh (needs Chromium)
	$(BIN)/python -m bench.pictures

clean: ## remove the environment and all that was made
	rm -rf $(VENV) out dist .aimock .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

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
