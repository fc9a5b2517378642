# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
SHELL := /bin/bash
PYTHON ?= python3

.DEFAULT_GOAL := help
.PHONY: help demo clean-demo test test-changed test-kubernetes bench sbom release docs tools clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */  make \1\t/' | expand -t 24

# The demo lives in .demo/: the local MMS's data, the model, the deployment record, the last answer.
DEMO_ARGS ?=
MMS_LOCAL := MMS_LOCAL_DATA_DIR=$(CURDIR)/.demo/mms .venv/bin/mms-local

demo: .venv/demo.installed .demo/iris.joblib ## from nothing to a scored web service on this machine (DEMO_ARGS=--check to rehearse)
	@rm -rf .demo/collections && mkdir -p .demo/collections/ansible_collections/azureml
	@ln -s $(CURDIR) .demo/collections/ansible_collections/azureml/model_management
	@$(MMS_LOCAL) start >/dev/null
	@. .demo/mms/env && ANSIBLE_COLLECTIONS_PATH=$(CURDIR)/.demo/collections \
	  ANSIBLE_LOCALHOST_WARNING=false ANSIBLE_INVENTORY_UNPARSED_WARNING=false \
	  .venv/bin/ansible-playbook playbooks/quickstart.yml $(DEMO_ARGS)
	@cat .demo/answer

clean-demo: ## stop the demo's processes and remove what it made
	@if [ -d .demo/mms ]; then $(MMS_LOCAL) stop; fi
	rm -rf .demo

.demo/iris.joblib: playbooks/files/iris/train.py | .venv/demo.installed
	@.venv/bin/python $< .demo

.venv/demo.installed: requirements/demo.txt server/pyproject.toml | .venv/bin/python
	@echo "Installing Ansible, scikit-learn and the local MMS into .venv (once)"
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e server
	@touch $@

test: tools ## every tier but Kubernetes, with one summary at the end (TIERS="lint server" for some of them)
	@.ci/packages
	@. .ci/env.sh && .venv/bin/python .ci/tiers.py $(TIERS)

test-changed: tools ## the tiers that your changes touch, and whether users are told of them (BASE=v1.0.0 for changes since then)
	@.ci/packages
	@. .ci/env.sh && .venv/bin/python .ci/changed.py $(BASE)

test-kubernetes: tools ## the tests that need a cluster: KUBECONFIG, REGISTRY, REGISTRY_USER and REGISTRY_PASSWORD name one
	@. .ci/env.sh && .venv/bin/python .ci/tiers.py kubernetes

bench: tools ## the measures of tests/bench, as one table of ratios (BENCHES="server image" for some of them)
	@. .ci/env.sh && .venv/bin/nox -f .ci/noxfile.py -s bench -- $(BENCHES)

sbom: tools ## what the local MMS consists of (CycloneDX), in .cache/sbom/
	@. .ci/env.sh && .venv/bin/nox -f .ci/noxfile.py -s sbom

release: tools ## commit, tag and files of a release, or nothing: VERSION=1.2.0; a rehearsal without
	@. .ci/env.sh && .venv/bin/nox -f .ci/noxfile.py -s release -- $(VERSION)

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
