# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is true of every module, so that a new one cannot be half there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COLLECTION = "azureml.model_management"
MODULES = {path.stem: path for path in sorted((ROOT / "plugins/modules").glob("mms_*.py"))}

WITHOUT_INFO = {
    "mms_pull_secret": "kubectl and kubernetes.core read secrets; one more reader is one more place to leak them",
    "mms_score": "it sends a request to a service and makes nothing that could be listed",
    "mms_service_logs": "it only reads",
    "mms_service_keys": "it reads the keys itself, on request; a twin would show secrets by default",
}
WITHOUT_CHANGE = {
    "mms_deployment_info": "the service records its deployments by itself",
    "mms_kubeconfig_info": "a kubeconfig is fetched and flattened, never written",
    "mms_operation_info": "operations come from the changes that other modules make",
}


def constants(path: Path) -> dict[str, str]:
    """The module's DOCUMENTATION, EXAMPLES and RETURN, without importing it."""
    return {
        node.targets[0].id: node.value.value
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }


def documentation(name: str) -> dict[str, Any]:
    """The module's DOCUMENTATION as data."""
    loaded: dict[str, Any] = yaml.safe_load(constants(MODULES[name])["DOCUMENTATION"])
    return loaded


@pytest.fixture(scope="module")
def runtime() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))
    return loaded


def test_there_are_modules() -> None:
    assert {"mms_model", "mms_manifest", "mms_image", "mms_service"} <= set(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_documentation_plus_a_declaration_and_one_call(name: str) -> None:
    tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))
    (main,) = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.Lambda, ast.ClassDef))]
    assert isinstance(main, ast.FunctionDef)
    assert [type(statement) for statement in main.body] == [ast.Expr]
    decisions = [node for node in ast.walk(tree) if isinstance(node, (ast.If, ast.Try, ast.For, ast.While))]
    assert [ast.unparse(node).splitlines()[0] for node in decisions] == ["if __name__ == '__main__':"]


@pytest.mark.parametrize("name", MODULES)
def test_a_module_documents_what_it_is_and_since_when(name: str) -> None:
    described = documentation(name)
    assert described["module"] == name
    assert described["version_added"]
    assert described["short_description"]
    fragments = described["extends_documentation_fragment"]
    assert any(fragment.startswith(f"{COLLECTION}.attributes") for fragment in fragments)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_has_examples_by_its_full_name_and_return_values(name: str) -> None:
    strings = constants(MODULES[name])
    tasks = yaml.safe_load(strings["EXAMPLES"])
    assert any(f"{COLLECTION}.{name}" in str(task) for task in tasks)
    assert yaml.safe_load(strings["RETURN"])


@pytest.mark.parametrize("name", MODULES)
def test_a_module_has_an_info_twin_or_a_reason_to_have_none(name: str) -> None:
    if name.endswith("_info"):
        assert (name.removesuffix("_info") in MODULES) != (name in WITHOUT_CHANGE)
    else:
        assert (f"{name}_info" in MODULES) != (name in WITHOUT_INFO)


def integration_target(name: str) -> Path:
    """The integration target of a module: the one of its name, or the one that names it in its file `aliases`."""
    targets = ROOT / "tests/integration/targets"
    named = [path.parent for path in targets.glob("*/aliases") if name in path.read_text(encoding="utf-8").splitlines()]
    (target,) = [targets / name] if (targets / name).is_dir() else named
    return target


def names_of_tasks(tasks: list[dict[str, Any]]) -> Iterator[str]:
    """What each task calls, those inside blocks included."""
    for task in tasks:
        yield from task
        for part in ("block", "rescue", "always"):
            yield from names_of_tasks(task.get(part, []))


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_called_by_an_integration_target_in_both_shells(name: str) -> None:
    target = integration_target(name)
    tasks = yaml.safe_load((target / "tasks/test.yml").read_text(encoding="utf-8"))
    assert f"{COLLECTION}.{name}" in set(names_of_tasks(tasks))
    (main,) = yaml.safe_load((target / "tasks/main.yml").read_text(encoding="utf-8"))
    assert main["ansible.builtin.include_role"] == {"name": "setup_shells"}


def test_both_shells_are_a_process_and_a_module() -> None:
    (main,) = yaml.safe_load((ROOT / "tests/integration/targets/setup_shells/tasks/main.yml").read_text("utf-8"))
    assert main["loop"] == ["process", "module"]


def test_one_action_group_holds_all_modules_that_connect_to_the_service(runtime: dict[str, Any]) -> None:
    """Others would refuse the defaults of a connection, because they do not know its options."""
    group = runtime["action_groups"]["mms"]
    assert runtime["action_groups"]["mms_by_variables"] == [{"metadata": {"extend_group": ["mms"]}}]
    connecting = [
        name for name in MODULES if f"{COLLECTION}.connection" in documentation(name)["extends_documentation_fragment"]
    ]
    assert sorted(group) == connecting


@pytest.mark.parametrize("name", MODULES)
def test_every_module_has_an_action_plugin_that_runs_it_in_process(name: str) -> None:
    plugin = (ROOT / "plugins/action" / f"{name}.py").read_text(encoding="utf-8")
    assert "plugin_utils._in_process import ActionModule" in plugin


def test_every_reason_is_about_a_module_that_exists() -> None:
    assert set(WITHOUT_INFO) | set(WITHOUT_CHANGE) <= set(MODULES)
