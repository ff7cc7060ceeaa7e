# Every command of the project; `make help` lists them. Python 3.11 or newer and git are all they need.

PYTHON ?= python3
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help install demo test quick prove-sync prove-phone check lock i18n icons clean screenshots

help: ## show this list
	@grep -E '^[a-z0-9-]+:.*##' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z0-9-]+):.*## /  make \1\t/' | expand -t 18

install: $(VENV)/.runtime ## make .venv from requirements.lock, with the project in it

demo: $(VENV)/.runtime ## serve a fresh demo clinic on http://127.0.0.1:8000 (ARGS="--port 9000")
	@$(BIN)/tracker demo $(ARGS)

test: $(VENV)/.dev ## run all tests, the browser's and PostgreSQL's too (ARGS="tests/domain -x")
	@.ci/browser-and-postgres $(BIN)
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

quick: $(VENV)/.dev ## run the tests that need neither browser nor PostgreSQL
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not browser and not postgres and not slow" $(ARGS)

prove-sync: $(VENV)/.dev ## have phones and the server agree after 100,000 steps, about 8 minutes (ARGS="--steps 5000")
	@$(BIN)/python -m tests.support.prove_sync $(ARGS)

prove-phone: $(VENV)/.dev ## kill a phone 200 times while somebody logs, about 10 minutes (ARGS="--runs 20 --seed 7")
	@.ci/browser-and-postgres $(BIN)
	@$(BIN)/python -m tests.support.prove_phone $(ARGS)

check: $(VENV)/.dev ## ruff and mypy, without changing a file
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# A lock names packages, versions and hashes, never an address; `make lock ARGS=` keeps the pins that still fit.
LOCK := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --quiet --no-config \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'
lock: ARGS = --upgrade
lock: $(VENV)/.dev ## refresh both locks to the newest versions (ARGS="--upgrade-package flask" for one)
	$(LOCK) $(ARGS) --extra postgres --group build --output-file requirements.lock
	$(LOCK) $(ARGS) --group dev --constraints requirements.lock --output-file requirements-dev.lock
	@! grep -nE '://|^-' requirements.lock requirements-dev.lock || { echo "An address stands in a lock." >&2; exit 1; }

i18n: $(VENV)/.dev ## gather what people read and refresh the translations
	@$(BIN)/python -m tracker.i18n

# NAME.png:SOURCE.svg:PIXELS, all in static/img; a palette of 128 colours is more than they have.
ICONS := icon-192:icon:192 icon-512:icon:512 maskable-192:maskable:192 maskable-512:maskable:512 \
	apple-touch-icon:maskable:180 favicon-32:favicon:32
DRAW := import io, resvg_py, sys; from PIL import Image; size = int(sys.argv[2]); \
	drawn = resvg_py.svg_to_bytes(svg_path=sys.argv[1], width=size, height=size); \
	Image.open(io.BytesIO(bytes(drawn))).quantize(128).save(sys.argv[3], optimize=True)
icons: $(VENV)/.dev ## draw the app's PNG icons anew from their SVGs
	@for icon in $(ICONS); do echo $$icon | tr : ' '; done | while read -r name source size; do \
	  $(BIN)/python -c '$(DRAW)' static/img/$$source.svg $$size static/img/$$name.png || exit 1; done

screenshots: $(VENV)/.dev ## take the README's pictures anew from the demo
	$(BIN)/python -m tests.support.screenshot

lighthouse: $(VENV)/.dev ## measure /today as a phone does, three times (needs Node)
	@$(BIN)/python -m tests.support.lighthouse $(ARGS)

clean: ## remove the environment and what tools left
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage htmlcov test-results build dist
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +

# Stamps: a second run finds them newer than what they are made from and does nothing.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Aftercare needs Python 3.11 or newer as $(PYTHON); name another with: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) || { \
	  echo "No virtual environment could be made; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

$(VENV)/.runtime: $(VENV)/.made requirements.lock pyproject.toml
	@echo "Installing Aftercare into $(VENV); the first time takes about half a minute."
	@$(PIP) install --quiet --require-hashes --requirement requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.made requirements-dev.lock pyproject.toml
	@echo "Installing Aftercare and its tests' tools into $(VENV); the first time takes about a minute."
	@$(PIP) install --quiet --require-hashes --requirement requirements-dev.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
