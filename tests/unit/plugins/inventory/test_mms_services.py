# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which services become hosts, and what is in their variables."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.azureml.model_management.plugins.inventory.mms_services import (
    Account,
    InventoryModule,
    chosen,
    host_names,
    variables_of,
)
from ansible_collections.azureml.model_management.plugins.module_utils._errors import InputError
from ansible_collections.azureml.model_management.plugins.module_utils._resources.service import Service

ACCOUNT = Account(subscription_id="s", resource_group="rg", account_name="demo")


def service(name: str, state: str | None = "Succeeded") -> dict[str, Any]:
    return Service(id=f"id-of-{name}", name=name, state=state, scoring_uri=f"http://host/{name}/score").to_result()


def names(states: list[str]) -> list[str]:
    services = [service("b"), service("c", "Failed"), service("a"), service("d", "Running"), service("e", None)]
    return [found["name"] for found in chosen(services, states)]


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([], ["a", "b", "c", "d", "e"]),
        (["Succeeded"], ["a", "b"]),
        (["failed", "RUNNING"], ["c", "d"]),
        (["Cancelled"], []),
    ],
)
def test_services_are_chosen_by_state_and_sorted_by_name(states: list[str], expected: list[str]) -> None:
    assert names(states) == expected


@pytest.mark.security
@pytest.mark.parametrize(
    "name", ["../../x", "", "a b", "a/b", "{{ 6 * 7 }}", "a\nb", "-a", "a-", "a:b", "x" * 254, "é", "None,", "a[1:3]"]
)
def test_what_cannot_be_the_name_of_a_host_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="cannot be the name of a host"):
        host_names([service("good"), service(name)], "", [])


@pytest.mark.security
@pytest.mark.parametrize("name", ["all", "web1", "localhost", "127.0.0.1", "::1"])
def test_a_name_that_the_inventory_has_is_refused_and_a_prefix_helps(name: str) -> None:
    with pytest.raises(InputError, match="host_prefix"):
        host_names([service(name)], "", ["all", "ungrouped", "web1"])
    if name != "::1":
        assert list(host_names([service(name)], "mms-", ["all", "web1"])) == [f"mms-{name}"]


@pytest.mark.security
def test_two_services_of_one_name_are_refused_and_all_reasons_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        host_names([service("iris"), service("iris"), service("../x"), service("all")], "", ["all"])
    for name in ("'iris'", "'../x'", "'all'"):
        assert name in caught.value.message


def test_a_host_knows_its_service_and_account() -> None:
    variables = variables_of(service("iris"), ACCOUNT)
    assert variables["mms_service"]["scoring_uri"] == "http://host/iris/score"
    assert variables["mms_account"] == ACCOUNT


@pytest.mark.security
def test_a_template_in_a_service_is_not_evaluated() -> None:
    hidden = {**service("iris"), "pull_secret": "{{ 6 * 7 }}"}
    value = variables_of(hidden, ACCOUNT)["mms_service"]["pull_secret"]
    assert Templar(loader=DataLoader()).template(value) == "{{ 6 * 7 }}"


@pytest.mark.security
def test_no_variable_is_a_secret() -> None:
    everything = Service(
        id="i", name="n", kubeconfig="hidden", app_insights_key="hidden", scoring_uri="http://host/score"
    ).to_result()
    assert "hidden" not in repr(variables_of(everything, ACCOUNT))


@pytest.mark.parametrize(
    ("name", "readable"),
    [
        ("demo.mms_services.yml", True),
        ("demo.mms_services.yaml", True),
        ("mms_services.yml", False),
        ("demo.azure_rm.yml", False),
    ],
)
def test_only_files_with_the_suffix_are_read(tmp_path: Any, name: str, readable: bool) -> None:
    (tmp_path / name).write_text("plugin: azureml.model_management.mms_services\n")
    assert InventoryModule().verify_file(str(tmp_path / name)) is readable
    assert InventoryModule().verify_file(str(tmp_path / f"no-{name}")) is False
