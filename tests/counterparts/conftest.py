# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real counterparts: Azurite from npm and the local MMS, each started once and stopped at the end. Loopback only."""

from __future__ import annotations

import hashlib
import json
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from storage_services import AZURITE_ACCOUNT, AZURITE_KEY, Account, Certificates

from mms_local.api.identity.tls import server_tls
from mms_local.testing import ServerProcess

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
"""Seconds that a server may take to start."""


@contextmanager
def running(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is ended when the block is left."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)


def unused_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when something listens on the port; fail when the process has ended or the patience has."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"{process.args!r} does not answer: {log.read_text(errors='replace')[-2000:]}")


@pytest.fixture
def free_port() -> int:
    """A port that nobody listens on."""
    return unused_port()


@pytest.fixture(scope="session")
def azurite_program() -> Path:
    """Azurite as package-lock.json pins it, installed once per lock file in the cache of the clone."""
    npm = shutil.which("npm")
    if not npm:
        pytest.skip("npm is needed to install Azurite; install Node.js 18 or newer to run these tests")
    here = Path(__file__).parent
    lock = hashlib.sha256((here / "package-lock.json").read_bytes()).hexdigest()[:12]
    folder = ROOT / ".cache" / f"azurite-{lock}"
    if not (folder / "installed").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(here / name, folder)
        subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True)
        (folder / "installed").touch()
    return folder / "node_modules" / ".bin" / "azurite-blob"


@contextmanager
def azurite(program: Path, log: Path, *options: str, scheme: str = "http") -> Iterator[Account]:
    """A running Azurite that keeps everything in memory."""
    port = unused_port()
    flags = ["--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent"]
    command = [str(program), *flags, "--blobHost", "127.0.0.1", "--blobPort", str(port), *options]
    with running(command, log) as process:
        wait_for_port(port, process, log)
        yield Account(f"{scheme}://127.0.0.1:{port}/{AZURITE_ACCOUNT}", AZURITE_ACCOUNT, AZURITE_KEY)


@pytest.fixture(scope="session")
def azurite_account(azurite_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """The account of an Azurite over plain HTTP."""
    with azurite(azurite_program, tmp_path_factory.mktemp("azurite") / "log") as account:
        yield account


@pytest.fixture(scope="session")
def azurite_tls_account(
    azurite_program: Path, certificates: Certificates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Account]:
    """The account of an Azurite over TLS that takes bearer tokens."""
    tls = ("--oauth", "basic", "--cert", str(certificates.chain), "--key", str(certificates.key))
    with azurite(azurite_program, tmp_path_factory.mktemp("azurite-tls") / "log", *tls, scheme="https") as account:
        yield account


@pytest.fixture(scope="session")
def local_mms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment variables of a running local MMS that runs nothing, and takes only tokens that it issued."""
    with ServerProcess(tmp_path_factory.mktemp("mms"), "--tls-port", "0", "--auth", "checked") as server:
        ready = json.loads((server.data_dir / "ready.json").read_text("utf-8"))
        yield {**server.environment, **ready["virtualMachineEnv"]}


@pytest.fixture(scope="session")
def local_mms_account(local_mms: dict[str, str]) -> Account:
    """The storage account of the local MMS."""
    pairs = (part.partition("=") for part in local_mms["AZURE_STORAGE_CONNECTION_STRING"].split(";") if part)
    parts = {name: value for name, _equals, value in pairs}
    return Account(parts["BlobEndpoint"].rstrip("/"), parts["AccountName"], parts["AccountKey"])


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Certificates for servers on loopback."""
    folder = tmp_path_factory.mktemp("tls")
    tls = server_tls(folder)
    return Certificates(Path(tls.ca_path), folder / "server.pem", folder / "server.key")


@pytest.fixture(scope="session")
def trust(certificates: Certificates) -> ssl.SSLContext:
    """What a client needs to trust the servers on loopback."""
    return ssl.create_default_context(cafile=str(certificates.authority))
