# make demo      the whole story on this machine; stays up until Ctrl-C
#                (ONCE=1: play, compare with the ledger, stop; PORTS=9400: four other ports)
# make test      everything that must hold: lint, types, import contracts, tests, a real browser
# make bench     figures beside the peers (RIG=path of the bench rig)
# make screens   a picture of every screen, at phone and desk width, in var/screens

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
RIG ?= ../shared/bench
WORKERS ?= auto

.PHONY: demo test lint bench screens browser clean

$(READY): setup.cfg pyproject.toml config/constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Cairn needs Python 3.11 or newer; say which with PYTHON=."; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "This Python has no venv. On Debian: apt install python3-venv"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing Cairn into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c config/constraints.txt -e '.[test]'
	@touch $@

demo: $(READY)
	@$(BIN)/python -m tests.demo $(if $(ONCE),--once) $(if $(PORTS),--ports-from $(PORTS))

lint: $(READY)
	$(BIN)/ruff check --config config/ruff.toml .
	$(BIN)/mypy
	$(BIN)/lint-imports setup.cfg

test: $(READY) browser lint
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

browser:
	@command -v chromium >/dev/null 2>&1 || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    echo "Installing Chromium for the browser tests …"; \
	    apt-get update -qq && apt-get install -y -qq chromium fonts-dejavu-core >/dev/null; \
	  else echo "The browser tests need Chromium, and only root may install it. On Debian: apt install chromium fonts-dejavu-core"; exit 2; fi; }

bench: $(READY)
	@$(BIN)/python -m tests.bench --rig $(RIG)

screens: $(READY) browser
	@$(BIN)/python -m tests.browser.screens

clean:
	rm -rf $(VENV) var build dist *.egg-info
