# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What files and folders are as blobs, and what is refused."""

from __future__ import annotations

import hashlib
import io
import os
import socket
import stat
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.azureml.model_management.plugins.module_utils._errors import InputError, UploadError
from ansible_collections.azureml.model_management.plugins.module_utils._storage.content import (
    Content,
    content_of,
    opened,
)
from ansible_collections.azureml.model_management.plugins.module_utils._storage.folder import pack

NOBODY = 65534
"""The user without rights, by his number on Linux."""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A folder as models are: files, a folder in it, an executable, an empty file."""
    folder = tmp_path / "model"
    (folder / "deep").mkdir(parents=True)
    (folder / "weights.bin").write_bytes(b"w" * 1000)
    (folder / "deep" / "__init__.py").write_bytes(b"")
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o755)
    return folder


def read_all(content: Content, piece: int = 7) -> bytes:
    """Read as the SDK does: pieces until the announced size."""
    with opened(content) as (stream, size):
        data = b""
        while len(data) < size:
            data += stream.read(piece)
        return data


def packed(folder: Path) -> bytes:
    target = io.BytesIO()
    pack(folder, target)
    return target.getvalue()


def test_a_file_is_named_by_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "score.py"
    path.write_bytes(b"print()")
    sha256 = hashlib.sha256(b"print()").hexdigest()
    assert content_of(path) == Content(path, sha256, 7, "text/x-python", False, f"{sha256}/score.py")


def test_a_folder_is_named_by_its_digest(model: Path) -> None:
    content = content_of(model)
    assert content.blob_name == f"{content.sha256}/model.tar.gz"
    assert (content.size, content.mime_type, content.is_folder) == (1010, "application/gzip", True)


def test_home_and_relative_paths_are_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "m.pkl").write_bytes(b"m")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert content_of("~/m.pkl").path == content_of("m.pkl").path == tmp_path / "m.pkl"


def test_time_stamps_owners_and_order_do_not_matter(model: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere" / "model"
    other.mkdir(parents=True)
    (other / "run.sh").write_text("#!/bin/sh\n")
    (other / "run.sh").chmod(0o700)
    (other / "deep").mkdir(mode=0o700)
    (other / "deep" / "__init__.py").write_bytes(b"")
    (other / "weights.bin").write_bytes(b"w" * 1000)
    for path in [other, *other.rglob("*")]:
        os.utime(path, (1, 1))
    assert content_of(other).sha256 == content_of(model).sha256
    assert packed(other) == packed(model)


@pytest.mark.parametrize("change", ["content", "name", "mode", "empty folder", "own name"])
def test_everything_that_matters_changes_the_digest(model: Path, change: str) -> None:
    before = content_of(model).sha256
    if change == "content":
        (model / "weights.bin").write_bytes(b"v" * 1000)
    elif change == "name":
        (model / "weights.bin").rename(model / "weights2.bin")
    elif change == "mode":
        (model / "run.sh").chmod(0o644)
    elif change == "empty folder":
        (model / "new").mkdir()
    else:
        model = model.rename(model.parent / "renamed")
    assert content_of(model).sha256 != before


def test_the_archive_holds_the_folder_under_its_own_name_and_nothing_about_its_owner(model: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(packed(model))) as archive:
        members = archive.getmembers()
        weights = archive.extractfile("model/weights.bin")
        assert weights
        assert weights.read() == b"w" * 1000
    assert [(member.name, oct(member.mode)) for member in members] == [
        ("model", "0o755"),
        ("model/deep", "0o755"),
        ("model/deep/__init__.py", "0o644"),
        ("model/run.sh", "0o755"),
        ("model/weights.bin", "0o644"),
    ]
    assert {(member.mtime, member.uid, member.gid, member.uname, member.gname) for member in members} == {
        (0, 0, 0, "", "")
    }


def test_links_inside_are_replaced_by_what_they_lead_to(model: Path) -> None:
    (model / "latest.bin").symlink_to("weights.bin")
    (model / "again").symlink_to("deep")
    os.link(model / "weights.bin", model / "hard.bin")
    with tarfile.open(fileobj=io.BytesIO(packed(model))) as archive:
        assert all(member.isfile() or member.isdir() for member in archive)
        assert {"model/latest.bin", "model/again/__init__.py", "model/hard.bin"} <= set(archive.getnames())
    assert read_all(content_of(model))


@pytest.mark.security
@pytest.mark.parametrize("target", ["/etc/hostname", "../outside", "../model/../outside"])
def test_a_link_that_leaves_the_folder_is_refused(model: Path, target: str) -> None:
    (model.parent / "outside").write_text("x")
    (model / "link").symlink_to(target)
    with pytest.raises(InputError, match="link is a link that leaves the folder"):
        content_of(model)


def test_a_link_that_leads_nowhere_or_in_a_circle_is_refused(model: Path) -> None:
    (model / "deep" / "up").symlink_to("..")
    with pytest.raises(InputError, match="a folder that it is in itself"):
        content_of(model)
    (model / "deep" / "up").unlink()
    (model / "gone").symlink_to("nowhere")
    with pytest.raises(InputError, match="gone is a link to nowhere, which does not exist"):
        content_of(model)


def test_a_socket_in_a_folder_is_refused_by_name(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(model)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s.sock")
        with pytest.raises(InputError, match=r"model/s\.sock is a socket, which cannot be uploaded"):
            content_of(model)


def test_a_pipe_in_a_folder_or_instead_of_one_is_refused(model: Path) -> None:
    os.mkfifo(model / "pipe")
    with pytest.raises(InputError, match="pipe is a named pipe, which cannot be uploaded"):
        content_of(model)
    with pytest.raises(InputError, match="neither a file nor a folder"):
        content_of(model / "pipe")


def test_an_empty_file_is_content_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "__init__.py"
    path.touch()
    content = content_of(path)
    assert (content.size, content.sha256) == (0, hashlib.sha256().hexdigest())
    assert read_all(content) == b""
    path.write_text("x = 1")
    with pytest.raises(UploadError, match="changed while it was uploaded"), opened(content) as (stream, _size):
        stream.read(1)


@pytest.mark.parametrize("folder", [False, True])
def test_ciphertext_of_ansible_vault_is_never_uploaded(folder: bool, tmp_path: Path) -> None:
    path = tmp_path / "model" / "weights.bin"
    path.parent.mkdir()
    path.write_text("$ANSIBLE_VAULT;1.1;AES256\n6162\n")
    with pytest.raises(InputError, match=r"weights\.bin is encrypted by ansible-vault"):
        content_of(path.parent if folder else path)


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no\.pkl cannot be read: No such file or directory"):
        content_of(tmp_path / "no.pkl")
    (tmp_path / "folder" / "in").mkdir(parents=True)
    with pytest.raises(InputError, match="folder holds no file"):
        content_of(tmp_path / "folder")


@pytest.fixture
def folder_of_nobody() -> Iterator[Path]:
    """A folder outside the tester's own, and until the test ends a user who is not root."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        user = os.geteuid()
        if user == 0:
            os.seteuid(NOBODY)
        try:
            yield Path(folder)
        finally:
            os.seteuid(user)


def test_a_file_that_may_not_be_read_is_refused_by_name(folder_of_nobody: Path) -> None:
    weights = folder_of_nobody / "weights.bin"
    weights.write_bytes(b"w")
    weights.chmod(0)
    for path in (folder_of_nobody, weights):
        with pytest.raises(InputError, match=r"weights\.bin cannot be read: Permission denied"):
            content_of(path)


def test_a_name_that_no_url_can_hold_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a\nb"
    path.write_bytes(b"x")
    with pytest.raises(InputError, match=r"'a\\nb' cannot be part of a URL"):
        content_of(path)


@pytest.mark.parametrize("piece", [1, 7, 1000, 5000])
def test_an_unchanged_file_is_read_whole(model: Path, piece: int) -> None:
    assert read_all(content_of(model / "weights.bin"), piece) == b"w" * 1000


def test_an_unchanged_folder_is_read_as_its_archive(model: Path) -> None:
    assert read_all(content_of(model), 100) == packed(model)


@pytest.mark.parametrize("now", [b"v" * 1000, b"w" * 1001, b"w" * 999, b""])
def test_the_last_byte_of_a_changed_file_is_never_given(model: Path, now: bytes) -> None:
    content = content_of(model / "weights.bin")
    given: list[bytes] = []
    with pytest.raises(UploadError, match=r"weights\.bin changed while it was uploaded") as caught:
        read_while_it_changes(content, now, given)
    assert caught.value.code == "ContentChanged"
    assert len(b"".join(given)) < content.size


def read_while_it_changes(content: Content, now: bytes, given: list[bytes]) -> None:
    with opened(content) as (stream, size):
        given.append(stream.read(500))
        content.path.write_bytes(now)
        while len(b"".join(given)) < size:
            given.append(stream.read(100))


@pytest.mark.parametrize("change", ["other content", "new file", "shorter"])
def test_a_changed_folder_gives_nothing(model: Path, change: str) -> None:
    content = content_of(model)
    if change == "new file":
        (model / "new").write_text("x")
    else:
        (model / "weights.bin").write_bytes(b"v" * (1000 if change == "other content" else 10))
    with pytest.raises(UploadError, match="model changed while it was uploaded"), opened(content):
        pytest.fail("the upload began")


def test_a_file_that_vanished_is_named(model: Path) -> None:
    content = content_of(model / "weights.bin")
    content.path.unlink()
    with pytest.raises(UploadError, match=r"weights\.bin cannot be read: No such file or directory"), opened(content):
        pytest.fail("the upload began")


def test_the_archive_is_written_where_nobody_else_can_read_it(model: Path) -> None:
    with opened(content_of(model)) as (stream, _size):
        assert isinstance(stream, io.IOBase)
        status = os.fstat(stream.fileno())
    assert stat.S_IMODE(status.st_mode) == 0o600
    assert status.st_nlink == 0
