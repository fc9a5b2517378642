# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole plays through a proxy that breaks a third of their requests: they end well, nothing is doubled, nothing lost.

`pytest tests/faults --plays 300` plays many; `.cache/reports/faults/faults.md` tells what broke and what came of it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import requests
from breaking import FAULTS, BreakingProxy

from mms_local.testing import ServerProcess

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / ".cache/reports/faults/faults.md"
PROGRAM = str(Path(sys.executable).with_name("ansible-playbook"))
RATE = 0.3
PLAY = """
- hosts: localhost
  connection: local
  gather_facts: false
  module_defaults:
    group/azureml.model_management.mms: {timeout: 2}
  vars:
    cluster: /subscriptions/0/resourceGroups/g/providers/Microsoft.MachineLearningCompute/operationalizationClusters/c
  tasks:
    - {azureml.model_management.mms_model: {name: "%(name)s", path: model.bin}, register: model}
    - azureml.model_management.mms_manifest: {name: "%(name)s", driver: score.py, models: ["%(name)s"]}
      register: manifest
    - azureml.model_management.mms_image:
        {name: "%(name)s", manifest: "%(name)s", compute_resource_id: "{{ cluster }}", poll_interval: 0.2}
      register: image
    - azureml.model_management.mms_service:
        {name: "%(name)s", image: "%(name)s", compute_resource_id: "{{ cluster }}", replicas: 1, poll_interval: 0.2}
      register: service
    - azureml.model_management.mms_service:
        {name: "%(name)s", image: "%(name)s", compute_resource_id: "{{ cluster }}", replicas: 2, poll_interval: 0.2}
      register: scaled
    - {azureml.model_management.mms_service_keys: {service: "%(name)s"}, register: keys, no_log: true}
    - ansible.builtin.copy:
        dest: "{{ playbook_dir }}/told.json"
        content: "{{ {'changed': ours | map(attribute='changed'), 'retries': ours | map(attribute='retries')} }}"
        mode: "0600"
      vars: {ours: "{{ [model, manifest, image, service, scaled] }}"}
"""


@dataclass(frozen=True)
class Played:
    """What became of one play."""

    seed: int
    status: int
    output: str
    told: Mapping[str, Any]
    broken: list[tuple[str, str]]
    there: Mapping[str, int]

    @property
    def wrong(self) -> list[str]:
        """What is not as it should be."""
        found = [] if self.status == 0 else ["it failed"]
        found += [f"{kind}: {count} instead of 1" for kind, count in self.there.items() if count != 1]
        if self.status == 0 and self.told["changed"] != [True] * 5:
            found.append(f"changed: {self.told['changed']}")
        return found


def environment(server: ServerProcess, url: str) -> dict[str, str]:
    """The server's own, with all of its addresses behind the proxy."""
    collections = next(entry for entry in sys.path if (Path(entry) / "ansible_collections").is_dir())
    behind = {name: value.replace(server.url, url) for name, value in server.environment.items()}
    ours = {"ANSIBLE_COLLECTIONS_PATH": collections, "ANSIBLE_LOCALHOST_WARNING": "0", "ANSIBLE_NOCOLOR": "1"}
    return {**os.environ, **behind, **ours}


def there(server: ServerProcess, name: str) -> dict[str, int]:
    """How many of each kind the server has of this name, asked without the proxy."""
    known = server.environment
    account = (
        f"{server.url}/api/subscriptions/{known['AZURE_SUBSCRIPTION_ID']}"
        f"/resourceGroups/{known['AZURE_RESOURCE_GROUP']}/accounts/{known['AZUREML_MMS_ACCOUNT']}"
    )
    listed = {}
    for kind in ("models", "manifests", "images", "services"):
        link, found = f"{account}/{kind}?api-version=2017-09-01-preview&name={name}", []
        while link:
            answer = requests.get(
                urljoin(account, link),
                headers={"Authorization": f"Bearer {known['AZUREML_MMS_ACCESS_TOKEN']}"},
                timeout=60,
            )
            page = answer.json()
            found += [one["name"] for one in page["value"]]
            link = page.get("nextLink")
        listed[kind] = found.count(name)
    return listed


def play(server: ServerProcess, folder: Path, seed: int, rate: float = RATE) -> Played:
    """Play through a proxy of its own."""
    folder.mkdir()
    name = f"play-{seed}"
    (folder / "model.bin").write_text(f"weights {seed}", encoding="utf-8")
    (folder / "score.py").write_text(f"'{seed}'\n\ndef init(): pass\n\ndef run(data): return data\n", encoding="utf-8")
    (folder / "play.yml").write_text(PLAY % {"name": name}, encoding="utf-8")
    with BreakingProxy(server.url, seed, rate) as proxy:
        done = subprocess.run(
            [PROGRAM, "play.yml"],
            cwd=folder,
            env=environment(server, proxy.url),
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        broken = list(proxy.plan.broken)
    told = json.loads((folder / "told.json").read_text("utf-8")) if done.returncode == 0 else {}
    return Played(seed, done.returncode, done.stdout + done.stderr, told, broken, there(server, name))


@pytest.fixture(scope="module")
def plays(
    server: ServerProcess, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> list[Played]:
    """All plays, and the report about them."""
    folder = tmp_path_factory.mktemp("plays")
    first, count = request.config.getoption("--first-seed"), request.config.getoption("--plays")
    with ThreadPoolExecutor(request.config.getoption("--at-a-time")) as pool:
        done = list(pool.map(lambda seed: play(server, folder / str(seed), seed), range(first, first + count)))
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(report(done), encoding="utf-8")
    return done


def report(done: list[Played]) -> str:
    """What broke how often, and what came of the plays."""
    broken = Counter(fault for played in done for _request, fault in played.broken)
    well = sum(not played.wrong for played in done)
    lines = ["| Fault | Requests |", "| --- | --- |", *(f"| {name} | {broken[name]} |" for name in FAULTS), ""]
    retries = sum(sum(played.told.get("retries", ())) for played in done)
    lines += [f"{broken.total()} requests broken, {retries} repetitions told.", ""]
    lines += [f"{well} of {len(done)} plays ended well in their first run.", ""]
    lines += [f"- seed {played.seed}: {'; '.join(played.wrong)}" for played in done if played.wrong]
    return "\n".join(lines) + "\n"


def test_plays_end_well_in_their_first_run(plays: list[Played]) -> None:
    bad = [played for played in plays if played.wrong]
    told = "\n\n".join(f"seed {one.seed}: {one.wrong}\n{one.broken}\n{one.output[-3000:]}" for one in bad[:3])
    assert len(bad) <= max(1, len(plays) // 100), told


def test_nothing_is_doubled_and_nothing_lost(plays: list[Played]) -> None:
    assert [(one.seed, one.there) for one in plays if one.status == 0 and set(one.there.values()) != {1}] == []


def test_what_was_repeated_is_told(plays: list[Played]) -> None:
    """Each broken request was repeated, and each repetition is told by the task that made it."""
    for one in plays:
        if one.status == 0 and one.broken:
            assert sum(one.told["retries"]) > 0, one.broken


def test_every_fault_was_tried(plays: list[Played]) -> None:
    tried = {fault for played in plays for _request, fault in played.broken}
    if len(plays) >= 20:
        assert tried == set(FAULTS)
