# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One local MMS for all cases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from azure.storage.blob import BlobSasPermissions, BlobServiceClient, generate_blob_sas
from image_factory import FileServer

from mms_local.testing import ServerProcess

ROOT = Path(__file__).resolve().parents[2]


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
