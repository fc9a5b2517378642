# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The blob subset, spoken to by the unmodified azure-storage-blob."""

from __future__ import annotations

import hashlib
import io
import json
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import (
    BlobBlock,
    BlobClient,
    BlobSasPermissions,
    BlobServiceClient,
    ContainerClient,
    ContainerSasPermissions,
    ContentSettings,
    generate_account_sas,
    generate_blob_sas,
    generate_container_sas,
)

from mms_local.testing import ServerProcess

MIB = 1 << 20


OTHER = os.environ.get("TEST_STORAGE_CONNECTION_STRING", "")
"""An account of another implementation (Azurite, Azure) that shall pass the same tests. All its containers go."""


ours = pytest.mark.skipif(bool(OTHER), reason="Azurite answers otherwise than Azure here, or does more")


@pytest.fixture
def connection_string(request: pytest.FixtureRequest) -> str:
    """What the SDK needs to find an empty account."""
    if OTHER:
        with BlobServiceClient.from_connection_string(OTHER) as client:
            for container in client.list_containers():
                client.delete_container(container.name)
        return OTHER
    server: ServerProcess = request.getfixturevalue("server")
    return server.environment["AZURE_STORAGE_CONNECTION_STRING"]


@pytest.fixture
def storage(connection_string: str) -> Iterator[BlobServiceClient]:
    with BlobServiceClient.from_connection_string(connection_string, retry_total=0) as client:
        yield client


@pytest.fixture
def container(storage: BlobServiceClient) -> ContainerClient:
    return storage.create_container("mms-assets")


@dataclass(frozen=True)
class Owner:
    """Whoever has the account's name and key, and so may sign."""

    name: str
    key: str


@pytest.fixture
def owner(connection_string: str) -> Owner:
    parts = dict(part.split("=", 1) for part in connection_string.split(";") if part)
    return Owner(parts["AccountName"], parts["AccountKey"])


def in_minutes(count: float) -> datetime:
    return datetime.now(timezone.utc) + timedelta(minutes=count)


def assert_refused(call: Callable[[], object], status: int, code: str) -> None:
    """The service refuses the call so. Other implementations have some codes of their own; the status must agree."""
    with pytest.raises(HttpResponseError) as caught:
        call()
    assert caught.value.status_code == status
    assert OTHER or vars(caught.value)["error_code"] == code


def status_of(url: str) -> int:
    """The status of a plain GET, as curl or an image build sends it."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


# Containers


def test_a_container_is_made_once(storage: BlobServiceClient) -> None:
    container = storage.create_container("mms-assets", metadata={"made_by": "test"})
    assert container.exists()
    assert container.get_container_properties().metadata == {"made_by": "test"}
    assert_refused(lambda: storage.create_container("mms-assets"), 409, "ContainerAlreadyExists")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("ab", "OutOfRangeInput"),
        ("x" * 64, "OutOfRangeInput"),
        ("Upper", "InvalidResourceName"),
        ("two--hyphens", "InvalidResourceName"),
        ("-edge", "InvalidResourceName"),
        ("under_score", "InvalidResourceName"),
    ],
)
def test_a_container_name_that_breaks_the_rules_is_refused(storage: BlobServiceClient, name: str, code: str) -> None:
    assert_refused(lambda: storage.create_container(name), 400, code)


def test_a_missing_container_is_not_found(storage: BlobServiceClient) -> None:
    missing = storage.get_container_client("missing")
    assert not missing.exists()

    def upload() -> None:
        missing.upload_blob("a", b"x")

    for call in (
        missing.get_container_properties,
        lambda: list(missing.list_blobs()),
        missing.delete_container,
        upload,
    ):
        assert_refused(call, 404, "ContainerNotFound")


def test_a_deleted_container_takes_its_blobs_along(storage: BlobServiceClient, container: ContainerClient) -> None:
    container.upload_blob("a", b"x")
    container.delete_container()
    assert not container.exists()
    again = storage.create_container("mms-assets")
    assert list(again.list_blobs()) == []


def test_containers_are_listed_in_pages(storage: BlobServiceClient) -> None:
    for number in range(5):
        storage.create_container(f"box-{number}")
    pages = [[one.name for one in page] for page in storage.list_containers("box-", results_per_page=2).by_page()]
    assert pages == [["box-0", "box-1"], ["box-2", "box-3"], ["box-4"]]


# Upload and download


def test_a_small_blob_comes_back_with_its_properties(container: ContainerClient) -> None:
    data = b"import joblib\n"
    container.upload_blob(
        "ab12/score.py",
        data,
        metadata={"Sha256": hashlib.sha256(data).hexdigest()},
        content_settings=ContentSettings(content_type="text/x-python", cache_control="no-store"),
    )
    blob = container.get_blob_client("ab12/score.py")
    assert blob.download_blob().readall() == data
    properties = blob.get_blob_properties()
    assert properties.size == len(data)
    assert properties.metadata == {"Sha256": hashlib.sha256(data).hexdigest()}
    assert properties.content_settings.content_type == "text/x-python"
    assert properties.content_settings.cache_control == "no-store"
    assert properties.content_settings.content_md5 == bytearray(hashlib.md5(data).digest())
    assert properties.blob_type == "BlockBlob"
    assert abs((properties.last_modified - datetime.now(timezone.utc)).total_seconds()) < 60


@pytest.mark.parametrize("size", [0, 1, 4 * MIB, 4 * MIB + 1, 21 * MIB + 7])
def test_blobs_of_every_size_come_back_unchanged(storage: BlobServiceClient, connection_string: str, size: int) -> None:
    data = os.urandom(min(size, MIB)) * (size // MIB + 1)
    data = data[:size]
    with BlobServiceClient.from_connection_string(
        connection_string,
        max_single_put_size=4 * MIB,
        max_block_size=2 * MIB,
        max_single_get_size=3 * MIB,
        max_chunk_get_size=MIB,
        retry_total=0,
    ) as client:
        container = client.create_container("sizes")
        blob = container.upload_blob("data.bin", data, max_concurrency=4)
        assert blob.get_blob_properties().size == size
        assert blob.download_blob(max_concurrency=4).readall() == data


NOISE = os.urandom(MIB - 8)


class Noise(io.RawIOBase):
    """So many bytes, no megabyte like another, without holding them."""

    def __init__(self, size: int) -> None:
        self._size, self._at = size, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = min(len(buffer), MIB - self._at % MIB, self._size - self._at)
        block = (self._at // MIB).to_bytes(8, "big") + NOISE
        buffer[:count] = block[self._at % MIB :][:count]
        self._at += count
        return count


def noise(size: int) -> io.BufferedReader:
    return io.BufferedReader(Noise(size), MIB)


def peak_memory(pid: int) -> int:
    """The most memory that a process has had, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


@pytest.mark.slow
@pytest.mark.skipif(bool(OTHER), reason="looks into the process of our server")
@pytest.mark.parametrize("single_put", [4 * MIB, 512 * MIB])
def test_memory_stays_flat_however_large_the_blob(
    shared_server: ServerProcess, connection_string: str, single_put: int
) -> None:
    size = 128 * MIB
    pid = json.loads((shared_server.data_dir / "ready.json").read_text("utf-8"))["pid"]
    with BlobServiceClient.from_connection_string(connection_string, max_single_put_size=single_put) as client:
        container = client.create_container("large")
        container.upload_blob("warm-up", noise(16 * MIB), length=16 * MIB)
        before = peak_memory(pid)
        blob = container.upload_blob("large", noise(size), length=size)
        received = hashlib.sha256()
        for chunk in blob.download_blob().chunks():
            received.update(chunk)
    sent = hashlib.sha256()
    again = noise(size)
    while chunk := again.read(MIB):
        sent.update(chunk)
    assert received.digest() == sent.digest()
    assert peak_memory(pid) - before < 32 * MIB


def test_content_is_verified_in_both_directions(container: ContainerClient) -> None:
    data = os.urandom(5 * MIB)
    blob = container.get_blob_client("checked")
    blob.upload_blob(data, validate_content=True)
    assert blob.download_blob(validate_content=True).readall() == data
    blob.stage_block("MDAx", b"abc", validate_content=True)
    blob.commit_block_list([BlobBlock("MDAx")], validate_content=True)
    assert blob.download_blob(validate_content=True).readall() == b"abc"


def test_a_range_is_cut_out_across_blocks(container: ContainerClient) -> None:
    blob = container.get_blob_client("blocks")
    for block_id, data in (("MDAx", b"0123"), ("MDAy", b"4567"), ("MDAz", b"89")):
        blob.stage_block(block_id, data)
    blob.commit_block_list([BlobBlock("MDAx"), BlobBlock("MDAy"), BlobBlock("MDAz")])
    assert blob.download_blob(offset=3, length=3).readall() == b"345"
    assert blob.download_blob(offset=9).readall() == b"9"


@ours
def test_a_range_that_begins_behind_the_end_is_refused(container: ContainerClient) -> None:
    blob = container.upload_blob("short", b"0123456789")
    assert_refused(lambda: blob.download_blob(offset=10), 416, "InvalidRange")


def test_blocks_show_up_when_committed_and_can_be_used_again(container: ContainerClient) -> None:
    blob = container.get_blob_client("blocks")
    blob.stage_block("MDAx", b"one ")
    blob.stage_block("MDAy", b"two ")
    assert not blob.exists()
    committed, uncommitted = blob.get_block_list("all")
    assert (committed, sorted(block.id for block in uncommitted)) == ([], ["MDAx", "MDAy"])
    blob.commit_block_list([BlobBlock("MDAy"), BlobBlock("MDAx")], metadata={"order": "swapped"})
    assert blob.download_blob().readall() == b"two one "
    blob.stage_block("MDAz", b"three")
    blob.commit_block_list([BlobBlock("MDAx"), BlobBlock("MDAz")])
    assert blob.download_blob().readall() == b"one three"
    committed, uncommitted = blob.get_block_list("all")
    assert ([block.id for block in committed], uncommitted) == (["MDAx", "MDAz"], [])


def test_a_block_list_with_an_unknown_block_changes_nothing(container: ContainerClient) -> None:
    blob = container.upload_blob("kept", b"old")
    assert_refused(lambda: blob.commit_block_list([BlobBlock("MDAx")]), 400, "InvalidBlockList")
    assert blob.download_blob().readall() == b"old"


def test_uploading_without_overwrite_leaves_the_first_content(container: ContainerClient) -> None:
    blob = container.upload_blob("once", b"first")
    assert_refused(lambda: blob.upload_blob(b"second"), 409, "BlobAlreadyExists")
    assert blob.download_blob().readall() == b"first"
    blob.upload_blob(b"third", overwrite=True)
    assert blob.download_blob().readall() == b"third"


def test_conditions_on_the_etag_hold_back_reads_writes_and_deletes(container: ContainerClient) -> None:
    blob = container.upload_blob("watched", b"1")
    old = blob.get_blob_properties().etag
    blob.upload_blob(b"2", overwrite=True, etag=old, match_condition=MatchConditions.IfNotModified)
    for call in (
        lambda: blob.upload_blob(b"3", overwrite=True, etag=old, match_condition=MatchConditions.IfNotModified),
        lambda: blob.download_blob(etag=old, match_condition=MatchConditions.IfNotModified),
        lambda: blob.delete_blob(etag=old, match_condition=MatchConditions.IfNotModified),
    ):
        assert_refused(call, 412, "ConditionNotMet")
    new = blob.get_blob_properties().etag
    with pytest.raises(HttpResponseError) as unchanged:
        blob.get_blob_properties(etag=new, match_condition=MatchConditions.IfModified)
    assert unchanged.value.status_code == 304
    assert blob.download_blob().readall() == b"2"


def test_metadata_and_headers_are_replaced_without_touching_the_bytes(container: ContainerClient) -> None:
    blob = container.upload_blob("described", b"bytes", metadata={"a": "1"})
    before = blob.get_blob_properties().etag
    blob.set_blob_metadata({"b": "2"})
    blob.set_http_headers(ContentSettings(content_type="text/plain", content_encoding="identity"))
    after = blob.get_blob_properties()
    assert after.metadata == {"b": "2"}
    assert after.content_settings.content_type == "text/plain"
    assert after.etag != before
    assert blob.download_blob().readall() == b"bytes"


def test_a_deleted_blob_is_gone(container: ContainerClient) -> None:
    blob = container.upload_blob("gone", b"x")
    blob.delete_blob()
    assert not blob.exists()
    for call in (blob.delete_blob, blob.download_blob):
        assert_refused(call, 404, "BlobNotFound")


# Lists


def test_blobs_are_listed_by_prefix_in_pages_with_metadata(container: ContainerClient) -> None:
    for name in ("b/2", "b/1", "b/3", "a", "c"):
        container.upload_blob(name, name.encode(), metadata={"name": name[-1]})
    pages = [
        [blob.name for blob in page]
        for page in container.list_blobs(name_starts_with="b/", results_per_page=2).by_page()
    ]
    assert pages == [["b/1", "b/2"], ["b/3"]]
    listed = {blob.name: (blob.size, blob.metadata) for blob in container.list_blobs(include=["metadata"])}
    assert listed["b/2"] == (3, {"name": "2"})
    assert list(listed) == ["a", "b/1", "b/2", "b/3", "c"]


def test_folders_are_listed_once_even_across_pages(container: ContainerClient) -> None:
    for name in ("m/1/x", "m/1/y", "m/2/x", "m/a", "n"):
        container.upload_blob(name, b"")
    pages = container.walk_blobs("m/", delimiter="/", results_per_page=1).by_page()
    assert [item.name for page in pages for item in page] == ["m/1/", "m/2/", "m/a"]


@pytest.mark.parametrize(
    "name",
    [
        "naïve model.pkl",
        "a+b%20c",
        "100% sure?.txt",
        "semi;colon&amp",
        "\u6a21\u578b/\U0001f600",
        pytest.param("ctl\x07", marks=ours),
    ],
)
def test_awkward_names_survive(container: ContainerClient, owner: Owner, name: str) -> None:
    blob = container.upload_blob(name, name.encode())
    assert [found.name for found in container.list_blobs()] == [name]
    sas = generate_blob_sas(
        owner.name,
        "mms-assets",
        name,
        account_key=owner.key,
        permission=BlobSasPermissions(read=True),
        expiry=in_minutes(5),
    )
    assert status_of(f"{blob.url}?{sas}") == 200
    assert blob.download_blob().readall() == name.encode()


# Credentials


@pytest.mark.security
def test_a_wrong_account_key_is_refused(connection_string: str, owner: Owner) -> None:
    wrong = connection_string.replace(owner.key, "d3Jvbmc=")
    with BlobServiceClient.from_connection_string(wrong, retry_total=0) as client:
        assert_refused(lambda: client.create_container("mms-assets"), 403, "AuthenticationFailed")


@pytest.mark.security
@ours
def test_a_request_without_credentials_is_refused(container: ContainerClient) -> None:
    blob = container.upload_blob("closed", b"x")
    assert status_of(blob.url) == 401


def test_a_read_signature_opens_one_blob_for_reading_by_plain_get(container: ContainerClient, owner: Owner) -> None:
    blob = container.upload_blob("ab/model.pkl", b"model")
    other = container.upload_blob("ab/other.pkl", b"other")
    sas = generate_blob_sas(
        owner.name,
        "mms-assets",
        "ab/model.pkl",
        account_key=owner.key,
        permission=BlobSasPermissions(read=True),
        start=in_minutes(-5),
        expiry=in_minutes(5),
        ip="127.0.0.0-127.0.0.255",
        protocol="https,http",
        content_type="application/x-model",
    )
    with urllib.request.urlopen(f"{blob.url}?{sas}", timeout=10) as answer:
        assert answer.read() == b"model"
        assert answer.headers["Content-Type"] == "application/x-model"
    assert status_of(f"{other.url}?{sas}") == 403
    with BlobClient.from_blob_url(f"{blob.url}?{sas}", retry_total=0) as reader:
        assert reader.download_blob().readall() == b"model"
        assert_refused(reader.delete_blob, 403, "AuthorizationPermissionMismatch")


@pytest.mark.security
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"expiry": in_minutes(-1)}, "AuthenticationFailed"),
        ({"start": in_minutes(60)}, "AuthenticationFailed"),
        pytest.param({"ip": "10.1.2.3"}, "AuthorizationSourceIPMismatch", marks=ours),
        ({"protocol": "https"}, "AuthorizationProtocolMismatch"),
        ({"permission": BlobSasPermissions(write=True)}, "AuthorizationPermissionMismatch"),
        ({"account_key": "d3Jvbmc="}, "AuthenticationFailed"),
        ({"policy_id": "saved"}, "AuthenticationFailed"),
        ({"blob_name": "ab/other.pkl"}, "AuthenticationFailed"),
    ],
)
def test_a_signature_does_not_reach_beyond_its_bounds(
    container: ContainerClient, owner: Owner, change: dict[str, Any], code: str
) -> None:
    blob = container.upload_blob("ab/model.pkl", b"model")
    given: dict[str, Any] = {
        "account_name": owner.name,
        "container_name": "mms-assets",
        "blob_name": "ab/model.pkl",
        "account_key": owner.key,
        "permission": BlobSasPermissions(read=True),
        "expiry": in_minutes(5),
    }
    good, bad = generate_blob_sas(**given), generate_blob_sas(**{**given, **change})
    assert status_of(f"{blob.url}?{good}") == 200
    with BlobClient.from_blob_url(f"{blob.url}?{bad}", retry_total=0) as reader:
        assert_refused(reader.download_blob, 403, code)


@pytest.mark.security
def test_a_changed_signature_is_refused(container: ContainerClient, owner: Owner) -> None:
    blob = container.upload_blob("a", b"x")
    sas = generate_blob_sas(
        owner.name,
        "mms-assets",
        "a",
        account_key=owner.key,
        permission=BlobSasPermissions(read=True),
        expiry=in_minutes(5),
    )
    assert status_of(f"{blob.url}?{sas}") == 200
    assert status_of(f"{blob.url}?{sas.replace('sp=r', 'sp=rw')}") == 403
    assert status_of(f"{blob.url}?{sas.partition('sig=')[0]}sig=AAAA") == 403
    assert status_of(f"{blob.url}?{sas.partition('sig=')[0]}sig=%C3%A9%20") == 403
    assert status_of(f"{blob.url}?{sas.replace('sv=', 'sv=x')}") == (403 if OTHER else 400)


@ours
def test_a_create_signature_makes_new_blobs_and_replaces_none(container: ContainerClient, owner: Owner) -> None:
    sas = generate_container_sas(
        owner.name,
        "mms-assets",
        account_key=owner.key,
        permission=ContainerSasPermissions(create=True, list=True),
        expiry=in_minutes(5),
    )
    with ContainerClient.from_container_url(f"{container.url}?{sas}", retry_total=0, max_single_put_size=4) as client:
        client.upload_blob("new", b"in several blocks")
        assert [blob.name for blob in client.list_blobs()] == ["new"]
        replace = partial(client.upload_blob, "new", b"x", overwrite=True)
        assert_refused(replace, 403, "AuthorizationPermissionMismatch")
        assert_refused(lambda: client.download_blob("new"), 403, "AuthorizationPermissionMismatch")
        assert_refused(client.get_container_properties, 403, "AuthorizationResourceTypeMismatch")


def test_an_account_signature_reaches_what_its_resource_types_say(storage: BlobServiceClient, owner: Owner) -> None:
    def client(types: str, permissions: str) -> BlobServiceClient:
        sas = generate_account_sas(
            owner.name, owner.key, resource_types=types, permission=permissions, expiry=in_minutes(5)
        )
        return BlobServiceClient(storage.url, credential=sas, retry_total=0)

    with client("sco", "rwdlac") as everything:
        everything.create_container("made-by-sas").upload_blob("a", b"x")
        assert [one.name for one in everything.list_containers()] == ["made-by-sas"]
        assert everything.get_account_information()["account_kind"] == "StorageV2"
    with client("o", "r") as objects:
        assert objects.get_blob_client("made-by-sas", "a").download_blob().readall() == b"x"
        blobs = objects.get_container_client("made-by-sas").list_blobs()
        assert_refused(lambda: next(blobs), 403, "AuthorizationResourceTypeMismatch")


# What is not there is said, not skipped


@ours
def test_what_is_not_supported_is_refused_by_name(container: ContainerClient) -> None:
    blob = container.upload_blob("plain", b"x")
    for call, code in (
        (lambda: container.upload_blob("page", b"\0" * 512, blob_type="PageBlob"), "InvalidHeaderValue"),
        (lambda: container.upload_blob("append", b"x", blob_type="AppendBlob"), "UnsupportedQueryParameter"),
        (lambda: container.get_blob_client("copy").start_copy_from_url(blob.url), "UnsupportedHeader"),
        (blob.acquire_lease, "UnsupportedQueryParameter"),
        (blob.create_snapshot, "UnsupportedQueryParameter"),
        (lambda: container.upload_blob("tagged", b"x", tags={"a": "b"}), "UnsupportedHeader"),
    ):
        assert_refused(call, 400, code)
    assert [found.name for found in container.list_blobs()] == ["plain"]


def test_service_properties_can_be_read(storage: BlobServiceClient) -> None:
    assert storage.get_service_properties()["delete_retention_policy"].enabled is False
