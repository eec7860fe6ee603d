# Set-up and daily work. `make help` lists what there is.
#
# The environment is .venv/; stamps in it remember what has been done, so that nothing is done
# twice. Third-party packages come from requirements/*.lock with their hashes; ours are installed
# in place.

VENV := .venv
BIN := $(VENV)/bin
FRONT_END := salesman_core/web/frontend
BUILT := salesman_core/web/static/dist/manifest.json
PROJECTS := pyproject.toml hookspecs/pyproject.toml $(wildcard plugins/*/pyproject.toml)
PLUGINS := $(patsubst %/pyproject.toml,%,$(wildcard plugins/*/pyproject.toml))
FRONT_END_SOURCES := $(FRONT_END)/build.mjs $(wildcard $(FRONT_END)/package*.json) \
  $(shell find $(FRONT_END)/src -type f)
CATALOGUES := $(shell find salesman_core plugins -name node_modules -prune -o -name '*.po' -print)
WORKERS ?= 3
# What takes turns in the tests does so by the day: who runs them again meets the same. Days are
# counted, because the figures of a date leap at the end of a month, and would repeat a turn.
SEED ?= $(shell echo $$(($$(date -u +%s) / 86400)))

# Hundreds of short processes import the same modules: they need not compile them each time.
unexport PYTHONDONTWRITEBYTECODE
export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python
LOCKED := $(INSTALL) --require-hashes
OURS := $(INSTALL) --offline --no-deps --no-build-isolation

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check soak pictures bench bench-large docs lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.run ## set up what is missing and serve http://127.0.0.1:8000 with demo data
	@$(BIN)/salesman init --language ru
	@$(BIN)/salesman demo
	@exec $(BIN)/salesman serve

test: $(VENV)/.test ## set up what is missing and run the tests (WORKERS=3, SEED=the count of days)
	@tools/prepare_tests
	$(BIN)/pytest -n $(WORKERS) --randomly-seed $(SEED)

check: $(VENV)/.check ## lint, format, types, layers, documentation
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory docs

soak: $(VENV)/.test ## all tests on all databases, and those that take minutes: full matrices, kills
	@tools/prepare_tests
	$(BIN)/pytest -n $(WORKERS) -m "not bench" --databases all --timeout 3600

pictures: $(VENV)/.test ## take the pictures of the documentation anew
	@tools/prepare_tests
	SALESMAN_PICTURES=1 $(BIN)/pytest -n $(WORKERS) -m browser --timeout 600 \
	  tests/browser/test_pictures.py tests/browser/test_opportunities.py

bench: $(VENV)/.test ## measure the goals of speed; fails where one is missed
	@tools/prepare_tests
	$(BIN)/pytest -n 0 -p no:randomly -m "bench and not large" --timeout 3600 --capture no

bench-large: $(VENV)/.test ## the same with a million deals and invoices
	@tools/prepare_tests
	$(BIN)/pytest -n 0 -p no:randomly -m "bench and large" --timeout 3600 --capture no

docs: $(VENV)/.docs ## build the documentation into site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

lock: $(VENV)/.uv ## pin what pyproject.toml and requirements/*.in ask for (UPGRADE=1: the newest)
	@UV=$(BIN)/uv tools/lock $(if $(UPGRADE),--upgrade)

clean: ## remove what was built and installed; the data in var/ stays
	rm -rf $(VENV) $(FRONT_END)/node_modules $(dir $(BUILT)) site test-results
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find salesman_core hookspecs plugins tests -name __pycache__ -prune -exec rm -rf {} +
	find salesman_core plugins -path '*/translations/*.mo' -delete

$(VENV)/.uv: requirements/boot.lock
	@tools/make_venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

$(VENV)/.third-party: $(VENV)/.uv requirements/build.lock requirements/run.lock
	@$(LOCKED) -r requirements/build.lock -r requirements/run.lock
	@touch $@

# Node comes as a package only where the machine has none.
$(BUILT): $(VENV)/.third-party $(FRONT_END_SOURCES)
	@if $(BIN)/python hatch_build.py --needs-node-package; then $(LOCKED) -r requirements/node.lock; fi
	@$(BIN)/python hatch_build.py
	@touch $@

# The contract first: the others are built with its hook.
$(VENV)/.ours: $(VENV)/.third-party $(PROJECTS) hatch_build.py | $(BUILT)
	@$(OURS) --editable hookspecs
	@$(OURS) --editable . $(addprefix --editable ,$(PLUGINS))
	@touch $@

$(VENV)/.run: $(VENV)/.ours $(BUILT) $(CATALOGUES)
	@$(BIN)/python -m salesman_hookspecs.packaging salesman_core plugins
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements/test.lock
	@$(LOCKED) -r requirements/test.lock
	@touch $@

# The type checker also reads what the tests are written with.
$(VENV)/.check: $(VENV)/.test requirements/check.lock
	@$(LOCKED) -r requirements/check.lock
	@touch $@

$(VENV)/.docs: $(VENV)/.uv requirements/docs.lock
	@$(LOCKED) -r requirements/docs.lock
	@touch $@
