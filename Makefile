.PHONY: help demo test check types soak breaking messages bench clean
PYTHON ?= python3
BIN := .venv/bin
# The hundreds of processes that tests start compile annoflow once, even where nothing compiled is to be kept.
export PYTHONDONTWRITEBYTECODE :=

help: ## what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

.venv/.ready: pyproject.toml constraints.txt
	@echo "installing annoflow and what it needs into .venv; once, and for about a minute"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: .venv/.ready ## two hundred frames through the demo pipeline, on a throw-away database
	$(BIN)/annoflow demo

test: .venv/.ready ## all tests, on SQLite and PostgreSQL, and against real Prefect servers
	$(BIN)/python -m pytest -n 4 --dist loadgroup --no-loadscope-reorder

check: .venv/.ready ## what CI runs: style, types, import contracts, tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(MAKE) --jobs=2 types test

types: .venv/.ready ## types, and import contracts, which take a minute of one core
	$(BIN)/mypy
	$(BIN)/lint-imports

soak: .venv/.ready ## thousands of random histories against the model, a work pool whose worker is killed, and what is large
	ANNOFLOW_SOAK=2000 $(BIN)/python -m pytest tests/services/test_histories.py tests/up/test_elsewhere.py \
		tests/services/test_hostile_walk.py tests/services/test_hostile_values.py \
		tests/exporters/test_round_trips.py \
		tests/services/test_broken_files.py tests/services/test_syncing.py tests/docs/test_other_repositories.py tests/api/test_listening.py \
		tests/api/test_killed.py tests/api/test_uploads_while_killed.py tests/api/test_anything_sent.py \
		tests/api/test_behind_a_proxy.py tests/api/test_nonsense.py tests/api/test_statements_of_reads.py \
		tests/web/test_never_lost.py tests/web/test_canvas.py

breaking: .venv/.ready ## a hundred rules broken at random, one at a time: which does no test see?
	$(BIN)/python -m tests.breaking

messages: .venv/.ready ## all that a user can be told, to be read aloud
	$(BIN)/python tests/messages.py

oracles: .venv/.ready ## what others make of files and of the API's document, in environments of their own of six gigabytes
	rm -rf .oracles/files
	$(PYTHON) -m venv .oracles
	.oracles/bin/python -m pip install --quiet --disable-pip-version-check datumaro==1.13.12 ultralytics==8.4.190
	$(BIN)/python -m tests.oracles .oracles/files
	.oracles/bin/python tests/oracles/datumaro_reads.py .oracles/files
	.oracles/bin/python tests/oracles/ultralytics_reads.py .oracles/files
	$(PYTHON) -m venv .oracles/label-studio
	.oracles/label-studio/bin/python -m pip install --quiet --disable-pip-version-check label-studio-sdk==2.1.2
	.oracles/label-studio/bin/python tests/oracles/label_studio_reads.py .oracles/files
	rm -rf .oracles/client
	$(PYTHON) -m venv .oracles/generator
	.oracles/generator/bin/python -m pip install --quiet --disable-pip-version-check openapi-python-client==0.29.1
	PATH="$(CURDIR)/.oracles/generator/bin:$$PATH" openapi-python-client generate --fail-on-warning \
		--path workflow_core/api/openapi.json --output-path .oracles/client --config tests/oracles/generator.yaml
	$(BIN)/python -m tests.oracles.story .oracles/generator/bin/python .oracles/client

bench: .venv/.ready ## speeds, as ratios against hand-written SQL beside them
	$(BIN)/python -m tests.bench

clean: ## remove everything that make or the demo made
	rm -rf .venv .oracles .annoflow annoflow-demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
