# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One local MMS for all cases, and the table of what became of each: case, kind, verdict."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from azure.storage.blob import BlobSasPermissions, BlobServiceClient, generate_blob_sas
from image_factory import FileServer

from mms_local.testing import ServerProcess

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / ".cache" / "reports" / "cases" / "cases.md"
ROWS = pytest.StashKey[dict[str, tuple[str, str, str]]]()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A local MMS with process compute; what it installs for images is kept between test runs."""
    cache = ROOT / ".cache" / "dependencies"
    flags = ("--compute", "process", "--oci", "never", "--dependency-cache", str(cache))
    with ServerProcess(tmp_path_factory.mktemp("server"), *flags) as running:
        yield running


class Store:
    """The server's own storage, where the collection uploads to; by the unmodified client of Azure."""

    def __init__(self, connection_string: str) -> None:
        service = BlobServiceClient.from_connection_string(connection_string)
        self._key = service.credential.account_key
        self._container = service.get_container_client("cases")
        if not self._container.exists():
            self._container.create_container()

    def put(self, name: str, content: bytes) -> str:
        """Upload a file; returns an address by which it can be read."""
        blob = self._container.upload_blob(name, content, overwrite=True)
        sas = generate_blob_sas(
            str(blob.account_name),
            blob.container_name,
            blob.blob_name,
            account_key=self._key,
            permission=BlobSasPermissions(read=True),
            expiry=datetime.now(timezone.utc) + timedelta(hours=1),
        )
        return f"{blob.url}?{sas}"


@pytest.fixture
def store(server: ServerProcess) -> Store:
    return Store(server.environment["AZURE_STORAGE_CONNECTION_STRING"])


@pytest.fixture
def files(tmp_path: Path) -> Iterator[FileServer]:
    with FileServer(tmp_path / "files") as serving:
        yield serving


def pytest_configure(config: pytest.Config) -> None:
    config.stash[ROWS] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    for marker in item.iter_markers("case"):
        if report.when == "call" or not report.passed:
            title, kind = marker.args
            item.config.stash[ROWS][report.nodeid] = (title, kind, report.outcome)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    rows = sorted(config.stash[ROWS].values(), key=lambda row: (row[1], row[0]))
    if not rows:
        return
    kinds = len({kind for _title, kind, _verdict in rows})
    passed = sum(verdict == "passed" for _title, _kind, verdict in rows)
    lines = ["| Case | Kind | Verdict |", "| --- | --- | --- |"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    lines += ["", f"{passed} of {len(rows)} cases of {kinds} kinds passed."]
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    terminalreporter.section("cases")
    for line in lines:
        terminalreporter.write_line(line)
