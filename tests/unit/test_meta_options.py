# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and argument specification say the same, fragments included; and common results are documented
alike."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = "ansible_collections.azureml.model_management.plugins"
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("mms_*.py"))


def module(name: str) -> Any:
    return importlib.import_module(f"{PLUGINS}.modules.{name}")


def documented(name: str) -> dict[str, Any]:
    """The options of a module, with those of its fragments."""
    own = yaml.safe_load(module(name).DOCUMENTATION)
    options: dict[str, Any] = {}
    for reference in own["extends_documentation_fragment"]:
        _unused, _unused, fragment, *variant = reference.split(".")
        holder = importlib.import_module(f"{PLUGINS}.doc_fragments.{fragment}").ModuleDocFragment
        text = getattr(holder, variant[0].upper() if variant else "DOCUMENTATION")
        options.update(yaml.safe_load(text).get("options") or {})
    return {**options, **(own.get("options") or {})}


def facts(options: dict[str, Any], inner: str) -> dict[str, Any]:
    """What documentation and specification both say about each option."""
    return {
        name: {
            "type": option.get("type", "str"),
            "elements": option.get("elements"),
            "default": option.get("default"),
            "required": bool(option.get("required")),
            "choices": sorted(option["choices"]) if "choices" in option else None,
            "aliases": sorted(option.get("aliases", [])),
            "inner": facts(option.get(inner) or {}, inner),
        }
        for name, option in options.items()
    }


@pytest.mark.parametrize("name", MODULES)
def test_documentation_and_specification_say_the_same(name: str) -> None:
    assert facts(documented(name), "suboptions") == facts(dict(module(name).TASK.options), "options")


@pytest.mark.parametrize("name", MODULES)
def test_every_option_that_can_hold_a_secret_says_whether_it_does(name: str) -> None:
    def undecided(options: dict[str, Any]) -> list[str]:
        suspicious = ("password", "secret", "token", "key", "kubeconfig")
        found = [
            option
            for option, spec in options.items()
            if any(word in option for word in suspicious) and "no_log" not in spec and spec.get("type") != "bool"
        ]
        return found + [inner for spec in options.values() for inner in undecided(spec.get("options") or {})]

    assert undecided(dict(module(name).TASK.options)) == []


@pytest.mark.parametrize("name", MODULES)
def test_every_path_is_found_in_the_same_way(name: str) -> None:
    """An option of the type path is declared as one, so that both shells find the same file."""

    def undeclared(options: dict[str, Any]) -> list[str]:
        found = [option for option, spec in options.items() if spec.get("type") == "path"]
        found = [option for option in found if not hasattr(options[option], "paths_in")]
        return found + [inner for spec in options.values() for inner in undeclared(spec.get("options") or {})]

    assert undeclared(dict(module(name).TASK.options)) == []


@pytest.mark.parametrize("key", ["request_ids", "failure"])
def test_what_all_modules_return_is_documented_alike(key: str) -> None:
    texts = {}
    for name in MODULES:
        if key == "request_ids" and name == "mms_pull_secret":
            continue  # it talks to Kubernetes, not to the service
        described = yaml.safe_load(module(name).RETURN)[key]
        # Some modules have failure codes of their own; apart from that it is the same.
        described.get("contains", {}).get("code", {}).pop("description", None)
        described.get("contains", {}).get("code", {}).pop("sample", None)
        texts[name] = described
    assert len({str(text) for text in texts.values()}) == 1, {name: str(text) for name, text in texts.items()}


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_short(name: str) -> None:
    """Documentation, a declaration and one call."""
    source = inspect.getsource(module(name))
    code = source.rpartition('"""')[2].splitlines()
    lines = [line for line in code if line.strip() and not line.lstrip().startswith("#")]
    assert len(lines) <= 32
