# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules against a running local MMS, which builds and runs nothing (C(--compute none)) and keeps a journal."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from shells import Shell, as_action, as_module

from mms_local.testing import ServerProcess

ACCOUNT = "2017-09-01-preview"
HOSTING = "2017-06-01-privatepreview"
WORKSPACE = "v1.0"
CLUSTER = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/local/providers"
    "/Microsoft.MachineLearningCompute/operationalizationClusters/demo"
)
KUBECONFIG = """
apiVersion: v1
kind: Config
current-context: demo
contexts: [{name: demo, context: {cluster: demo, user: demo}}]
clusters: [{name: demo, cluster: {server: "https://127.0.0.1:6443"}}]
users: [{name: demo, user: {token: kubernetes-token-that-nobody-may-see}}]
"""
_ACCOUNTS = itertools.count(1)


def new_account() -> str:
    """Return a name that no test has used: the local MMS makes accounts as they are named."""
    return f"account-{next(_ACCOUNTS)}"


@dataclass
class Run:
    """What one run of a module did: its result, and what the server's journal says about it."""

    result: dict[str, Any]
    requests: list[dict[str, Any]] = field(repr=False)

    @property
    def writes(self) -> list[str]:
        writing = (entry for entry in self.requests if entry["write"])
        # Where keys are asked for by POST, that changes nothing.
        return [
            entry["operation"]
            for entry in writing
            if (entry["method"], entry["operation"]) != ("POST", "services.keys")
        ]

    @property
    def methods(self) -> list[str]:
        return [entry["method"] for entry in self.requests]


@dataclass
class Workbench:
    """Runs modules through one shell, in one account of its own."""

    server: ServerProcess
    shell: Shell
    api_version: str
    account: str

    def run(self, module: str, **options: Any) -> Run:
        """Run a module, which may fail; C(check=True) runs it in check mode."""
        check = bool(options.pop("check", False))
        connection = {"api_version": self.api_version, "account_name": self.account}
        before = self._last()
        if module in ("mms_image", "mms_service"):
            options = {"poll_interval": 0.05, "wait_timeout": 20, **options}
        result = self.shell(module, {**connection, **options}, check_mode=check)
        return Run(result, self._entries(before))

    def ok(self, module: str, **options: Any) -> Run:
        """Run a module that must not fail."""
        run = self.run(module, **options)
        assert not run.result.get("failed"), run.result
        return run

    def fault(self, operation: str, kind: str, **rule: Any) -> None:
        """Order a fault."""
        self.server.control("POST", "faults", {"operation": operation, "kind": kind, **rule})

    def _entries(self, after: int) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.server.control("GET", "requests")
        return [entry for entry in entries if entry["seq"] > after and not entry["operation"].startswith("control")]

    def _last(self) -> int:
        entries = self.server.control("GET", "requests")
        return int(entries[-1]["seq"]) if entries else 0


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("mms")) as server:
        yield server


@pytest.fixture
def server(shared_server: ServerProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServerProcess]:
    """The running server, announced by the environment as `mms-local serve` says it."""
    for name, value in shared_server.environment.items():
        monkeypatch.setenv(name, value)
    yield shared_server
    shared_server.control("DELETE", "faults")


@pytest.fixture(params=[as_module, as_action], ids=["module", "action"])
def shell(request: pytest.FixtureRequest) -> Shell:
    chosen: Shell = request.param
    return chosen


@pytest.fixture(params=[ACCOUNT, HOSTING, WORKSPACE], ids=["account", "hosting-account", "workspace"])
def api_version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def bench(server: ServerProcess, shell: Shell, api_version: str) -> Workbench:
    """Both shells, all generations."""
    return Workbench(server, shell, api_version, new_account())


@pytest.fixture
def account(server: ServerProcess) -> Workbench:
    """One shell, the newer generation, for what does not depend on either."""
    return Workbench(server, as_module, ACCOUNT, new_account())


@pytest.fixture
def model_file(tmp_path: Path) -> Path:
    path = tmp_path / "iris.pkl"
    path.write_bytes(b"a trained model")
    return path


@pytest.fixture
def driver_file(tmp_path: Path) -> Path:
    path = tmp_path / "score.py"
    path.write_text("def init():\n    pass\n\n\ndef run(data):\n    return data\n", encoding="utf-8")
    return path


def flat(value: Any, path: str = "") -> dict[str, Any]:
    """Return the leaves of a result by their path."""
    if isinstance(value, Mapping):
        return {key: leaf for name, part in value.items() for key, leaf in flat(part, f"{path}.{name}").items()}
    return {path: value}
