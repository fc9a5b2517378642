# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""When the action shell runs a module itself, and when it hands over."""

from __future__ import annotations

import importlib
import sys
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.azureml.model_management.plugins.module_utils._runner import Task
from ansible_collections.azureml.model_management.plugins.plugin_utils import _in_process
from ansible_collections.azureml.model_management.plugins.plugin_utils._in_process import (
    ActionModule,
    NotTheSame,
    plain,
)

HERE = {"ansible_python_interpreter": sys.executable}


def action(variables: dict[str, Any], transport: str = "local", **task: Any) -> ActionModule:
    keywords = {
        "action": "azureml.model_management.mms_model_info",
        "become": None,
        "async_val": 0,
        "environment": None,
        "no_log": None,
    }
    fields = {**keywords, "delegate_to": None, "check_mode": False, "diff": False, "args": {}, **task}
    task_like: Any = SimpleNamespace(**fields)
    connection_like: Any = SimpleNamespace(transport=transport)
    return ActionModule(
        task=task_like,
        connection=connection_like,
        play_context=mock.sentinel.play_context,
        loader=DataLoader(),
        templar=Templar(DataLoader(), variables),
        shared_loader_obj=None,
    )


def test_with_the_controllers_own_python_on_a_local_connection_it_is_the_same() -> None:
    action(HERE)._check_same(HERE)
    action({**HERE, "mms_in_process": ""})._check_same({**HERE, "mms_in_process": ""})
    delegated = {"ansible_delegated_vars": {"localhost": HERE}}
    action(delegated, delegate_to="localhost")._check_same(delegated)


@pytest.mark.parametrize(
    ("variables", "task", "reason"),
    [
        ({}, {}, "Python"),
        ({"ansible_python_interpreter": "/usr/bin/python3"}, {}, "Python"),
        ({"ansible_python_interpreter": "auto_silent"}, {}, "Python"),
        (
            {**HERE, "ansible_delegated_vars": {"h": {"ansible_python_interpreter": "/x"}}},
            {"delegate_to": "h"},
            "Python",
        ),
        (HERE, {"transport": "ssh"}, "connection"),
        (HERE, {"become": True}, "become"),
        (HERE, {"async_val": 10}, "async"),
        (HERE, {"environment": [{"HTTPS_PROXY": "http://proxy"}]}, "environment"),
        ({**HERE, "mms_in_process": False}, {}, "mms_in_process"),
        ({**HERE, "mms_in_process": "no"}, {}, "mms_in_process"),
    ],
)
def test_whatever_could_make_a_difference_hands_over(variables: Any, task: dict[str, Any], reason: str) -> None:
    with pytest.raises(NotTheSame, match=reason):
        action(variables, **task)._check_same(variables)


def test_without_the_library_the_module_tells_that_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_in_process, "HAS_REQUESTS", False)
    with pytest.raises(NotTheSame, match="requests"):
        action(HERE)._check_same(HERE)


def test_options_that_are_not_in_order_are_left_to_the_module() -> None:
    shell = action(HERE)
    task = importlib.import_module(f"{_in_process._MODULES}.mms_model_info").TASK
    for arguments in ({"nonsense": 1}, {"version": "one"}, {"api_version": "1999"}):
        with pytest.raises(NotTheSame, match="options"):
            shell._in_process(task, arguments, print)


class Text(str):
    """As Ansible marks texts that came from a template."""


def test_arguments_are_what_a_module_would_get_after_a_trip_through_json() -> None:
    converted = plain({Text("a"): [Text("b"), 1, 1.5, True, None, ("c",)]})
    assert converted == {"a": ["b", 1, 1.5, True, None, ["c"]]}
    assert {type(value) for value in (*converted, *converted["a"])} == {str, int, float, bool, type(None), list}


def test_what_only_ansible_can_pass_on_hands_over() -> None:
    with pytest.raises(NotTheSame, match="object"):
        plain({"a": [object()]})


def test_a_mapping_travels_as_text_where_json_is_wanted() -> None:
    task = importlib.import_module(f"{_in_process._MODULES}.mms_service").TASK
    given = {"kubeconfig": {"kind": "Config"}, "resources": {"cpu": "1"}, "name": "iris"}
    assert _in_process._with_json_text(task, given) == {**given, "kubeconfig": '{"kind": "Config"}'}


@pytest.mark.security
@pytest.mark.parametrize("secret", ["hunter2-secret", "hun"])  # Ansible censors short ones as well
def test_what_ansible_takes_for_a_secret_is_censored_as_in_the_result_of_a_module(secret: str) -> None:
    def run(session: Any, check_mode: bool) -> dict[str, Any]:
        said = f"{secret} of {session.options['name']}"
        return {"changed": False, "said": said, "list": [{"deep": secret}], "keys": {"primary": secret}}

    options: dict[str, dict[str, Any]] = {"password": {"type": "str", "no_log": True}, "name": {"type": "str"}}
    task = Task(options=options, run=run, verbatim="keys")
    result = action(HERE)._in_process(task, {"password": secret, "name": "iris"}, print)
    assert secret not in str(result)
    assert "of iris" in result["said"]
