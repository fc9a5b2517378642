# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two shells that run every module: as a module process would, and as the controller does."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

from ansible import constants as C
from ansible.module_utils import basic
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.loader import action_loader, connection_loader, init_plugin_loader
from ansible.template import Templar
from ansible.utils.collection_loader._collection_config import AnsibleCollectionConfig

COLLECTION = "azureml.model_management"

# Before anything of a collection is imported; the two shells shall find the same code.
if AnsibleCollectionConfig.collection_finder is None:
    init_plugin_loader([entry for entry in sys.path if (Path(entry) / "ansible_collections").is_dir()])

outcome = importlib.import_module(f"ansible_collections.{COLLECTION}.plugins.module_utils._runner").outcome
Gate = importlib.import_module(f"ansible_collections.{COLLECTION}.plugins.module_utils._masking").Gate

Shell = Callable[..., dict[str, Any]]
"""Runs a module with options; check mode and diff by keyword. Returns the result as Ansible gets it."""


def as_module(name: str, options: Mapping[str, Any], *, check_mode: bool = False, diff: bool = True) -> dict[str, Any]:
    """Run a module's main() with its options where AnsiballZ puts them, and read what it prints."""
    internal = {"_ansible_check_mode": check_mode, "_ansible_diff": diff}
    if "INJECT_INVOCATION" in C.config.get_configuration_definitions():
        internal["_ansible_inject_invocation"] = C.config.get_config_value("INJECT_INVOCATION")
    arguments = json.dumps({"ANSIBLE_MODULE_ARGS": {**options, **internal}}).encode()
    module = importlib.import_module(f"ansible_collections.{COLLECTION}.plugins.modules.{name}")
    printed = io.StringIO()
    with (
        mock.patch.object(basic, "_ANSIBLE_ARGS", arguments),
        mock.patch.object(basic, "_ANSIBLE_PROFILE", "legacy", create=True),
        contextlib.redirect_stdout(printed),
        contextlib.suppress(SystemExit),
    ):
        module.main()
    result: dict[str, Any] = json.loads(printed.getvalue().strip().splitlines()[-1])
    return result


def as_action(name: str, options: Mapping[str, Any], *, check_mode: bool = False, diff: bool = True) -> dict[str, Any]:
    """Run the action plugin that the controller finds for the module, on a local connection with the controller's
    Python."""
    action_name = f"{COLLECTION}.{name}"
    task = Task.load({action_name: dict(options), "check_mode": check_mode, "diff": diff})
    context = PlayContext()
    loader = DataLoader()
    variables = {"ansible_python_interpreter": sys.executable}
    action = action_loader.get(
        action_name,
        task=task,
        connection=connection_loader.get("ansible.builtin.local", context),
        play_context=context,
        loader=loader,
        templar=Templar(loader, variables),
        shared_loader_obj=None,
    )
    with mock.patch.object(action, "_as_module", side_effect=AssertionError("handed over to the module")):
        result: dict[str, Any] = action.run(task_vars=variables)
    returned: dict[str, Any] = json.loads(json.dumps(result))
    return returned


def as_function(
    name: str, options: Mapping[str, Any], *, check_mode: bool = False, diff: bool = True
) -> dict[str, Any]:
    """Run what both shells run, which is the only one of the three that can run in several threads."""
    task = importlib.import_module(f"ansible_collections.{COLLECTION}.plugins.modules.{name}").TASK
    validated = ArgumentSpecValidator(task.options, **task.rules).validate(dict(options))
    assert not validated.error_messages
    ignored: list[str] = []
    result: dict[str, Any] = outcome(
        task,
        validated.validated_parameters,
        check_mode=check_mode,
        diff=diff,
        gate=Gate(ignored.append, ignored.append),
    )
    return result
