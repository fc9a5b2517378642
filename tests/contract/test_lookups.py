# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookups about services, in the templates of a playbook."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Workbench
from plays import play
from scenarios import SCENARIOS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def service(account: Workbench, tmp_path: Path) -> str:
    """A service that runs; its name."""
    scenario = next(scenario for scenario in SCENARIOS if scenario.module == "mms_service")
    scenario.prepare(account, tmp_path)
    made: dict[str, Any] = account.ok("mms_service", **scenario.first(account, tmp_path)).result["service"]
    return str(made["name"])


def task(expression: str, **variables: Any) -> str:
    """A playbook that asserts something of a lookup, with the connection in the variable C(there)."""
    tasks = [{"name": "See", "ansible.builtin.assert": {"that": [expression]}}]
    return yaml.safe_dump(
        [{"name": "Look up", "hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": tasks}]
    )


def looked_up(name: str, service: str, more: str = ", **there") -> str:
    return f"lookup('azureml.model_management.{name}', '{service}'{more})"


def test_a_template_gets_the_url_and_the_keys(account: Workbench, service: str, tmp_path: Path) -> None:
    there = {"account_name": account.account, "api_version": account.api_version, "timeout": "30", "tenant": ""}
    made = account.ok("mms_service_info", name=service).result["services"][0]
    keys = account.ok("mms_service_keys", service=service).result["service_keys"]
    uri = f"{looked_up('mms_scoring_uri', service)} == '{made['scoring_uri']}'"
    assert made["scoring_uri"]
    play(tmp_path, task(uri, there=there), account.server)
    play(tmp_path, task(f"{looked_up('mms_service_keys', service)} == keys", there=there, keys=keys), account.server)


@pytest.mark.security
@pytest.mark.parametrize("name", ["mms_scoring_uri", "mms_service_keys"])
def test_a_lookup_reads_and_writes_nothing(account: Workbench, service: str, tmp_path: Path, name: str) -> None:
    before = account.server.control("GET", "requests")
    there = {"account_name": account.account}
    play(tmp_path, task(f"{looked_up(name, service)} is truthy", there=there), account.server)
    sent = account.server.control("GET", "requests")[len(before) :]
    asked = [entry["operation"] for entry in sent if not entry["operation"].startswith("control")]
    assert asked == ["services.list", *(["services.keys"] if name == "mms_service_keys" else [])]
    assert not any(entry["write"] for entry in sent)


@pytest.mark.security
def test_the_documented_task_shows_no_key_however_much_is_shown(
    account: Workbench, service: str, tmp_path: Path
) -> None:
    tree = ast.parse((ROOT / "plugins/lookup/mms_service_keys.py").read_text(encoding="utf-8"))
    (printed,) = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "EXAMPLES"
    ]
    head = "- hosts: localhost\n  gather_facts: false\n  tasks:\n"
    text = head + textwrap.indent(printed.replace("'iris'", f"'{service}', account_name='{account.account}'"), "    ")
    shown = play(tmp_path, text, account.server, "-e", f"settings_folder={tmp_path}", "-vvvv", "--diff")
    key = account.ok("mms_service_keys", service=service).result["service_keys"]["primary"]
    assert f"IRIS_KEY={key}\n" in (tmp_path / "iris.env").read_text(encoding="utf-8")
    assert key not in shown


REFUSED = {
    "an unknown service": ("'nobody', **there", "Service 'nobody' does not exist."),
    "no name": ("'', **there", "A service is named by its name or its id, not by ''."),
    "an unknown option": ("'iris', acount_name='a'", "acount_name"),
    "a wrong choice": ("'iris', api_version='v9'", "value of api_version must be one of"),
    "a name that is a path": ("'iris', account_name='a/b'", "account_name is 'a/b'; it is one name, not a path."),
    "nobody there": ("'iris', api_url='http://127.0.0.1:1', access_token=token, retries=0, **there", "127.0.0.1:1"),
}


@pytest.mark.security
@pytest.mark.parametrize(("arguments", "told"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_looked_up_is_told_without_a_secret(
    account: Workbench, tmp_path: Path, arguments: str, told: str
) -> None:
    account.ok("mms_account", location="eastus2")
    variables = {"there": {"account_name": account.account}, "token": "a-token-that-nobody-may-see"}
    text = task(f"lookup('azureml.model_management.mms_scoring_uri', {arguments})", **variables)
    shown = play(tmp_path, text, account.server, "-vvvv", status=2)
    assert told in " ".join(shown.split())
    assert "nobody-may-see" not in shown
