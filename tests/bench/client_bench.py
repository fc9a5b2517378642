# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an unchanged run of each module costs, a task against a ping, and waiting for 500 operations."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from measures import Measure, save

from mms_local.testing import ServerProcess

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / ".cache" / "link"), str(ROOT / "tests" / "contract")]

OPERATIONS = 500
TASKS = 20
CLUSTER = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningCompute/operationalizationClusters/c"


def requests_of(server: ServerProcess, after: int) -> list[dict[str, Any]]:
    """The requests of clients behind this one, as the server's journal has them."""
    entries: list[dict[str, Any]] = server.control("GET", f"requests?after={after}")
    return [entry for entry in entries if not entry["operation"].startswith("control")]


def last_request(server: ServerProcess) -> int:
    entries = server.control("GET", "requests")
    return int(entries[-1]["seq"]) if entries else 0


def unchanged_runs(server: ServerProcess, folder: Path) -> list[Measure]:
    """Requests and seconds of each module when there is nothing to do."""
    from shells import as_function

    (folder / "iris.pkl").write_bytes(b"model")
    (folder / "score.py").write_text("def init(): pass\ndef run(data): return data\n", encoding="utf-8")
    steps: list[tuple[str, dict[str, Any]]] = [
        ("mms_account", {"location": "eastus2"}),
        ("mms_model", {"name": "iris", "path": str(folder / "iris.pkl")}),
        ("mms_manifest", {"name": "iris", "driver": str(folder / "score.py"), "models": ["iris"]}),
        ("mms_image", {"name": "iris", "manifest": "iris", "compute_resource_id": CLUSTER}),
        ("mms_service", {"name": "iris", "image": "iris", "compute_resource_id": CLUSTER}),
        ("mms_service_keys", {"service": "iris"}),
        ("mms_model_info", {}),
        ("mms_manifest_info", {}),
        ("mms_image_info", {}),
        ("mms_service_info", {}),
        ("mms_deployment_info", {}),
        ("mms_account_info", {}),
    ]
    measures = []
    for module, options in steps:
        as_function(module, options)
        before, begun = last_request(server), time.perf_counter()
        result = as_function(module, options)
        seconds = time.perf_counter() - begun
        assert not result.get("failed"), result
        assert not result["changed"]
        measures.append(Measure(f"{module}, unchanged", len(requests_of(server, before)), "requests"))
        measures.append(Measure(f"{module}, unchanged", seconds, "s"))
    return measures


def waiting(server: ServerProcess) -> list[Measure]:
    """Requests and seconds of waiting for operations that end one after the other."""
    from shells import as_function

    server.control("POST", "faults", {"operation": "images.create", "kind": "stuck"})
    ids = []
    for number in range(OPERATIONS):
        options = {"name": f"image-{number}", "manifest": "iris", "compute_resource_id": CLUSTER, "wait": False}
        ids.append(as_function("mms_image", options)["operation"]["id"])
    going_on = threading.Timer(5, server.control, ("DELETE", "faults"))
    going_on.start()
    before, begun = last_request(server), time.perf_counter()
    result = as_function("mms_operation_info", {"operation_ids": ids, "wait": True})
    seconds = time.perf_counter() - begun
    going_on.join()
    assert not result.get("failed"), result
    requests = len(requests_of(server, before))
    return [
        Measure(f"waiting for {OPERATIONS} operations", requests, "requests"),
        Measure(f"waiting for {OPERATIONS} operations", requests / OPERATIONS, "ratio", "one request per operation"),
        Measure(f"waiting for {OPERATIONS} operations", seconds, "s"),
    ]


def cpu_of_playbook(folder: Path, task: str, count: int = TASKS) -> float:
    """Seconds of CPU of a playbook that runs this task many times, its children included."""
    lines = ["- hosts: localhost", "  gather_facts: false", "  tasks:", *[f"    - {task}"] * count]
    (folder / "play.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    environment = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache" / "link"), "ANSIBLE_LOCALHOST_WARNING": "0"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [str(Path(sys.executable).with_name("ansible-playbook")), "play.yml"],
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def tasks(folder: Path) -> list[Measure]:
    """CPU of an unchanged mms_model task, in process and as a module, against a ping."""
    model = f"azureml.model_management.mms_model: {{name: iris, path: {folder / 'iris.pkl'}}}"
    nothing = cpu_of_playbook(folder, "ansible.builtin.meta: noop", count=1)
    costs = {
        "ping": cpu_of_playbook(folder, "ansible.builtin.ping:"),
        "in process": cpu_of_playbook(folder, model),
        "as a module": cpu_of_playbook(folder, f"{model}\n      vars: {{mms_in_process: false}}"),
    }
    each = {name: (seconds - nothing) / TASKS for name, seconds in costs.items()}
    return [
        Measure("CPU of a ping task", each["ping"], "s"),
        Measure("CPU of an unchanged mms_model task, in process", each["in process"], "s"),
        Measure(
            "CPU of an unchanged mms_model task, in process", each["in process"] / each["ping"], "ratio", "a ping task"
        ),
        Measure(
            "CPU of an unchanged mms_model task, as a module",
            each["as a module"] / each["ping"],
            "ratio",
            "a ping task",
        ),
    ]


def main() -> None:
    with tempfile.TemporaryDirectory() as name, ServerProcess(Path(name, "mms")) as server:
        os.environ.update(server.environment)
        folder = Path(name)
        save("client", [*unchanged_runs(server, folder), *tasks(folder), *waiting(server)])


if __name__ == "__main__":
    main()
