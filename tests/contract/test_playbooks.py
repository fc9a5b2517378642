# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Through ansible-playbook itself: the printed examples, and the ways in which a task is run."""

from __future__ import annotations

import ast
import json
import textwrap
from pathlib import Path
from typing import Any

import pytest
from conftest import CLUSTER, KUBECONFIG, new_account
from plays import play

from mms_local.testing import ServerProcess

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("mms_*.py"))

NEED_MORE = {
    "mms_kubeconfig_info": "its examples need a cluster of Azure",
    "mms_pull_secret": "its examples need a Kubernetes cluster; tests/kubernetes has one",
    "mms_score": "its examples need a service that really runs; tests/roles has one",
}

# What the examples take for there. `iris` is registered, described, built and deployed.
PRELUDE = f"""
- name: Run the examples
  hosts: localhost
  gather_facts: false
  module_defaults:
    group/azureml.model_management.mms:
      account_name: ACCOUNT
  vars:
    cluster_id: {CLUSTER}
    registry_password: secret
  tasks:
    - name: Register a model
      azureml.model_management.mms_model: {{name: iris, path: files/iris.pkl, tags: [demo]}}
      register: iris
    - name: Create a manifest
      azureml.model_management.mms_manifest: {{name: iris, driver: files/score.py, models: [iris]}}
    - name: Build an image
      azureml.model_management.mms_image: {{name: iris, manifest: iris, compute_resource_id: "{{{{ cluster_id }}}}"}}
    - name: Run a service
      azureml.model_management.mms_service: {{name: iris, image: iris, compute_resource_id: "{{{{ cluster_id }}}}"}}
    - name: Do the same in a hosting account
      module_defaults:
        group/azureml.model_management.mms:
          account_name: ACCOUNT
          api_version: 2017-06-01-privatepreview
      block:
        - name: Register a model
          azureml.model_management.mms_model: {{name: iris, path: files/iris.pkl}}
        - name: Create a manifest
          azureml.model_management.mms_manifest:
            {{name: iris, driver: files/score.py, models: [iris], runtime_type: SparkPython}}
          register: hosting_manifest
        - name: Build an image
          azureml.model_management.mms_image:
            manifest: iris
            registry_location: registry.example.com
            registry_user: builder
            registry_password: secret
          register: hosting_image
"""


def examples(module: str) -> str:
    """The text of EXAMPLES, as it is printed."""
    tree = ast.parse((ROOT / f"plugins/modules/{module}.py").read_text(encoding="utf-8"))
    (text,) = [
        node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id == "EXAMPLES"
        and isinstance(node.value, ast.Constant)
    ]
    assert isinstance(text, str)
    return text


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with the files that examples speak of."""
    files = tmp_path / "files"
    (files / "saved_model").mkdir(parents=True)
    (files / "lookup").mkdir()
    for name, text in {
        "iris.pkl": "a trained model",
        "saved_model/weights.bin": "weights",
        "lookup/table.csv": "a,b",
        "features.py": "SCALE = 2\n",
        "requirements.txt": "scikit-learn\n",
        "kubeconfig": KUBECONFIG,
        "score.py": "def init():\n    pass\n\n\ndef run(data):\n    return data\n",
    }.items():
        (files / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_the_examples_run_as_they_are_printed(project: Path, server: ServerProcess) -> None:
    assert set(NEED_MORE) < set(MODULES)
    printed = [textwrap.indent(examples(module), "    ") for module in MODULES if module not in NEED_MORE]
    play(project, PRELUDE.replace("ACCOUNT", new_account()) + "".join(printed), server)


WAYS = """
- name: Run one task in several ways
  hosts: localhost
  gather_facts: false
  module_defaults:
    group/azureml.model_management.mms: {account_name: ACCOUNT, name: iris}
  tasks:
    - name: In process
      azureml.model_management.mms_model: &task {path: files/iris.pkl}
      register: made
    - name: In process again
      azureml.model_management.mms_model: *task
      register: in_process
    - name: Switched off
      azureml.model_management.mms_model: *task
      register: switched_off
      vars: {mms_in_process: false}
    - name: With an environment
      azureml.model_management.mms_model: *task
      register: with_environment
      environment: {NO_PROXY: example.com}
    - name: Asynchronously
      azureml.model_management.mms_model: *task
      register: asynchronous
      async: 60
      poll: 1
    - name: In the background
      azureml.model_management.mms_model: *task
      register: background
      async: 60
      poll: 0
    - name: Collect what was in the background
      ansible.builtin.async_status:
        jid: "{{ background.ansible_job_id }}"
      register: collected
      until: collected.finished
      retries: 60
      delay: 1
    - name: With an option that does not exist
      azureml.model_management.mms_model: {path: files/iris.pkl, nonsense: 1}
      register: nonsense
      ignore_errors: true
    - name: In check mode with something missing
      azureml.model_management.mms_manifest: {name: m, driver: files/score.py, models: [missing]}
      check_mode: true
      register: warned
    - name: Write down the results
      ansible.builtin.copy:
        content: >-
          {{ {'in_process': in_process, 'switched_off': switched_off, 'with_environment': with_environment,
          'asynchronous': asynchronous, 'collected': collected, 'nonsense': nonsense, 'made': made, 'warned': warned}
          | to_json }}
        dest: results.json
        mode: "0600"
"""


def test_every_way_to_run_a_task_gives_the_same(project: Path, server: ServerProcess) -> None:
    printed = play(project, WAYS.replace("ACCOUNT", new_account()), server, "-vvv")
    results: dict[str, Any] = json.loads((project / "results.json").read_text(encoding="utf-8"))
    assert results["made"]["changed"]
    for way in ("in_process", "switched_off", "with_environment", "asynchronous", "collected"):
        assert not results[way]["changed"], way
        assert results[way]["model"] == results["made"]["model"], way
    assert (
        "Unsupported parameters for (azureml.model_management.mms_model) module: nonsense" in results["nonsense"]["msg"]
    )
    assert "Model 'missing' does not exist." in str(results["warned"]["warnings"])
    reasons = [line.partition("runs as a module: ")[2] for line in printed.splitlines() if "runs as a module" in line]
    assert reasons == [
        "mms_in_process is off.",
        "environment is set.",
        "async is set.",
        "async is set.",
        "there is something to say about its options.",
    ]
