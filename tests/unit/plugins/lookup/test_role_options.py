# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every variable of every role, as the command line, surveys and playbooks give it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleLookupError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.azureml.model_management.plugins.lookup.role_options import LookupModule, specification

ROOT = Path(__file__).resolve().parents[4]
ROLES = sorted(path.parent.parent.name for path in (ROOT / "roles").glob("*/meta/argument_specs.yml"))
REQUIRED = {"deploy_web_service": {"deploy_web_service_name": "iris"}}
AS_TEXT: dict[str, list[tuple[str, Any]]] = {
    "bool": [("true", True), ("True", True), ("yes", True), ("false", False), ("False", False), ("no", False)],
    "int": [("3", 3)],
    "float": [("0.5", 0.5)],
}
TEXTS = [
    (role, name, text, value)
    for role in ROLES
    for name, option in specification(role).items()
    for text, value in AS_TEXT.get(option["type"], [])
]


def options(role: str, **variables: Any) -> dict[str, Any]:
    """What the lookup gives for these variables."""
    given = {**REQUIRED.get(role, {}), **variables}
    (found,) = LookupModule(loader=DataLoader(), templar=Templar(DataLoader(), given)).run([role], given)
    return found


@pytest.mark.parametrize(("role", "name", "text", "value"), TEXTS)
def test_a_text_becomes_what_the_specification_says(role: str, name: str, text: str, value: Any) -> None:
    assert options(role, **{name: text})[name.removeprefix(f"{role}_")] == value


@pytest.mark.parametrize("role", ROLES)
def test_an_empty_text_counts_as_not_given_for_every_variable(role: str) -> None:
    empty = {name: "" for name, option in specification(role).items() if not option.get("required")}
    assert options(role, **empty) == options(role)


@pytest.mark.parametrize("role", ROLES)
def test_every_variable_is_specified_and_has_its_default_in_the_role(role: str) -> None:
    defaults = yaml.safe_load((ROOT / "roles" / role / "defaults/main.yml").read_text(encoding="utf-8"))
    spec = specification(role)
    assert set(defaults) == {name for name, option in spec.items() if not option.get("required")}
    for name, default in defaults.items():
        if "ansible_facts" not in str(default):  # which only the play knows
            assert default == spec[name].get("default"), name


def test_suboptions_are_converted_and_filled_in() -> None:
    registry = {"location": "r", "user": "u", "password": "p", "verify": "no"}
    found = options("deploy_web_service", deploy_web_service_registry=registry)
    assert found["registry"]["verify"] is False
    models = [{"name": "iris", "unpack": "true"}]
    assert options("deploy_web_service", deploy_web_service_models=models)["models"][0]["unpack"] is True


def test_what_the_user_sends_to_the_service_is_left_as_it_is() -> None:
    sample = {"input": {"text": "", "flag": "true"}, "expected": ["3"]}
    found = options("deploy_web_service", deploy_web_service_smoke_test=sample)["smoke_test"]
    assert (found["input"], found["expected"]) == (sample["input"], sample["expected"])


def test_names_follow_the_name_of_the_service() -> None:
    found = options("deploy_web_service")
    assert (found["image_name"], found["candidate_name"]) == ("iris", "iris-candidate")


def test_a_value_of_no_type_is_refused_by_name() -> None:
    with pytest.raises(AnsibleLookupError, match="deploy_web_service_replicas"):
        options("deploy_web_service", deploy_web_service_replicas="many")
    with pytest.raises(AnsibleLookupError, match="no role 'nothing'"):
        options("nothing")
