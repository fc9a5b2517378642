# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
SHELL := /bin/bash
PYTHON ?= python3

.DEFAULT_GOAL := help
.PHONY: help test test-kubernetes bench docs tools clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */  make \1\t/' | expand -t 24

-include demo/demo.mk

test: tools ## every tier but Kubernetes, with one summary at the end (TIERS="lint server" for some of them)
	@. .ci/env.sh && .venv/bin/python .ci/tiers.py $(TIERS)

test-kubernetes: tools ## the tests that need a cluster: KUBECONFIG, REGISTRY, REGISTRY_USER and REGISTRY_PASSWORD name one
	@. .ci/env.sh && .venv/bin/python .ci/tiers.py kubernetes

bench: tools ## the measures of tests/bench, as one table of ratios
	@. .ci/env.sh && .venv/bin/nox -f .ci/noxfile.py -s bench

docs: tools ## the documentation as HTML, in site/
	@. .ci/env.sh && .venv/bin/nox -f .ci/noxfile.py -s docs

tools: .venv/nox.installed

.venv/nox.installed: requirements/nox.txt | .venv/bin/python
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

.venv/bin/python:
	@$(PYTHON) -m venv .venv

clean: ## remove what tests and builds have made (the demo has `make clean-demo`)
	rm -rf .ansible .cache .nox site tests/output azureml-model_management-*.tar.gz
