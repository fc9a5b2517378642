# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploads against Azurite and against the local MMS: the same tests, for both are to be the same to us."""

from __future__ import annotations

import os
import shutil
import ssl
import tarfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable
from datetime import datetime, timezone
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import (
    AccountSasPermissions,
    BlobServiceClient,
    ContainerSasPermissions,
    ResourceTypes,
    generate_account_sas,
    generate_container_sas,
)
from storage_services import Account

from ansible_collections.azureml.model_management.plugins.module_utils._errors import UploadError
from ansible_collections.azureml.model_management.plugins.module_utils._storage.content import content_of
from ansible_collections.azureml.model_management.plugins.module_utils._storage.target import (
    StorageTarget,
    storage_from,
)
from ansible_collections.azureml.model_management.plugins.module_utils._time.clock import SystemClock
from ansible_collections.azureml.model_management.plugins.module_utils._time.repeats import Repeats

MIB = 1 << 20
Options = dict[str, Any]


@pytest.fixture(params=["azurite", "local_mms"])
def account(request: pytest.FixtureRequest) -> Account:
    """The storage account of each service in turn."""
    found: Account = request.getfixturevalue(f"{request.param}_account")
    return found


@pytest.fixture
def options(account: Account) -> Options:
    """The task's options, with a container that does not exist yet."""
    return {"storage_connection_string": account.connection_string, "storage_container": f"c-{uuid.uuid4().hex}"}


@pytest.fixture
def service(account: Account) -> BlobServiceClient:
    """The SDK itself, to look with something that is not our code."""
    return BlobServiceClient.from_connection_string(account.connection_string)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A small file."""
    path = tmp_path / "mein modell ü.pkl"
    path.write_bytes(os.urandom(1000))
    return path


def read(url: str, method: str = "GET", data: bytes | None = None, trust: ssl.SSLContext | None = None) -> bytes:
    request = urllib.request.Request(url, data, {"x-ms-blob-type": "BlockBlob"} if data else {}, method=method)
    with urllib.request.urlopen(request, timeout=10, context=trust) as answer:
        return bytes(answer.read())


def status_of(url: str, method: str = "GET", data: bytes | None = None) -> int:
    with pytest.raises(urllib.error.HTTPError) as caught:
        read(url, method, data)
    return caught.value.code


def query_of(url: str) -> dict[str, str]:
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))


class Calendar(SystemClock):
    """The machine's clock, with the date of somebody else."""

    def __init__(self, date: Callable[[], float]) -> None:
        self._date = date

    def time(self) -> float:
        return self._date()


def target(options: Options, clock: Callable[[], float] = time.time) -> StorageTarget:
    return storage_from(options, {}, Repeats(Calendar(clock)))


def test_a_file_arrives_as_it_is_under_its_url(options: Options, service: BlobServiceClient, model: Path) -> None:
    content = content_of(model)
    url = target(options).ensure(content)
    assert url.partition("?")[0] == target(options).url_of(content)
    assert read(url) == model.read_bytes()
    properties = service.get_blob_client(options["storage_container"], content.blob_name).get_blob_properties()
    assert properties.content_settings.content_type == "application/octet-stream"


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(
    options: Options, model: Path, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port}")
    assert target({**options, "retries": 0}).ensure(content_of(model))


def test_content_that_is_there_is_not_sent_again(options: Options, service: BlobServiceClient, model: Path) -> None:
    content = content_of(model)
    target(options).ensure(content)
    blob = service.get_blob_client(options["storage_container"], content.blob_name)
    before = blob.get_blob_properties().etag
    progress: list[int] = []
    url = target(options).ensure(content, lambda sent, total: progress.append(sent))
    assert progress == []
    assert blob.get_blob_properties().etag == before
    assert read(url) == model.read_bytes()


def test_a_large_file_is_sent_in_blocks_and_its_progress_is_told(options: Options, tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    path.write_bytes(os.urandom(33 * MIB + 1))
    progress: list[tuple[int, int]] = []
    url = target(options).ensure(content_of(path), lambda sent, total: progress.append((sent, total)))
    assert len(progress) == 5
    assert progress == sorted(progress)
    assert progress[-1] == (33 * MIB + 1, 33 * MIB + 1)
    assert read(url) == path.read_bytes()


@pytest.mark.parametrize("size", [8 * MIB, 16 * MIB])
def test_a_file_that_ends_with_a_block_arrives_whole(options: Options, tmp_path: Path, size: int) -> None:
    path = tmp_path / "even.bin"
    path.write_bytes(os.urandom(size))
    assert read(target(options).ensure(content_of(path))) == path.read_bytes()


def test_a_folder_arrives_as_an_archive_that_two_machines_agree_on(options: Options, tmp_path: Path) -> None:
    first, second = tmp_path / "first" / "model", tmp_path / "second" / "model"
    (first / "sub").mkdir(parents=True)
    (first / "sub" / "weights").write_bytes(os.urandom(9 * MIB))
    shutil.copytree(first, second)
    os.utime(second / "sub" / "weights", (1, 1))
    url = target(options).ensure(content_of(first))
    archive = read(url)
    with tarfile.open(fileobj=BytesIO(archive)) as opened:
        member = opened.extractfile("model/sub/weights")
        assert member
        assert member.read() == (first / "sub" / "weights").read_bytes()
    progress: list[int] = []
    again = target(options).ensure(content_of(second), lambda sent, total: progress.append(sent))
    assert again.partition("?")[0] == url.partition("?")[0]
    assert progress == []


def test_the_url_allows_nothing_but_to_read(options: Options, account: Account, model: Path) -> None:
    content = content_of(model)
    url = target(options).ensure(content)
    assert query_of(url)["sp"] == "r"
    assert status_of(url, "DELETE") == 403
    assert status_of(url, "PUT", b"other") == 403
    other = url.replace(content.sha256, "0" * 64)
    assert status_of(other) == 403
    assert read(url) == model.read_bytes()


def test_the_url_lives_as_long_as_was_asked_for(options: Options, model: Path) -> None:
    now = time.time()
    content = content_of(model)
    url = target({**options, "storage_sas_lifetime": 3600}, lambda: now).ensure(content)
    assert expiry_of(url) == int(now) + 3600
    assert expiry_of(target(options, lambda: now).ensure(content)) == int(now) + 30 * 86400
    stale = target({**options, "storage_sas_lifetime": 60}, lambda: now - 120).ensure(content)
    assert status_of(stale) == 403


def expiry_of(url: str) -> int:
    moment = datetime.strptime(query_of(url)["se"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    return int(moment.timestamp())


@pytest.mark.parametrize("change", ["other content", "longer", "shorter"])
def test_a_file_that_changes_while_it_is_sent_leaves_no_blob(
    options: Options, service: BlobServiceClient, tmp_path: Path, change: str
) -> None:
    path = tmp_path / "busy.bin"
    path.write_bytes(os.urandom(80 * MIB))
    content = content_of(path)

    def write(sent: int, total: int) -> None:
        with path.open("r+b") as file:
            if change == "shorter":
                file.truncate(70 * MIB)
            else:
                file.seek(0 if change == "longer" else 79 * MIB, os.SEEK_END if change == "longer" else os.SEEK_SET)
                file.write(b"changed")

    with pytest.raises(UploadError, match="changed while it was uploaded") as caught:
        target(options).ensure(content, write)
    assert caught.value.code == "ContentChanged"
    assert not service.get_blob_client(options["storage_container"], content.blob_name).exists()


def test_something_else_under_the_name_is_replaced(options: Options, service: BlobServiceClient, model: Path) -> None:
    content = content_of(model)
    service.create_container(options["storage_container"])
    service.get_blob_client(options["storage_container"], content.blob_name).upload_blob(b"half of it")
    assert read(target(options).ensure(content)) == model.read_bytes()


def test_tasks_that_upload_the_same_at_the_same_time_all_succeed(options: Options, tmp_path: Path) -> None:
    path = tmp_path / "shared.bin"
    path.write_bytes(os.urandom(20 * MIB))
    content = content_of(path)
    urls: list[str] = []
    threads = [threading.Thread(target=lambda: urls.append(target(options).ensure(content))) for _task in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(urls) == 3
    assert all(read(url) == path.read_bytes() for url in urls)


def test_a_wrong_key_is_refused_with_what_to_check_and_without_the_key(account: Account, model: Path) -> None:
    options = {"storage_account_url": account.url, "storage_account_key": "d3Jvbmcga2V5", "retries": 0}
    with pytest.raises(UploadError, match=r"answered 403 \w+\. Check the account key") as caught:
        target(options).ensure(content_of(model))
    assert caught.value.status == 403
    assert caught.value.service_code in ("AuthenticationFailed", "AuthorizationFailure")
    assert caught.value.request_id
    assert "d3Jvbmcga2V5" not in repr(caught.value.to_failure())


def test_a_signature_for_the_account_creates_the_container_and_reads(
    account: Account, options: Options, model: Path
) -> None:
    sas = generate_account_sas(
        account.name,
        account.key,
        ResourceTypes(container=True, object=True),
        AccountSasPermissions(read=True, write=True, create=True),
        datetime.fromtimestamp(time.time() + 600, timezone.utc),
    )
    with_sas = {"storage_account_url": account.url, "storage_sas_token": f"?{sas}"}
    url = target({**with_sas, "storage_container": options["storage_container"]}).ensure(content_of(model))
    assert url.endswith(f"?{sas}")
    assert read(url) == model.read_bytes()


def test_a_signature_that_cannot_write_is_refused_with_what_to_check(
    account: Account, options: Options, service: BlobServiceClient, model: Path
) -> None:
    container = options["storage_container"]
    service.create_container(container)
    sas = generate_container_sas(
        account.name,
        container,
        account.key,
        permission=ContainerSasPermissions(read=True),
        expiry=datetime.fromtimestamp(time.time() + 600, timezone.utc),
    )
    with_sas = {"storage_account_url": account.url, "storage_sas_token": sas, "storage_container": container}
    with pytest.raises(UploadError, match=r"answered 403 .* Check the shared access signature") as caught:
        target(with_sas).ensure(content_of(model))
    assert query_of(f"?{sas}")["sig"] not in urllib.parse.unquote(repr(caught.value.to_failure()))


def test_a_service_that_is_not_there_is_said_to_be_unreachable(model: Path, free_port: int) -> None:
    options = {"storage_account_url": f"http://127.0.0.1:{free_port}/x", "storage_account_key": "a2V5", "retries": 0}
    with pytest.raises(UploadError, match=rf"http://127\.0\.0\.1:{free_port}/x/mms-assets cannot be reached") as caught:
        target(options).ensure(content_of(model))
    assert caught.value.code == "StorageUnreachable"
