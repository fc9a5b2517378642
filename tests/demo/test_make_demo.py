# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make demo` as a newcomer types it: in a fresh clone, twice, then cleaned up."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TIME_LIMIT = 600.0
"""Seconds that one `make` may take; the first one may have to download scikit-learn."""
KUBECONFIG = {
    "current-context": "demo",
    "contexts": [{"name": "demo", "context": {"cluster": "demo", "user": "demo"}}],
    "clusters": [{"name": "demo", "cluster": {"server": "https://127.0.0.1:9"}}],
    "users": [{"name": "demo", "user": {"token": "t"}}],
}
WITHOUT_A_CLUSTER = "--skip-tags deploy_web_service_preflight,deploy_web_service_pull_secret"
LAST_LINE = re.compile(r'^demo ok: http://127\.0\.0\.1:\d+/\S+ -> \["[a-z]+", "[a-z]+", "[a-z]+"\]$')


class Clone:
    """A fresh copy of the repository, with make in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # Nothing of the caller's: neither a server of his own nor the environment that this test runs in.
        kept = ("HOME", "LANG", "PATH", "TMPDIR")
        self._environment = {
            name: value
            for name, value in os.environ.items()
            if name in kept or name.startswith(("PIP_", "SSL_", "UV_"))
        }
        self._environment["MMS_LOCAL_PORT"] = "0"  # the usual one may be taken
        self._environment["MMS_LOCAL_OCI"] = "never"  # nobody is there to take an image
        self._environment["PATH"] = os.pathsep.join(
            folder for folder in os.environ["PATH"].split(os.pathsep) if not folder.startswith(sys.prefix)
        )

    def make(self, *arguments: str) -> list[str]:
        """The lines that make printed; fails the test with all of them when make failed."""
        made = subprocess.run(
            ["make", "--no-print-directory", *arguments],
            cwd=self.path,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIME_LIMIT,
            check=False,
        )
        assert made.returncode == 0, made.stdout
        return made.stdout.splitlines()


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    path = tmp_path_factory.mktemp("demo") / "clone"
    subprocess.run([sys.executable, ROOT / ".ci/copy_tree.py", path], check=True)
    fresh = Clone(path)
    try:
        yield fresh
    finally:
        fresh.make("clean-demo")


def recap(lines: list[str]) -> str:
    """The counts of the play recap."""
    (line,) = [line for line in lines if re.search(r"\bok=\d+ +changed=\d+", line)]
    return line


def processes_in(folder: Path) -> list[str]:
    """Command lines of the processes that name the folder."""
    lines = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it has ended meanwhile
            continue
        if str(folder) in command:
            lines.append(command)
    return lines


def test_the_first_run_deploys_the_second_changes_nothing_and_cleaning_up_leaves_nothing(clone: Clone) -> None:
    first = clone.make("demo")
    assert LAST_LINE.match(first[-1]), first[-1]
    assert "changed=0 " not in recap(first)

    second = clone.make("demo")
    assert second[-1] == first[-1]
    assert "changed=0 " in recap(second)

    checked = clone.make("demo", "DEMO_ARGS=--check")
    assert "changed=0 " in recap(checked)

    # The same playbook in the other generations: only what says where and with what credentials is another.
    registry = {"location": "registry.test", "user": "u", "password": "registry-password"}
    cluster = {"deploy_web_service_kubeconfig": KUBECONFIG, "deploy_web_service_registry": registry}
    for more, connection in (
        ({}, {"api_version": "v1.0", "workspace_name": "flowers"}),
        (cluster, {"api_version": "2017-06-01-privatepreview"}),
    ):
        (clone.path / "connection.json").write_text(json.dumps({**more, "deploy_web_service_connection": connection}))
        other = clone.make("demo", f"DEMO_ARGS=-e @connection.json {WITHOUT_A_CLUSTER}")
        assert LAST_LINE.match(other[-1]), other[-1]
        assert "changed=0 " not in recap(other)

    clone.make("clean-demo")
    assert processes_in(clone.path) == []
    assert not (clone.path / ".demo").exists()
