# Each target installs what it needs and prints what it does; the second run is quick.

.DEFAULT_GOAL := help
.PHONY: help install demo story up test sweep system campaign lint bench clean

PYTEST = PYTHONDONTWRITEBYTECODE= .venv/bin/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install:  ## install the locked libraries into .venv, for a service as in docs/operating.md
	@.ci/setup run

demo:  ## start a demonstration: play the story of one grant, then keep running and print the address and logins
	@.ci/setup run
	@GRANTS_DEMO=1 .venv/bin/grants demo

story:  ## play one grant from draft to closing report through the real web server and workers, then stop
	@.ci/setup run
	@GRANTS_DEMO=1 .venv/bin/grants story

up:  ## run the system with the settings of docs/settings.md until Ctrl-C
	@.ci/setup run
	@.venv/bin/grants up

test:  ## run the tests that take minutes; every change must also pass the sweep and the system tests
	@.ci/setup tests
	@$(PYTEST) -m "not system and not sweep and not campaign"

sweep:  ## play the histories that take long, and try every case of long series where `make test` tries one of each kind
	@.ci/setup tests
	@$(PYTEST) -m sweep

system:  ## play the whole story on the running system, over HTTP and in Chromium; start, kill and restore its programs
	@.ci/setup tests
	@$(PYTEST) -m system

campaign:  ## repeat the races over money fifty times instead of ten, verify 10,000 checkpoints, restore a dump for 3,000 tries, keep 64 slow clients connected
	@.ci/setup tests
	@GRANTS_TEST_ROUNDS=50 .venv/bin/python -m pytest -q -n auto --dist loadfile tests/money tests/history/test_snapshot.py tests/history/test_many_checkpoints.py tests/database/test_dump.py
	@.venv/bin/python -m pytest -q -n0 tests/edge/test_many_slow_clients.py tests/edge/test_proxy_example.py

lint:  ## check style, types and the order of the layers
	@.ci/setup tests
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy
	@.venv/bin/lint-imports

bench:  ## measure the performance figures of docs/benchmarks.md
	@.ci/setup tests
	@.venv/bin/python -m tests.bench

clean:  ## remove generated files; data in instance/ are kept
	@rm -rf .venv build *.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
