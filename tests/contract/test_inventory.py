# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin as ansible-inventory runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
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


def ansible_inventory(path: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run ansible-inventory on a file, with nothing but the environment of the test."""
    program = Path(sys.executable).with_name("ansible-inventory")
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache" / "link"),
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true",
    }
    return subprocess.run([program, "-i", path, "--list"], env=environment, capture_output=True, text=True, check=False)


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
