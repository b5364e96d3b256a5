# Two commands from a clean clone:
#   make run     make .venv, fetch the models, build the index, start the coach
#   make test    the same set-up, then style, types, import contracts and all tests
# What was done before is skipped. PYTHON=/path/to/python3 chooses the interpreter (3.11 to 3.14).

BIN := .venv/bin
PHASE := sh scripts/phase.sh
SETUP := sh scripts/setup.sh

.PHONY: help run test setup setup-dev models index lint types imports unit model-tests clean
.NOTPARALLEL:

help:
	@echo 'make run          set up, fetch the models, build the index, start the coach'
	@echo 'make test         set up, then style, types, import contracts and all tests'
	@echo 'parts: setup setup-dev models index lint types imports unit model-tests clean'

run: setup models index
	@$(BIN)/coach

# The quick checks come before anything large is fetched.
test: setup-dev lint types imports unit models index model-tests
	@echo 'All checks passed.'

setup:
	@$(PHASE) 'Set-up' $(SETUP) run

setup-dev:
	@$(PHASE) 'Set-up with test tools' $(SETUP) dev

models:
	@$(PHASE) 'Models' $(BIN)/coach model pull

index:
	@$(PHASE) 'Search index' $(BIN)/coach knowledge build

lint:
	@$(PHASE) 'Style' $(BIN)/ruff check
	@$(PHASE) 'Format' $(BIN)/ruff format --check

types:
	@$(PHASE) 'Types' $(BIN)/basedpyright

imports:
	@$(PHASE) 'Import contracts' $(BIN)/lint-imports

unit:
	@$(PHASE) 'Quick tests' $(BIN)/python -m pytest -m 'not model and not slow'

model-tests:
	@$(PHASE) 'Slow tests and tests with the real models' $(BIN)/python -m pytest -m 'model or slow' --durations=10

clean:
	rm -rf .venv dist build .pytest_cache .ruff_cache .import_linter_cache
