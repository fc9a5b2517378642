# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Upload of one large file: our code against azure-storage-blob alone, to the same local MMS in the same run.

    upload_bench.py [--mib 1024] [--rounds 3]

Every upload runs in a process of its own, so that the peak of its memory can be told. Ours hashes the file before it
sends anything and verifies what it sends; the SDK alone does neither.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

from measures import Measure, save

from mms_local.testing import ServerProcess

ROOT = Path(__file__).resolve().parents[2]
MIB = 1 << 20
WAYS = ("ours", "ours, unchanged", "azure-storage-blob")


@dataclass(frozen=True)
class Run:
    """One upload: wall clock, processor time of the client, peak of its memory."""

    seconds: float
    cpu: float
    peak_mb: float


def upload_with_our_code(path: Path, container: str) -> None:
    """What a task does: hash, look, send, sign."""
    from ansible_collections.azureml.model_management.plugins.module_utils._storage.content import content_of
    from ansible_collections.azureml.model_management.plugins.module_utils._storage.target import storage_from

    storage_from({"storage_container": container}, os.environ).ensure(content_of(path))


def upload_with_the_sdk(path: Path, container: str) -> None:
    """What a short script does: send with the SDK's own settings, as many blocks at a time as we do."""
    from azure.storage.blob import BlobServiceClient

    with BlobServiceClient.from_connection_string(os.environ["AZURE_STORAGE_CONNECTION_STRING"]) as service:
        service.create_container(container)
        with path.open("rb") as file:
            service.get_blob_client(container, path.name).upload_blob(file, max_concurrency=4)


def run_here(way: str, path: Path, container: str) -> Run:
    """Upload in this process and measure it."""
    upload = upload_with_the_sdk if way == "azure-storage-blob" else upload_with_our_code
    started = time.monotonic()
    upload(path, container)
    seconds = time.monotonic() - started
    used = resource.getrusage(resource.RUSAGE_SELF)
    return Run(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6)


def run_in_a_child(way: str, path: Path, container: str, environment: dict[str, str]) -> Run:
    """Upload in a process of its own and return what it measured."""
    command = [sys.executable, __file__, "--way", way, "--path", str(path), "--container", container]
    paths = os.pathsep.join((str(ROOT / ".cache" / "link"), os.environ.get("PYTHONPATH", "")))
    environment = {**os.environ, **environment, "PYTHONPATH": paths}
    output = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout
    return Run(**json.loads(output))


def link_collection() -> None:
    """Make the clone visible as ansible_collections/azureml/model_management below .cache/link."""
    link = ROOT / ".cache" / "link" / "ansible_collections" / "azureml" / "model_management"
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(ROOT, target_is_directory=True)


def write_random_file(path: Path, mib: int) -> None:
    """Write a file that cannot be compressed."""
    with path.open("wb") as file:
        for _block in range(mib):
            file.write(os.urandom(MIB))


def compare(mib: int, rounds: int) -> list[Measure]:
    """Upload a file in every way, several times in turn, and return the medians."""
    link_collection()
    runs: dict[str, list[Run]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as folder, ServerProcess(Path(folder, "mms")) as server:
        path = Path(folder, "model.bin")
        write_random_file(path, mib)
        for _round in range(rounds):
            containers = {way: f"c-{uuid.uuid4().hex}" for way in WAYS}
            containers["ours, unchanged"] = containers["ours"]
            for way in WAYS:
                runs[way].append(run_in_a_child(way, path, containers[way], server.environment))
            server.reset()  # gives the space back
    medians = {
        way: Run(*(statistics.median(values) for values in zip(*(asdict(run).values() for run in of_way))))
        for way, of_way in runs.items()
    }
    alone = medians["azure-storage-blob"]
    measures = []
    for way in WAYS:
        name, median = f"upload of {mib} MiB, {way}", medians[way]
        measures += [
            Measure(name, median.seconds, "s"),
            Measure(name, median.cpu, "CPU s"),
            Measure(f"{name}, peak memory", median.peak_mb, "MB"),
        ]
        if way != "azure-storage-blob":
            measures += [
                Measure(name, median.seconds / alone.seconds, "ratio", "azure-storage-blob alone"),
                Measure(f"{name}, peak memory", median.peak_mb / alone.peak_mb, "ratio", "azure-storage-blob alone"),
            ]
    return measures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mib", type=int, default=1024, help="size of the file in MiB (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each way is timed (default: %(default)s)")
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--container", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.way:
        print(json.dumps(asdict(run_here(chosen.way, chosen.path, chosen.container))))
    else:
        save("upload", compare(chosen.mib, chosen.rounds))


if __name__ == "__main__":
    main()
