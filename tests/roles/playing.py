# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks of the collection in the hands of ansible-playbook."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from mms_local.testing import ServerProcess

ROOT = Path(__file__).resolve().parents[2]
TIME_LIMIT = 300.0  # seconds for one playbook
GOOD_DRIVER = "def init():\n    pass\n\n\ndef run(raw):\n    return [{answer!r}]\n"
_RECAP = re.compile(r"^(\S+) +: (.*=.*)$", re.MULTILINE)


@dataclass
class Played:
    """What came of a playbook."""

    status: int
    output: str

    def counts(self, host: str = "localhost") -> dict[str, int]:
        """The play recap of a host, such as `{"ok": 12, "changed": 0, ...}`."""
        counts = dict(_RECAP.findall(self.output))[host]
        return {name: int(value) for name, value in (pair.split("=") for pair in counts.split())}

    def changed_tasks(self) -> list[str]:
        """Names of the role's tasks that changed something, in order."""
        tasks = re.findall(r"^TASK \[(.*?)\] \*+\n((?:(?!TASK|PLAY).*\n)*)", self.output, re.MULTILINE)
        return [name.rpartition(" : ")[2] for name, text in tasks if re.search(r"^changed:", text, re.MULTILINE)]


class Bench:
    """A local MMS and a folder to work in; runs playbooks of the collection."""

    def __init__(self, server: ServerProcess, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.environment: dict[str, str] = {}  # beyond the server's own

    def driver(self, name: str, text: str) -> str:
        """Write a driver program and return its path."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def good_driver(self, answer: str) -> str:
        """Write a driver program that always gives this one answer."""
        return self.driver(f"{answer}.py", GOOD_DRIVER.format(answer=answer))

    def variables(self, name: str, driver: str, **more: Any) -> dict[str, Any]:
        """The role's variables for a service with one model."""
        model = self.folder / "model.txt"
        model.write_text("weights", encoding="utf-8")
        variables = {
            "name": name,
            "models": [{"name": name, "path": str(model)}],
            "driver": driver,
            "compute_resource_id": self.cluster,
            "record_path": str(self.folder / f"{name}.json"),
            **more,
        }
        return {f"deploy_web_service_{key}": value for key, value in variables.items()}

    @property
    def cluster(self) -> str:
        """ARM id of a cluster; services run as processes whatever it is."""
        names = self.server.environment
        group = f"/subscriptions/{names['AZURE_SUBSCRIPTION_ID']}/resourceGroups/{names['AZURE_RESOURCE_GROUP']}"
        return f"{group}/providers/Microsoft.MachineLearningCompute/operationalizationClusters/local"

    def play(self, playbook: str, variables: Mapping[str, Any], *options: str) -> Played:
        """Run a playbook, a file or one of the collection by its name, with these extra variables."""
        (self.folder / "variables.json").write_text(json.dumps(variables), encoding="utf-8")
        return self._run(playbook, "-e", f"@{self.folder / 'variables.json'}", *options)

    def playbook(self, module: str, **options: Any) -> Path:
        """Write a playbook of one task and return its path."""
        return self._written({"tasks": [{module: options}]})

    def roles(self, *variables: Mapping[str, Any]) -> Path:
        """Write a playbook that uses deploy_web_service once with each of these variables, and return its path."""
        name = "azureml.model_management.deploy_web_service"
        return self._written(
            {"tasks": [{"ansible.builtin.include_role": {"name": name}, "vars": dict(v)} for v in variables]}
        )

    def using(self, role: str, *then: Mapping[str, Any]) -> Path:
        """Write a playbook that uses a role of the collection, and has these tasks then; return its path."""
        return self._written({"roles": [f"azureml.model_management.{role}"], "post_tasks": list(then)})

    def _written(self, play: Mapping[str, Any]) -> Path:
        path = self.folder / "playbook.yml"
        header = {"hosts": "localhost", "connection": "local", "gather_facts": False}
        path.write_text(json.dumps([{**header, **play}]), encoding="utf-8")
        return path

    def services(self) -> list[str]:
        """Names of the services that there are."""
        names = self.server.environment
        path = f"/api/subscriptions/{names['AZURE_SUBSCRIPTION_ID']}/resourceGroups/{names['AZURE_RESOURCE_GROUP']}"
        url = f"{self.server.url}{path}/accounts/{names['AZUREML_MMS_ACCOUNT']}/services"
        headers = {"Authorization": f"Bearer {names['AZUREML_MMS_ACCESS_TOKEN']}"}
        answer = requests.get(url, params={"api-version": "2017-09-01-preview"}, headers=headers, timeout=20)
        return sorted(service["name"] for service in answer.json()["value"])

    def play_hosts(self, playbook: str, hosts: Mapping[str, Mapping[str, Any]], *options: str) -> Played:
        """Run a playbook of the collection with these inventory hosts."""
        inventory = {"all": {"hosts": {name: dict(variables) for name, variables in hosts.items()}}}
        (self.folder / "hosts.json").write_text(json.dumps(inventory), encoding="utf-8")
        return self._run(playbook, "-i", str(self.folder / "hosts.json"), *options)

    def _run(self, playbook: str, *options: str) -> Played:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "AZURE", "MMS_"))}
        environment = {
            **kept,
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache/link"),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_NOCOLOR": "true",
            **self.server.environment,
            **self.environment,
        }
        name = playbook if playbook.endswith(".yml") else f"azureml.model_management.{playbook}"
        command = [str(Path(sys.executable).with_name("ansible-playbook")), name]
        done = subprocess.run(
            [*command, *options],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIME_LIMIT,
            check=False,
        )
        return Played(done.returncode, done.stdout)

    def record(self, name: str) -> dict[str, Any]:
        """The deployment record of a service."""
        record: dict[str, Any] = json.loads((self.folder / f"{name}.json").read_text("utf-8"))
        return record

    def writes(self) -> list[str]:
        """What was written at the server since this was asked last."""
        entries = self.server.control("GET", "requests")
        self.server.control("DELETE", "requests")
        return [entry["operation"] for entry in entries if entry["write"]]
