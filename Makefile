# Bedside. `make run` and `make test`, each alone, set everything up first.

PYTHON ?= python3
BIN := .venv/bin
export HF_HUB_OFFLINE := 1
export TOKENIZERS_PARALLELISM := false

.DEFAULT_GOAL := help
.PHONY: help setup models run test test-gui kill-loop promises fault disk tamper model lock nophi inject confined bombs nonet lint format i18n bench bench-qa bench-deid bench-card bench-dx bench-vault bench-speech bench-mine bench-notes bench-fusion clean

help: ## what can be made
	@grep -E '^[a-z -]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: ## environment, dependencies and system libraries; nothing where they are there
	@$(PYTHON) desktop/bootstrap.py

models: setup ## the default models; nothing where they are there
	@$(BIN)/bedside models fetch

run: models ## the window; where there is no display, the sample consultation in the terminal
	@$(BIN)/bedside start

test: models lint ## every check
	@$(BIN)/python -m pytest

test-gui: models ## the whole story in a real window, photographed step by step into build/gui
	@$(BIN)/python -m tests.gui

kill-loop: setup ## a process that writes into a vault is killed 1,000 times; what it had acknowledged must be there
	@$(BIN)/python -m tests.kill_loop

promises: models ## everything that SECURITY.md promises, put to the test, with figures
	@$(BIN)/python -m tests.promises

# One promise each: failing steps, a full disk, changed files, the vault beside a dictionary, locking, words left on
# the disk, orders in files, parsers that were taken over, files that unpack without end.
fault disk tamper model lock nophi inject confined bombs: setup ## one of these promises each
	@$(BIN)/python -m tests.promises $@

nonet: models ## the whole story where there is no network
	@$(BIN)/python -m tests.promises nonet

lint: setup ## style, types and the arrows between packages
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: setup ## format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

i18n: setup ## take new sentences into the translations and compile them; what is left to translate is told
	@$(BIN)/python -m tests.golden.refresh_translations

bench: models ## speed and size, beside the peers
	@$(BIN)/python -m tests.bench

bench-speech: models ## words, speed, drug names and errors caught (synthetic speech), words where nobody speaks
	@$(BIN)/python -m tests.bench.bench_speech
	@$(BIN)/python -m tests.bench.bench_dictation
	@$(BIN)/python -m tests.bench.bench_double_check

bench-qa: models ## answers with sources on open questions (BEDSIDE_DATA names the data)
	@$(BIN)/python -m tests.bench.bench_qa

bench-vault: setup ## what an unlock and a backup cost as the record grows
	@$(BIN)/python -m tests.bench.bench_vault

bench-deid: setup ## what de-identification finds and misses in texts and pictures, and what it takes needlessly
	@$(BIN)/python -m tests.bench.bench_deid
	@$(BIN)/python -m tests.bench.bench_burned_in

bench-card: models ## the patient card: reading level before and after, and what it keeps (BEDSIDE_DATA names the data)
	@$(BIN)/python -m tests.bench.bench_card

bench-dx: models ## how high the true disease stands, on generated patients and on our own vignettes
	@$(BIN)/python -m tests.bench.bench_dx

bench-mine: models ## what the extraction of facts finds and misreads; sections of notes (BEDSIDE_DATA names the data)
	@$(BIN)/python -m tests.bench.bench_mine

bench-notes: models ## notes beside those that people wrote: ROUGE, what was claimed and not said, what was left out
	@$(BIN)/python -m tests.bench.bench_notes

bench-fusion: models ## what the decoder sees, beside majority, other pictures and a probe (BEDSIDE_DATA names the data)
	@$(BIN)/python -m tests.bench.bench_fusion

clean: ## remove the environment; the models stay
	rm -rf .venv .mypy_cache .ruff_cache .import_linter_cache
