# make quickstart   set everything up and train a first LoRA
# make test         set everything up and run the tests
# make check        what must be green before a change lands
# make docs         build the documents as a web site
# make dist         build the wheel
# make bench        measure, side by side with the peers

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: quickstart ready test check bench long docs dist format clean

quickstart: $(STAMP)
	$(BIN)/kohya-driver quickstart $(ARGS)

# The engine that comes with the package, for the tests that train. Needs the package index once.
ready: $(STAMP)
	@$(BIN)/python -m tests.ready

test: ready
	$(BIN)/pytest $(ARGS)

long: ready
	$(BIN)/pytest -m long $(ARGS)
	KOHYA_DRIVER_FAULT_TIMES=4 $(BIN)/pytest tests/faults/test_night.py $(ARGS)
	KOHYA_DRIVER_NEW_CASES=1 $(BIN)/pytest tests/unit $(ARGS)

check: ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest $(ARGS)

# The documents as a web site, in both languages; a link that leads nowhere ends it.
docs: $(STAMP)
	$(BIN)/python docs/site.py site
	@echo "Open site/index.html."

# What is handed out: a wheel and a source archive, in dist.
dist: $(STAMP)
	$(BIN)/uv build

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(STAMP)
	$(BIN)/python benchmarks/run.py $(ARGS)

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name it like this: make PYTHON=python3.12"; exit 1; }
	@echo "Setting up $(VENV) (about a minute the first time) ..."
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.8'
	$(BIN)/uv pip install --quiet --python $(BIN)/python --editable . --group dev
	@touch $(STAMP)
	@echo "Set up."

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis quickstart site dist
