# Copyright 2026 The SageIQ authors
# SPDX-License-Identifier: Apache-2.0

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup train-venv demo bench test lint clean

# Runs tools/environment.py with any Python there is; it looks for a suitable one itself.
environment = @for name in python3 python3.13 python3.12 python3.11; do \
	if $$name -c '' 2>/dev/null; then exec $$name tools/environment.py $(1); fi; \
done; \
echo "Python is missing; install it with 'sudo apt-get install python3 python3-venv python3-dev'." >&2; \
exit 1

export INPUT

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## make .venv with ROS 2 and all packages, and build; quick if nothing changed
	$(call environment,runtime)

train-venv: ## make .venv-train with torch for training, export and the tests of the networks
	$(call environment,train)

demo: setup ## play a drive into the node and write demo_output/report.html; INPUT=<folder|video|bag>
	@.venv/bin/sageiq demo $${INPUT:+--input "$$INPUT"} --output demo_output

bench: setup ## measure the running node
	@.venv/bin/sageiq bench node

lint: setup ## check style and types
	@. tools/env.sh && ruff check . && ruff format --check . && mypy

ifeq ($(TORCH),no)
test: lint ## run all tests; TORCH=no leaves out those that need torch
	@. tools/env.sh && python -m pytest
	@echo 'TORCH=no: the tests in test/networks were left out.'
else
test: lint train-venv
	@.venv/bin/python -u tools/run_tests.py
endif

clean: ## remove what was built and the demo's output, but no environment
	rm -rf build install log demo_output .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find sageiq_ros test tools -name __pycache__ -type d -prune -exec rm -rf {} +
