# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the blob subset keeps on disk, and what it throws away."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from mms_local.api.blob import account_key
from mms_local.store.blob_content import CHUNK, Part
from mms_local.store.blob_store import BlobStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[BlobStore]:
    store = BlobStore(tmp_path, clock=lambda: 1000.0)
    store.create_container("box", {})
    yield store
    store.close()


async def pieces(*data: bytes) -> AsyncIterator[bytes]:
    for piece in data:
        yield piece


async def received(store: BlobStore, *data: bytes) -> Part:
    async with store.content.receive(pieces(*data)) as upload:
        return store.content.keep(upload)


async def put(store: BlobStore, name: str, *data: bytes) -> Part:
    part = await received(store, *data)
    store.commit("box", name, [part], {}, {})
    return part


async def content(store: BlobStore, name: str) -> bytes:
    blob = store.blob("box", name)
    assert blob is not None
    return b"".join([data async for data in store.content.read(store.parts("box", name), 0, blob.size)])


def files(directory: Path) -> int:
    return sum(path.is_file() for folder in ("sha256", "incoming") for path in (directory / folder).rglob("*"))


async def test_equal_content_is_kept_once_and_stays_while_a_blob_needs_it(store: BlobStore, tmp_path: Path) -> None:
    await put(store, "a", b"same")
    await put(store, "b", b"sa", b"me")
    assert files(tmp_path) == 1
    store.delete_blob("box", "a")
    assert await content(store, "b") == b"same"
    store.delete_blob("box", "b")
    assert files(tmp_path) == 0


async def test_replaced_content_and_unused_blocks_are_removed(store: BlobStore, tmp_path: Path) -> None:
    await put(store, "a", b"old")
    store.put_block("box", "a", "MQ==", await received(store, b"staged"))
    store.put_block("box", "a", "MQ==", await received(store, b"staged again"))
    assert files(tmp_path) == 2
    await put(store, "a", b"new")
    assert files(tmp_path) == 1
    assert store.blocks("box", "a") == []


async def test_deleting_a_container_or_everything_leaves_no_bytes(store: BlobStore, tmp_path: Path) -> None:
    store.create_container("other", {})
    await put(store, "a", b"1")
    store.put_block("other", "b", "MQ==", await received(store, b"2"))
    store.delete_container("other")
    assert files(tmp_path) == 1
    store.clear()
    assert files(tmp_path) == 0
    assert list(store.containers("", "")) == []


async def test_a_blob_deleted_while_it_is_read_is_read_to_its_end(store: BlobStore) -> None:
    parts = [await received(store, letter * 10) for letter in (b"x", b"y")]
    store.commit("box", "a", parts, {}, {})
    reading = store.content.read(parts, 0, 20)
    first = await anext(reading)
    store.delete_blob("box", "a")
    assert first + b"".join([data async for data in reading]) == b"x" * 10 + b"y" * 10


async def test_an_upload_that_breaks_off_leaves_nothing(store: BlobStore, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield os.urandom(CHUNK)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        async with store.content.receive(broken()):
            pytest.fail("the upload must not count as received")
    assert files(tmp_path) == 0


async def test_blobs_survive_a_restart_and_leftovers_of_a_killed_process_do_not(tmp_path: Path) -> None:
    first = BlobStore(tmp_path)
    first.create_container("box", {"a": "1"})
    await put(first, "a", b"kept")
    await received(first, b"never referred to")
    (tmp_path / "incoming" / "half").write_bytes(b"ha")
    second = BlobStore(tmp_path)
    assert await content(second, "a") == b"kept"
    assert files(tmp_path) == 1
    for store in (first, second):
        store.close()


@pytest.mark.security
def test_the_account_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    key = account_key(tmp_path)
    assert account_key(tmp_path) == key
    assert account_key(tmp_path / "elsewhere") != key
    assert [oct(path.stat().st_mode & 0o777) for path in tmp_path.glob("account.key*")] == ["0o600"]
