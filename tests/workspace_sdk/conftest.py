# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The unmodified C(azureml-core) against a local MMS on loopback, which really builds and runs what is deployed.

The client is given what a laptop gives it: an environment that names the cloud and the certificate to trust, and a
resolver for the name of the storage account. It reads which clouds there are when it is imported; so the server runs
before the tests are collected.
"""

from __future__ import annotations

import shutil
import socket
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
import requests
from issued import token_for

from mms_local.testing import ServerProcess

ROOT = Path(__file__).resolve().parents[2]
SUFFIX = "mms.test"
STORAGE = f"mmslocal.blob.{SUFFIX}"
GROUP = "gardens"
WORKSPACE = "flowers"
DRIVER = """
import json
import os


def init():
    global weights
    folder = os.environ["AZUREML_MODEL_DIR"]
    names = [os.path.join(where, name) for where, _, names in os.walk(folder) for name in names]
    weights = "+".join(open(name).read() for name in sorted(names))


def run(raw):
    return {"weights": weights, "rows": len(json.loads(raw)["data"])}
"""

_server: ServerProcess
_patches = pytest.MonkeyPatch()


def pytest_sessionstart() -> None:
    """Start the server and tell the client about it, in the ways that its documentation names."""
    global _server
    folder = Path(tempfile.mkdtemp(prefix="workspace-sdk-"))
    cache = ROOT / ".cache" / "dependencies"
    flags = ("--compute", "process", "--oci", "never", "--dependency-cache", str(cache))
    tls = ("--auth", "checked", "--tls-port", "0", "--storage-suffix", SUFFIX)
    _server = ServerProcess(folder / "mms", *flags, *tls).start()
    authority = _server.environment["MMS_LOCAL_CA_FILE"]
    cloud = f"{_server.environment['AZURE_AUTHORITY_HOST']}/metadata/endpoints?api-version=2019-05-01"
    _patches.setenv("HOME", str(folder / "home"))  # the client keeps discovery documents there
    _patches.setenv("AZURE_CONFIG_DIR", str(folder / "azure"))
    _patches.setenv("AZUREML_CURRENT_CLOUD", "LocalMMS")
    _patches.setenv("ARM_CLOUD_METADATA_URL", cloud)
    _patches.setenv("SSL_CERT_FILE", authority)
    _patches.setenv("REQUESTS_CA_BUNDLE", authority)
    for place in ("azure", "home/.azureml"):
        (folder / place).mkdir(parents=True)
    known = socket.getaddrinfo

    def resolve(host: Any, *rest: Any, **more: Any) -> Any:
        """Lead the name of the storage account here, and nothing anywhere else."""
        if host not in (STORAGE, "127.0.0.1", "localhost"):
            raise socket.gaierror(socket.EAI_NONAME, f"{host} is not on this machine")
        return known("127.0.0.1", *rest, **more)

    _patches.setattr(socket, "getaddrinfo", resolve)
    pause = time.sleep
    _patches.setattr(time, "sleep", lambda seconds: pause(min(seconds, 0.2)))  # between two looks it waits for 5


def pytest_sessionfinish() -> None:
    """Stop what was started."""
    _patches.undo()
    _server.stop()
    shutil.rmtree(_server.data_dir.parent, ignore_errors=True)


@pytest.fixture
def server() -> ServerProcess:
    """The server, knowing nothing."""
    _server.reset()
    return _server


@pytest.fixture
def token(server: ServerProcess) -> str:
    """A token for Resource Manager, as the server's own authority gives it."""
    return token_for(server, "https://management.core.windows.net//.default")


@pytest.fixture
def workspace(server: ServerProcess, token: str) -> Any:
    """The client's workspace, found by Resource Manager and the discovery document."""
    from azureml.core import Workspace
    from azureml.core.authentication import ArmTokenAuthentication

    names = server.environment
    subscription = names["AZURE_SUBSCRIPTION_ID"]
    group = f"{names['AZURE_AUTHORITY_HOST']}/subscriptions/{subscription}/resourceGroups/{GROUP}"
    url = f"{group}/providers/Microsoft.MachineLearningServices/workspaces/{WORKSPACE}"
    made = requests.put(
        url,
        json={"location": "westeurope", "identity": {"type": "SystemAssigned"}},
        params={"api-version": "2019-11-01"},
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    )
    assert made.status_code == 201, made.text
    auth = ArmTokenAuthentication(token, cloud="LocalMMS")
    return Workspace.get(WORKSPACE, auth=auth, subscription_id=subscription, resource_group=GROUP, cloud="LocalMMS")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, outside of which the client takes no files."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def model(workspace: Any, folder: Path) -> Any:
    """A registered model of one file."""
    from azureml.core.model import Model

    (folder / "iris.txt").write_text("petal", encoding="utf-8")
    return Model.register(workspace, "iris.txt", "iris")


@pytest.fixture
def driver(folder: Path) -> str:
    """A scoring script that answers with the content of its models."""
    (folder / "score.py").write_text(DRIVER, encoding="utf-8")
    return "score.py"
