# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin as ansible-inventory runs it."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Workbench
from scenarios import SCENARIOS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def inventory(account: Workbench, tmp_path: Path) -> Path:
    """An inventory file for an account with one service."""
    scenario = next(scenario for scenario in SCENARIOS if scenario.module == "mms_service")
    scenario.prepare(account, tmp_path)
    account.ok("mms_service", **scenario.first(account, tmp_path))
    path = tmp_path / "demo.mms_services.yml"
    write(path, account_name=account.account)
    return path


def write(path: Path, **options: Any) -> None:
    content = {"plugin": "azureml.model_management.mms_services", **options}
    path.write_text(json.dumps(content), encoding="utf-8")


def journal(account: Workbench) -> list[str]:
    """The operations that clients asked the server for, so far."""
    entries = account.server.control("GET", "requests")
    return [entry["operation"] for entry in entries if not entry["operation"].startswith("control")]


def ansible_inventory(path: Path, folder: Path, *before: Path) -> subprocess.CompletedProcess[str]:
    """Run ansible-inventory on a file, with nothing but the environment of the test.

    Args:
        before: Inventories to read before.
    """
    program = Path(sys.executable).with_name("ansible-inventory")
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache" / "link"),
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true",
    }
    sources = [argument for source in (*before, path) for argument in ("-i", source)]
    return subprocess.run([program, *sources, "--list"], env=environment, capture_output=True, text=True, check=False)


def listed(path: Path, folder: Path) -> dict[str, Any]:
    run = ansible_inventory(path, folder)
    assert run.returncode == 0, run.stderr
    # ansible-inventory marks values whose templates are not to be evaluated.
    content: dict[str, Any] = json.loads(run.stdout, object_hook=lambda found: found.get("__ansible_unsafe", found))
    return content


def test_a_service_is_a_host_after_one_request_and_without_its_keys(
    account: Workbench, inventory: Path, tmp_path: Path
) -> None:
    before = journal(account)
    hosts = listed(inventory, tmp_path)["_meta"]["hostvars"]
    (variables,) = hosts.values()
    assert variables["mms_service"]["state"] == "Succeeded"
    assert variables["mms_service"]["scoring_uri"].endswith("/score")
    assert variables["mms_account"]["account_name"] == account.account
    assert journal(account)[len(before) :] == ["services.list"]


def test_hosts_are_grouped_and_composed(account: Workbench, inventory: Path, tmp_path: Path) -> None:
    write(
        inventory,
        account_name=account.account,
        keyed_groups=[{"key": "mms_service.state", "prefix": "state"}],
        groups={"answering": "mms_service.scoring_uri is truthy"},
        compose={"uri": "mms_service.scoring_uri"},
    )
    found = listed(inventory, tmp_path)
    (host,) = found["_meta"]["hostvars"]
    assert found["state_Succeeded"]["hosts"] == found["answering"]["hosts"] == [host]
    variables = found["_meta"]["hostvars"][host]
    assert variables["uri"] == variables["mms_service"]["scoring_uri"]


def test_an_empty_text_counts_as_not_given(account: Workbench, inventory: Path, tmp_path: Path) -> None:
    found = listed(inventory, tmp_path)
    empty = ("api_version", "timeout", "retries", "validate_certs", "auth_source", "states", "host_prefix", "ca_path")
    write(inventory, account_name=account.account, **dict.fromkeys(empty, ""))
    assert listed(inventory, tmp_path) == found


def test_states_leave_services_out(account: Workbench, inventory: Path, tmp_path: Path) -> None:
    write(inventory, account_name=account.account, states=["Failed"])
    assert listed(inventory, tmp_path)["_meta"]["hostvars"] == {}


def test_a_cached_inventory_sends_nothing(account: Workbench, inventory: Path, tmp_path: Path) -> None:
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
    write(inventory, account_name=account.account, **cache)
    first = listed(inventory, tmp_path)
    before = journal(account)
    assert listed(inventory, tmp_path) == first
    assert journal(account) == before


def test_an_account_that_cannot_be_read_fails_with_the_reason(
    account: Workbench, inventory: Path, tmp_path: Path
) -> None:
    write(inventory, account_name=account.account, auth_source="env", access_token="", api_url="http://127.0.0.1:1")
    run = ansible_inventory(inventory, tmp_path)
    assert run.returncode != 0
    assert "demo.mms_services.yml: " in run.stderr
    assert "127.0.0.1:1" in run.stderr


@pytest.mark.security
def test_a_service_does_not_become_a_host_that_is_there_already(
    account: Workbench, inventory: Path, tmp_path: Path
) -> None:
    (name,) = listed(inventory, tmp_path)["_meta"]["hostvars"]
    other = tmp_path / "hosts.ini"
    other.write_text(f"{name} ansible_host=192.0.2.1\n", encoding="utf-8")
    run = ansible_inventory(inventory, tmp_path, other)
    assert run.returncode != 0
    assert f"No service was added, for '{name}' is in the inventory already." in " ".join(run.stderr.split())
    write(inventory, account_name=account.account, host_prefix="mms-")
    run = ansible_inventory(inventory, tmp_path, other)
    assert run.returncode == 0, run.stderr
    hosts = json.loads(run.stdout)["_meta"]["hostvars"]
    assert hosts.keys() == {name, f"mms-{name}"}
    assert "mms_service" not in hosts[name]


def test_the_documented_example_works_as_it_is_printed(account: Workbench, inventory: Path, tmp_path: Path) -> None:
    printed = yaml.safe_load(
        importlib.import_module("ansible_collections.azureml.model_management.plugins.inventory.mms_services").EXAMPLES
    )
    printed.pop("resource_group")
    write(inventory, **{**printed, "account_name": account.account, "cache_connection": str(tmp_path / "cache")})
    found = listed(inventory, tmp_path)
    ((name, variables),) = found["_meta"]["hostvars"].items()
    assert name.startswith("prod-")
    assert variables["ansible_connection"] == "local"
    assert variables["ansible_python_interpreter"] == sys.executable
    assert found["state_Succeeded"]["hosts"] == [name]
