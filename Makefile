# Schakel: a few targets, each says what it does. `make help` lists them.
# All state lives under var/: the virtual environment, the downloaded broker, databases, caches.

PYTHON ?= python3
VENV   := var/venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.complete
export PYTHONPYCACHEPREFIX := $(CURDIR)/var/cache/pycache
# What is compiled once stays in var/: without it every process that starts compiles everything anew, which takes seconds.
unexport PYTHONDONTWRITEBYTECODE
export PIP_CACHE_DIR := $(CURDIR)/var/cache/pip
export UV_CACHE_DIR := $(CURDIR)/var/cache/uv
export HYPOTHESIS_STORAGE_DIRECTORY := $(CURDIR)/var/cache/hypothesis

.DEFAULT_GOAL := help
.PHONY: help setup demo test long soak rest check acceptance bench lock schemas clean

help:  ## show this list
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# A virtual environment does not survive that its checkout moves, or that its Python is upgraded or removed.
WORKS := $(shell $(BIN)/python -c 'import pip' 2>/dev/null && grep -qF "$(CURDIR)/$(BIN)/" $(BIN)/pip && echo yes)
ifneq ($(WORKS),yes)
.PHONY: $(STAMP)
STALE := $(wildcard $(STAMP))
endif

setup: $(STAMP)  ## install everything into var/ (the other targets do this by themselves)

$(STAMP): requirements.lock pyproject.toml deploy/setup.sh
	@$(if $(STALE),echo "setup: $(VENV) was made at another place or with another Python; it is made anew")
	@PYTHON="$(PYTHON)" sh deploy/setup.sh "$(VENV)"
	@touch $@

demo: $(STAMP)  ## play a synthetic month of two chains on real Kafka (ONCE=1: play, check, stop)
	@$(BIN)/backbone demo $(if $(ONCE),--once)

test: $(STAMP)  ## run the tests that take seconds, two at a time: some minutes (ARGS="-k name" for some)
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not long and not slow" $(ARGS)

long: $(STAMP)  ## run the tests that take longer, three at a time: many of them wait for a broker
	@$(BIN)/python -m pytest -n 3 --dist loadfile -m "long and not slow" $(ARGS)

soak: $(STAMP)  ## run the slow tests, three at a time: every service under load, killed, frozen, rebuilt
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -m slow $(ARGS)

# One run instead of two: a worker that would wait for the last of the one begins with the other.
rest: $(STAMP)  ## run what `make long` and `make soak` run, in one go
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -m "long or slow" $(ARGS)

check: $(STAMP)  ## lint, types, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

acceptance: $(STAMP)  ## import a real list: make acceptance DATA=incidents.csv
	@$(BIN)/python -m tests.acceptance.run "$(DATA)"

bench: $(STAMP)  ## measure; writes var/bench/*.json and docs/performance.md
	@sh bench/run.sh

lock: $(STAMP)  ## renew requirements.lock from pyproject.toml, and deploy/image.lock from both
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --extra backbone --extra parquet --extra dev pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --extra backbone --constraint requirements.lock pyproject.toml -o deploy/image.lock

schemas: $(STAMP)  ## write the Avro schemas of new or changed event models (append-only)
	@$(BIN)/python -m schakel.avro write

clean:  ## remove everything that was made (var/)
	rm -rf var
