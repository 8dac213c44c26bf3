# Two commands: `make demo` and `make test`. Everything else is listed by `make help`.

PYTHON ?= python3
VENV ?= .venv
# Where torch comes from. The default holds CPU builds; "" takes pip's own index (on Linux: the CUDA build, gigabytes).
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
OUT ?= out
PREMISE ?= A CEO's secret daughter is kidnapped by her billionaire father's rival, but she has a hidden spiritual power.
export PREMISE
# Compiled modules are kept, whatever the machine says: without them every start compiles its libraries again.
unexport PYTHONDONTWRITEBYTECODE

BIN := $(VENV)/bin
# A process per core; the tests of one file stay together, because many share an episode.
SPREAD := -n auto --dist loadfile
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-compile

.PHONY: help setup setup-dev demo test test-slow test-all check fmt bench art clean
.DEFAULT_GOAL := help

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.base  ## make .venv with the base package and its `cliffhanger` command

setup-dev: $(VENV)/.dev  ## add what the tests and checks need (TORCH_INDEX=... chooses where torch comes from)

demo: setup  ## write a 20-episode series from one paragraph and render its first three episodes
	$(BIN)/cliffhanger make "$$PREMISE" --length 20 --episodes 1-3 --profile draft --out "$(OUT)"

test: setup-dev  ## the fast tests
	$(BIN)/pytest $(SPREAD) -m "not slow and not gpu"

test-slow: setup-dev  ## the slow tests: whole episodes, long seasons
	$(BIN)/pytest $(SPREAD) -m "slow and not gpu"

test-all: test test-slow  ## the fast and the slow tests

check: setup-dev  ## format, lint, types, import contracts, README's tree
	@failed=; for tool in "ruff format --check" "ruff check" pyright lint-imports "python scripts/readme_tree.py --check"; do \
		echo "$$tool"; $(BIN)/$$tool || failed=1; \
	done; test -z "$$failed"

fmt: setup-dev  ## format, fix what ruff can fix, write README's tree anew
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	$(BIN)/python scripts/readme_tree.py

bench: setup  ## measure speed, memory and size; the last line is JSON
	$(BIN)/python scripts/bench.py

art: setup  ## draw everything that the draft can draw on contact sheets (OUT=out: out/art)
	$(BIN)/python scripts/art.py "$(OUT)/art"

clean:  ## remove .venv and caches; rendered series in out/ stay
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -not -path "./$(VENV)/*" -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) scripts/make_venv.py $(VENV)

$(VENV)/.base: pyproject.toml | $(BIN)/python
	$(PIP) --editable .
	@touch $@

# torch and the libraries on it serve only model adapters: without them their tests are skipped, so the absence of torch
# never fails the install. torch goes first: asked for by another package it would be the newest CUDA build.
$(VENV)/.dev: pyproject.toml $(VENV)/.base
	@if $(PIP) --retries 1 --timeout 20 "torch==2.13.0" $(if $(TORCH_INDEX),--index-url "$(TORCH_INDEX)"); then \
		$(PIP) --editable ".[dev,gpu]"; \
	else \
		echo "torch is not installed ($(TORCH_INDEX) did not serve it); tests that need it are skipped"; \
		$(PIP) --editable ".[dev]"; \
	fi
	@touch $@
