# Each target gets ready what it needs and says what it does; the second time it is quick.

.DEFAULT_GOAL := help
.PHONY: help demo story up test lint bench clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo:  ## demo data, the story of one grant, then the system left running with its address and logins
	@.ci/setup run
	@GRANTS_DEMO=1 .venv/bin/grants demo

story:  ## one grant from the draft to the closing report, through the real web and workers, then stop
	@.ci/setup run
	@GRANTS_DEMO=1 .venv/bin/grants story

up:  ## the system with the settings of docs/settings.md, until Ctrl-C
	@.ci/setup run
	@.venv/bin/grants up

test:  ## everything, from nothing; the last line says how many tests ran
	@.ci/setup tests
	@PYTHONDONTWRITEBYTECODE= .venv/bin/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder

lint:  ## style, types, and that imports go downstairs only
	@.ci/setup tests
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy
	@.venv/bin/lint-imports

bench:  ## how fast it is, in the units of docs/benchmarks.md
	@.ci/setup tests
	@.venv/bin/python -m tests.bench

clean:  ## remove what can be made again; data in instance/ stays
	@rm -rf .venv build *.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
